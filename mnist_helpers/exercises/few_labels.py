"""How exercises 14.2 and 14.3 are judged: drawing labels, and preparing images for a base."""

import numpy as np

from mnist_helpers.exercises.core import Wrong, as_array, as_function, call

LABELS = (
    np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2]),
    np.array([7, 5, 7, 5, 5, 7, 9, 9, 9, 7, 5, 9, 5, 5, 5]),
    np.array([3, 1] * 20 + [2] * 30),
)


def check_draw(answer: object) -> None:
    """Raise `Wrong` unless the answer draws so many of each class, by the seed, none twice."""
    function = as_function(answer)
    for labels, count in zip(LABELS, (2, 3, 4), strict=True):
        found = _positions(call(function, labels.copy(), count, 1))
        given = f"For labels {labels[:6].tolist()}…, count {count} and seed 1"
        classes = np.unique(labels)
        if _are_labels(found, classes, count):
            raise Wrong("These are labels. Return their positions, to pick images with.")
        if any(not 0 <= place < len(labels) for place in found):
            raise Wrong(f"{given} it returns positions that `labels` does not have.")
        if len(found) == count:
            raise Wrong(
                f"{given} it returns {count} positions in all: take {count} of *each* class."
            )
        if len(set(found)) < len(found):
            raise Wrong(f"{given} a position is there twice: `replace=False` prevents that.")
        for label in classes:
            number = int((labels[found] == label).sum())
            if number != count:
                raise Wrong(f"{given} it picks {number} of class {label}, not {count}.")
    labels = LABELS[2]
    draws = [
        frozenset(_positions(call(function, labels.copy(), 4, seed))) for seed in (1, 1, 2, 3, 4)
    ]
    if draws[0] != draws[1]:
        raise Wrong("The same seed gives another draw the second time: use `seed`.")
    if len(set(draws[1:])) == 1:
        raise Wrong("All seeds give the same draw. A draw is random, by its `seed`.")


def _positions(answer: object) -> list[int]:
    """Read whole numbers in a row; one that comes twice stays twice."""
    found = as_array(answer)
    if found.ndim != 1 or not np.array_equal(found, found.round()):
        raise Wrong("The answer is a row of positions in `labels`, whole numbers.")
    return [int(place) for place in found]


def _are_labels(found: list[int], classes: np.ndarray, count: int) -> bool:
    return all(found.count(label) == count for label in classes.tolist())


MISTAKES = {  # what is said → what the mistake gives, before three colours
    "The numbers are from 0 to 1. This base was trained on −1 to 1.": lambda x: x / 255,
    "The numbers are from 0 to 255, as they came. This base was trained on −1 to 1.": lambda x: x,
    "They are brought to −1…1 twice over: divide by 127.5 and take 1 away, once.": (
        lambda x: (x / 127.5 - 1) / 127.5 - 1
    ),
    "The numbers are from −0.5 to 0.5: divide by 127.5, not by 255, and take 1 away.": (
        lambda x: x / 255 - 0.5
    ),
    "The numbers are from −1 to 0: divide by 127.5, not by 255.": lambda x: x / 255 - 1,
    "Black and white are exchanged: black, 0, becomes −1.": lambda x: 1 - x / 127.5,
}


def check_prepare(answer: object) -> None:
    """Raise `Wrong` unless the answer makes three colours, from −1 to 1, of grey images."""
    function = as_function(answer)
    random = np.random.default_rng(14)
    for shape in ((2, 4, 4), (3, 5, 6), (1, 9, 9)):
        images = random.integers(0, 256, shape, np.uint8)
        images[0, 0, :2] = 0, 255
        found = as_array(call(function, images.copy()))
        if found.shape == shape:
            raise Wrong(
                f"Of images {shape} it makes {found.shape}: the axis of colours is missing."
            )
        if found.shape == (*shape, 1):
            raise Wrong(f"The result has one colour, {found.shape}; the base wants three.")
        if found.shape == (shape[0], 3, *shape[1:]):
            raise Wrong(f"The colours are the second axis, {found.shape}; they come last.")
        if found.shape != (*shape, 3):
            raise Wrong(f"Of images {shape} it makes {found.shape}, not {(*shape, 3)}.")
        if np.allclose(found, _colours(images / 127.5 - 1), atol=1e-4):
            continue
        for reply, mistaken in MISTAKES.items():
            if np.allclose(found, _colours(mistaken(images.astype(float))), atol=1e-4):
                raise Wrong(reply)
        place = tuple(np.argwhere(~np.isclose(found, _colours(images / 127.5 - 1), atol=1e-4))[0])
        pixel = images[place[:3]]
        raise Wrong(
            f"A pixel {pixel} becomes {float(found[place]):.3g}; it should be "
            f"{pixel / 127.5 - 1:.3g}, in each of the three colours."
        )


def _colours(grey: np.ndarray) -> np.ndarray:
    return np.stack([grey, grey, grey], axis=-1)
