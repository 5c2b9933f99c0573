"""Drawings of how a picture is prepared: even light, an upright digit (notebook 07)."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import ndimage

from mnist_helpers import pictures
from mnist_helpers.plots.figures import BLUE, GREY, ORANGE, WIDTH, Plot, styled

DOTS = 20  # about so many rows of a digit get a dot


def closing_steps(row: Sequence[float], window: int) -> dict[str, np.ndarray]:
    """Even the light of a row of shades, step by step.

    Args:
        row: Shades, 0 for black, more for lighter; float (n,).
        window: How many pixels a window has, an odd number.

    Returns:
        What a step is called → its values, float (n,): the shades, the lightest in each window,
        the darkest of those in each window, and the share of that light that a pixel lacks.
    """
    shades = np.asarray(row, float)
    lightest = ndimage.maximum_filter(shades, window)
    ground = ndimage.minimum_filter(lightest, window)
    missing = (ground - shades) / np.maximum(ground, 1e-9)
    return {
        "the row": shades,
        "1. the lightest in each window": lightest,
        "2. the darkest of those: the ground": ground,
        "3. the share of light that is missing": missing,
    }


@styled
def closing(
    row: Sequence[float],
    ink: Sequence[int],
    window: int = 3,
    threshold: float = 5,
    share: float = 0.5,
) -> Plot:
    """Draw how a closing parts ink from shadow, on one row of shades.

    Args:
        row: Shades, 0 for black, more for lighter.
        ink: Where the ink is, as indices into the row.
        window: How many pixels a window has, an odd number.
        threshold: A shade; what is darker would count as ink in the row itself.
        share: A share of light; what misses more counts as ink after the closing.
    """
    steps = closing_steps(row, window)
    shades, *_, missing = steps.values()
    figure = Figure((WIDTH, 5.6), layout="constrained")
    axes = figure.subplots(2, 2, sharex=True).ravel()
    edges = np.arange(len(shades) + 1) - 0.5
    for ax, (name, values) in zip(axes, steps.items(), strict=True):
        is_share = values is missing
        if values is not shades and not is_share:
            ax.stairs(shades, edges, color=GREY, linestyle=":", baseline=None)
        ax.stairs(values, edges, color=BLUE, linewidth=2.5, baseline=None)
        ax.plot(ink, values[list(ink)], "o", color=ORANGE)
        top = 1 if is_share else 1.15 * shades.max()
        ax.set(title=name, ylim=(0, top), xticks=range(len(shades)))
        ax.set_ylabel("share of light" if is_share else "shade")
        ax.grid(visible=False, axis="x")
    left, right = ink[0] - window / 2, ink[0] + window / 2
    _span(axes[0], left, right, 1.06 * shades.max(), f"window of {window}")
    for place in ink:
        axes[0].annotate(
            "ink", (place, shades[place]), (24, 0), "data", "offset points", va="center"
        )
    for ax, level, at, side in (
        (axes[0], threshold, edges[-1], "right"),
        (axes[3], share, np.mean(ink), "center"),
    ):
        ax.axhline(level, color=ORANGE, linestyle="--", linewidth=1.5)
        ax.text(at, level, f"threshold {level:g}", va="bottom", ha=side, color=ORANGE)
    for ax in axes[2:]:
        ax.set_xlabel("pixel")
    before, after = (shades < threshold).sum(), (missing > share).sum()
    return Plot(
        figure,
        f"Orange dots mark the ink, {len(ink)} of {len(shades)} pixels. In the row itself {before} "
        f"pixels lie below the threshold; after step 3, {after} lie above the new one.",
    )


def _span(ax: Axes, left: float, right: float, height: float, label: str) -> None:
    """Draw a bracket over a part of the row."""
    arrow = {"arrowstyle": "|-|, widthA=0.3, widthB=0.3", "color": GREY, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", (left, height), (right, height), arrowprops=arrow)
    ax.text(right + 0.15, height, label, va="center", color=GREY)


@styled
def slants(before: np.ndarray, after: np.ndarray) -> Plot:
    """Draw how the slant of a digit is found, and what a shear makes of it.

    Args:
        before: Ink, (h, w).
        after: The digit after the shear.
    """
    figure = Figure((WIDTH, 4), layout="constrained")
    axes = figure.subplots(1, 3)
    titles = ("the middle of each row", "the line that fits them", "after the shear")
    found = pictures.slant(before), pictures.slant(after)
    for ax, image, title in zip(axes, (before, before, after), titles, strict=True):
        rows, middles, (row, column) = row_middles(image)
        height = len(image)
        ax.imshow(1 - image, cmap="gray", vmin=-1.5, vmax=1)  # pale, so that the marks stand out
        few = slice(None, None, max(1, len(rows) // DOTS))
        ax.plot(middles[few], rows[few], "o", color=BLUE, markersize=4)
        ends = np.array([0, height - 1])
        ax.plot([column, column], ends, ":", color=GREY)
        if title != titles[0]:
            ax.plot(column + pictures.slant(image) * (ends - row), ends, "-", color=ORANGE)
        ax.plot([column], [row], "X", color=ORANGE, markersize=12, markeredgecolor="white")
        side = max(image.shape) / 2 + 1
        ax.set(xlim=(column - side, column + side), ylim=(height / 2 + side, height / 2 - side))
        ax.set_title(title, loc="center")
        ax.axis("off")
    return Plot(
        figure,
        "A dot is the middle of the ink in one row, the cross the middle of all ink; the dotted "
        "line is upright. With each row downwards the line through the dots moves by "
        f"{found[0]:+.2f} columns before the shear, and by "
        f"{found[1]:+.2f} after it.",
    )


def row_middles(image: np.ndarray) -> tuple[np.ndarray, np.ndarray, tuple[float, float]]:
    """Find the middle of the ink in each row that has some, and of all ink.

    Returns:
        The rows, their middles as columns, and the (row, column) of the middle of all.
    """
    ink = image.sum(axis=1)
    rows = np.flatnonzero(ink > 0)
    columns = np.arange(image.shape[1])
    middles = (image[rows] * columns).sum(axis=1) / ink[rows]
    row = float(np.average(np.arange(len(image)), weights=ink))
    return rows, middles, (row, float(np.average(columns, weights=image.sum(axis=0))))
