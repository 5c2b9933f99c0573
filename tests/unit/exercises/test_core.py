"""Answers are read in every form, and judged without a traceback."""

import contextlib
import itertools
import math
import os
import random
import subprocess
import sys
import threading
import warnings
from fractions import Fraction

import numpy as np
import pytest

from mnist_helpers.exercises import core
from mnist_helpers.exercises.core import (
    Unanswered,
    Wrong,
    as_array,
    as_choice,
    as_function,
    as_indices,
    as_number,
    as_shape,
    as_whole,
    call,
    judge,
)


def rude():
    """An answer that raises whatever is done with it."""

    class Rude:
        def __getattribute__(self, name):
            raise RuntimeError("no")

        def __repr__(self):
            raise RuntimeError("no")

        __eq__ = __float__ = __array__ = __len__ = __iter__ = __repr__

    return Rude()


def hangs(*_):
    while True:
        pass


def clings(*_):
    while True:
        with contextlib.suppress(BaseException):
            int("x")


def prints(*_):
    print("a line")
    return "x"


def leaves(*_):
    raise SystemExit(3)


NONSENSE = {
    "none": None,
    "text": "abc",
    "empty": "",
    "bytes": b"abc",
    "nan": math.nan,
    "infinity": -math.inf,
    "huge": 10**400,
    "complex": 1j,
    "true": True,
    "list": [],
    "ragged": [[1, 2], [3]],
    "dictionary": {"a": object()},
    "set": {1, "x"},
    "object": object(),
    "type": int,
    "module": math,
    "zeros": np.zeros((3000, 3000)),
    "texts": np.array(["a", "b"]),
    "nans": np.full((3, 3), np.nan),
    "nothing": np.zeros((0, 28, 28)),
    "generator": (number for number in range(3)),
    "range": range(10**12),
    "raises": lambda *_: 1 / 0,
    "returns none": lambda *_: None,
    "returns text": lambda *_: "abc",
    "returns nan": lambda *_: np.full((2, 2), np.nan),
    "returns a lot": lambda *_: np.zeros((2000, 1000)),
    "no arguments": lambda: 3,
    "prints": prints,
    "leaves": leaves,
}


@pytest.mark.parametrize("name", core.names())
def test_nonsense_gets_a_sentence(name, capfd):
    for kind, answer in (NONSENSE | {"rude": rude()}).items():
        verdict = judge(name, answer)
        assert verdict.state == "wrong", f"{kind}: {verdict}"
        assert verdict.text[0].isupper() or verdict.text[0] in "`0123456789"
        assert 10 < len(verdict.text) < 900 and "Traceback" not in verdict.text, verdict.text
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("name", core.names())
def test_an_exercise_is_complete(name):
    exercise = core.find(name)
    assert (
        exercise.task and exercise.right.endswith(".") and exercise.reasoning.endswith((".", "`"))
    )
    assert 1 <= len(exercise.hints) <= 4
    assert max(map(len, exercise.code.splitlines())) <= 80


@pytest.mark.parametrize("name", core.names())
def test_blanks_are_not_answered_yet(name):
    for answer in (..., (..., ...), [1, ...], {"a": ...}, [[...]], lambda *_: ...):
        if callable(answer) and judge(name, answer).state == "wrong":
            continue  # no function is asked for
        assert judge(name, answer).state == "unanswered"


@pytest.mark.parametrize(
    "answer", [4, 4.0, np.int64(4), np.float32(4), np.array(4), np.array([4]), np.array([[4.0]])]
)
def test_a_number_is_read_in_every_form(answer):
    assert judge("99.1", answer).state == "right"
    assert as_number(answer) == 4 and as_whole(answer) == 4 and type(as_whole(answer)) is int


def test_tensors_are_read():
    tensorflow = pytest.importorskip("tensorflow")
    assert as_number(tensorflow.constant(4)) == 4
    assert as_array(tensorflow.constant([[1.0, 2.0]])).tolist() == [[1, 2]]
    assert as_shape(tensorflow.TensorShape((2, 3))) == (2, 3)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("4", "without quotes"),
        (judge, "call it"),
        (np.zeros((2, 3)), "`(2, 3)`"),
        (math.nan, "finite"),
        (10**400, "too large"),
        ([4], "One number"),
        (np.array("4"), "without quotes"),
        (np.array(["4"]), "without quotes"),
        (5, "2 + 3"),
        (6, "6 is not"),
    ],
)
def test_a_wrong_number_is_told_what_is_wrong(answer, words):
    verdict = judge("99.1", answer)
    assert verdict.state == "wrong" and words in verdict.text


def test_whole_numbers():
    with pytest.raises(Wrong, match="whole"):
        as_whole(2.5)
    assert as_whole(10**17 + 1) == 10**17 + 1  # and not rounded


@pytest.mark.parametrize("answer", [(26, 26, 32), [26, 26, 32.0], np.array([26, 26, 32])])
def test_a_shape_is_read_in_every_form(answer):
    assert as_shape(answer) == (26, 26, 32)
    assert as_shape((None, *answer)) == (26, 26, 32)


def test_what_is_no_shape():
    for answer in ("26, 26", {1: 2}, np.zeros((2, 2)), [1.5], as_shape, rude()):
        assert judge("99.3", answer).state == "wrong"


def test_indices_in_any_order():
    assert as_indices([3, 1, 3]) == as_indices({1, 3}) == as_indices(np.array([3, 1])) == [1, 3]
    assert as_indices(2) == as_indices(np.int64(2)) == [2]


def test_choices():
    assert as_choice(" Overfitting ", ("overfitting", "fine")) == "overfitting"
    assert as_choice("too\n  Large", ("too large", "fine")) == "too large"
    with pytest.raises(Wrong, match='"fine"'):
        as_choice("good", ("overfitting", "fine"))
    with pytest.raises(Wrong, match="in quotes"):
        as_choice(3, ("overfitting", "fine"))


def nested():
    """A list that lies in itself."""
    around = []
    around += [around, around]
    return around


def test_fractions_and_arrays_without_axes_are_numbers():
    assert as_array([Fraction(1, 2), 1]).tolist() == [0.5, 1]
    assert as_array([np.array(1), np.array(2.5)]).tolist() == [1, 2.5]


def test_arrays():
    assert as_array([[1, 2], [3, 4]], (2, 2)).dtype == float
    for answer, words in (
        ([[1, 2], [3]], "equal length"),
        ([[1, 2], [3, math.nan]], "NaN"),
        (np.zeros((2, 3)), r"\(2, 2\)"),
        ("1 2", "Numbers"),
        (np.zeros((2000, 2000)), "values"),
        ([[0] * 2000] * 2000, "values"),
        (range(10**12), "values"),
        (as_array, "call it"),
        ((number for number in range(4)), r"`list\(\.\.\.\)`"),
        (map(abs, [1, 2]), "no values yet"),
        (nested(), "10 deep"),
        ([[[1], [2]], [Fraction(1, 2), "x"]], "Numbers"),
    ):
        with pytest.raises(Wrong, match=words):
            as_array(answer, (2, 2))


@pytest.mark.parametrize("answer", [range(10**12), itertools.count(), np.zeros(10**6)])
def test_far_too_many_numbers(answer):
    for read in (as_shape, as_indices):
        with pytest.raises(Wrong, match="far fewer"):
            read(answer)


def test_functions():
    with pytest.raises(Wrong, match="without parentheses"):
        as_function(3)
    assert judge("99.2", lambda number: number + number).state == "right"
    assert "Twice 3 is 6, not 5" in judge("99.2", lambda number: number + 2).text
    assert "ZeroDivisionError" in judge("99.2", lambda number: 1 / 0).text
    assert "`return`" in judge("99.2", lambda number: None).text
    assert "TypeError" in judge("99.2", lambda: 3).text


def test_a_blank_inside_a_function_is_not_answered_yet():
    assert judge("99.2", lambda number: ... * number).state == "unanswered"
    for blank in (..., (1, ...), {"a": ...}):
        with pytest.raises(Unanswered):
            call(lambda blank=blank: blank)


def test_a_function_cannot_spoil_the_cases():
    case = np.ones(3)
    call(lambda array: array.fill(0), case, none=True)
    assert case.tolist() == [1, 1, 1]


def test_a_function_that_prints_is_judged_in_silence(capfd):
    assert judge("99.2", lambda number: print("!") or 2 * number).state == "right"
    assert capfd.readouterr() == ("", "")


def test_what_an_answer_changes_for_the_kernel_is_put_back(tmp_path):
    def changes(number):
        random.seed(1)
        np.random.seed(1)  # noqa: NPY002
        sys.setrecursionlimit(500)
        sys.setswitchinterval(0.5)
        os.chdir(tmp_path)
        warnings.simplefilter("error")
        return 2 * number

    def state():
        return (
            random.getstate(),
            np.random.get_state()[1].tolist(),  # noqa: NPY002
            sys.getrecursionlimit(),
            sys.getswitchinterval(),
            os.getcwd(),  # noqa: PTH109
            list(warnings.filters),
        )

    before = state()
    assert judge("99.2", changes).state == "right"
    assert state() == before


def test_bytes_can_be_written_to_the_silent_stream():
    def writes(number):
        sys.stdout.buffer.write(b"a line")
        return 2 * number

    assert judge("99.2", writes).state == "right"


def test_an_error_of_any_kind_is_only_wrong():
    class Silent(BaseException):
        def __str__(self):
            raise RuntimeError("no")

    def raises(number):
        raise Silent

    def ends(number):
        raise GeneratorExit

    assert "function raises `Silent" in judge("99.2", raises).text
    assert "function raises `GeneratorExit" in judge("99.2", ends).text


def test_an_answer_that_cannot_be_shown_is_judged_in_time(monkeypatch):
    class Endless:
        def __getattribute__(self, name):
            raise RuntimeError("no")

        def __repr__(self):
            hangs()

    monkeypatch.setattr(core, "SECONDS", 0.3)
    monkeypatch.setattr(core, "MOMENT", 0.2)
    assert judge("99.1", Endless()).state == "wrong"


def test_modules_that_a_check_needs_are_loaded_before_the_time_begins():
    code = (
        "import sys; from mnist_helpers.exercises import core, limit\n"
        "def look(function, seconds): assert 'mnist_helpers.models' in sys.modules\n"
        "core.run_limited = look; print(core.judge('02.1', []).state)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "right", done.stderr


@pytest.mark.parametrize("function", [hangs, clings])
def test_code_that_does_not_return_is_stopped(function, monkeypatch):
    monkeypatch.setattr(core, "SECONDS", 0.3)
    before = threading.active_count()
    verdict = judge("99.2", function)
    assert verdict.state == "wrong" and "0.3 seconds" in verdict.text
    assert "what NumPy does in one" in verdict.text
    assert "restart" not in verdict.text and threading.active_count() == before


def test_code_that_leaves_is_only_wrong():
    assert "SystemExit" in judge("99.2", leaves).text


def test_an_exercise_that_is_not_there():
    with pytest.raises(ValueError, match=r"'99.7'; there are 99.1, 99.2"):
        judge("99.7", 1)
    for name in ("xx.1", 3, "", "../x.1"):
        with pytest.raises(ValueError, match="no exercise"):
            judge(name, 1)
