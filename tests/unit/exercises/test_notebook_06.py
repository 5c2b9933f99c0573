"""The exercises of notebook 06: right answers in several forms, and a reply to each wrong one."""

import json

import numpy as np
import pytest

from mnist_helpers.exercises.core import call, judge
from mnist_helpers.exercises.look_again import answers
from mnist_helpers.exercises.notebook_06 import CODES, TIMES, _images
from mnist_helpers.serve import bodies


def wrong(name, answer, words):
    verdict = judge(name, answer)
    assert verdict.state == "wrong" and words in verdict.text, verdict


def right(name, answer):
    verdict = judge(name, answer)
    assert verdict.state == "right", verdict


# 06.1


@pytest.mark.parametrize(
    "answer",
    [
        (2, 5, 80, 4.625),
        [2.0, 5.0, 80.0, 4.6],
        np.array([2, 5, 80, 4.63]),
        (*np.percentile(TIMES, (50, 90, 99)), np.mean(TIMES)),
        (*np.percentile(TIMES, (50, 90, 99), method="nearest"), np.float32(4.62)),
    ],
)
def test_percentiles(answer):
    right("06.1", answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((4.625, 5, 80, 4.625), "the mean for p50"),
        ((2, 5, 5, 4.625), "97.5%"),
        ((2, 80, 80, 4.625), "p90 is not 80"),
        ((2, 5, 80, 29), "counts 150 times"),
        ((2, 5, 80, 5), "The mean is the sum of all 200 times, divided by 200"),
        ((5, 2, 80, 4.625), "Not right yet: p50, p90"),
        ((0.002, 0.005, 0.08, 0.004625), "In milliseconds, please"),
        ((2, 5, 80), "4 parts"),
        (2, "4 parts"),
        (("2", 5, 80, 4.6), "quotes"),
    ],
)
def test_wrong_percentiles(answer, words):
    wrong("06.1", answer, words)


# 06.2


@pytest.mark.parametrize("answer", [CODES, list(CODES), np.array(CODES), [float(c) for c in CODES]])
def test_status_codes(answer):
    right("06.2", dict(zip("ABCDE", answer, strict=True)))
    right("06.2", answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((200, 422, 415, 413, 429), "but it is correct"),
        ((200, 422, 415, 413, 500), "only busy"),
        ((200, 400, 415, 413, 503), "too general"),
        ((200, 415, 422, 413, 503), "B and C are exchanged"),
        ((200, 422, 413, 415, 503), "C and D are exchanged"),
        ((404, 422, 415, 413, 503), "is answered"),
        ((200, 413, 415, 413, 503), "For B,"),
        ((200, 422, 415, 422, 503), "For D, a photo"),
        ((200, 422, 422, 413, 503), "422 is not right: see the table of refusals"),
        ((201, 422, 415, 413, 503), "below the first answered request"),
        ((200, 422, 415, 413, 504), "read above the table of refusals"),
        ((200, 422, 415, 413), "5 parts"),
        ((200, 422.5, 415, 413, 503), "whole"),
    ],
)
def test_wrong_status_codes(answer, words):
    wrong("06.2", answer, words)


# 06.3


def with_numpy(images):
    shades = np.rint(images * 255).astype(np.uint8).squeeze(-1)
    return json.dumps({"images": shades.tolist()}, separators=(",", ":"))


def with_loops(images):
    rows = [[[round(255 * float(x[0])) for x in row] for row in image] for image in images]
    return json.dumps({"images": rows}, indent=1)


def as_bytes(images):
    return with_numpy(images).encode()


def with_half_added(images):
    shades = (255 * images[:, :, :, 0] + 0.5).astype(int)
    return json.dumps({"images": shades.tolist()})


@pytest.mark.parametrize("answer", [with_numpy, with_loops, as_bytes, with_half_added])
def test_a_body(answer):
    right("06.3", answer)


def test_what_is_judged_right_is_what_the_service_reads():
    images = _images(3, 1)
    text = call(with_numpy, images)
    assert np.allclose(bodies.arrays(bytearray(text.encode())), images[..., 0], atol=0.5 / 255)


def body(change, wrap=lambda shades: {"images": shades.tolist()}):
    return lambda images: json.dumps(wrap(np.asarray(change(images))))


def whole(images):
    return (255 * images[..., 0]).round().astype(int)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda images: {"images": whole(images).tolist()}, "returns a dictionary"),
        (lambda images: whole(images).tolist(), "returns list"),
        (
            lambda images: json.dumps({"images": whole(images)}),
            "lists and no arrays: use `tolist()`",
        ),
        (lambda images: str({"images": whole(images).tolist()}), "no JSON"),
        (body(whole, lambda shades: shades.tolist()), "is a list"),
        (body(whole, lambda shades: {"image": shades.tolist()}), '"images"'),
        (body(whole, lambda shades: {"images": shades.tolist(), "n": 1}), "no other"),
        (body(lambda images: images[..., 0]), "between 0 and 1"),
        (body(lambda images: (255 * images).round().astype(int)), "the last axis"),
        (body(lambda images: (255 * images[..., 0]).astype(int)), "too small by 1"),
        (body(lambda images: images[..., 0].astype(int)), "0 or 1: multiply by 255"),
        (body(lambda images: (255 * images[..., 0]).round()), "must be whole"),
        (body(lambda images: whole(images)[0]), "is (28, 28): for 1 of such"),
        (body(lambda images: whole(images)[:1]), "it must be"),
        (body(lambda images: 255 - whole(images)), "are not those of the images"),
        (body(lambda images: whole(images).astype(str)), "more than numbers"),
        (lambda images: '{"images": [[[1, 2], [3]]]}', "same length"),
        (lambda images: 3, "must return text"),
        (lambda images: "[" * 100_000, "is no JSON"),
        (lambda images: print(json.dumps({})), "`return`"),
    ],
)
def test_wrong_bodies(answer, words):
    wrong("06.3", answer, words)


# 06.4


def with_a_loop(answer, least):
    positions = []
    for position, one in enumerate(answer["predictions"]):
        if one["label"] is None or max(one["probabilities"]) < least:
            positions.append(position)
    return positions


def as_a_set(answer, least):
    pairs = enumerate(answer["predictions"])
    return {
        i for i, p in pairs if not (p["label"] is not None and max(p["probabilities"]) >= least)
    }


def as_an_array(answer, least):
    doubtful = [
        p["label"] is None or max(p["probabilities"]) < least for p in answer["predictions"]
    ]
    return np.flatnonzero(doubtful)


@pytest.mark.parametrize("answer", [with_a_loop, as_a_set, as_an_array])
def test_who_should_look_again(answer):
    right("06.4", answer)


def chosen(rule, start=0):
    def look_again(answer, least):
        pairs = enumerate(answer["predictions"], start)
        return [position for position, one in pairs if rule(one, least)]

    return look_again


def best(one):
    return max(one["probabilities"])


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (lambda one, least: best(one) < least, "without a label (None) are missing"),
        (lambda one, least: one["label"] is None, "below 0.9, are missing"),
        (lambda one, least: best(one) < least or one["label"] is None, "probabilities are None"),
        (lambda one, least: one["label"] is None or best(one) <= least, "0.9 is not below 0.9"),
        (lambda one, least: one["label"] is not None and best(one) >= least, "turn it round"),
        (lambda one, least: not one["label"] or best(one) < least, "`not 0` is True"),
        (lambda one, least: True, "it should give"),
    ],
)
def test_wrong_choices_of_who_should_look_again(rule, words):
    wrong("06.4", chosen(rule), words)


def test_positions_are_asked_for_and_not_the_predictions():
    wrong("06.4", lambda answer, least: answer["predictions"][:2], "must hold positions")


def test_a_position_that_is_appended_twice_is_not_right():
    def twice(answer, least):
        positions = []
        for position, one in enumerate(answer["predictions"]):
            if one["label"] is None:
                positions.append(position)
            if one["probabilities"] is None or best(one) < least:
                positions.append(position)
        return positions

    wrong("06.4", twice, "With least=0.9 and 6 predictions: A position stands in your list twice")
    wrong("06.4", lambda *given: np.array(twice(*given)), "by two `if`s")
    wrong("06.4", lambda *given: iter(twice(*given)), "by two `if`s")


def test_the_case_stands_before_what_cannot_be_read():
    wrong("06.4", lambda answer, least: "all", "With least=0.9 and 6 predictions: The answer is")
    wrong("06.4", lambda answer, least: "all", "Return a list of positions")


def test_positions_count_from_0():
    rule = lambda one, least: one["label"] is None or best(one) < least  # noqa: E731
    wrong("06.4", chosen(rule, start=1), "count from 0")


def test_some_labels_are_0_and_look_like_none():
    labels = [one["label"] for seed in range(4) for one in answers(seed, False)["predictions"]]
    assert 0 in labels and None in labels
