"""Right answers in several forms, and typical wrong ones with the words of their own reply."""

import time
from fractions import Fraction

import numpy as np
import pytest

from mnist_helpers.exercises.core import judge


def assert_right(name, answer):
    verdict = judge(name, answer)
    assert verdict.state == "right", verdict.text


def assert_wrong(name, answer, words):
    verdict = judge(name, answer)
    assert verdict.state == "wrong" and words in verdict.text, verdict


@pytest.mark.parametrize(
    "answer",
    [
        (6, 0.8, 45 / 51),
        [6, 0.80, 0.88],
        (6.0, np.float32(0.8), 0.8824),
        np.array([6, 0.8, 0.882]),
        (np.array(6), np.array(0.8), np.array(0.88)),
        (6, Fraction(4, 5), Fraction(45, 51)),
    ],
)
def test_the_confusion_matrix_is_read(answer):
    assert_right("04.1", answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((3, 0.8, 0.88), "3s were taken for a 5"),
        ((4, 0.8, 0.88), "under the answer 3"),
        ((6, 40 / 44, 0.88), "precision of the answer 5"),
        ((6, 0.8, 0.9), "recall of 3"),
        ((6, 0.7, 0.88), "is not the recall"),
        ((6, 0.8, 0.7), "sum of that column"),
        ((6, 80, 88), "shares between 0 and 1"),
        ((6, 0.8), "shape"),
    ],
)
def test_the_confusion_matrix_is_misread(answer, words):
    assert_wrong("04.1", answer, words)


def test_a_part_of_the_answer_is_left_open():
    assert judge("04.1", (6, ..., 0.88)).state == "unanswered"


def kept(labels, probabilities, refused):
    order = np.argsort(probabilities.max(axis=1))
    return order[round(refused * len(labels)) :]


def hits(labels, probabilities):
    return probabilities.argmax(axis=1) == labels


def by_sorting_pairs(labels, probabilities, refused):
    pairs = sorted(
        (float(max(row)), bool(row.argmax() == label))
        for row, label in zip(probabilities, labels, strict=True)
    )
    chosen = [right for _, right in pairs[int(refused * len(pairs)) :]]
    return sum(chosen) / len(chosen)


def by_quantile(labels, probabilities, refused):
    confidence = probabilities.max(axis=1)
    sure = confidence >= np.quantile(confidence, refused)
    return np.float32(hits(labels, probabilities)[sure].mean())


def by_margin(labels, probabilities, refused):
    ordered = np.sort(probabilities, axis=1)
    order = (ordered[:, -1] - ordered[:, -2]).argsort()
    return hits(labels, probabilities)[order[round(refused * len(labels)) :]].mean()


def by_division(labels, probabilities, refused):
    order = (-probabilities.max(axis=1)).argsort()[: -round(refused * len(labels))]
    right = hits(labels, probabilities)[order].tolist()
    return sum(right) / len(right)


@pytest.mark.parametrize("function", [by_sorting_pairs, by_quantile])
def test_the_least_sure_are_refused(function):
    assert_right("04.2", function)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda y, p, r: hits(y, p)[kept(y, p, r)].sum() / len(y), "counts the refused"),
        (lambda y, p, r: hits(y, p).mean(), "none was refused"),
        (lambda y, p, r: hits(y, -p)[kept(y, p, r)].mean(), "smallest highest probability"),
        (
            lambda y, p, r: hits(y, p)[p.max(axis=1).argsort()[::-1][round(r * len(y)) :]].mean(),
            "refuses the surest",
        ),
        (
            lambda y, p, r: hits(y, p)[p.max(axis=1).argsort()[: round(r * len(y))]].mean(),
            "accuracy of the refused",
        ),
        (lambda y, p, r: 100 * hits(y, p)[kept(y, p, r)].mean(), "percentage"),
        (
            lambda y, p, r: hits(y, p)[(-p.max(axis=1)).argsort()[: -round(r * len(y))]].mean(),
            "[:-0] is empty",
        ),
        (by_division, "[:-0] is empty"),
        (lambda y, p, r: hits(y, p)[kept(y, p, r)[200:]].mean(), "no image is left"),
        (by_margin, "smallest highest probability"),
    ],
)
@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:invalid value")
def test_other_images_are_refused(function, words):
    assert_wrong("04.2", function, words)


def draws(right, size=None, replace=True, times=2000):
    rng = np.random.default_rng()
    right = np.asarray(right)
    return [rng.choice(right, size or len(right), replace).mean() for _ in range(times)]


def by_hand(right):
    means = sorted(float(mean) for mean in draws(right))
    return [means[50], means[1949]]


@pytest.mark.parametrize(
    "function",
    [
        lambda right: np.quantile(draws(right), [0.025, 0.975]),
        lambda right: tuple(np.percentile(draws(right), (2.5, 97.5))),
        by_hand,
    ],
)
def test_an_interval_is_drawn(function):
    assert_right("04.3", function)


def test_an_interval_from_plain_loops_is_asked_for_once():
    """Three calls for each case took longer than the limit."""
    calls = []

    def slow(right):
        calls.append(len(right))
        time.sleep(0.6)
        return by_hand(right)

    assert_right("04.3", slow)
    assert calls == [600, 150]


def test_an_interval_may_hold_arrays():
    assert_right("04.3", lambda right: tuple(np.array(end) for end in by_hand(right)))


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda r: np.quantile(draws(r, replace=False), [0.025, 0.975]), "no width"),
        (lambda r: np.quantile(r.astype(float), [0.025, 0.975]), "single answers"),
        (lambda r: np.quantile(draws(r), [0, 1]), "nearly all draws"),
        (lambda r: np.quantile(draws(r), [0.05, 0.95]), "about 90%"),
        (lambda r: np.quantile(draws(r), [0.01, 0.99]), "about 98%"),
        (lambda r: np.quantile(draws(r), [0.025, 0.9]), "the lower end is right"),
        (lambda r: np.quantile(draws(r), [0.25, 0.975]), "the upper end is right"),
        (lambda r: np.quantile(draws(r), [0.025, 0.025]), "two *different* quantiles"),
        (lambda r: (end for end in by_hand(r)), "put `list(...)` around it"),
        (lambda r: np.quantile(draws(r), [0.25, 0.75]), "too narrow"),
        (lambda r: (r.mean() - np.std(draws(r)), r.mean() + np.std(draws(r))), "too narrow"),
        (lambda r: np.quantile(draws(r, 100), [0.025, 0.975]), "wider than such draws"),
        (lambda r: np.quantile(draws(r, len(r) // 2), [0.025, 0.975]), "of fewer answers"),
        (lambda r: np.quantile(draws(r), [0.975, 0.025]), "lower end comes first"),
        (lambda r: 100 * np.quantile(draws(r), [0.025, 0.975]), "percentages"),
        (lambda r: (0.1, 0.2), "does not lie around"),
        (lambda r: np.mean(draws(r, times=10)), "shape"),
    ],
)
def test_an_interval_is_not_drawn(function, words):
    assert_wrong("04.3", function, words)


@pytest.mark.parametrize("answer", ["b", "B", " b "])
def test_the_statement(answer):
    assert_right("04.4", answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("a", "do not show that two networks are equal"),
        ("c", "several seeds"),
        ("d", "5 times in 100"),
        ("e", "none of the possible"),
        (2, "in quotes"),
    ],
)
def test_another_statement(answer, words):
    assert_wrong("04.4", answer, words)
