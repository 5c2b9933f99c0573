"""Which part of a picture an answer hangs on (introduced in notebook 13)."""

import numpy as np


def occlude(image: np.ndarray, side: int, step: int) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Cover an image with a square, once at each place of a grid (Zeiler and Fergus 2014).

    The square has the image's mean shade, in each channel. At the right and at the bottom, the last
    places may lie closer together, so that each pixel is covered at least once if the step is no
    larger than the side. See https://doi.org/10.1007/978-3-319-10590-1_53.

    Args:
        image: (h, w, c).
        side: Of the square, in pixels.
        step: From one place to the next, in pixels.

    Returns:
        The covered images, (n, h, w, c), and the top and left of the square in each.

    Raises:
        ValueError: The square does not fit into the image, or the step is less than 1.
    """
    height, width = image.shape[:2]
    if not 0 < side <= min(height, width) or step < 1:
        raise ValueError(f"a square of {side} by steps of {step} does not fit {height}×{width}")
    rows, columns = (
        sorted({*range(0, length - side, step), length - side}) for length in (height, width)
    )
    places = [(row, column) for row in rows for column in columns]
    covered = np.repeat(image[np.newaxis], len(places), axis=0)
    for one, (row, column) in zip(covered, places, strict=True):
        one[row : row + side, column : column + side] = image.mean(axis=(0, 1))
    return covered, places
