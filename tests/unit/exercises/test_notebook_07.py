"""The exercises of notebook 07: what is right in which form, and what each mistake is told."""

from collections import Counter

import numpy as np
import pytest
from scipy import ndimage

from mnist_helpers.exercises.core import judge


def by_slices(row, window):
    half, first, second = window // 2, [], []
    for i in range(len(row)):
        first.append(max(row[max(0, i - half) : i + half + 1]))
    for i in range(len(row)):
        second.append(min(first[max(0, i - half) : i + half + 1]))
    return second


def by_padding(row, window):
    half = window // 2
    padded = np.pad(np.array(row, float), half, constant_values=-np.inf)
    light = np.array([padded[i : i + window].max() for i in range(len(row))])
    padded = np.pad(light, half, constant_values=np.inf)
    return tuple(padded[i : i + window].min() for i in range(len(row)))


def spoils_its_row(row, window):
    result = by_slices(row, window)
    row.clear()
    return result


@pytest.mark.parametrize(
    "function",
    [
        by_slices,
        by_padding,
        spoils_its_row,
        lambda row, window: ndimage.grey_closing(row, window),
        lambda row, window: [np.array(value) for value in by_slices(row, window)],
    ],
)
def test_a_closing_may_be_written_in_any_way(function):
    assert judge("07.1", function).state == "right"


def only_lightest(row, window):
    return ndimage.grey_dilation(row, window)


def one_pixel_further(row, window):
    return by_slices(row, window + 2 if window > 1 else 1)


def from_the_pixel_on(row, window):
    light = [max(row[i : i + window]) for i in range(len(row))]
    return [min(light[i : i + window]) for i in range(len(row))]


def ends_left_alone(row, window):
    result, half = by_slices(row, window), window // 2
    for i in range(len(row)):
        if i < half or i >= len(row) - half:
            result[i] = row[i]
    return result


def without_the_last(row, window):
    half = window // 2
    light = [max(row[max(0, i - half) : i + half]) for i in range(len(row))]
    return [min(light[max(0, i - half) : i + half]) for i in range(len(row))]


def without_the_last_if_there_is_one(row, window):
    half = window // 2
    parts = [row[max(0, i - half) : i + half] for i in range(len(row))]
    light = [max(part) if part else row[i] for i, part in enumerate(parts)]
    parts = [light[max(0, i - half) : i + half] for i in range(len(row))]
    return [min(part) if part else light[i] for i, part in enumerate(parts)]


def in_place(row, window):
    half, row = window // 2, list(row)
    for pick in (max, min):
        for i in range(len(row)):
            row[i] = pick(row[max(0, i - half) : i + half + 1])
    return row


def raises_later(row, window):
    if window == 1:
        raise IndexError
    return by_slices(row, window)


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (without_the_last, "ends *before* its second number"),
        (without_the_last_if_there_is_one, "ends *before* its second number"),
        (in_place, "into a new list"),
        (raises_later, "raises"),
        (only_lightest, "second step is still to come"),
        (lambda row, window: ndimage.grey_opening(row, window), "an opening"),
        (lambda row, window: ndimage.grey_erosion(row, window), "not at the row itself"),
        (from_the_pixel_on, "begins at the pixel"),
        (lambda row, window: by_slices(row, 2 * window + 1), "too wide"),
        (ends_left_alone, "at the ends the window"),
        (lambda row, window: row, "right is"),
        (lambda row, window: by_slices(row, window)[1:-1], "has the shape `(8,)`; `(10,)` is"),
        (lambda row, window: max(row), "has the shape"),
        (lambda row, window: [max(row[i - 1 : i + 2]) for i in range(len(row))], "below 0"),
        (lambda row, window: None, "return"),
        (lambda row, window: [float("nan")] * len(row), "not finite"),
        ([9, 9, 9], "A function is asked for"),
    ],
)
def test_what_is_no_closing_is_told_why(function, told):
    verdict = judge("07.1", function)
    assert verdict.state == "wrong" and told in verdict.text


@pytest.mark.parametrize("answer", [0.7, np.float32(0.7), np.array([0.7]), 7 / 10])
def test_the_bound(answer):
    assert judge("07.2", answer).state == "right"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (0.5, "14 wrong amounts"),
        (0.6, "9 wrong amounts"),
        (0.8, "wrong amounts are only 2, but 43 digits are refused"),
        (0.9, "79 digits are refused"),
        (70, "not in percent"),
        (0.75, "none of the bounds"),
        ("0.7", "is text"),
    ],
)
def test_other_bounds_are_told_what_they_give(answer, told):
    verdict = judge("07.2", answer)
    assert verdict.state == "wrong" and told in verdict.text


def by_loops(labels, least):
    best, most, shared = None, 0, False
    for label in range(10):
        count = labels.count(label)
        if count > most:
            best, most, shared = label, count, False
        elif count == most:
            shared = True
    return best if most >= least and most and not shared else None


def by_numpy(labels, least):
    counts = np.bincount([label for label in labels if label is not None], minlength=10)
    first = np.sort(counts)[-2:]
    if first[1] < max(1, least) or first[0] == first[1]:
        return None
    return counts.argmax()  # a whole number of NumPy


@pytest.mark.parametrize("function", [by_loops, by_numpy])
def test_a_vote_may_be_counted_in_any_way(function):
    assert judge("07.3", function).state == "right"


def ranked(labels):
    return Counter(label for label in labels if label is not None).most_common()


def shared_goes_to_the_first(labels, least):
    return ranked(labels)[0][0] if ranked(labels) and ranked(labels)[0][1] >= least else None


def zero_is_nothing(labels, least):
    return by_loops([label for label in labels if label], least)


def none_is_a_label(labels, least):
    counts = Counter(labels).most_common(2)
    if not counts or counts[0][1] < least:
        return None
    if len(counts) == 2 and counts[0][1] == counts[1][1]:
        return None
    return counts[0][0]


def first_with_enough(labels, least):
    counts = Counter(label for label in labels if label is not None)
    return next((label for label, count in counts.items() if count >= least), None)


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (shared_goes_to_the_first, "share the first place"),
        (zero_is_nothing, "0 is a label"),
        (none_is_a_label, "None is no label"),
        (lambda labels, least: by_loops(labels, least + 1), "compare with `>=`"),
        (lambda labels, least: by_loops(labels, 0), "fewer than `least`"),
        (lambda labels, least: ranked(labels)[:1], "One number is asked for"),
        (lambda labels, least: [3], "least = 2: One number is asked for, not `[3]`. Return"),
        (lambda labels, least: "3", "returns the text"),
        (first_with_enough, "share the first place"),
        (lambda labels, least: 11, "right is"),
        (lambda labels, least: ranked(labels)[0][0], "raises"),
        (3, "A function is asked for"),
    ],
)
def test_other_votes_are_told_what_is_wrong(function, told):
    verdict = judge("07.3", function)
    assert verdict.state == "wrong" and told in verdict.text, verdict.text


@pytest.mark.parametrize("answer", [[2, 4, 5], (5, 4, 2), {2, 4, 5}, np.array([2, 4, 5])])
def test_the_shifted_sets(answer):
    assert judge("07.4", answer).state == "right"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ([1, 2, 4, 5], "set 1, which you named: the order"),
        ([2, 3, 4, 5], "set 3, which you named: twenty are few"),
        ([2, 4, 5, 6], "set 6, which you named: without loss"),
        ([4, 5], "set 2, which you left out"),
        ([2, 5], "set 4, which you left out: the writers are the same"),
        ([2, 4], "set 5, which you left out: strokes"),
        (2, "set 4, which you left out"),
        ([0, 2], "no set 0"),
        ([2, 4, 5, 7], "no set 7"),
        ([], "At least one"),
        ("2, 4, 5", "list of whole numbers"),
    ],
)
def test_other_sets_are_told_which_and_why(answer, told):
    verdict = judge("07.4", answer)
    assert verdict.state == "wrong" and told in verdict.text, verdict.text


def test_the_dots_are_not_answered_yet():
    for name, answer in (
        ("07.1", lambda row, window: ...),
        ("07.2", ...),
        ("07.3", lambda labels, least: ...),
        ("07.4", ...),
    ):
        assert judge(name, answer).state == "unanswered"
