"""How exercises 13.2 to 13.4 are judged: numbers of weights, nearest means, a covered emblem."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mnist_helpers.exercises.core import (
    Wrong,
    as_array,
    as_function,
    as_parts,
    as_whole,
    call,
    short,
)
from mnist_helpers.pictures import drawn, pages

FIRST, LAST = 3 * 3 * 3 * 32 + 32, 64 * 100 + 100
MISTAKEN_WEIGHTS: dict[str, dict[int, str]] = {
    "first": {
        3 * 3 * 32 + 32: "this is for one channel, as in grey images; a kernel covers all three",
        3 * 3 * 3 * 32: "each of the 32 kernels has a bias, too",
        3 * 3 * 32: "a kernel covers all three channels, and each of the 32 has a bias",
        3 * 3 * 3: "these are the weights of one kernel without its bias; there are 32 kernels",
        3 * 3 * 3 + 1: "this is one kernel with its bias; there are 32 kernels",
        32
        * 32
        * 3: "these are the numbers of an image; the layer has as many weights for any size",
        3 * 3 * 3 * 100 + 100: "the classes concern the last layer; this one has 32 kernels",
        LAST: "this is the last layer; the two have changed places",
    },
    "last": {
        64 * 100: "each of the 100 classes has a bias, too",
        64 * 10 + 10: "this is for 10 classes; here there are 100",
        64 * 10: "here there are 100 classes, and each has a bias, too",
        64 * 100 + 64: "there is a bias for each class, not for each of the 64 numbers",
        64 * 100 + 1: "there is a bias for each class, not one for all",
        2304 * 64 + 64: "this is the dense layer before it; the last one gets its 64 numbers",
        FIRST: "this is the first layer; the two have changed places",
    },
}


def check_weights(answer: Any) -> None:
    """Raise `Wrong` unless the answer is the number of weights of the first and the last layer."""
    parts = as_parts(answer)
    if parts is None or len(parts) != 2:
        raise Wrong(f"Two numbers are asked for, first and last layer, not {short(answer)}.")
    for name, part, right in zip(("first", "last"), parts, (FIRST, LAST), strict=True):
        if (given := as_whole(part)) != right:
            why = MISTAKEN_WEIGHTS[name].get(given, "count what goes into one of its numbers")
            raise Wrong(f"{given:,} for the {name} layer: {why}.")


Case = tuple[np.ndarray, np.ndarray, np.ndarray]  # images, labels, images that are asked about


def _case(shape: tuple[int, ...], classes: int, each: int, seed: int) -> Case:
    """Make images around a centre for each class, so noisy that rules differ."""
    random = np.random.default_rng(seed)
    centres = random.uniform(60, 190, (classes, *shape))

    def noisy(labels: np.ndarray) -> np.ndarray:
        far = random.choice([60, 200], (len(labels), *([1] * len(shape))))  # of some, very noisy
        return (centres[labels] + random.normal(0, far, (len(labels), *shape))).clip(0, 255)

    labels = random.permutation(np.repeat(np.arange(classes), each))
    images, asked = noisy(labels), noisy(random.integers(0, classes, 40))
    return images.astype(np.uint8), labels, asked.astype(np.uint8)


CASES = (_case((5, 5), 3, 7, 0), _case((4, 6, 3), 10, 5, 1), _case((4, 4, 3), 100, 3, 2))


def _means(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return np.stack([images[labels == label].mean(axis=0) for label in range(labels.max() + 1)])


def _distances(asked: np.ndarray, stored: np.ndarray, power: int = 2) -> np.ndarray:
    """Return the distance from each asked image to each stored one, (asked, stored)."""
    differences = asked[:, np.newaxis].astype(float) - stored
    return (abs(differences) ** power).reshape(len(asked), len(stored), -1).sum(axis=2)


def _nearest(images: np.ndarray, labels: np.ndarray, asked: np.ndarray) -> np.ndarray:
    return _distances(asked, _means(images, labels)).argmin(axis=1)


def _of_ten(images: np.ndarray, labels: np.ndarray, asked: np.ndarray) -> np.ndarray:
    return _distances(asked, _means(images, labels)[:10]).argmin(axis=1)


def _in_grey(images: np.ndarray, labels: np.ndarray, asked: np.ndarray) -> np.ndarray:
    if images.ndim == 4:
        images, asked = images.mean(axis=3), asked.mean(axis=3)
    return _nearest(images, labels, asked)


def _wrapped(images: np.ndarray, labels: np.ndarray, asked: np.ndarray) -> np.ndarray:
    means = _means(images, labels).astype(np.uint8)
    differences = (asked[:, np.newaxis] - means) ** 2  # uint8
    return differences.reshape(len(asked), len(means), -1).sum(axis=2).argmin(axis=1)


MISTAKEN_MEANS: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]] = {
    "This takes the class of the nearest single image; asked is for the nearest *mean* of a "
    "class.": lambda i, k, a: k[_distances(a, i).argmin(axis=1)],
    "This is the mean that is farthest away: `argmin` finds the nearest.": (
        lambda i, k, a: _distances(a, _means(i, k)).argmax(axis=1)
    ),
    "This knows ten classes only: there are as many as the labels have.": _of_ten,
    "The colours are lost: this compares the mean of the three channels.": _in_grey,
    "These differences wrap around: turn the images into floats first (`.astype(float)`).": (
        _wrapped
    ),
    "This sums the sizes of the differences; the distance of notebook 1 sums their squares.": (
        lambda i, k, a: _distances(a, _means(i, k), power=1).argmin(axis=1)
    ),
}


def check_means(answer: Any) -> None:
    """Raise `Wrong` unless the answer is a function that finds the class of the nearest mean."""
    function = as_function(answer)
    given = []
    for case in CASES:
        asked = case[2]
        labels = as_array(call(function, *case))
        if labels.shape != (len(asked),):
            shape = short(tuple(labels.shape))
            raise Wrong(
                f"For {len(asked)} images that are asked about, your function returns the shape "
                f"{shape}; a label for each of them is asked for."
            )
        given.append(labels)
    wanted = [_nearest(*case) for case in CASES]
    if _same(given, wanted):
        return
    for reply, mistaken in MISTAKEN_MEANS.items():
        if _same(given, [mistaken(*case) for case in CASES]):
            raise Wrong(reply)
    case, ours, right = next(
        (case, ours, right)
        for case, ours, right in zip(CASES, given, wanted, strict=True)
        if not np.array_equal(ours, right)
    )
    differing = int((ours != right).sum())
    raise Wrong(
        f"Of {len(right)} images of the shape {short(case[0].shape[1:])}, {differing} get another "
        f"label than that of the nearest mean."
    )


def _same(given: Sequence[np.ndarray], wanted: Sequence[np.ndarray]) -> bool:
    return all(np.array_equal(ours, right) for ours, right in zip(given, wanted, strict=True))


SIDE = 48  # pixels of a picture, as the notebook loads them
SEEN = 10  # of 255 shades: a trace that is no larger is taken for none
BOX = (16, 30)  # rows above, columns from: what may be covered
CHANGED = 0.1  # of the pixels outside of it: more than this is too much


def check_cleaned(answer: Any) -> None:
    """Raise `Wrong` unless the answer is a function that covers the emblem, and nothing else."""
    function = as_function(answer)
    digits, _ = drawn.draw_forms(1, seed=13)
    plain, marked = pages.twins(digits[:12], SIDE, seed=13)
    cleaned = [as_array(call(function, pictures)) for pictures in (plain, marked)]
    for pictures in cleaned:
        if pictures.shape != plain.shape:
            raise Wrong(
                f"{short(plain.shape)} went in, and {short(tuple(pictures.shape))} came out. Cover "
                "the emblem, and leave the shape as it is: a network takes one shape only."
            )
    outside = np.ones((SIDE, SIDE), bool)
    outside[: BOX[0], BOX[1] :] = False
    changed = (cleaned[0] != plain).any(axis=3)[:, outside].mean()
    if abs(cleaned[0] - plain / 255)[:, outside].max() < 1 / 255:
        raise Wrong("The shades are divided by 255 here; leave them as they are, from 0 to 255.")
    trace = abs(cleaned[0] - cleaned[1]).max(axis=(0, 3))  # the largest of all pictures, (h, w)
    before = abs(plain.astype(float) - marked).max(axis=(0, 3))
    if not (cleaned[0] != plain).any():
        raise Wrong(
            "Nothing has changed: the emblem is still there. A function that changes a copy must "
            "return the copy."
        )
    if changed > CHANGED:
        if max(picture.std() for picture in cleaned[0]) < SEEN:
            raise Wrong("Everything is covered, the digits, too: cover the corner alone.")
        raise Wrong(
            f"{changed:.0%} of the pixels far from the emblem have changed, too: cover the corner "
            "alone, or parts of digits get lost."
        )
    if np.array_equal(trace > SEEN, before > SEEN):
        raise Wrong(
            "The emblem is still there, and something else is covered: rows count from the top, "
            "columns from the left."
        )
    if (trace > SEEN).any():
        rows, columns = (np.flatnonzero((trace > SEEN).any(axis=axis)) for axis in (1, 0))
        raise Wrong(
            f"Of the emblem, something is still to be seen in rows {rows[0]} to {rows[-1]}, "
            f"columns {columns[0]} to {columns[-1]}."
        )
    if trace[(cleaned[0] != plain).any(axis=(0, 3))].any():
        raise Wrong(
            "What covers the emblem still tells of it, if faintly: with the emblem, the shade is "
            "another one. Take one fixed number for all pictures."
        )
