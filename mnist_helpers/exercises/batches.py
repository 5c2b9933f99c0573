"""How exercise 09.3 is judged: a function that names what is wrong with a batch."""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from mnist_helpers.datasets import mnist
from mnist_helpers.exercises.core import Wrong, as_function, call, short

SHAPE, CLASSES = mnist.DESCRIPTION.image_shape, len(mnist.DESCRIPTION.classes)
WORDS = LENGTHS, AXES, NAN, RANGE, DARK, CLASS, ONE = (
    "lengths",
    "axes",
    "nan",
    "range",
    "dark",
    "classes",
    "one class",
)
MOST = 100  # words taken from a generator


class Case(NamedTuple):
    """A batch that is not shown.

    Attributes:
        what: What is special about it, in words.
        images: As they go into `fit`.
        labels: The same.
        problems: The words that name what is wrong.
    """

    what: str
    images: np.ndarray
    labels: np.ndarray
    problems: set[str]


def _batch(seed: int, count: int = 16) -> tuple[np.ndarray, np.ndarray]:
    """Make a batch without a problem: pixels from 0 to 1, all classes but a few."""
    random = np.random.default_rng(seed)
    images = random.random((count, *SHAPE), dtype=np.float32)
    images[0].flat[:2] = 0, 1
    labels = random.integers(0, CLASSES, count)
    labels[:2] = 0, CLASSES - 1
    return images, labels


def cases() -> Iterator[Case]:
    """Give the batches, those without a problem first."""
    images, labels = _batch(0)
    yield Case("a batch without a problem", images, labels, set())
    yield Case("a batch of 8 without a problem", *_batch(1, 8), set())
    yield Case("pixels up to 0.9 and no other problem", images * 0.9, labels, set())
    yield Case("16 images and 15 labels", images, labels[:-1], {LENGTHS})
    yield Case("labels of the shape (16, 1)", images, labels[:, np.newaxis], {AXES})
    spoilt = images.copy()
    spoilt[3, 5, 5] = np.nan
    yield Case("a pixel that is NaN, in the fourth image", spoilt, labels, {NAN})
    whole = (images * 255).astype(np.uint8)
    yield Case("pixels up to 255, in uint8", whole, labels, {RANGE})
    yield Case("pixels from -1 to 1", 2 * images - 1, labels, {RANGE})
    yield Case("pixels up to 1/255", images / 255, labels, {DARK})
    for wrong in (CLASSES, -1):
        beyond = labels.copy()
        beyond[5] = wrong
        yield Case(f"a label {wrong}", images, beyond, {CLASS})
    yield Case("16 labels, all 3", images, np.full(16, 3), {ONE})
    yield Case("16 labels, all 0", images, np.zeros(16, int), {ONE})
    yield Case("a pixel that is NaN, and a label -1", spoilt, beyond, {NAN, CLASS})
    yield Case("labels of the shape (16, 1), all 3", images, np.full((16, 1), 3), {AXES, ONE})


# (The word that is missing or too many, whether it is missing) → what helps then.
HELP = {
    (LENGTHS, True): "compare `len(images)` with `len(labels)`.",
    (AXES, True): "`labels.ndim` counts the axes.",
    (NAN, True): "`np.isnan(images).any()` finds it; `<` and `>` with NaN are always False.",
    (RANGE, True): "look at both ends, `images.min()` and `images.max()`.",
    (DARK, True): "the largest pixel is below 0.5.",
    (CLASS, True): f"the labels go from 0 to {CLASSES - 1}; look at both ends.",
    (ONE, True): "`np.unique(labels)` returns the labels that occur, each once.",
    (LENGTHS, False): "there are as many labels as images: compare `len`, not shapes.",
    (AXES, False): "the labels have one axis; how long it is does not matter here.",
    (NAN, False): "all pixels are numbers.",
    (RANGE, False): "0 and 1 themselves are allowed, and NaN is neither below nor above.",
    (DARK, False): "a pixel reaches 0.5; with NaN in it, `np.nanmax` gives the largest number.",
    (CLASS, False): f"all labels lie between 0 and {CLASSES - 1}, and both ends are allowed.",
    (ONE, False): "several digits occur.",
}


def check(answer: Any) -> None:
    """Raise `Wrong` unless the answer is a function that finds the problems of each batch."""
    function = as_function(answer)
    for case in cases():
        try:
            given = _words(call(function, case.images, case.labels))
        except Wrong as wrong:
            raise Wrong(f"With {case.what}: {wrong}") from None
        if given == case.problems:
            continue
        missing = [word for word in WORDS if word in case.problems - given]
        word = missing[0] if missing else next(w for w in WORDS if w in given - case.problems)
        verb = "misses" if missing else "should not name"
        raise Wrong(
            f"With {case.what}, your function {verb} {short(word)}: {HELP[word, bool(missing)]}"
        )


def _words(result: Any) -> set[str]:
    if isinstance(result, str):
        raise Wrong(
            f"Your function returns text, {short(repr(result))}; a list of words is asked for."
        )
    if isinstance(result, bool | np.bool_ | int | float) or not isinstance(result, Iterable):
        raise Wrong(f"Your function returns {short(result)}; a list of words is asked for.")
    found = list(itertools.islice(result, MOST))
    for word in found:
        if not isinstance(word, str) or word not in WORDS:
            known = ", ".join(f'"{known}"' for known in WORDS)
            raise Wrong(f"{short(word)} is none of the words {known}.")
    return set(found)
