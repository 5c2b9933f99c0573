"""Images drawn by a program, to train with: rare forms of digits, and what is no digit.

MNIST's writers were Americans. Other people write a 1 with a long upstroke and perhaps a foot, a
7 with a bar, a 9 with a straight or hooked stem, a closed 4, a 2, 3 or 5 with curls. Each form is
a few strokes whose points are moved at random, so that no two images are alike.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import ndimage, spatial
from scipy.interpolate import make_interp_spline

from mnist_helpers.pictures.preparation import BOX, SIDE, centre

# A point: x to the right, y down, in 0…1, and how far it may be moved to either side. A point that
# two strokes share is moved once, for both.
Point = tuple[float, float, float]
PIECES = 40  # into which a stroke is cut between two of its points
TREMBLE = 0.1  # standard deviation of a stroke's wavering, before it is smoothed


class Stroke(NamedTuple):
    """A stroke of the pen: the degree of its spline (1: straight), and where it leads."""

    degree: int
    points: tuple[Point, ...]


def _straight(*points: Point) -> Stroke:
    return Stroke(1, points)


def _curved(*points: Point) -> Stroke:
    return Stroke(3, points)


def _form(digit: int, *strokes: Stroke) -> tuple[int, tuple[Stroke, ...]]:
    return digit, strokes


FLAG, TOP, FOOT = (0.2, 0.36, 0.22), (0.58, 0.0, 0.07), (0.54, 1.0, 0.1)  # of a 1
STEM_1, FEET = _straight(TOP, FOOT), _straight((0.2, 1.0, 0.14), FOOT, (0.86, 0.98, 0.14))
BASE = (0.06, 0.98, 0.06)  # of a 2
UNDER_2 = _straight(BASE, (0.98, 0.97, 0.08))
BACK_2 = (0.52, 0.0, 0.06), (0.84, 0.22, 0.08), (0.5, 0.68, 0.08)
WAIST = (0.42, 0.44, 0.08)  # of a 3
TOP_3 = (0.1, 0.15, 0.1), (0.45, 0.0, 0.06), (0.8, 0.2, 0.07)
KNOT_3 = (0.5, 0.42, 0.06), (0.3, 0.44, 0.06), (0.42, 0.54, 0.06), (0.6, 0.46, 0.06)
BELLY_3 = (0.84, 0.56, 0.06), (0.93, 0.76, 0.06), (0.62, 0.99, 0.05)
TAIL = (0.05, 0.86, 0.08)  # of a 3 or 5
CURL = (0.2, 0.99, 0.08), (0.06, 0.8, 0.1), (0.34, 0.72, 0.14)
ELBOW, APEX = (0.04, 0.62, 0.12), (0.66, 0.02, 0.12)  # of a 4
HEEL = (0.2, 0.42, 0.08)  # of a 5
FLAG_5 = _straight((0.2, 0.02, 0.1), (0.86, 0.0, 0.12))
BACK_5 = _straight((0.22, 0.04, 0.08), HEEL)
BELLY_5 = (0.55, 0.38, 0.08), (0.94, 0.66, 0.06), (0.66, 0.98, 0.05)
END, CROSSING, STEM = (0.92, 0.03, 0.08), (0.66, 0.5, 0.09), (0.4, 1.0, 0.15)  # of a 7
BAR_7 = _straight((0.38, 0.56, 0.15), (0.92, 0.48, 0.15))
MIDDLE = (0.5, 0.47, 0.09)  # of an 8
RIGHT = (0.72, 0.26, 0.06)  # of a 9, where its loop begins and ends
LOOP_9 = (0.45, 0.0, 0.06), (0.14, 0.28, 0.08), (0.42, 0.52, 0.08)
ROUND_9 = _curved(RIGHT, *LOOP_9, (0.7, 0.3, 0.08))
FORMS = (
    _form(1, _straight(FLAG, TOP), STEM_1),
    _form(1, _straight(FLAG, TOP), STEM_1, FEET),
    _form(1, _curved(FLAG, (0.48, 0.18, 0.08), TOP), STEM_1, FEET),
    _form(1, STEM_1, FEET),
    _form(2, _curved((0.1, 0.28, 0.1), *BACK_2, BASE), UNDER_2),
    _form(
        2, _curved((0.4, 0.36, 0.08), (0.15, 0.33, 0.08), (0.16, 0.1, 0.06), *BACK_2, BASE), UNDER_2
    ),
    _form(
        2,
        _curved(
            (0.1, 0.28, 0.1),
            *BACK_2,
            (0.14, 0.98, 0.05),
            (0.04, 0.84, 0.05),
            (0.26, 0.8, 0.06),
            (0.6, 0.96, 0.05),
            (1.0, 0.92, 0.08),
        ),
    ),
    _form(
        3, _straight((0.08, 0.04, 0.08), (0.85, 0.02, 0.08), WAIST), _curved(WAIST, *BELLY_3, TAIL)
    ),
    _form(3, _curved(*TOP_3, WAIST, *BELLY_3, *CURL)),
    _form(3, _curved(*TOP_3, *KNOT_3, *BELLY_3, TAIL)),
    _form(3, _curved(*TOP_3, *KNOT_3, *BELLY_3, *CURL)),
    _form(
        4,
        _straight((0.24, 0.05, 0.16), ELBOW, (0.98, 0.6, 0.1)),
        _straight((0.7, 0.24, 0.18), (0.66, 1.0, 0.1)),
    ),
    _form(4, _straight(APEX, ELBOW, (0.96, 0.6, 0.16)), _straight(APEX, (0.64, 1.0, 0.12))),
    _form(
        4,
        _straight(APEX, (0.1, 0.46, 0.12), (0.76, 0.48, 0.14)),
        _straight(APEX, (0.62, 1.0, 0.12)),
    ),
    _form(
        4,
        _curved((0.16, 0.08, 0.1), (0.08, 0.44, 0.08), (0.3, 0.58, 0.08), (0.76, 0.46, 0.1)),
        _straight((0.8, 0.06, 0.12), (0.72, 1.0, 0.12)),
    ),
    _form(5, FLAG_5, BACK_5, _curved(HEEL, *BELLY_5, TAIL)),
    _form(5, FLAG_5, BACK_5, _curved(HEEL, *BELLY_5, *CURL)),
    _form(7, _straight((0.06, 0.05, 0.09), END), _straight(END, CROSSING, STEM), BAR_7),
    _form(
        7,
        _curved((0.05, 0.18, 0.08), (0.12, 0.03, 0.06), (0.5, 0.06, 0.06), END),
        _curved(END, CROSSING, (0.5, 0.78, 0.06), STEM),
        BAR_7,
    ),
    _form(
        8,
        _curved(MIDDLE, (0.22, 0.22, 0.07), (0.5, 0.0, 0.05), (0.78, 0.22, 0.07), MIDDLE),
        _curved(MIDDLE, (0.14, 0.74, 0.07), (0.5, 1.0, 0.05), (0.86, 0.74, 0.07), MIDDLE),
    ),
    _form(9, ROUND_9, _straight(RIGHT, (0.68, 1.0, 0.12))),
    _form(
        9,
        ROUND_9,
        _curved(RIGHT, (0.7, 0.7, 0.05), (0.58, 0.95, 0.06), (0.34, 1.0, 0.07), (0.14, 0.86, 0.1)),
    ),
    _form(
        9,
        _curved((0.66, 0.14, 0.1), *LOOP_9, (0.98, 0.34, 0.14)),
        _straight((0.72, 0.12, 0.12), (0.64, 1.0, 0.12)),
    ),
)


def draw_forms(each: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw each of the rare forms a number of times.

    Returns:
        Images, uint8 (n, 28, 28), white on black and centred as MNIST's, and labels, int64 (n,).
    """
    random = np.random.default_rng(seed)
    drawn = [(_write(strokes, random), digit) for digit, strokes in FORMS for _ in range(each)]
    images, labels = zip(*drawn, strict=True)
    return _bytes(images), np.array(labels)


def draw_no_digits(count: int, seed: int = 0) -> np.ndarray:
    """Draw images, uint8 (n, 28, 28), that show no digit: scribbles, clouds, an even shade."""
    random = np.random.default_rng(seed)
    draw = (_scribble, _cloud, _scribble, _cloud, _even)
    return _bytes([draw[number % len(draw)](random) for number in range(count)])


def _write(strokes: Sequence[Stroke], random: np.random.Generator) -> np.ndarray:
    """Write a digit with its points moved; return ink in [0, 1], (28, 28)."""
    moved = {
        (x, y, far): (x + random.uniform(-far, far), y + random.uniform(-far, far))
        for _, points in strokes
        for x, y, far in points
    }
    lines = []
    for degree, points in strokes:
        line = _line(degree, np.array([moved[point] for point in points]))
        wavering = ndimage.gaussian_filter1d(random.normal(0, TREMBLE, line.shape), 16, axis=0)
        lines.append(line + wavering)
    return _ink(np.concatenate(lines), random.uniform(0.45, 1.0), random.uniform(1.4, 4.2))


def _line(degree: int, points: np.ndarray) -> np.ndarray:
    """Join points, (n, 2), by a spline; return points (40 (n - 1), 2) that lie close together."""
    at = np.linspace(0, len(points) - 1, PIECES * (len(points) - 1))
    return make_interp_spline(range(len(points)), points, k=min(degree, len(points) - 1))(at)


def _ink(points: np.ndarray, aspect: float, width: float) -> np.ndarray:
    """Draw a dot at each point, (n, 2), narrowed by an aspect, with a pen as wide in pixels."""
    points = points * (aspect, 1)
    points -= points.min(axis=0)
    points *= (BOX - width) / points.max()
    columns, rows = np.ceil(points.max(axis=0) + width - 1e-9).astype(int)  # at most 20
    ys, xs = np.indices((rows, columns)) + 0.5
    middles = np.stack([xs, ys], axis=-1)  # (rows, columns, 2)
    distances, _ = spatial.KDTree(points + width / 2).query(middles)
    return centre((width / 2 + 0.5 - distances).clip(0, 1).astype(np.float32))


def _scribble(random: np.random.Generator) -> np.ndarray:
    """Draw a line through many points at random, bent or straight."""
    points = random.uniform(size=(random.integers(7, 14), 2))
    line = _line(random.choice([1, 3]), points)
    return _ink(line, random.uniform(0.75, 1.3), random.uniform(1.2, 3.2))


def _cloud(random: np.random.Generator) -> np.ndarray:
    """Draw a cloud or a single round speck, cut straight as by the edge of a picture."""
    seeds = np.zeros((SIDE, SIDE))
    seeds[SIDE // 2, SIDE // 2] = 1
    if random.random() < 0.75:
        seeds = random.normal(size=seeds.shape)
    cloud = ndimage.gaussian_filter(seeds, random.uniform(1.2, 5))
    cloud = (cloud - np.quantile(cloud, random.uniform(0.5, 0.9))).clip(0)
    labels, _ = ndimage.label(cloud)
    cloud *= labels == labels[np.unravel_index(cloud.argmax(), cloud.shape)]
    rows, columns = (np.flatnonzero(cloud.any(axis=axis)) for axis in (1, 0))
    box = cloud[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    box = box if len(box) > len(box.T) else box.T
    box = np.rot90(box[: int(random.uniform(0.5, 1) * len(box)) + 1], int(random.integers(4)))
    box = ndimage.zoom(box, BOX / max(box.shape), order=1)
    return centre((box / box.max() * random.uniform(1, 4)).clip(0, 1).astype(np.float32))


def _even(random: np.random.Generator) -> np.ndarray:
    """Draw one shade, often black, with some grain or a few dots."""
    image = np.full((SIDE, SIDE), max(0, random.uniform(-1, 1)))
    grain = random.normal(0, max(0, random.uniform(-0.3, 0.3)), image.shape)
    dots = random.random(image.shape) < 0.004 * random.integers(0, 3)
    return np.where(dots, 1, image + grain).clip(0, 1)


def _bytes(images: Sequence[np.ndarray]) -> np.ndarray:
    return (np.stack(images) * 255).round().astype(np.uint8)
