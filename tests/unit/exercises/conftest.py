"""A made-up notebook 99 with exercises, and what a cell shows."""

import sys
from types import SimpleNamespace

import pytest

from mnist_helpers.exercises import guessing, replies
from mnist_helpers.exercises.core import Exercise, Wrong, as_function, as_number, as_shape, call


def _four(answer):
    number = as_number(answer)
    if number == 5:
        raise Wrong("5 is 2 + 3.")
    if number != 4:
        raise Wrong(f"{number:g} is not the sum of 2 and 2.")


def _double(answer):
    function = as_function(answer)
    for number in (3, 0.5, -2):
        given = as_number(call(function, number))
        if given != 2 * number:
            raise Wrong(f"Twice {number} is {2 * number}, not {given:g}.")


EXERCISES = (
    Exercise("99.1", "A sum", _four, "2 + 2 = 4.", ("Add.", "Add 2."), "four = 4", "It adds up."),
    Exercise(
        "99.2",
        "A function",
        _double,
        "Twice as much.",
        ("Multiply.",),
        "def double(number):\n    return 2 * number",
        "Two times.",
    ),
    Exercise("99.3", "A shape", as_shape, "A shape.", ("Count.",), "shape = (1, 2)", "So."),
)


@pytest.fixture(autouse=True)
def notebook_99(monkeypatch):
    """Make the exercises known, and forget what another test has checked or guessed."""
    name = "mnist_helpers.exercises.notebook_99"
    monkeypatch.setitem(sys.modules, name, SimpleNamespace(EXERCISES=EXERCISES))
    for memory in (replies.verdicts, replies._given, guessing._made):
        memory.clear()


@pytest.fixture
def shown(monkeypatch):
    """What was displayed, as (text, metadata)."""
    found = []

    def display(thing, metadata=None, raw=False):
        found.append((thing["text/markdown"] if raw else thing.data, metadata))

    for module in ("replies", "guessing", "review"):
        monkeypatch.setattr(f"mnist_helpers.exercises.{module}.display", display)
    return found
