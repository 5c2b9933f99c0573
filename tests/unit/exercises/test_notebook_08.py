"""The exercises of notebook 08 take right answers in every form, and reply to each mistake."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from mnist_helpers.exercises import notebook_08, paired
from mnist_helpers.exercises.core import judge
from mnist_helpers.experiments import Trial, compare

LETTERED = {
    "08.1": (notebook_08.WHAT_FOLLOWS, notebook_08.VERDICTS),
    "08.2": (notebook_08.WHAT_CHANGED, notebook_08.KINDS),
}


@pytest.mark.parametrize("name", LETTERED)
def test_words_are_taken_in_any_form(name):
    right, _ = LETTERED[name]
    turned = {letter.lower(): f" {word.upper()}" for letter, word in reversed(right.items())}
    for answer in (right, turned, list(right.values()), np.array(list(right.values()))):
        assert judge(name, answer).state == "right"


@pytest.mark.parametrize("name", LETTERED)
def test_each_mistaken_word_has_a_reply(name):
    right, words = LETTERED[name]
    replies = set()
    for letter, word in itertools.product(right, words):
        if word != right[letter]:
            verdict = judge(name, right | {letter: word})
            assert verdict.state == "wrong"
            assert verdict.text.startswith(f'4 of 5 are right. {letter} is not "{word}": ')
            replies.add(verdict.text)
    assert len(replies) == len(right) * (len(words) - 1)


@pytest.mark.parametrize("name", LETTERED)
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("better", "a dictionary"),
        (["fair"], "has 1 entries"),
        ({"A": "fair"}, "The letters are A to E"),
        (dict.fromkeys("ABCDE", "good"), "none of the possible answers"),
        (dict.fromkeys("ABCDE", 3), "in quotes"),
        (np.array([["fair"] * 5]), "a dictionary"),
    ],
)
def test_what_is_no_answer_gets_a_sentence(name, answer, words):
    verdict = judge(name, answer)
    assert verdict.state == "wrong" and words in verdict.text


@pytest.mark.parametrize("name", LETTERED)
def test_one_blank_is_not_answered_yet(name):
    assert judge(name, LETTERED[name][0] | {"C": ...}).state == "unanswered"


def of(option, baseline):
    return [option[seed] - baseline[seed] for seed in option if seed in baseline]


def ends(values, factor=None, ddof=1, root=None):
    n = len(values)
    factor = factor or stats.t.ppf(0.975, n - 1)
    reach = factor * np.std(values, ddof=ddof) / (root or np.sqrt(n))
    return np.mean(values) - reach, np.mean(values) + reach


def by_the_helper(option, baseline):
    trials = [Trial("option", seed, {"accuracy": value}) for seed, value in option.items()]
    trials += [Trial("baseline", seed, {"accuracy": value}) for seed, value in baseline.items()]
    found = compare(trials, "option", "baseline")
    return [found.low, found.high]


def by_scipy(option, baseline):
    values = np.array(of(option, baseline))
    return stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))


@pytest.mark.parametrize(
    "function",
    [by_the_helper, by_scipy, lambda option, baseline: np.array(ends(of(option, baseline)))],
)
def test_an_interval_is_right_however_it_is_computed(function):
    assert judge("08.3", function).state == "right"


def in_order(option, baseline):
    return ends([a - b for a, b in zip(option.values(), baseline.values(), strict=False)])


def of_two_groups(option, baseline):
    a, b = list(option.values()), list(baseline.values())
    apart = math.sqrt(np.var(a, ddof=1) / len(a) + np.var(b, ddof=1) / len(b))
    reach = stats.t.ppf(0.975, len(of(option, baseline)) - 1) * apart
    return np.mean(a) - np.mean(b) - reach, np.mean(a) - np.mean(b) + reach


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (in_order, "in different orders"),
        (lambda a, b: ends([a[s] - b[s] for s in a]), "`KeyError"),
        (lambda a, b: ends(of(a, b))[::-1], "lower end comes first"),
        (lambda a, b: ends(of(b, a)), "baseline minus option"),
        (lambda a, b: ends(of(a, b), ddof=0), "`ddof=1`"),
        (lambda a, b: ends(of(a, b), 1.96), "1.96 is that of very many"),
        (lambda a, b: ends(of(a, b), 2), "factor 2 is that of many"),
        (lambda a, b: ends(of(a, b), 1), "factor is missing"),
        (lambda a, b: ends(of(a, b), stats.t.ppf(0.975, len(of(a, b)))), "takes n − 1"),
        (lambda a, b: ends(of(a, b), stats.t.ppf(0.95, len(of(a, b)) - 1)), "holds 90%"),
        (lambda a, b: ends(of(a, b), root=1), "of a single difference"),
        (lambda a, b: ends(of(a, b), root=len(of(a, b))), "not by n"),
        (of_two_groups, "compares two groups"),
        (lambda a, b: np.array(ends(of(a, b))) - np.mean(of(a, b)), "reach to each side"),
        (lambda a, b: 100 * np.array(ends(of(a, b))), "the interval goes from"),
        (lambda a, b: np.mean(of(a, b)), "Two numbers are asked for"),
        (lambda a, b: None, "is a `return` missing"),
        (lambda a: a, "raises"),
        ((0, 1), "A function is asked for"),
    ],
)
def test_each_mistaken_interval_has_a_reply_of_its_own(function, words):
    verdict = judge("08.3", function)
    assert verdict.state == "wrong" and words in verdict.text


def counted(s, reach):
    n = 2
    while stats.t.ppf(0.975, n - 1) * s / math.sqrt(n) > reach:
        n += 1
    return n


def halved(s, reach):
    few, many = 1, 2**20
    while many - few > 1:
        middle = (few + many) // 2
        enough = stats.t.ppf(0.975, middle - 1) * s / np.sqrt(middle) <= reach
        few, many = (few, middle) if enough else (middle, many)
    return float(many)


@pytest.mark.parametrize(
    "function", [counted, halved, lambda s, reach: np.int64(counted(s, reach))]
)
def test_the_number_of_seeds_is_right_however_it_is_found(function):
    assert judge("08.4", function).state == "right"


def searched(reached):
    def function(s, reach):
        n = 2
        while reached(s, n) > reach:
            n += 1
        return n

    return function


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda s, reach: max(2, math.ceil((2 * s / reach) ** 2)), "The factor 2 is"),
        (lambda s, reach: max(2, math.ceil((1.96 * s / reach) ** 2)), "The factor 1.96"),
        (searched(lambda s, n: stats.t.ppf(0.975, 4) * s / np.sqrt(n)), "of five seeds"),
        (searched(lambda s, n: stats.t.ppf(0.975, n) * s / np.sqrt(n)), "takes n − 1"),
        (lambda s, reach: counted(s, reach) + 1, "One too many"),
        (lambda s, reach: counted(s, reach) - 1, "One too few"),
        (searched(lambda s, n: stats.t.ppf(0.975, n - 1) * s / n), "The √ is missing"),
        (searched(lambda s, n: stats.t.ppf(0.95, n - 1) * s / np.sqrt(n)), "holds 90%"),
        (lambda s, reach: counted(2 * s, reach), "to *each* side"),
        (lambda s, reach: (2 * s / reach) ** 2, "whole number"),
        (lambda s, reach: 1 if s < reach else counted(s, reach), "it takes two"),
        (lambda s, reach: 5, "your answer is 5"),
        (lambda s, reach: "12", "text"),
        (lambda s: 2, "raises"),
        (12, "A function is asked for"),
    ],
)
def test_each_mistaken_number_of_seeds_has_a_reply_of_its_own(function, words):
    verdict = judge("08.4", function)
    assert verdict.state == "wrong" and words in verdict.text


def test_the_numbers_of_seeds_differ_enough_to_tell_mistakes_apart():
    found = [paired.least_seeds(s, reach) for s, reach in paired.SPREADS]
    assert found[-1] == 2 and len(set(found)) == len(found) and max(found) < 500
    for s, reach in paired.SPREADS[:-1]:
        count = paired.least_seeds(s, reach)
        assert (
            paired.reached(s, count) < 0.999 * reach < 1.001 * reach < paired.reached(s, count - 1)
        )


@pytest.mark.parametrize("name", ["08.3", "08.4"])
def test_a_function_with_a_blank_is_not_answered_yet(name):
    assert judge(name, lambda *_: ...).state == "unanswered"


@pytest.mark.parametrize("exercise", notebook_08.EXERCISES, ids=lambda exercise: exercise.name)
def test_the_solution_is_right(exercise):
    names = {"np": np, "stats": stats}
    exec(exercise.code, names)
    answer = next(value for key, value in reversed(names.items()) if key != "__builtins__")
    assert judge(exercise.name, answer).state == "right"
