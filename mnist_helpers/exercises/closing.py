"""How exercise 07.1 is judged: a closing, written with loops."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mnist_helpers.exercises import core
from mnist_helpers.exercises.core import Wrong, call

Row = Sequence[float]


def _filtered(row: Row, window: int, pick: Callable[[Row], float], shift: int = 0) -> list[float]:
    """Pick a value from the window around each pixel, or beside it."""
    half = window // 2
    parts = [row[max(0, i + shift - half) : max(0, i + shift + half + 1)] for i in range(len(row))]
    return [pick(part) if len(part) else row[i] for i, part in enumerate(parts)]


def _closing(row: Row, window: int, shift: int = 0) -> list[float]:
    return _filtered(_filtered(row, window, max, shift), window, min, shift)


def _without_last(row: Row, window: int, pick: Callable[[Row], float]) -> list[float]:
    half = window // 2
    parts = [row[max(0, i - half) : max(1, i + half)] for i in range(len(row))]
    return [pick(part) if len(part) else row[i] for i, part in enumerate(parts)]


def _in_place(row: Row, window: int, pick: Callable[[Row], float]) -> list[float]:
    changed = list(row)
    for i in range(len(row)):
        changed[i] = pick(changed[max(0, i - window // 2) : i + window // 2 + 1])
    return changed


def _rows() -> list[tuple[list[float], int]]:
    random = np.random.default_rng(7)
    cases: list[tuple[list[float], int]] = [
        ([9, 9, 4, 9, 9, 3, 3, 1, 3, 3], 3),
        ([7, 7, 1, 2, 7, 7, 7, 0, 7, 7], 5),
    ]
    for window in (3, 5, 7):
        cases.append((random.integers(0, 10, 15).tolist(), window))
        cases.append((random.random(12).round(2).tolist(), window))
    return [*cases, ([5, 8, 1], 1), ([4, 6], 5), ([3], 3)]


_NEGATIVE = (
    "At the left end, i − half is below 0, and a slice then counts from the end of the list."
)

# What goes wrong most often, and what it gives.
_NOT_CLOSED: tuple[tuple[str, Callable[[Row, int], list[float]]], ...] = (
    (
        "This is the lightest of each window only. The second step is still to come: the darkest "
        "of *those* values in each window.",
        lambda row, window: _filtered(row, window, max),
    ),
    (
        "This is an opening: first the darkest, then the lightest. It keeps the ink.",
        lambda row, window: _filtered(_filtered(row, window, min), window, max),
    ),
    (
        "The second step has to look at the values of the first one, not at the row itself.",
        lambda row, window: _filtered(row, window, min),
    ),
    (
        "The pixel has to be in the middle of its window; here the window begins at the pixel.",
        lambda row, window: _closing(row, window, window // 2),
    ),
    (
        "A slice ends *before* its second number: the last pixel of each window is missing.",
        lambda row, window: _without_last(_without_last(row, window, max), window, min),
    ),
    (
        "Put the results into a new list: here the later windows see pixels that are changed.",
        lambda row, window: _in_place(_in_place(row, window, max), window, min),
    ),
    (
        "The window is too wide: one of 3 reaches one pixel to either side, one of 5 two pixels.",
        lambda row, window: _closing(row, 2 * window + 1),
    ),
)


def check(answer: Any) -> None:
    """Raise `Wrong` unless the answer is a function that closes rows as it should."""
    function, found = core.as_function(answer), list[np.ndarray]()
    for row, window in _rows():
        try:
            given = core.as_array(call(function, row, window), shape=(len(row),))
        except Wrong as error:
            if "empty sequence" in str(error) and not found:
                raise Wrong(f"{error} {_NEGATIVE}") from error
            if all(np.allclose(a, _closing(*b)) for a, b in zip(found, _rows(), strict=False)):
                raise
            break  # what came before says more
        found.append(given)
    rows = _rows()[: len(found)]
    for (row, window), given in zip(rows, found, strict=True):
        wanted = _closing(row, window)
        if np.allclose(given, wanted):
            continue
        first = int(np.flatnonzero(~np.isclose(given, wanted))[0])
        why = ""
        inner = slice(window - 1, len(row) - window + 1)
        if len(wanted[inner]) and np.allclose(given[inner], wanted[inner]):
            why = " The middle is right: at the ends the window holds only the pixels that exist."
        for reply, wrong in _NOT_CLOSED:  # one that explains all answers
            if all(np.allclose(a, wrong(*b)) for a, b in zip(found, rows, strict=True)):
                why = f" {reply}"
        raise Wrong(
            f"For the row `{row}` and a window of {window} your function gives {given[first]:g} at "
            f"pixel {first}; right is {wanted[first]:g}.{why}"
        )
