"""The answers to notebook 05's exercises, and what is said of wrong ones."""

import json

import numpy as np
import pytest

from mnist_helpers.exercises import not_sure, notebook_05
from mnist_helpers.exercises.core import find, judge
from tests.conftest import NOTEBOOKS

RIGHT_SHAPES = [(1, 28, 28, 1), (7, 10)]
RIGHT_READING = [[3, 7, 5], 8, "b"]


def judged(name, answer):
    verdict = judge(name, answer)
    return verdict.state, verdict.text


def says(name, answer, words):
    state, text = judged(name, answer)
    assert state == "wrong"
    assert words in text, text


@pytest.mark.parametrize("name", [exercise.name for exercise in notebook_05.EXERCISES])
def test_the_solution_is_right_and_fits_the_notebook(name):
    exercise = find(name)
    cells = json.loads(NOTEBOOKS[4].read_text("utf-8"))["cells"]
    (source,) = (s for c in cells if f'check("{name}"' in (s := "".join(c["source"])))
    checked = source.splitlines()[-1].split(",", 1)[1].rsplit(")", 1)[0]
    names = {"np": np}
    exec(exercise.code, names)
    assert judged(name, eval(checked, names))[0] == "right"


@pytest.mark.parametrize(
    "answer",
    [
        RIGHT_SHAPES,
        tuple(RIGHT_SHAPES),
        [[1, 28, 28, 1], [7, 10]],
        [np.array([1, 28, 28, 1]), np.zeros((7, 10)).shape],
    ],
)
def test_shapes_in_several_forms(answer):
    assert judged("05.1", answer)[0] == "right"


@pytest.mark.parametrize(
    ("batch", "seven", "words"),
    [
        ((28, 28, 1), (7, 10), "the number of images is missing"),
        ((1, 28, 28), (7, 10), "the channel is missing"),
        ((7, 28, 28, 1), (7, 10), "batch of seven"),
        ((28, 28), (7, 10), "images, rows, columns, channels"),
        ((1, 1, 28, 28), (7, 10), "images, rows, columns, channels"),
        ((None, 28, 28, 1), (7, 10), "here the number is known"),
        ((1, 28, 28, 1), [None, 10], "here the number is known"),
        (RIGHT_SHAPES[0], (10,), "for one image"),
        (RIGHT_SHAPES[0], (1, 10), "batch of one"),
        (RIGHT_SHAPES[0], (10, 7), "exchanged"),
        (RIGHT_SHAPES[0], (7,), "more than one number"),
        (RIGHT_SHAPES[0], (7, 28, 28, 1), "what goes in"),
        (RIGHT_SHAPES[0], (70,), "one row of probabilities"),
    ],
)
def test_wrong_shapes_get_their_own_reply(batch, seven, words):
    says("05.1", [batch, seven], words)


def test_a_changed_last_line_is_explained():
    says("05.1", (1, 28, 28, 1), "Leave the last line")
    says("05.2", [3, 7], "Leave the last line")


@pytest.mark.parametrize(
    "answer",
    [
        RIGHT_READING,
        [(3.0, 7, 5), np.int64(8), "B"],
        (np.array([3, 7, 5]), 8.0, " b "),
        ([np.array(3), np.array(7), np.array(5)], np.array(8), "b"),
        {"digits": [3, 7, 5], "second": 8, "meaning": "b"},
    ],
)
def test_probabilities_are_read_in_several_forms(answer):
    assert judged("05.2", answer)[0] == "right"


@pytest.mark.parametrize(
    ("read", "second", "meaning", "words"),
    [
        ([4, 8, 6], 8, "b", "count from 0"),
        ([3, 7, 6], 8, "b", "In the third row it is not 6"),
        ([8, 7, 5], 8, "b", "In the first row it is not 8"),
        ([3, 7], 8, "b", "as a list, such as"),
        (375, 8, "b", "as a list, such as"),
        ([0.54, 0.98, 0.22], 8, "b", "0.54 is the probability"),
        ([3, 7, 5], 3, "b", "is the first choice"),
        ([3, 7, 5], 5, "b", "second largest"),
        ([3, 7, 5], 0.40, "b", "0.4 is the probability"),
        ([3, 7, 5], 0.54, "b", "0.54 is the probability"),
        ([3, 7, 5], 0.5, "b", "whole number"),
        ([3, 7, 5], 8, "a", "cross, house and noise"),
        ([3, 7, 5], 8, "c", "does not count pixels"),
        ([3, 7, 5], 8, "d", "none of the possible answers"),
    ],
)
def test_wrong_readings_get_their_own_reply(read, second, meaning, words):
    says("05.2", [read, second, meaning], words)


def test_the_rows_are_those_of_the_notebook():
    cells = json.loads(NOTEBOOKS[4].read_text("utf-8"))["cells"]
    (source,) = (s for c in cells if 'check("05.2"' in (s := "".join(c["source"])))
    names = {"np": np}
    exec(source.split("digits_read")[0], names)
    np.testing.assert_array_equal(names["three_rows"], notebook_05.ROWS)
    np.testing.assert_allclose(np.sum(notebook_05.ROWS, axis=1), 1)


def batch(values):
    return values[np.newaxis, ..., np.newaxis]


@pytest.mark.parametrize(
    "function",
    [
        lambda p: batch(1 - p / 255),
        lambda p: batch((255 - p) / 255),
        lambda p: batch(1 - p.astype("float32") / np.float32(255)),
        lambda p: batch(np.float16(1) - (p / 255).astype(np.float16)),
        lambda p: (1 - np.asarray(p, float) / 255).reshape(1, 28, 28, 1),
        lambda p: [[[[1 - int(v) / 255] for v in row] for row in p]],
    ],
)
def test_batches_in_several_forms(function):
    assert judged("05.3", function)[0] == "right"


def test_a_tensor_is_a_batch_too():
    keras = pytest.importorskip("keras")
    function = lambda p: keras.ops.convert_to_tensor(batch(1 - p / 255))  # noqa: E731
    assert judged("05.3", function)[0] == "right"


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda p: 1 - p / 255, "two axes are missing"),
        (lambda p: (1 - p / 255)[..., None], "number of images is missing"),
        (lambda p: (1 - p / 255)[None], "channel is missing"),
        (lambda p: (1 - p / 255).reshape(28, 28, 1, 1), "a batch of one is"),
        (lambda p: batch(p), "unchanged"),
        (lambda p: batch(p / 255), "turn them over"),
        (lambda p: batch(255 - p), "still go up to 255"),
        (lambda p: batch(-p / 255), "no negative numbers"),
        (lambda p: batch((p - 255) / 255), "no negative numbers"),
        (lambda p: batch(1 - p), "comes too early"),
        (lambda p: batch((1 - p) / 255), "comes too early"),
        (lambda p: batch(1 - p.astype(float)), "comes too early"),
        (lambda p: batch((255 - p) // 255), "drops them"),
        (lambda p: batch(1 - p // 255), "drops them"),
        (lambda p: batch(1 - p / p.max()), "depends on the picture"),
        (lambda p: batch((255 - p) / (255 - p).max()), "depends on the picture"),
        (lambda p: batch((p.max() - p) / np.ptp(p)), "depends on the picture"),
        (lambda p: batch(-(p / 255)), "the values are negative"),
        (lambda p: batch(np.zeros(p.shape)), "All pixels become 0, whatever the picture"),
        (lambda p: batch(np.full(p.shape, 0.5)), "All pixels become 0.5, whatever the picture"),
        (lambda p: batch((1 - p / 255).T), "Rows and columns".lower()),
        (lambda p: batch(1 - p / 256), "it should become"),
        (lambda p: batch(np.full(p.shape, np.nan)), "not finite"),
        (lambda p: None, "return"),
        (lambda p: "a batch", "Numbers"),
        (lambda p: p.missing, "raises"),
    ],
)
def test_wrong_batches_get_their_own_reply(function, words):
    says("05.3", function, words)


def test_no_hidden_picture_lets_a_wrong_divisor_pass():
    for picture in list(notebook_05._pictures())[1:]:
        assert picture.max() < 250 and picture.min() > 5


def by_loop(probabilities, labels, bound):
    answered = right = 0
    for row, label in zip(probabilities, labels, strict=True):
        if max(row) >= bound:
            answered += 1
            right += int(row.argmax() == label)
    return [answered / len(labels), right / answered]


def counted(share_right, picked=lambda p, y, b: p.max(axis=1) >= b):
    def function(p, y, b):
        answered, hits = picked(p, y, b), p.argmax(axis=1) == y
        return share_right(answered, hits)

    return function


@pytest.mark.parametrize(
    "function",
    [
        counted(lambda a, h: (a.mean(), h[a].mean())),
        by_loop,
        lambda *given: np.array(by_loop(*given), np.float64),
        lambda *given: tuple(np.array(share) for share in by_loop(*given)),
        lambda *given: tuple(np.array([share]) for share in by_loop(*given)),
        counted(lambda a, h: (np.count_nonzero(a) / len(a), (a & h).sum() / a.sum())),
    ],
)
def test_rules_in_several_forms(function):
    assert judged("05.4", function)[0] == "right"


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (counted(lambda a, h: (h[a].mean(), a.mean())), "wrong order"),
        (counted(lambda a, h: (100 * a.mean(), 100 * h[a].mean())), "percentages"),
        (counted(lambda a, h: (a.sum(), h[a].sum())), "counts"),
        (counted(lambda a, h: (1 - a.mean(), h[a].mean())), "without an answer"),
        (counted(lambda a, h: (a.mean(), (a & h).mean())), "number answered, not by all"),
        (counted(lambda a, h: (a.mean(), h.mean())), "counts the images without"),
        (
            counted(lambda a, h: (a.mean(), h[a].mean()), lambda p, y, b: p.max(axis=1) > b),
            "`>=`",
        ),
        (lambda p, y, b: ((p >= b).mean(), 1.0), "*largest*"),
        (
            counted(lambda a, h: (a.mean(), h[a].mean()), lambda p, y, b: p[range(len(y)), y] >= b),
            "true digit",
        ),
        (lambda p, y, b: (0.123, 0.5), "are to be answered"),
        (counted(lambda a, h: (a.mean(), 0.5 * h[a].mean())), "your function says"),
        (counted(lambda a, h: a.mean()), "Return two numbers"),
        (lambda p, y: (1.0, 1.0), "raises"),
        (lambda p, y, b: by_loop(p, y, 0.5), "are to be answered"),
        (lambda p, y, b: (0, np.nan), "does it use `bound`"),
        (lambda p, y, b: np.array([0, np.nan]), "does it use `bound`"),
        (
            counted(lambda a, h: (a.mean(), h.sum() * 0.0), lambda p, y, b: p.max(axis=1) > 0.9),
            "does it use `bound`",
        ),
        (lambda *given: [round(share, 2) for share in by_loop(*given)], "Do not round"),
    ],
)
def test_wrong_rules_get_their_own_reply(function, words):
    says("05.4", function, words)


def test_some_probabilities_lie_exactly_on_the_bound():
    for probabilities, labels, bound in not_sure.answers():
        answered = probabilities.max(axis=1) >= bound
        assert answered.any() and len(labels) == len(probabilities)
        np.testing.assert_allclose(probabilities.sum(axis=1), 1)
        if bound > 0.25:
            assert (probabilities.max(axis=1) == bound).any() and not answered.all()
