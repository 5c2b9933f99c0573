"""A drawing of what covering each part of a picture does to an answer (notebook 13)."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter

from mnist_helpers.plots.figures import COLOURS, ORANGE, PHOTO_COLOURS, Plot, styled


@styled
def covered(
    image: np.ndarray, places: Sequence[tuple[int, int]], side: int, kept: Sequence[float]
) -> Plot:
    """Draw an image beside what covering each part of it does to an answer.

    A pixel's shade is the mean over the squares that cover it.

    Args:
        image: Grey, (h, w) or (h, w, 1), or in colour, (h, w, 3).
        places: Top and left of each square, as `occlusion.occlude` returns them.
        side: Of a square, in pixels.
        kept: The probability of the answer with each square covered, in [0, 1].
    """
    total, count = np.zeros((2, *image.shape[:2]))
    for (row, column), value in zip(places, kept, strict=True):
        square = slice(row, row + side), slice(column, column + side)
        total[square] += value
        count[square] += 1
    figure = Figure((8, 3.9), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.imshow(image, cmap="gray")
    shades = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    drawn = right.imshow(shades, cmap="Blues_r", vmin=0, vmax=1)
    lowest = int(np.argmin(kept))
    row, column = places[lowest]
    corner = column - 0.5, row - 0.5
    for ax, title in ((left, "the picture"), (right, "probability, covered there")):
        ax.add_patch(Rectangle(corner, side, side, fill=False, edgecolor=ORANGE, linewidth=2.5))
        ax.set_title(title)
        ax.axis("off")
    figure.colorbar(drawn, ax=right, format=PercentFormatter(1, decimals=0))
    return Plot(
        figure,
        f"The probability of the answer is lowest, {kept[lowest]:.0%}, with the framed square "
        f"covered: rows {row} to {row + side - 1}, columns {column} to {column + side - 1}. It is "
        f"at most {max(kept):.0%}.",
        PHOTO_COLOURS if image.shape[2:] == (3,) else COLOURS,
    )
