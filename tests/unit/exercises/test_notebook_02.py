"""Exercises of notebook 02: right answers in several forms, and wrong ones with their replies."""

import keras
import numpy as np
import pytest
from keras import layers

from mnist_helpers.exercises import core, notebook_02
from mnist_helpers.exercises.core import judge

RIGHT = [
    ((26, 26, 32), 320),
    ((13, 13, 32), 0),
    ((11, 11, 64), 18_496),
    ((5, 5, 64), 0),
    ((1600,), 0),
    ((64,), 102_464),
    ((10,), 650),
]
PLACES = ("convolution 1", "pooling 1", "convolution 2", "pooling 2", "flatten", "64", "10")


def with_row(number, shape=None, count=None):
    """The right answer, with another shape or count in one row."""
    rows = list(RIGHT)
    rows[number] = (shape or rows[number][0], rows[number][1] if count is None else count)
    return rows


@pytest.mark.parametrize(
    "answer",
    [
        RIGHT,
        dict(zip(PLACES, RIGHT, strict=True)),
        tuple([list(shape), np.int64(count)] for shape, count in RIGHT),
        [(np.array(shape), float(count)) for shape, count in RIGHT],
        [((None, *shape), count) for shape, count in RIGHT],
        with_row(4, 1600),
        with_row(0, count=np.array(320)),
    ],
)
def test_right_shapes_and_counts(answer):
    assert judge("02.1", answer).state == "right"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (RIGHT[:6], "each of the 7 layers"),
        (7, "each of the 7 layers"),
        ([*RIGHT[:6], 650], "“dense, 10 units” there are two things"),
        (with_row(0, (28, 28, 32)), "fits into 28 rows at two places fewer"),
        (with_row(2, (13, 13, 64)), "fits into 13 rows at two places fewer"),
        (with_row(2, (11, 11, 32)), "one map for each kernel"),
        (with_row(2, (11, 11)), "(rows, columns, maps)"),
        (with_row(3, (6, 6, 64)), "rounded down"),
        (with_row(3, (4, 4, 64)), "halves 11 rows"),
        (with_row(3, (5.5, 5.5, 64)), "For “second pooling”: A whole number"),
        ([*RIGHT[:6], ((10,), None)], "For “dense, 10 units”: One number"),
        (with_row(1, (13, 13, 16)), "their number stays"),
        (with_row(4, (5, 5, 64)), "how many are there"),
        (with_row(5, (1600,)), "one number for each of its units"),
        (with_row(1, count=32), "learns nothing"),
        (with_row(2, count=640), "spans all 32 maps"),
        (with_row(2, count=18_432), "one for each of the 64"),
        (with_row(2, count=18_433), "each with its own bias"),
        (with_row(2, count=9 * 64), "(3 × 3 × maps before + 1) × kernels"),
        (with_row(5, count=102_400), "biases are missing"),
        (with_row(5, count=(64 + 1) * 1600), "1,600 inputs, and a bias"),
        (with_row(6, count="650"), "without quotes"),
        (with_row(6, count=10**300), "far too many"),
    ],
)
def test_wrong_shapes_and_counts(answer, words):
    verdict = judge("02.1", answer)
    assert verdict.state == "wrong" and words in verdict.text


def test_shapes_with_a_blank_are_not_answered_yet():
    assert judge("02.1", with_row(3, (..., ..., 64))).state == "unanswered"


SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


@pytest.mark.parametrize(
    "answer",
    [
        [[1, 2, 1], [0, 0, 0], [-1, -2, -1]],
        ((1, 1, 1), (0, 0, 0), (-1, -1, -1)),
        -SOBEL.T,
        np.array([[0, 0.5, 0], [0, 0, 0], [0, -0.5, 0]], np.float32),
        [[2, 2, 2], [-1, -1, -1], [-1, -1, -1]],
        1e-8 * -SOBEL.T,
        1e12 * -SOBEL.T / 3,
        [[keras.ops.convert_to_tensor(k) for k in row] for row in (-SOBEL.T).tolist()],
    ],
)
def test_right_kernels(answer):
    assert judge("02.2", answer).state == "right"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (SOBEL.T, "Turn it over"),
        (SOBEL, "upright edge it gives"),
        (-SOBEL, "upright edge it gives"),
        (np.full((3, 3), 1 / 9), "add up to 0"),
        ([[1, 1, 1], [0, 0, 0], [0, 0, 0]], "nine equal pixels of 1 it answers 3"),
        (np.zeros((3, 3)), "zeros"),
        ([[-1, -1, -1], [2, 2, 2], [-1, -1, -1]], "more than 0"),
        ([[1, 1, 1], [-2, -2, -2], [1, 1, 1]], "more than 0"),
        ([[1, 2], [-1, -2]], "`(3, 3)` is asked for"),
        ([[1, 0, -1], [0, 0, 0], [-1, 0, 1]], "more than 0"),
    ],
)
def test_wrong_kernels(answer, words):
    verdict = judge("02.2", answer)
    assert verdict.state == "wrong" and words in verdict.text


def every(image, kernel):
    rows, columns = image.shape[0] - 2, image.shape[1] - 2
    result = np.zeros((rows, columns))
    for row, column in np.ndindex(rows, columns):
        result[row, column] = (image[row : row + 3, column : column + 3] * kernel).sum()
    return result


def by_lists(image, kernel, stride):
    return [
        [float((image[r : r + 3, c : c + 3] * kernel).sum()) for c in range(0, width, stride)]
        for width in [image.shape[1] - 2]
        for r in range(0, image.shape[0] - 2, stride)
    ]


def by_keras(image, kernel, stride):
    layer = layers.Conv2D(1, 3, strides=stride, use_bias=False)
    layer.build((1, *image.shape, 1))
    layer.set_weights([kernel.reshape(3, 3, 1, 1)])
    return layer(image[None, :, :, None])[0, :, :, 0]


@pytest.mark.parametrize(
    "function", [lambda i, k, s: every(i, k)[::s, ::s], by_lists, by_keras, lambda *a: by_lists(*a)]
)
def test_right_convolutions(function):
    assert judge("02.3", function).state == "right"


def too_close(image, kernel, stride):
    rows, columns = every(image, kernel)[::stride, ::stride].shape
    return every(image, kernel)[:rows, :columns]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda i, k, s: every(i, k), "size for stride 1"),
        (lambda i, k, s: every(i, k)[: (len(i) - 2) // s, ::s], "the map is 3×4; yours is 2×4"),
        (too_close, "begins in row 2 of the image"),
        (lambda i, k, s: every(i, k[::-1, ::-1])[::s, ::s], "turned round"),
        (lambda i, k, s: every(i, k.T)[::s, ::s], "changed places"),
        (lambda i, k, s: np.maximum(every(i, k), 0)[::s, ::s], "is expected"),
        (lambda i, k, s: every(i, k)[0, 0], "a single number"),
        (lambda i, k: every(i, k), "TypeError"),
        (by_lists(np.ones((3, 3)), SOBEL, 1), "function is asked for"),
    ],
)
def test_wrong_convolutions(function, words):
    verdict = judge("02.3", function)
    assert verdict.state == "wrong" and words in verdict.text


def test_a_convolution_with_a_blank_is_not_answered_yet():
    assert judge("02.3", lambda image, kernel, stride: np.zeros((..., 2))).state == "unanswered"


def small(*parts, shape=(28, 28, 1), last="softmax", units=10):
    ends = [layers.Flatten(), layers.Dense(units, activation=last)]
    return keras.Sequential([keras.Input(shape), *parts, *ends])


def functional():
    given = keras.Input((28, 28, 1))
    hidden = layers.Conv2D(4, 5, strides=2, activation="relu")(given)
    hidden = layers.GlobalAveragePooling2D()(hidden)
    return keras.Model(given, layers.Softmax()(layers.Dense(10)(hidden)))


class OfItsOwn(keras.Model):
    def __init__(self):
        super().__init__()
        self.convolution = layers.Conv2D(4, 3)

    def call(self, images):
        return self.convolution(images)


def test_a_model_that_does_not_tell_its_shapes():
    called = OfItsOwn()
    called(np.zeros((1, 28, 28, 1)))
    for answer in (OfItsOwn(), called):
        verdict = judge("02.4", answer)
        assert verdict.state == "wrong" and "a class of your own" in verdict.text


def test_loading_keras_is_not_counted():
    for name in ("02.1", "02.4"):
        assert core.find(name).needs == ("mnist_helpers.models",)


@pytest.mark.parametrize(
    "answer",
    [
        functional,
        functional(),
        lambda: small(layers.Conv2D(4, 3), layers.MaxPooling2D(2)),
        small(layers.Conv2D(4, 3), layers.MaxPooling2D(4)),
        small(layers.SeparableConv2D(4, 3), layers.MaxPooling2D(4)),
        small(layers.DepthwiseConv2D(3), layers.MaxPooling2D(4)),
        small(keras.Sequential([layers.Conv2D(4, 3), layers.MaxPooling2D(4)])),
    ],
)
def test_right_models(answer):
    assert judge("02.4", answer).state == "right"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (small(layers.Conv2D(4, 3)).count_params, "should return a Keras model"),
        (layers.Conv2D(4, 3), "Your function raises"),
        (lambda: keras.Sequential([layers.Conv2D(4, 3)]), "begin with `keras.Input"),
        (keras.Sequential(), "begin with `keras.Input"),
        (lambda: small(layers.Conv2D(4, 3), shape=(28, 28, 3)), "takes the shape `(None, 28, 28,"),
        (lambda: small(layers.Conv2D(4, 3), units=11), "gives the shape `(None, 11)`"),
        (lambda: small(), "no convolution"),
        (
            lambda: small(layers.Conv2D(32, 3)),
            "Most of them, 216,330, are in a Dense layer",
        ),
        (
            lambda: small(layers.Conv2D(2, 3), layers.MaxPooling2D(2), last=None),
            'activation="softmax"',
        ),
        (
            lambda: small(layers.Conv2D(2, 3), layers.MaxPooling2D(2), last="sigmoid"),
            "add up to 1",
        ),
    ],
)
def test_wrong_models(answer, words):
    verdict = judge("02.4", answer)
    assert verdict.state == "wrong" and words in verdict.text


@pytest.mark.parametrize("exercise", notebook_02.EXERCISES, ids=lambda exercise: exercise.name)
def test_the_solution_is_right(exercise):
    names = {"np": np, "keras": keras}
    before = set(names)
    exec(exercise.code, names)
    (answer,) = [value for name, value in names.items() if name not in before | {"__builtins__"}]
    assert core.judge(exercise.name, answer) == ("right", exercise.right)
