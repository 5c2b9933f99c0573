"""How exercises 10.3 and 10.4 are judged: multiplications, and when compiling pays."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from mnist_helpers.exercises.core import Wrong, as_function, as_whole, call

# Height, width and channels that come in; side and number of the kernels.
CONVOLUTIONS = ((5, 5, 1, 3, 1), (13, 9, 4, 5, 6), (12, 12, 24, 3, 32), (26, 30, 3, 1, 8))


def count(height: int, width: int, channels: int, side: int, filters: int) -> int:
    """Return how many multiplications a convolution with stride 1 does, without padding."""
    return (height - side + 1) * (width - side + 1) * filters * side * side * channels


MISCOUNTED: dict[str, Callable[[int, int, int, int, int], float]] = {  # what is said → the mistake
    "`channels` is missing: each kernel reaches through all of them.": (
        lambda h, w, c, k, f: count(h, w, 1, k, f)
    ),
    "`filters` is missing: every kernel slides over the image.": (
        lambda h, w, c, k, f: count(h, w, c, k, 1)
    ),
    "A kernel has side × side weights for each channel.": (
        lambda h, w, c, k, f: count(h, w, c, k, f) / k
    ),
    "The kernel does not fit at every pixel: along 28 pixels, one of 3 has 26 places.": (
        lambda h, w, c, k, f: h * w * c * k * k * f
    ),
    "Along 28 pixels, a kernel of 3 has 26 places, so `height - side + 1`.": (
        lambda h, w, c, k, f: (h - k) * (w - k) * c * k * k * f
    ),
    "The image need not be square: width and height have their own numbers of places.": (
        lambda h, w, c, k, f: (h - k + 1) ** 2 * c * k * k * f
    ),
    "That is how many weights there are. Each is used at every place.": (
        lambda h, w, c, k, f: c * k * k * f
    ),
    "That counts the biases, too. A bias is added, and multiplies nothing.": (
        lambda h, w, c, k, f: (h - k + 1) * (w - k + 1) * f * (c * k * k + 1)
    ),
}


def check_count(answer: Any) -> None:
    """Raise `Wrong` unless the answer is a function that counts multiplications."""
    function = as_function(answer)
    given = [as_whole(call(function, *case)) for case in CONVOLUTIONS]
    wanted = [count(*case) for case in CONVOLUTIONS]
    if given == wanted:
        return
    for reply, mistaken in MISCOUNTED.items():
        if given == [mistaken(*case) for case in CONVOLUTIONS]:
            raise Wrong(reply)
    for case, ours, theirs in zip(CONVOLUTIONS, given, wanted, strict=True):
        if ours != theirs:
            height, width, channels, side, filters = case
            raise Wrong(
                f"An image of {height}×{width} with {channels} channels, and {filters} kernels of "
                f"{side}×{side}, make {theirs:,} multiplications; your answer is {ours:,}."
            )


# Seconds that compiling takes longer; microseconds for an image without it, and with it.
COMPILED = ((4.0, 80, 60), (1.0, 100, 93), (0.0, 50, 40), (3.0, 50, 50), (3.0, 50, 65))


def images_needed(extra: float, before: float, after: float) -> int | None:
    """Return the smallest number of images with which compiling takes no longer, or None."""
    saved = before - after
    if saved <= 0:
        return None
    # The seconds are given in tenths, so this is exact.
    return math.ceil(round(1_000_000 * extra) / saved)


MISTIMED: dict[str, Callable[[float, float, float], float | None]] = {
    "Mind the units: `extra` is in seconds, the others in microseconds, a millionth each.": (
        lambda e, b, a: None if b <= a else math.ceil(e / (b - a))
    ),
    "An image saves `before - after`, not `before`: with compiling it takes time, too.": (
        lambda e, b, a: None if b <= a else math.ceil(1e6 * e / b)
    ),
    "Dividing by `after` gives how many images take as long as the compiling. What is saved by "
    "each image?": lambda e, b, a: None if b <= a else math.ceil(1e6 * e / a),
    "Round up: with one image less, compiling has not paid yet.": (
        lambda e, b, a: None if b <= a else math.floor(1e6 * e / (b - a))
    ),
    "That is one image more than it takes: equal times are enough.": (
        lambda e, b, a: None if b <= a else math.floor(1e6 * e / (b - a)) + 1
    ),
    "Where an image takes as long as before, or longer, nothing is ever saved: `return None`.": (
        lambda e, b, a: None if b == a else math.ceil(1e6 * e / (b - a))
    ),
}


def check_needed(answer: Any) -> None:
    """Raise `Wrong` unless the answer is a function that says when compiling pays."""
    function = as_function(answer)
    given = [_images(function, case) for case in COMPILED]
    wanted = [images_needed(*case) for case in COMPILED]
    if given == wanted:
        return
    for reply, mistaken in MISTIMED.items():
        if given == [mistaken(*case) for case in COMPILED]:
            raise Wrong(reply)
    for (extra, before, after), ours, theirs in zip(COMPILED, given, wanted, strict=True):
        if ours != theirs:
            right = "it never pays, so `None` is asked for" if theirs is None else f"{theirs:,}"
            raise Wrong(
                f"With {extra:g} s more for compiling, and {after} in place of {before} µs for an "
                f"image: {right}; your answer is {ours if ours is None else format(ours, ',')}."
            )


def _images(function: Callable, case: tuple[float, float, float]) -> int | None:
    _, before, after = case
    try:
        result = call(function, *case, none=True)
    except Wrong as wrong:
        if after == before and "ZeroDivisionError" in str(wrong):
            raise Wrong(
                f"With {before} µs for an image both before and after, your function divides by "
                "0. Then nothing is saved: `return None`."
            ) from None
        raise
    if result is None:
        return None
    if isinstance(result, float | np.floating) and math.isinf(result):
        raise Wrong("Where it never pays, `None` is asked for, not infinity.")
    return as_whole(result)
