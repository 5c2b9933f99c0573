"""The exercises of notebook 14 take right answers in every form, and reply to each mistake."""

import itertools

import keras
import numpy as np
import pytest

from mnist_helpers import transfer
from mnist_helpers.exercises import few_labels, notebook_14
from mnist_helpers.exercises.core import judge

RIGHT = notebook_14.WHAT_IS_WRONG


@pytest.mark.parametrize("answer", [[325, 120_325], (325.0, 120_325), np.array([325, 120_325])])
def test_the_weights_that_learn(answer):
    assert judge("14.1", answer).state == "right"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([120_325, 325], "exchanged"),
        ([320, 120_320], "biases"),
        ([120_000, 120_325], "which is frozen"),
        ([120_325, 120_325], "all weights"),
        ([69, 120_325], "*each*"),
        ([0, 120_325], "the head learns"),
        ([7, 120_325], "new head alone"),
        ([325, 120_000], "the head still learns"),
        ([325, 325], "the base learns"),
        ([325], "Two numbers"),
    ],
)
def test_each_miscount_has_a_reply(answer, words):
    verdict = judge("14.1", answer)
    assert verdict.state == "wrong" and words in verdict.text


def by_sorting(labels, count, seed):
    mixed = np.random.default_rng(seed).permutation(len(labels))
    return [i for c in set(labels) for i in [j for j in mixed if labels[j] == c][:count]]


@pytest.mark.parametrize("function", [transfer.draw, by_sorting])
def test_a_draw_is_right_however_it_is_written(function):
    assert judge("14.2", function).state == "right"


def of_all(labels, count, seed):
    return np.random.default_rng(seed).choice(len(labels), count, replace=False)


def by_chance(labels, count, seed):
    classes = len(np.unique(labels))
    return np.random.default_rng(seed).choice(len(labels), count * classes, replace=False)


def with_repeats(labels, count, seed):
    random = np.random.default_rng(seed)
    return np.concatenate(
        [
            [places[0]] * count
            for places in map(np.flatnonzero, labels == np.unique(labels)[:, None])
        ]
    ) + 0 * random.integers(2)


def the_first(labels, count, seed):
    return np.concatenate([np.flatnonzero(labels == c)[:count] for c in np.unique(labels)])


def without_seed(labels, count, seed):
    return transfer.draw(labels, count, None)


def labels_themselves(labels, count, seed):
    return labels[transfer.draw(labels, count, seed)]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (of_all, "*each* class"),
        (by_chance, "of class"),
        (with_repeats, "twice"),
        (the_first, "All seeds"),
        (without_seed, "use `seed`"),
        (labels_themselves, "These are labels"),
        (lambda labels, count, seed: [99], "does not have"),
        (lambda labels, count, seed: [[0.5]], "a row of positions"),
    ],
)
def test_each_mistaken_draw_has_a_reply(function, words):
    verdict = judge("14.2", function)
    assert verdict.state == "wrong" and words in verdict.text


def by_keras(images):
    grey = images.astype("float32")[..., None]
    return keras.applications.mobilenet_v2.preprocess_input(np.concatenate(3 * [grey], axis=3))


@pytest.mark.parametrize("function", [by_keras, lambda x: np.stack(3 * [x / 127.5 - 1], -1)])
def test_preparing_is_right_however_it_is_written(function):
    assert judge("14.3", function).state == "right"


def test_each_mistaken_range_has_a_reply():
    for reply, mistaken in few_labels.MISTAKES.items():
        verdict = judge("14.3", lambda x, f=mistaken: np.stack(3 * [f(x.astype(float))], -1))
        assert verdict.state == "wrong" and reply in verdict.text


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: x / 127.5 - 1, "axis of colours is missing"),
        (lambda x: (x / 127.5 - 1)[..., None], "one colour"),
        (lambda x: np.stack(3 * [x / 127.5 - 1], 1), "second axis"),
        (lambda x: np.zeros((7, 7)), "not (2, 4, 4, 3)"),
        (lambda x: np.stack(3 * [x / 100], -1), "A pixel"),
    ],
)
def test_each_mistaken_form_has_a_reply(function, words):
    verdict = judge("14.3", function)
    assert verdict.state == "wrong" and words in verdict.text


def test_each_mistaken_cause_has_a_reply():
    assert judge("14.4", RIGHT).state == judge("14.4", list(RIGHT.values())).state == "right"
    for letter, kind in itertools.product(RIGHT, notebook_14.KINDS):
        if kind != RIGHT[letter]:
            verdict = judge("14.4", RIGHT | {letter: kind})
            assert verdict.state == "wrong" and notebook_14.AGAINST[letter] in verdict.text
    assert len(set(notebook_14.AGAINST.values())) == len(RIGHT)


@pytest.mark.parametrize("exercise", notebook_14.EXERCISES, ids=lambda exercise: exercise.name)
def test_the_solution_is_right_and_a_blank_is_unanswered(exercise):
    space = {"np": np}
    exec(exercise.code, space)
    answers = {"14.1": ("frozen", "thawed"), "14.2": "draw", "14.3": "prepare", "14.4": "causes"}
    name = answers[exercise.name]
    answer = space[name] if isinstance(name, str) else [space[part] for part in name]
    assert judge(exercise.name, answer).state == "right"
    assert judge(exercise.name, ...).state == "unanswered"
    assert len(exercise.hints) >= 2
