"""The exercises of notebook 15 take right answers in every form, and reply to each mistake."""

import itertools

import numpy as np
import pytest

from mnist_helpers.distributed import speed
from mnist_helpers.exercises import notebook_15, sharing
from mnist_helpers.exercises.core import judge

RIGHT = notebook_15.WHAT_HAPPENS


def test_words_are_taken_in_any_form():
    turned = {letter.lower(): f" {word.upper()}" for letter, word in reversed(RIGHT.items())}
    for answer in (RIGHT, turned, list(RIGHT.values()), np.array(list(RIGHT.values()))):
        assert judge("15.1", answer).state == "right"


def test_each_mistaken_word_has_a_reply():
    for letter, word in itertools.product(RIGHT, notebook_15.KINDS):
        if word != RIGHT[letter]:
            verdict = judge("15.1", RIGHT | {letter: word})
            assert verdict.state == "wrong"
            assert verdict.text.startswith(f'4 of 5 are right. {letter} is not "{word}": ')
            assert notebook_15.AGAINST[letter] in verdict.text
    assert len(set(notebook_15.AGAINST.values())) == 5


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("stops", "a dictionary"),
        (["stops"], "has 1 entries"),
        ({"A": "stops"}, "The letters are A to E"),
        (dict.fromkeys("ABCDE", "waits"), "none of the possible answers"),
        (dict.fromkeys("ABCDE", 3), "in quotes"),
    ],
)
def test_what_is_no_answer_gets_a_sentence(answer, words):
    verdict = judge("15.1", answer)
    assert verdict.state == "wrong" and words in verdict.text


def test_the_time_for_sending_is_that_of_the_ring():
    computed = 1000 * speed.sending_seconds(8, 4 * 2_500_000, 1e9)
    for answer in (140, 140.0, np.array([140.4]), computed):
        assert judge("15.2", answer).state == "right"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (17.5, "8 bits, and the connection"),
        (35, "4 bytes, and so has its gradient"),
        (4.375, "and each byte 8 bits"),
        (70, "one way round"),
        (160, "since one is its own"),
        (80, "all gradients once"),
        (1120, "only one of the 8 pieces"),
        (0.14, "in seconds"),
        (99, "It is not 99 ms"),
        ("140", "is text"),
        ([1, 2], "One number is asked for"),
    ],
)
def test_each_mistaken_time_has_a_reply_of_its_own(answer, words):
    verdict = judge("15.2", answer)
    assert verdict.state == "wrong" and words in verdict.text, verdict.text


def by_loop(gradients, counts):
    total = 0
    for gradient, count in zip(gradients, counts, strict=True):
        total = total + count * gradient
    return total / sum(counts)


@pytest.mark.parametrize(
    "function",
    [
        by_loop,
        lambda g, c: np.average(g, axis=0, weights=c),
        lambda g, c: np.tensordot(np.array(c) / np.sum(c), np.array(g), 1),
        lambda g, c: by_loop(g, c).tolist(),
    ],
)
def test_gradients_are_right_however_they_are_put_together(function):
    assert judge("15.3", function).state == "right"


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda g, c: np.mean(g, axis=0), "plain mean"),
        (lambda g, c: np.sum(g, axis=0), "This is the sum"),
        (lambda g, c: by_loop(g, c) * sum(c), "then divide by the number of all images"),
        (lambda g, c: by_loop(g, c) * sum(c) / len(g), "not by the number of workers"),
        (lambda g, c: by_loop(g, c[::-1]), "changed places"),
        (lambda g, c: g[int(np.argmax(c))], "largest part only"),
        (lambda g, c: g[0] - g[1], "For gradients = [[1.0, 2.0, -3.0], [3.0, 0.0, 1.0]]"),
        (lambda g, c: 3.0, "shape"),
        (lambda g, c: None, "is a `return` missing"),
        (lambda g: g, "raises"),
        ([1.0], "A function is asked for"),
    ],
)
def test_each_mistake_with_gradients_has_a_reply_of_its_own(function, words):
    verdict = judge("15.3", function)
    assert verdict.state == "wrong" and words in verdict.text, verdict.text


def steps(part_seconds, size, bits, latency):
    return {
        n: seconds + 2 * (n - 1) * (size / n * 8 / bits + latency)
        for n, seconds in part_seconds.items()
    }


def by_the_series(part_seconds, *about):
    times = [s + speed.sending_seconds(n, *about) for n, s in part_seconds.items()]
    return list(part_seconds)[int(np.argmin(times))]


@pytest.mark.parametrize(
    "function",
    [
        by_the_series,
        lambda *given: min(steps(*given), key=steps(*given).get),
        lambda *given: float(by_the_series(*given)),
        lambda *given: np.array([by_the_series(*given)]),
    ],
)
def test_the_number_of_machines_is_right_however_it_is_found(function):
    assert judge("15.4", function).state == "right"


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda parts, *_: max(parts), "computing alone"),
        (lambda *given: max(steps(*given), key=steps(*given).get), "*longest* step"),
        (lambda p, size, *more: by_the_series(p, size / 8, *more), "A byte has 8 bits"),
        (lambda p, size, bits, _: by_the_series(p, size, bits), "latency counts in each"),
        (
            lambda p, s, b, d: min(p, key=lambda n: p[n] + 2 * (n - 1) * (s * 8 / b + d)),
            "`size / n` in place",
        ),
        (
            lambda p, s, b, d: min(p, key=lambda n: p[n] + (n - 1) * (s / n * 8 / b + d)),
            "There are 2 (n − 1) rounds",
        ),
        (lambda *given: min(steps(*given).values()), "the time of the shortest step"),
        (lambda *_: 1, "it is 8; yours is 1"),
        (lambda *_: 2.5, "yours is 2.5"),
        (lambda *_: None, "is a `return` missing"),
        (lambda p: 1, "raises"),
        (8, "A function is asked for"),
    ],
)
def test_each_mistaken_number_of_machines_has_a_reply_of_its_own(function, words):
    verdict = judge("15.4", function)
    assert verdict.state == "wrong" and words in verdict.text, verdict.text


def test_the_hidden_cases_tell_the_mistakes_apart():
    """Of clusters: none of the mistaken rules gives what another one, or the right one, gives."""
    rules = [sharing._best(sharing._step), *sharing.MISTAKEN_BEST.values()]
    given = {tuple(rule(*case) for case in sharing.CLUSTERS) for rule in rules}
    assert len(given) == len(rules)


@pytest.mark.parametrize("name", ["15.3", "15.4"])
def test_a_function_with_a_blank_is_not_answered_yet(name):
    assert judge(name, lambda *_: ...).state == "unanswered"


@pytest.mark.parametrize("exercise", notebook_15.EXERCISES, ids=lambda exercise: exercise.name)
def test_the_solution_is_right(exercise):
    names = {"np": np}
    exec(exercise.code, names)
    answer = next(value for key, value in reversed(names.items()) if key != "__builtins__")
    assert judge(exercise.name, answer).state == "right"
