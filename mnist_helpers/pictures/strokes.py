"""From the strokes of a drawing to an image as MNIST has it: draw, cut, scale, centre.

The path is specified here, and once more in `mnist_helpers/play/web/strokes.js`, so that a browser
goes it, too: both give the same image, to 0.0001. So no library draws, for their edges differ, and
no step rounds: the digit lies between the pixels, and a small change of a stroke changes little.
"""

from collections.abc import Sequence

import numpy as np

from mnist_helpers.pictures.errors import PictureError
from mnist_helpers.pictures.preparation import BOX, SIDE

Strokes = Sequence[Sequence[Sequence[float]]]
PEN = 0.1  # width of the pen, as a share of the paper's side
SMALLEST = 1 / 3  # of the paper's side; a smaller drawing counts as so large, and a dot stays a dot


def image_of(strokes: Strokes, pen: float = PEN) -> np.ndarray:
    """Turn strokes into the image that MNIST would have of them.

    1. Draw: a round pen goes straight from each point of a stroke to the next one.
    2. Cut: the ink is cut out, in an upright rectangle.
    3. Scale: the longer side of the rectangle becomes 20 pixels.
    4. Centre: the centre of mass is moved to the middle of pixel (14, 14), if the rectangle stays
       in the frame.

    A pixel's shade is 1 inside a stroke and 0 outside. At the edge it falls evenly, over the width
    of one pixel, with the distance from the pixel's middle.

    Args:
        strokes: Each a list of points [x, y], in 0…1 on the paper, y downwards.
        pen: Width of the pen, as a share of the paper's side.

    Returns:
        float32 (28, 28) in [0, 1]; all 0 without strokes.

    Raises:
        PictureError: A stroke is no list of points, or the pen has no width.
    """
    if not 0 < pen <= 1:
        raise PictureError(f"The pen's width is {pen}: give a share of the paper, such as {PEN}.")
    lines = [_points(stroke) for stroke in strokes]
    if not lines:
        return np.zeros((SIDE, SIDE), np.float32)
    points = np.concatenate(lines)
    low, high = points.min(axis=0) - pen / 2, points.max(axis=0) + pen / 2
    scale = BOX / max(*(high - low), SMALLEST)  # pixels for the paper's side
    size = scale * (high - low)
    starts = np.concatenate([line[:-1] if len(line) > 1 else line for line in lines])
    ends = np.concatenate([line[1:] if len(line) > 1 else line for line in lines])

    def ink(corner: np.ndarray) -> np.ndarray:
        move = corner - scale * low
        return _ink(scale * starts + move, scale * ends + move, scale * pen / 2)

    corner = (SIDE - size) / 2
    image = ink(corner)
    places = np.arange(SIDE)
    mass = np.full(2, (SIDE - 1) / 2)  # stays so if a dot of a thin pen lies between the pixels
    if image.any():
        mass = np.array([image.sum(axis=axis) @ places for axis in (0, 1)]) / image.sum()
    return ink(np.clip(corner + SIDE / 2 - mass, 0, SIDE - size)).astype(np.float32)


def _points(stroke: Sequence[Sequence[float]]) -> np.ndarray:
    """Return the points of a stroke, float (n, 2)."""
    try:
        points = np.array(stroke, float)
    except (TypeError, ValueError):
        points = np.empty(0)
    if points.ndim != 2 or points.shape[1:] != (2,) or not np.isfinite(points).all():
        raise PictureError("A stroke is a list of points [x, y], such as [[0.5, 0.2], [0.5, 0.8]].")
    return points


def _ink(starts: np.ndarray, ends: np.ndarray, radius: float) -> np.ndarray:
    """Draw lines, (n, 2) each, in pixels; return shades, (28, 28)."""
    rows, columns = np.indices((SIDE, SIDE)) + 0.5  # the middle of each pixel
    nearest = np.full((SIDE, SIDE), np.inf)  # squared distance to the nearest line
    for (x, y), (dx, dy) in zip(starts, ends - starts, strict=True):
        along = (columns - x) * dx + (rows - y) * dy
        share = np.clip(along / max(dx * dx + dy * dy, 1e-12), 0, 1)  # of the way to the end
        squared = (columns - x - share * dx) ** 2 + (rows - y - share * dy) ** 2
        nearest = np.minimum(nearest, squared)
    return np.clip(0.5 + radius - np.sqrt(nearest), 0, 1)
