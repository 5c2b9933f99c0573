"""The exercises of notebook 03 take right answers in every form, and reply to each mistake."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import softmax

from mnist_helpers.exercises import notebook_03
from mnist_helpers.exercises.core import judge

RIGHT = dict(notebook_03.WHAT_THEY_ARE)


@pytest.mark.parametrize(
    "answer",
    [
        RIGHT,
        {panel.lower(): kind.upper() for panel, kind in reversed(RIGHT.items())},
        list(RIGHT.values()),
        tuple(RIGHT.values()),
        np.array(list(RIGHT.values())),
    ],
)
def test_the_four_kinds_are_taken_in_any_form(answer):
    assert judge("03.1", answer).state == "right"


@pytest.mark.parametrize("panel", RIGHT)
@pytest.mark.parametrize("kind", notebook_03.KINDS)
def test_each_mistaken_kind_has_a_reply_of_its_own(panel, kind):
    if kind == RIGHT[panel]:
        return
    verdict = judge("03.1", RIGHT | {panel: kind})
    assert verdict.state == "wrong"
    assert verdict.text.startswith(f'3 of 4 are right. {panel} is not "{kind}": ')
    assert notebook_03.AGAINST[RIGHT[panel], kind] in verdict.text


def test_every_mistake_is_replied_to_differently():
    replies = notebook_03.AGAINST
    assert len(replies) == 12 == len(set(replies.values()))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("fine", "a dictionary"),
        (["fine"], "has 1 entries"),
        ({"A": "fine"}, "The panels are A, B, C and D"),
        (RIGHT | {"A": "too simple"}, "none of the possible answers"),
        (RIGHT | {"A": 3}, "in quotes"),
        ([["fine"] * 4], "a dictionary"),
        ([["A", "fine"], ["B"], "C", "D"], "a dictionary"),
    ],
)
def test_what_is_no_answer_gets_a_sentence(answer, words):
    verdict = judge("03.1", answer)
    assert verdict.state == "wrong" and words in verdict.text


def test_one_blank_is_not_answered_yet():
    assert judge("03.1", RIGHT | {"C": ...}).state == "unanswered"


def test_the_curves_show_what_they_are_said_to_be():
    """What hints and replies say of the curves follows from their numbers."""
    curves = notebook_03.CURVES
    smooth = {p: np.all(np.diff(curves[p]["loss"]) <= 0) for p in curves}
    assert smooth == {"A": True, "B": False, "C": True, "D": True}
    assert curves["A"]["loss"][-1] > 0.25 and curves["C"]["loss"][-1] < 0.1
    assert np.all(np.diff(curves["C"]["val_loss"]) < 0)
    late = curves["D"]["val_loss"][10:]
    assert np.all(np.diff(late) > 0) and late[-1] > min(curves["D"]["val_loss"])
    assert all(len(c["loss"]) == len(c["val_loss"]) for c in curves.values())


def gradient(weights, pixels, labels, axis=1):
    errors = softmax(pixels @ weights, axis=axis) - np.eye(10)[labels]
    return pixels.T @ errors / len(pixels)


def in_loops(weights, pixels, labels, rate):
    stepped = np.array(weights)
    for row, digit in zip(pixels, labels, strict=True):
        probabilities = softmax(row @ weights)
        for pixel in range(len(row)):
            for k in range(10):
                slope = row[pixel] * (probabilities[k] - (k == digit))
                stepped[pixel, k] -= rate * slope / len(pixels)
    return stepped


def by_tensorflow(weights, pixels, labels, rate):
    variable = tf.Variable(weights, dtype="float32")
    with tf.GradientTape() as tape:
        scores = tf.cast(pixels, "float32") @ variable
        loss = keras.losses.sparse_categorical_crossentropy(labels, scores, from_logits=True)
        loss = tf.reduce_mean(loss)
    return variable - rate * tape.gradient(loss, variable)


def in_place(weights, pixels, labels, rate):
    weights -= rate * gradient(weights, pixels, labels)
    return weights.tolist()


@pytest.mark.parametrize("function", [in_loops, by_tensorflow, in_place])
def test_a_step_is_right_however_it_is_computed(function):
    assert judge("03.2", function).state == "right"


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (lambda w, x, y, r: w + r * gradient(w, x, y), "goes uphill"),
        (lambda w, x, y, r: w - r * len(x) * gradient(w, x, y), "6 times too long"),
        (lambda w, x, y, r: gradient(w, x, y), "the new weights are asked for"),
        (lambda w, x, y, r: -r * gradient(w, x, y), "This is the change"),
        (lambda w, x, y, r: w - gradient(w, x, y), "learning rate is missing"),
        (lambda w, x, y, r: w - 2 * r * gradient(w, x, y), "should become"),
        (lambda w, x, y, r: w, "the step is missing"),
        (lambda w, x, y, r: w - r * gradient(w, x, y, axis=0), "along each row"),
        (
            lambda w, x, y, r: w - r * x.T @ (x @ w - np.eye(10)[y]) / len(x),
            "Softmax is missing",
        ),
        (
            lambda w, x, y, r: w - r * x.T @ softmax(x @ w, axis=1) / len(x),
            "The targets are missing",
        ),
        (lambda w, x, y, r: (w - r * gradient(w, x, y)).T, "stand on their side"),
        (lambda w, x, y, r: w - 0.9 * r * gradient(w, x, y), "should become"),
        (
            lambda w, x, y, r: w - r * x.T @ (softmax(x @ w) - np.eye(10)[y]) / len(x),
            "over all images at once",
        ),
        (lambda w, x, y, r: w - r * gradient(w, x, y) * len(x) / 10, "not by that of the digits"),
        (lambda w, x, y, r: w - r * x @ softmax(x @ w, axis=1), "Shapes do not fit together"),
        (lambda w, x, y, r: w - r * gradient(w, x, y).T, "Shapes do not fit together"),
        (lambda w, x, y, r: 0.0, "shape"),
        (lambda w, x, y, r: w * np.nan, "not finite"),
        (lambda w, x: w, "raises"),
    ],
)
def test_each_mistaken_step_has_a_reply_of_its_own(step, words):
    verdict = judge("03.2", step)
    assert verdict.state == "wrong" and words in verdict.text


def straight(step, steps, peak):
    warmup = steps / 10
    down = (steps - step) / (steps - warmup)
    return peak * min(step / warmup, down)


@pytest.mark.parametrize(
    "function",
    [
        straight,
        lambda step, steps, peak: np.interp(step, [0, steps / 10, steps], [0, peak, 0]),
        lambda step, steps, peak: np.array([straight(step, steps, peak)]),
    ],
)
def test_a_schedule_is_right_however_it_is_computed(function):
    assert judge("03.3", function).state == "right"


def with_cosine(step, steps, peak):
    warmup = steps // 10
    if step < warmup:
        return peak * step / warmup
    return peak * (1 + np.cos(np.pi * (step - warmup) / (steps - warmup))) / 2


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda step, steps, peak: peak * (1 - step / steps), "A tenth of the way"),
        (lambda step, steps, peak: peak * min(1, step / (steps / 10)), "has to fall to 0"),
        (lambda step, steps, peak: peak, "has to warm up from 0"),
        (with_cosine, "a straight line is asked for"),
        (
            lambda step, steps, peak: (
                peak * step / (steps / 10) if step <= steps / 10 else peak * (steps - step) / steps
            ),
            "jumps down",
        ),
        (lambda step, steps, peak: "fast", "text"),
        (lambda step, steps: 0, "raises"),
        (0.006, "A function is asked for"),
    ],
)
def test_each_mistaken_schedule_has_a_reply_of_its_own(function, words):
    verdict = judge("03.3", function)
    assert verdict.state == "wrong" and words.lower() in verdict.text.lower()


@pytest.mark.parametrize("name", ["03.2", "03.3"])
def test_a_function_with_a_blank_is_not_answered_yet(name):
    assert judge(name, lambda *_: ...).state == "unanswered"


@pytest.mark.parametrize("exercise", notebook_03.EXERCISES, ids=lambda exercise: exercise.name)
def test_the_solution_is_right(exercise):
    names = {"softmax": softmax}
    exec(exercise.code, names)
    answer = next(value for key, value in reversed(names.items()) if key != "__builtins__")
    assert judge(exercise.name, answer).state == "right"
