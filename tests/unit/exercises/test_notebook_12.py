"""The exercises of notebook 12 take right answers in every form, and reply to each mistake."""

import itertools

import numpy as np
import pytest

from mnist_helpers.exercises import notebook_12, searching
from mnist_helpers.exercises.core import judge

RIGHT = notebook_12.WHAT_IS_WRONG


def test_words_are_taken_in_any_form():
    turned = {letter.lower(): f" {word.upper()}" for letter, word in reversed(RIGHT.items())}
    for answer in (RIGHT, turned, list(RIGHT.values()), np.array(list(RIGHT.values()))):
        assert judge("12.1", answer).state == "right"


def test_each_mistaken_word_has_a_reply():
    for letter, word in itertools.product(RIGHT, notebook_12.KINDS):
        if word != RIGHT[letter]:
            verdict = judge("12.1", RIGHT | {letter: word})
            assert verdict.state == "wrong"
            assert verdict.text.startswith(f'4 of 5 are right. {letter} is not "{word}": ')
            assert notebook_12.AGAINST[letter] in verdict.text
    assert len(set(notebook_12.AGAINST.values())) == 5


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("fair", "a dictionary"),
        (["fair"], "has 1 entries"),
        ({"A": "fair"}, "The letters are A to E"),
        (dict.fromkeys("ABCDE", "good"), "none of the possible answers"),
        (dict.fromkeys("ABCDE", 3), "in quotes"),
    ],
)
def test_what_is_no_answer_gets_a_sentence(answer, words):
    verdict = judge("12.1", answer)
    assert verdict.state == "wrong" and words in verdict.text


def by_exp(low, high, u):
    return np.exp(np.log(low) + u * (np.log(high) - np.log(low)))


@pytest.mark.parametrize(
    "function",
    [
        by_exp,
        lambda low, high, u: low * (high / low) ** u,
        lambda low, high, u: 10 ** (np.log10(low) + u * np.log10(high / low)),
        lambda low, high, u: np.array([by_exp(low, high, u)]),
        lambda low, high, u: np.geomspace(low, high, 1_000_001)[round(1_000_000 * u)],
    ],
)
def test_a_draw_is_right_however_it_is_computed(function):
    assert judge("12.2", function).state == "right"


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda low, high, u: low + u * (high - low), "ordinary scale"),
        (lambda low, high, u: np.log(low) + u * np.log(high / low), "still the logarithm"),
        (
            lambda low, high, u: np.exp(np.log10(low) + u * np.log10(high / low)),
            "belong together",
        ),
        (lambda low, high, u: by_exp(high, low, u), "changed places"),
        (lambda low, high, u: np.exp(np.log(low) + u * np.log(high)), "`end - start`"),
        (lambda low, high, u: (low + high) / 2, "it is 0.01; yours is 5"),
        (lambda low, high, u: None, "is a `return` missing"),
        (lambda low, high: low, "raises"),
        (0.5, "A function is asked for"),
    ],
)
def test_each_mistaken_draw_has_a_reply_of_its_own(function, words):
    verdict = judge("12.2", function)
    assert verdict.state == "wrong" and words in verdict.text


@pytest.mark.parametrize(
    "function",
    [
        lambda choose, report: report[int(np.argmax(choose))],
        lambda choose, report: np.array(report)[np.argsort(choose)[-1]],
        lambda choose, report: max(zip(choose, report, strict=True))[1],
    ],
)
def test_an_honest_report_is_right_however_it_is_found(function):
    assert judge("12.3", function).state == "right"


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda choose, report: max(choose), "the number that chose"),
        (lambda choose, report: max(report), "lets the images to report choose"),
        (lambda choose, report: np.argmax(choose), "the place of the winner"),
        (lambda choose, report: np.mean(report), "the mean of all trials"),
        (
            lambda choose, report: (max(choose) + report[int(np.argmax(choose))]) / 2,
            "the mean of the winner's two",
        ),
        (lambda choose, report: choose[int(np.argmax(report))], "the other way round"),
        (lambda choose, report: report[int(np.argmin(choose))], "the *worst* trial"),
        (lambda choose, report: report[0], "it is 0.982; yours is 0.984"),
        (lambda choose, report: report, "One number is asked for"),
        (lambda choose: 1, "raises"),
        ([0.9], "A function is asked for"),
    ],
)
def test_each_mistaken_report_has_a_reply_of_its_own(function, words):
    verdict = judge("12.3", function)
    assert verdict.state == "wrong" and words in verdict.text


def by_optuna(running, finished):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", pruner=optuna.pruners.MedianPruner())
    for curve in finished:
        values = dict(enumerate(curve, 1))
        study.add_trial(optuna.trial.create_trial(value=curve[-1], intermediate_values=values))
    trial = study.ask()
    for step, value in enumerate(running, 1):
        trial.report(value, step)
    return trial.should_prune()


def test_the_rule_is_that_of_optuna():
    assert [by_optuna(*case) for case in searching.CASES] == [
        searching._ended(*case) for case in searching.CASES
    ]


def then(running, finished):
    return [curve[len(running) - 1] for curve in finished]


@pytest.mark.parametrize(
    "function",
    [
        lambda r, f: len(f) >= 5 and max(r) < np.median(then(r, f)),
        lambda r, f: len(f) > 4 and bool(np.array(r).max() < np.percentile(then(r, f), 50)),
        lambda r, f: False if len(f) < 5 else sorted(then(r, f))[2] > max(r),
    ],
)
def test_the_pruner_is_right_however_it_is_written(function):
    assert judge("12.4", function).state == "right"


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda r, f: len(f) < 5 or max(r) >= np.median(then(r, f)), "upside down"),
        (lambda r, f: len(f) >= 5 and max(r) < np.median([c[-1] for c in f]), "same epoch"),
        (lambda r, f: len(f) >= 5 and max(r) < np.mean(then(r, f)), "compares with the mean"),
        (lambda r, f: len(f) >= 5 and max(r) < max(then(r, f)), "the best of the finished"),
        (lambda r, f: len(f) >= 5 and r[-1] < np.median(then(r, f)), "its *best* epoch counts"),
        (lambda r, f: max(r) < np.median(then(r, f)), "fewer than five"),
        (lambda r, f: len(f) >= 5 and max(r) <= np.median(then(r, f)), "`<`"),
        (
            lambda r, f: len(f) >= 5 and max(r) < np.median([c[len(r)] for c in f]),
            "one epoch later",
        ),
        (lambda r, f: True, "it is False; yours is True"),
        (lambda r, f: 0.5, "True or False"),
        (lambda r, f: None, "is a `return` missing"),
        (lambda r: True, "raises"),
        (True, "A function is asked for"),
    ],
)
def test_each_mistaken_pruner_has_a_reply_of_its_own(function, words):
    verdict = judge("12.4", function)
    assert verdict.state == "wrong" and words in verdict.text, verdict.text


@pytest.mark.parametrize("name", ["12.2", "12.3", "12.4"])
def test_a_function_with_a_blank_is_not_answered_yet(name):
    assert judge(name, lambda *_: ...).state == "unanswered"


@pytest.mark.parametrize("exercise", notebook_12.EXERCISES, ids=lambda exercise: exercise.name)
def test_the_solution_is_right(exercise):
    names = {"np": np}
    exec(exercise.code, names)
    answer = next(value for key, value in reversed(names.items()) if key != "__builtins__")
    assert judge(exercise.name, answer).state == "right"
