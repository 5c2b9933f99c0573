"""The exercises of notebook 10 take right answers in every form, and reply to each mistake."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from mnist_helpers.exercises import notebook_10, speed
from mnist_helpers.exercises.core import judge

RIGHT = [40 / 32, 40 / 25, 40 / 38]


@pytest.mark.parametrize(
    "answer",
    [
        RIGHT,
        tuple(RIGHT),
        np.array(RIGHT),
        [1.25, 1.6, 1.05],
        [Fraction(5, 4), np.float32(1.6), 1.0526],
    ],
)
def test_what_a_change_saves_is_taken_in_any_form(answer):
    assert judge("10.1", answer).state == "right"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([32, 1.6, 1.05], "`no_validation` is not 32: these are the seconds that are left"),
        ([8, 1.6, 1.05], "`no_validation` is not 8: these are the seconds that are saved"),
        ([0.8, 1.6, 1.05], "share of the time that is left"),
        ([0.2, 1.6, 1.05], "share of the time that is saved"),
        ([5, 1.6, 1.05], "divides by the seconds that are saved"),
        ([1.25, 2, 1.05], "`steps_twice_as_fast` is not 2: only the steps get twice as fast"),
        ([1.25, 4, 1.05], "takes all of the steps away"),
        ([1.25, 1.6, 20], "`no_compiling` is not 20: this divides by the seconds"),
        ([1.25, 1.6, 1.5], "how many seconds are left then?"),
        (1.25, "a list of your three answers"),
        ([1.25, 1.6], "a list of your three answers"),
        (["1.25", 1.6, 1.05], "is text"),
    ],
)
def test_each_mistaken_saving_has_a_reply(answer, words):
    verdict = judge("10.1", answer)
    assert verdict.state == "wrong" and words in verdict.text


def test_a_blank_among_the_three_is_not_answered_yet():
    assert judge("10.1", [1.25, ..., 1.05]).state == "unanswered"


def test_races_are_taken_in_any_form():
    right = notebook_10.WHAT_IS_WRONG
    turned = {letter.lower(): f" {word.upper()}" for letter, word in reversed(right.items())}
    for answer in (right, turned, list(right.values()), np.array(list(right.values()))):
        assert judge("10.2", answer).state == "right"
    assert judge("10.2", right | {"B": ...}).state == "unanswered"


def test_each_mistaken_race_has_a_reply():
    right = notebook_10.WHAT_IS_WRONG
    for letter, word in itertools.product(right, notebook_10.KINDS):
        if word != right[letter]:
            verdict = judge("10.2", right | {letter: word})
            assert verdict.state == "wrong"
            assert verdict.text == (
                f'4 of 5 are right. {letter} is not "{word}": {notebook_10.OVERLOOKED[letter]}.'
            )
    verdict = judge("10.2", ["fair"] * 5)
    assert verdict.text.startswith('1 of 5 are right. A is not "fair"')


def test_a_convolution_multiplies_as_often_as_it_is_said():
    assert speed.count(28, 28, 1, 3, 32) == 26 * 26 * 32 * 9
    assert speed.count(13, 13, 32, 3, 64) == 11 * 11 * 64 * 9 * 32


def by_loops(height, width, channels, side, filters):
    total = 0
    for _ in range(height - side + 1):
        for _ in range(width - side + 1):
            total += side**2 * channels * filters
    return total


@pytest.mark.parametrize(
    "function",
    [
        speed.count,
        by_loops,
        lambda *case: float(by_loops(*case)),
        lambda *c: np.int64(by_loops(*c)),
    ],
)
def test_multiplications_are_right_however_they_are_counted(function):
    assert judge("10.3", function).state == "right"


@pytest.mark.parametrize("reply", speed.MISCOUNTED)
def test_each_mistaken_count_has_a_reply_of_its_own(reply):
    mistaken = speed.MISCOUNTED[reply]
    verdict = judge("10.3", lambda *case: mistaken(*case))
    assert (verdict.state, verdict.text) == ("wrong", reply)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda h, w, c, k, f: 2 * speed.count(h, w, c, k, f), "make 81 multiplications; your"),
        (lambda h, w, c, k, f: 0.5, "whole number"),
        (lambda h, w, c, k, f: None, "is a `return` missing"),
        (lambda h: 3, "raises"),
        (81, "A function is asked for"),
    ],
)
def test_other_counts_are_told_what_is_right(function, words):
    verdict = judge("10.3", function)
    assert verdict.state == "wrong" and words in verdict.text


def counted_up(extra, before, after):
    if after >= before:
        return None
    number = int(extra * 1e6 / (before - after)) // 2
    while round(extra * 1e6) + number * after > number * before:
        number += 1
    return number


@pytest.mark.parametrize(
    "function", [speed.images_needed, counted_up, lambda *case: _as_float(counted_up(*case))]
)
def test_the_images_needed_are_right_however_they_are_found(function):
    assert judge("10.4", function).state == "right"


def _as_float(number):
    return None if number is None else np.float64(number)


@pytest.mark.parametrize("reply", speed.MISTIMED)
def test_each_mistaken_number_of_images_has_a_reply_of_its_own(reply):
    mistaken = speed.MISTIMED[reply]
    verdict = judge("10.4", lambda *case: mistaken(*case))
    assert (verdict.state, verdict.text) == ("wrong", reply)


def guarded(extra, before, after, never):
    return never if after >= before else speed.images_needed(extra, before, after)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda e, b, a: math.ceil(1e6 * e / (b - a)), "your function divides by 0"),
        (lambda e, b, a: guarded(e, b, a, np.inf), "not infinity"),
        (lambda e, b, a: guarded(e, b, a, 0), "it never pays, so `None` is asked for; your answ"),
        (lambda e, b, a: guarded(e, b, a, "never"), "is text"),
        (lambda e, b, a: None, "200,000; your answer is None"),
        (lambda e, b, a: 1e6 * e / (b - a) if b > a else None, "whole number"),
        (lambda e: None, "raises"),
        (None, "A function is asked for"),
    ],
)
def test_other_numbers_of_images_are_told_what_is_right(function, words):
    verdict = judge("10.4", function)
    assert verdict.state == "wrong" and words in verdict.text


@pytest.mark.parametrize("name", ["10.3", "10.4"])
def test_a_function_with_a_blank_is_not_answered_yet(name):
    assert judge(name, lambda *_: ...).state == "unanswered"


@pytest.mark.parametrize("exercise", notebook_10.EXERCISES, ids=lambda exercise: exercise.name)
def test_the_solution_is_right(exercise):
    names = {"np": np}
    exec(exercise.code, names)
    answer = next(value for key, value in reversed(names.items()) if key != "__builtins__")
    if exercise.name == "10.1":
        answer = [names[name] for name in notebook_10.ASKED]
    assert judge(exercise.name, answer).state == "right"
