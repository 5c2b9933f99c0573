"""The exercises of notebook 09 take right answers in every form, and reply to each mistake."""

import math

import numpy as np
import pytest

from mnist_helpers.exercises import batches, notebook_09
from mnist_helpers.exercises.core import judge

FIRST, LOWEST = math.log(200), -math.log(math.e / (math.e + 1))


@pytest.mark.parametrize(
    "answer",
    [
        [FIRST, LOWEST],
        (5.3, 0.31),
        np.array([5.298, 0.3133]),
        [np.float32(FIRST), np.array(LOWEST)],
    ],
)
def test_two_losses_are_taken_in_any_form(answer):
    assert judge("09.1", answer).state == "right"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([2.303, LOWEST], "here there are 200 classes"),
        ([-FIRST, LOWEST], "never negative"),
        ([math.log2(200), LOWEST], "base 2"),
        ([1 / 200, LOWEST], "the probability of each class"),
        ([200, LOWEST], "the number of classes"),
        ([0, LOWEST], "knows nothing yet"),
        ([4, LOWEST], "Which probability"),
        ([FIRST, 1.461], "the value for 10 classes"),
        ([FIRST, 0.731], "the highest probability"),
        ([FIRST, 0.269], "the *other* class"),
        ([FIRST, -LOWEST], "never negative"),
        ([FIRST, 0.693], "How sure can it become"),
        ([FIRST, 0], "second softmax"),
        ([FIRST, 1.313], "sure, and wrong"),
        ([FIRST, 0.136], "base ten"),
        ([FIRST, 0.5], "Which probability"),
        ([FIRST], "Leave the last line"),
        (FIRST, "Leave the last line"),
        ([FIRST, "0.313"], "without quotes"),
    ],
)
def test_each_mistaken_loss_has_a_reply_of_its_own(answer, words):
    verdict = judge("09.1", answer)
    assert verdict.state == "wrong" and words in verdict.text


@pytest.mark.parametrize("answer", [[..., LOWEST], [FIRST, ...]])
def test_one_blank_of_two_is_not_answered_yet(answer):
    assert judge("09.1", answer).state == "unanswered"


RIGHT = dict(notebook_09.WHAT_IT_IS)


@pytest.mark.parametrize(
    "answer",
    [
        RIGHT,
        {run.lower(): bug.upper() for run, bug in reversed(RIGHT.items())},
        list(RIGHT.values()),
        tuple(RIGHT.values()),
        np.array(list(RIGHT.values())),
    ],
)
def test_three_diagnoses_are_taken_in_any_form(answer):
    assert judge("09.2", answer).state == "right"


@pytest.mark.parametrize("run", RIGHT)
@pytest.mark.parametrize("bug", notebook_09.BUGS)
def test_each_wrong_diagnosis_is_told_what_would_be_different(run, bug):
    if bug == RIGHT[run]:
        return
    verdict = judge("09.2", RIGHT | {run: bug})
    assert verdict.state == "wrong"
    assert verdict.text.startswith(f'2 of 3 are right. {run} is not "{bug}": ')
    assert notebook_09.AGAINST[run, bug] in verdict.text


def test_every_wrong_diagnosis_is_replied_to_differently():
    replies = notebook_09.AGAINST
    assert len(replies) == 18 == len(set(replies.values()))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("logits", "a dictionary"),
        (["logits"], "a dictionary"),
        ({"A": "logits"}, "The runs are A, B and C"),
        (RIGHT | {"A": "too slow"}, "none of the possible answers"),
        (RIGHT | {"A": 3}, "in quotes"),
    ],
)
def test_what_is_no_diagnosis_gets_a_sentence(answer, words):
    verdict = judge("09.2", answer)
    assert verdict.state == "wrong" and words in verdict.text


def test_a_blank_diagnosis_is_not_answered_yet():
    assert judge("09.2", RIGHT | {"C": ...}).state == "unanswered"


def test_the_runs_show_what_is_said_of_them():
    """What replies, hints and reasoning say of the runs follows from their numbers."""
    runs = notebook_09.RUNS
    share = {
        name: {k: float(v[:-1]) for k, v in run.items() if "%" in v} for name, run in runs.items()
    }
    assert all(abs(float(run["first loss"]) - math.log(10)) < 0.1 for run in runs.values())
    assert all(run["loss"][-1] < 1 for run in runs.values())
    assert all(np.all(np.diff(run["loss"]) < 0) for run in runs.values())
    assert all(len(run["loss"]) == len(run["val_loss"]) for run in runs.values())
    assert share["A"]["validation"] > share["A"]["new images"] + 10 > 50
    assert max(share["B"]["validation"], share["B"]["new images"]) < 12
    assert share["C"]["validation"] < 5 and share["C"]["new images"] > 70
    assert runs["B"]["loss"][7] > 2 > 0.3 > runs["C"]["loss"][1]


def in_one_go(images, labels):
    """Find the problems in another way than the solution does."""
    pixels = np.asarray(images, float).ravel()
    numbers = pixels[~np.isnan(pixels)]
    digits = np.asarray(labels).ravel().tolist()
    found = {
        "lengths": len(images) != len(labels),
        "axes": len(np.shape(labels)) != 1,
        "nan": len(numbers) < len(pixels),
        "range": not all((numbers >= 0) & (numbers <= 1)),
        "dark": not any(numbers >= 0.5),
        "classes": not set(digits) <= set(range(10)),
        "one class": len(set(digits)) == 1,
    }
    return [word for word, there in found.items() if there]


@pytest.mark.parametrize(
    "function",
    [
        in_one_go,
        lambda x, y: set(in_one_go(x, y)),
        lambda x, y: tuple(reversed(in_one_go(x, y))),
        lambda x, y: (word for word in in_one_go(x, y)),
        lambda x, y: np.array(in_one_go(x, y)),
        lambda x, y: 2 * in_one_go(x, y),
    ],
)
def test_problems_are_taken_in_any_form(function):
    assert judge("09.3", function).state == "right"


def without(word):
    return lambda x, y: [found for found in in_one_go(x, y) if found != word]


@pytest.mark.parametrize("word", batches.WORDS)
def test_a_problem_that_is_missed_is_named(word):
    verdict = judge("09.3", without(word))
    assert verdict.state == "wrong"
    assert f"misses `{word}`: {batches.HELP[word, True]}" in verdict.text


@pytest.mark.parametrize("word", batches.WORDS)
def test_a_problem_that_is_not_there_is_named(word):
    verdict = judge("09.3", lambda x, y: [*in_one_go(x, y), word])
    assert verdict.state == "wrong"
    assert f"should not name `{word}`: {batches.HELP[word, False]}" in verdict.text


def replaced(word, is_there):
    """Return a function that finds everything but one problem, and this one in its own way."""

    def check(x, y):
        others = [found for found in in_one_go(x, y) if found != word]
        return others + [word] * bool(is_there(x, y))

    return check


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (
            replaced("axes", lambda x, y: y.shape != (len(x),)),
            "15 labels, your function should not",
        ),
        (replaced("range", lambda x, y: np.nanmax(x) > 1), "from -1 to 1, your function misses"),
        (replaced("range", lambda x, y: np.nanmax(x) >= 1), "without a problem, your function"),
        (replaced("range", lambda x, y: not x.max() <= 1), "NaN, in the fourth image, your"),
        (
            replaced("range", lambda x, y: x.dtype != "float32"),
            "from -1 to 1, your function misses",
        ),
        (replaced("dark", lambda x, y: not x.max() >= 0.5), "`np.nanmax` gives"),
        (replaced("dark", lambda x, y: x.max() < 1), "0.9 and no other problem"),
        (replaced("nan", lambda x, y: x.max() == np.nan), "with NaN are always False"),
        (replaced("classes", lambda x, y: y.max() > 10), "a label 10, your function misses"),
        (replaced("classes", lambda x, y: y.max() > 9), "a label -1, your function misses"),
        (replaced("one class", lambda x, y: (y == y[0]).sum() > 1), "several digits"),
        (replaced("one class", lambda x, y: y.max() == 0), "all 3, your function misses"),
        (lambda x, y: in_one_go(x, y)[:1], "misses"),
        (lambda x, y: "nan", "a list of words"),
        (lambda x, y: len(in_one_go(x, y)), "a list of words"),
        (lambda x, y: ["bad"], "none of the words"),
        (lambda x, y: [], "15 labels, your function misses `lengths`"),
        (lambda x, y: print(end=""), "is a `return` missing"),
        (lambda x: [], "raises"),
        (["nan"], "A function is asked for"),
    ],
)
def test_each_mistaken_check_has_a_reply_of_its_own(function, words):
    verdict = judge("09.3", function)
    assert verdict.state == "wrong" and words in verdict.text


def test_a_check_with_a_blank_is_not_answered_yet():
    assert judge("09.3", lambda *_: ...).state == "unanswered"


def test_every_word_occurs_in_a_hidden_batch():
    named = [case.problems for case in batches.cases()]
    assert set().union(*named) == set(batches.WORDS)
    assert set() in named and max(map(len, named)) > 1


@pytest.mark.parametrize("exercise", notebook_09.EXERCISES, ids=lambda exercise: exercise.name)
def test_the_solution_is_right(exercise):
    names = {"np": np}
    exec(exercise.code, names)
    values = [value for key, value in names.items() if key not in ("np", "__builtins__")]
    assert judge(exercise.name, values if len(values) > 1 else values[0]).state == "right"
