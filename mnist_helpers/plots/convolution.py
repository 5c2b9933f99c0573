"""Drawings of a convolution (notebook 02): its products, its way over the image, its maps."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from mnist_helpers.plots.figures import BLUE, GREY, ORANGE, WIDTH, Plot, styled

# How the windows are told apart: by colour, by line, and by the number at their corner.
LOOKS = ((BLUE, "-"), (ORANGE, "--"), ("black", ":"))
_CENTRED: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 12}


@styled
def products(window: np.ndarray, kernel: np.ndarray) -> Plot:
    """Draw a window and a kernel in numbers, their products, and the sum of these.

    Args:
        window: Pixels in [0, 1], (h, w).
        kernel: Weights, (h, w).
    """
    rows, columns = kernel.shape
    parts = {"window": window, "kernel": kernel, "products": window * kernel}
    figure, ax = _board(5 + 3 * columns, rows, above=0.8)
    for number, (name, values) in enumerate(parts.items()):
        left = number * (columns + 1)
        _cells(ax, values, left, 0, shaded=name == "window")
        ax.text(left + columns / 2, -0.2, name, ha="center", va="bottom")
        sign = ("×", "=", "→")[number]
        ax.text(left + columns + 0.5, rows / 2, sign, ha="center", va="center", fontsize=18)
    total = float(parts["products"].sum())
    middle = 3 * (columns + 1) + 0.9
    ax.text(middle, -0.2, "sum", ha="center", va="bottom")
    ax.text(middle, rows / 2, _number(total), ha="center", va="center", fontsize=18, weight="bold")
    return Plot(
        figure,
        f"Each of the {window.size} pixels is multiplied by the weight at the same place; the "
        f"{window.size} products add up to {_number(total)}.",
    )


@styled
def sliding(image: np.ndarray, kernel: np.ndarray, places: Sequence[tuple[int, int]]) -> Plot:
    """Draw how a kernel slides over an image: some windows, and where their sums go.

    Args:
        image: Pixels in [0, 1], (h, w), few enough to be read.
        kernel: Weights, (k, k).
        places: Row and column of the upper left corner of up to three windows. Arrows leave above
            from the first row and below from all others, best from the last row.
    """
    side, (rows, columns) = len(kernel), image.shape
    shape = rows - side + 1, columns - side + 1
    sums = np.zeros(shape)
    for row, column in np.ndindex(shape):
        sums[row, column] = (image[row : row + side, column : column + side] * kernel).sum()
    left = side + 1.2  # of the image
    right, top = left + columns + 2.6, (rows - shape[0]) / 2  # of the map
    figure, ax = _board(right + shape[1], rows, above=1.6, below=1.3)
    for values, x, y, name in (
        (kernel, 0, (rows - side) / 2, "kernel"),
        (image, left, 0, ""),
        (sums, right, top, ""),
    ):
        _cells(ax, values, x, y, shaded=values is image)
        ax.text(x + side / 2, y - 0.2, name, ha="center", va="bottom")
    ax.text(left, rows + 0.2, "image", va="top")
    ax.text(right + shape[1], top - 0.2, "feature map", ha="right", va="bottom")
    for number, (row, column) in enumerate(places):
        (colour, line), inset = LOOKS[number], 0.08 * number  # frames on one line stay apart
        frame: dict[str, Any] = {"fill": False, "ec": colour, "ls": line, "lw": 3, "zorder": 4}
        length = side - 2 * inset
        ax.add_patch(Rectangle((left + column + inset, row + inset), length, length, **frame))
        ax.add_patch(Rectangle((right + column, top + row), 1, 1, **frame))
        below = row > 0
        start = left + column + (side / 2 if below else 0.5), row + side * below
        end = right + column + 0.5, top + row + below
        bend = f"arc3,rad={0.28 if below else 0.05 * number - 0.28}"
        arrow: dict[str, Any] = {
            "arrowstyle": "-|>",
            "connectionstyle": bend,
            "mutation_scale": 18,
            "shrinkA": 0,
        }
        ax.add_patch(FancyArrowPatch(start, end, color=colour, ls=line, lw=2, zorder=5, **arrow))
        badge = {"boxstyle": "circle,pad=0.15", "fc": colour, "ec": "white"}
        ax.text(*start, str(number + 1), color="white", bbox=badge, **_CENTRED, zorder=6)
    return Plot(
        figure,
        f"The kernel slides over the image. At each place the {side}×{side} pixels below it give "
        f"one number of the feature map: {rows}×{columns} pixels give {shape[0]}×{shape[1]} "
        "numbers.",
    )


@styled
def signed_maps(
    maps: Mapping[str, np.ndarray], caption: str, image: np.ndarray | None = None
) -> Plot:
    """Draw name → feature map, all in one scale: black negative, grey 0, white positive.

    Args:
        maps: Name → values, (h, w).
        caption: What to see.
        image: What stands before them, with pixels in [0, 1].
    """
    limit = max(float(np.abs(values).max()) for values in maps.values()) or 1.0
    count = len(maps) + (image is not None)
    figure = Figure((WIDTH, 0.6 + WIDTH / (count + 0.4)), layout="constrained")
    axes = list(figure.subplots(1, count, squeeze=False)[0])
    for ax in axes:
        ax.set(xticks=(), yticks=())
        ax.grid(visible=False)
    if image is not None:
        first = axes.pop(0)
        first.imshow(image, cmap="gray", vmin=0, vmax=1)
        first.set_title("image", loc="center")
    for ax, (name, values) in zip(axes, maps.items(), strict=True):
        drawn = ax.imshow(values, cmap="gray", vmin=-limit, vmax=limit)
        ax.set_title(name, loc="center")
    figure.colorbar(drawn, ax=axes, shrink=0.75, label="value in the map")
    return Plot(figure, caption)


def _board(width: float, height: float, above: float, below: float = 0.2) -> tuple[Figure, Axes]:
    """Make a figure whose unit is a cell, with rows downwards."""
    figure = Figure((WIDTH, WIDTH * (height + above + below) / (width + 0.2)))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(-0.1, width + 0.1), ylim=(height + below, -above))
    ax.axis("off")
    return figure, ax


def _cells(ax: Axes, values: np.ndarray, left: float, top: float, shaded: bool = False) -> None:
    """Draw numbers in a grid of cells; shaded, a pixel is grey (0) to white (1)."""
    for (row, column), value in np.ndenumerate(values):
        x, y = left + column, top + row
        face = str(0.6 + 0.4 * float(value)) if shaded else "white"
        ax.add_patch(Rectangle((x, y), 1, 1, fc=face, ec=GREY, lw=0.8))
        ax.text(x + 0.5, y + 0.5, _number(value), **_CENTRED)


def _number(value: float) -> str:
    """Write a number as short as it can be read: a whole one, or one decimal."""
    value = round(float(value), 1)
    text = f"{value:.0f}" if value == round(value) else f"{value:.1f}"
    return text.replace("-", "−") if value else "0"
