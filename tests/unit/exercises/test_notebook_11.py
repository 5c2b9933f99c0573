"""The exercises of notebook 11 take right answers in every form, and reply to each mistake."""

import keras
import numpy as np
import pytest

from mnist_helpers import accurate
from mnist_helpers.exercises import moved_copies, normalising, notebook_11
from mnist_helpers.exercises.core import judge

RIGHT = notebook_11.WHAT_HAPPENS


def test_labels_are_taken_in_any_form():
    turned = {letter.lower(): f" {word.upper()}" for letter, word in reversed(RIGHT.items())}
    for answer in (RIGHT, turned, list(RIGHT.values()), np.array(list(RIGHT.values()))):
        assert judge("11.1", answer).state == "right"


def test_each_mistaken_label_has_a_reply():
    replies = set()
    for letter, word in RIGHT.items():
        (other,) = set(notebook_11.WORDS) - {word}
        verdict = judge("11.1", RIGHT | {letter: other})
        assert verdict.text.startswith(f'5 of 6 are right. {letter} is not "{other}": ')
        replies.add(verdict.text)
    assert len(replies) == len(RIGHT)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("keeps", "a dictionary"),
        (["keeps"], "has 1 entries"),
        ({"A": "keeps"}, "The letters are A to F"),
        (dict.fromkeys("ABCDEF", "yes"), "none of the possible answers"),
        (dict.fromkeys("ABCDEF", True), "in quotes"),
    ],
)
def test_what_is_no_label_gets_a_sentence(answer, words):
    verdict = judge("11.1", answer)
    assert verdict.state == "wrong" and words in verdict.text


def by_loops(values, mean, variance, is_training):
    found = []
    for row in values:
        numbers = []
        for column, value in enumerate(row):
            centre, spread = mean[column], variance[column]
            if is_training:
                centre = sum(values[:, column]) / len(values)
                spread = sum((values[:, column] - centre) ** 2) / len(values)
            numbers.append((value - centre) / (spread + 0.001) ** 0.5)
        found.append(numbers)
    return found


def by_keras(values, mean, variance, is_training):
    layer = keras.layers.BatchNormalization(center=False, scale=False)
    layer.build(values.shape)
    layer.set_weights([mean, variance])
    return layer(values, training=is_training)


@pytest.mark.parametrize("function", [by_loops, by_keras, normalising.normalised])
def test_normalising_is_right_however_it_is_written(function):
    assert judge("11.2", function).state == "right"


@pytest.mark.parametrize("reply", normalising.MISTAKES)
def test_each_mistake_in_normalising_has_a_reply_of_its_own(reply):
    assert judge("11.2", normalising.MISTAKES[reply]).text == reply


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda v, m, s, t: v, "the first row is [-1.2"),
        (lambda v, m, s, t: np.zeros(len(v)), "It has the shape"),
        (lambda v, m, s, t: None, "is a `return` missing"),
        (lambda v, m, s, t: m.nothing, "raises"),
        (lambda v: v, "raises"),
        (3, "A function is asked for"),
    ],
)
def test_other_wrong_functions_get_a_sentence(function, words):
    verdict = judge("11.2", function)
    assert verdict.state == "wrong" and words in verdict.text


def test_a_division_by_nothing_is_no_answer():
    def careful_with_most(values, mean, variance, is_training):
        if is_training and (values.var(axis=0) == 0).any():
            return np.ones_like(values)
        return normalising.normalised(values, mean, variance, is_training)

    assert "are equal becomes 0" in judge("11.2", careful_with_most).text


def one_after_the_other(predict, image):
    total = np.zeros(10)
    for down, right in moved_copies.PLUS:
        total += predict(moved_copies.moved(image, down, right)[np.newaxis])[0]
    return list(total / 5)


def by_layers(predict, image):
    """As the package does it, around the network that is asked."""

    class Asked(keras.layers.Layer):
        def call(self, images):
            return keras.ops.convert_to_tensor(predict(np.asarray(images)[..., 0]), "float32")

    asked = []
    framed = keras.layers.ZeroPadding2D(accurate.FAR)(image[np.newaxis, ..., np.newaxis])
    for down, right in accurate.MOVES:
        cut = (1 - down, 1 + down), (1 - right, 1 + right)
        asked.append(Asked()(keras.layers.Cropping2D(cut)(framed)))
    return np.mean(asked, axis=0)[0]


@pytest.mark.parametrize("function", [moved_copies.mean_of_copies, one_after_the_other, by_layers])
def test_the_mean_of_copies_is_right_in_any_order(function):
    assert judge("11.3", function).state == "right"


@pytest.mark.parametrize("reply", moved_copies.MISTAKES)
def test_each_mistake_with_copies_has_a_reply_of_its_own(reply):
    assert judge("11.3", moved_copies.MISTAKES[reply]).text == reply


def repeated_border(predict, image):
    framed = np.pad(image, 1, mode="edge")
    corners = (1, 1), (0, 1), (2, 1), (1, 0), (1, 2)
    copies = [framed[top : top + 28, left : left + 28] for top, left in corners]
    return predict(np.stack(copies)).mean(axis=0)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (repeated_border, "With ink at the border it is not"),
        (lambda predict, image: np.full(10, 0.1), "the first probability is"),
        (lambda predict, image: 7, "has the shape `()`"),
        (lambda predict, image: predict(image), "raises"),
        (lambda image: image, "raises"),
    ],
)
def test_other_wrong_means_get_a_sentence(function, words):
    verdict = judge("11.3", function)
    assert verdict.state == "wrong" and words in verdict.text


PLAIN, CHANGED = (notebook_11.epochs(step) for step in (0.020, 0.026))


@pytest.mark.parametrize(
    "answer",
    [
        [PLAIN, CHANGED],
        (6.5, 5.0),
        np.array([6.52, 5.01]),
        {"without": np.float32(PLAIN), "with": CHANGED},
    ],
)
def test_epochs_at_equal_time(answer):
    assert judge("11.4", answer).state == "right"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([CHANGED, PLAIN], "exchanged"),
        ([60 / 0.020 * 128 / 55_000, 60 / 0.026 * 128 / 55_000], "the 4 s before the first step"),
        ([2800, 2154], "These are steps"),
        ([2800 * 128, 2154 * 128], "These are images"),
        ([PLAIN / 1000, CHANGED / 1000], "too few"),
        ([PLAIN * 1000, CHANGED * 1000], "too many"),
        ([64 / 0.020 * 128 / 55_000, 64 / 0.026 * 128 / 55_000], "not added to it"),
        ([PLAIN, PLAIN], "With changes it is not"),
        ([1, CHANGED], "Without changes it is not"),
        ([PLAIN], "Two numbers"),
        (PLAIN, "Two numbers"),
        (["6.5", 5.0], "without quotes"),
    ],
)
def test_each_mistake_with_epochs_has_a_reply_of_its_own(answer, words):
    verdict = judge("11.4", answer)
    assert verdict.state == "wrong" and words in verdict.text


@pytest.mark.parametrize("name", ["11.1", "11.4"])
def test_one_blank_is_not_answered_yet(name):
    answer = RIGHT | {"C": ...} if name == "11.1" else [..., 5.0]
    assert judge(name, answer).state == "unanswered"
