"""Answers to the exercises of notebook 01: right ones in many forms, and typical wrong ones."""

import math

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier  # here: no import takes of a check's time

from mnist_helpers.exercises import notebook_01
from mnist_helpers.exercises.core import judge


def verdict(name, answer):
    found = judge(name, answer)
    return found.state, found.text


@pytest.mark.parametrize(
    "steps", [[2, 3, 5, 6], (6, 5, 3, 2), {2, 3, 5, 6}, np.array([2, 3, 5, 6]), [2.0, 3, 5, 5, 6]]
)
def test_the_leaks_in_any_form(steps):
    assert verdict("01.1", steps)[0] == "right"


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([1, 2, 3, 5, 6], "255 is known before"),
        ([2, 3, 4, 5, 6], "no image of these six people"),
        ([2, 3, 5, 6, 7], "the largest value comes from training images"),
        ([3, 5, 6], "averaged into the means"),
        ([2, 5, 6], "shifted copies"),
        ([2, 3, 6], "who wrote the images"),
        ([2, 3, 5], "best of twenty"),
        (2, "This step does leak, but it is not all"),
        ([], "find at least one"),
        ([2, 3, 5, 6, 8], "no step 8"),
        ([0], "no step 0"),
        ("2356", "list of whole numbers"),
    ],
)
def test_what_is_said_of_other_steps(steps, words):
    state, text = verdict("01.1", steps)
    assert state == "wrong" and words in text


def test_every_wrong_set_of_steps_is_refused():
    for number in range(2**7):
        steps = [step for step in range(1, 8) if number >> (step - 1) & 1]
        assert (verdict("01.1", steps)[0] == "right") == (steps == [2, 3, 5, 6])


@pytest.mark.parametrize("count", [25_000, 24_586, 25_000.0, np.int64(25_000), np.array([24_500])])
def test_images_needed_in_any_form(count):
    assert verdict("01.2", count)[0] == "right"


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (5000, "five times as many images do not make it five times narrower"),
        (200, "does not get narrower"),
        (1000, "does not get narrower"),
        (25, "multiply it by 1,000"),
        (10_000, "about 1.57 points wide, and that is still too wide"),
        (19_000, "about 1.14 points wide, and that is still too wide"),
        (125_000, "about 0.44 points wide: fewer images are enough"),
        (10**6, "fewer images are enough"),
        (10**30, "far too many"),
        (0, "larger than 0"),
        (-25_000, "larger than 0"),
        ("25000", "without quotes"),
    ],
)
def test_what_is_said_of_other_numbers(count, words):
    state, text = verdict("01.2", count)
    assert state == "wrong" and words in text


def test_the_limits_are_those_of_an_interval_of_about_one_point():
    assert 0.9 < notebook_01._width(30_000) < 1 < notebook_01._width(20_000) < 1.15


def by_loops(image, stored, labels):
    best, nearest = math.inf, None
    for other, label in zip(stored, labels, strict=True):
        total = 0.0
        for row in range(len(image)):
            for column in range(len(image[0])):
                total += (float(image[row][column]) - float(other[row][column])) ** 2
        if math.sqrt(total) < best:
            best, nearest = math.sqrt(total), label
    return nearest


def by_norm(image, stored, labels):
    image, stored = np.asarray(image, float), np.asarray(stored, float)
    return labels[np.linalg.norm(stored - image, axis=(1, 2)).argmin()]


def by_scikit_learn(image, stored, labels):
    rule = KNeighborsClassifier(1).fit(stored.reshape(len(stored), -1), labels)
    return rule.predict(image.reshape(1, -1))


def spoiling(image, stored, labels):
    answer = by_norm(image, stored, labels)
    image[:] = 0
    stored[:] = 0
    return float(answer)


@pytest.mark.parametrize("rule", [by_loops, by_norm, by_scikit_learn, spoiling])
def test_nearest_neighbours_written_in_any_way(rule):
    assert verdict("01.3", rule)[0] == "right"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (lambda i, s, n: ((s.astype(float) - i) ** 2).sum(axis=(1, 2)).argmin(), "the place of"),
        (lambda i, s, n: n[((s.astype(float) - i) ** 2).sum(axis=(1, 2)).argmax()], "*farthest*"),
        (lambda i, s, n: n[((s - i) ** 2).sum(axis=(1, 2)).argmin()], "3 − 5 becomes 254"),
        (lambda i, s, n: n[((i - s) ** 2).sum(axis=(1, 2)).argmin()], "3 − 5 becomes 254"),
        (
            lambda i, s, n: n[np.argmin([np.linalg.norm(i - other) for other in s])],
            "3 − 5 becomes 254",
        ),
        (
            lambda i, s, n: n[np.argmin([np.linalg.norm(other - i) for other in s])],
            "3 − 5 becomes 254",
        ),
        (lambda i, s, n: n[(s.astype(float) - i).sum(axis=(1, 2)).argmin()], "cancel"),
        (lambda i, s, n: n[(i - s.astype(float)).sum(axis=(1, 2)).argmin()], "cancel"),
        (lambda i, s, n: n[abs((i - s.astype(float)).sum(axis=(1, 2))).argmin()], "cancel"),
        (lambda i, s, n: n[abs(i - s.astype(float)).sum(axis=(1, 2)).argmin()], "absolute"),
        (lambda i, s, n: 3, "always returns 3"),
        (lambda i, s, n: n[-1], "of 40 images the label is not that of the nearest"),
        (lambda i, s, n: n[((s.astype(float) - i) ** 2).sum().argmin()], "all stored images tog"),
        (lambda i, s, n: n[((s.astype(float) - i) ** 2).sum((0, 1)).argmin()], "one sum for each"),
        (lambda i, s, n: n[((s.astype(float) - i) ** 2).sum((0, 2)).argmin()], "one sum for each"),
        (
            lambda i, s, n: n[((s.astype(int) - i.astype(int)) ** 2).sum((1, 2)).argmin()],
            "0.7 down to 0",
        ),
        (lambda i, s, n: n[((s.astype(int) - i) ** 2).sum((1, 2)).argmin()], "0.7 down to 0"),
        (lambda i, s, n: n[((s - i.astype(int)) ** 2).sum((1, 2)).argmin()], "0.7 down to 0"),
        (
            lambda i, s, n: n[((s.astype(float) - i) ** 2).sum(axis=1).argmin()],
            "stored images: your function raises `IndexError",
        ),
        (
            lambda i, s, n: n[((s.reshape(len(s), 784) - i.ravel()) ** 2).sum(1).argmin()],
            "any size, not only 28×28",
        ),
        (
            lambda i, s, n: n[((s.reshape(-1, 28, 28) - i) ** 2).sum((1, 2)).argmin()],
            "any size, not only 28×28",
        ),
        (lambda i, s, n: n, "One number"),
        (lambda i, s, n: None, "return"),
        (by_norm(np.ones((2, 2)), np.ones((1, 2, 2)), [4]), "A function is asked for"),
    ],
)
def test_what_is_said_of_other_rules(rule, words):
    state, text = verdict("01.3", rule)
    assert state == "wrong" and words in text


def test_a_loop_over_a_fixed_number_of_images_is_not_right():
    def eight(image, stored, labels):
        distances = [((stored[k].astype(float) - image) ** 2).sum() for k in range(8)]
        return labels[np.argmin(distances)]

    assert verdict("01.3", eight)[0] == "wrong"


def test_no_hidden_case_has_two_nearest_images_and_each_typical_mistake_shows():
    cases = notebook_01._hidden_cases()
    for image, stored, _ in cases:
        distances = sorted(((stored.astype(float) - image) ** 2).sum(axis=(1, 2)))
        assert distances[1] > 1.001 * distances[0]
    right = [notebook_01._nearest(*case) for case in cases]
    for rule, _ in notebook_01.TYPICAL:
        wrong = sum(rule(*case) != one for case, one in zip(cases, right, strict=True))
        assert wrong > 5
