"""Figures of the common kinds, and what all figures share: palette, style, caption."""

import io
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import matplotlib
import numpy as np
from IPython.display import DisplayHandle, Markdown, display
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from mnist_helpers.datasets import mnist

# From Okabe and Ito's palette (https://jfly.uni-koeln.de/color/), safe for colour-blind readers.
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#6B6B6B"
WIDTH, SCREEN_DPI, FILE_DPI = 10, 90, 140  # inches; shown 900 pixels wide, sharp on any screen
GAP = 0.08  # between two images of a grid, as a share of a column's width
# In a file: half the size of true colour, and nothing of it is seen. Colour photos need more.
COLOURS, PHOTO_COLOURS = 64, 256
styled = matplotlib.rc_context(
    {
        "figure.dpi": FILE_DPI,
        "font.size": 13,
        "axes.titlesize": 13,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": GREY,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#E4E4E4",
        "lines.linewidth": 2,
        "lines.markersize": 7,
    }
)


class Plot(NamedTuple):
    """A figure, and its caption, which is the alternative text too.

    As the last line of a cell it shows both. The figure belongs to no window.
    """

    figure: Figure
    caption: str
    colours: int = COLOURS

    def _ipython_display_(self) -> None:
        self.show()
        display(Markdown(f"*{self.caption}*"))

    def show(self, handle: DisplayHandle | None = None) -> DisplayHandle:
        """Show the figure without its caption, in the place of `handle` if there is one."""
        drawn, file = io.BytesIO(), io.BytesIO()
        self.figure.savefig(drawn, format="png", dpi="figure")
        picture = Image.open(drawn).convert("RGB")
        picture.quantize(self.colours, dither=Image.Dither.NONE).save(file, "PNG")
        shown = handle or DisplayHandle()
        width = round(self.figure.get_figwidth() * SCREEN_DPI)
        display(
            {"image/png": b64encode(file.getvalue()).decode(), "text/plain": self.caption},
            metadata={"image/png": {"width": width, "alt": self.caption}},
            raw=True,
            display_id=shown.display_id,
            update=handle is not None,
        )
        return shown


def table(columns: Mapping[str, Sequence]) -> Markdown:
    """Set columns, name → cells, as a table; columns of numbers stand to the right."""

    def text(cell: object) -> str:
        return str(cell).replace("|", "\\|").replace("\n", " ")

    def is_number(cell: object) -> bool:
        return bool(re.match(r"[-+−]?\.?\d", str(cell)))

    sides = [
        "---:" if len(cells) and all(map(is_number, cells)) else ":---"
        for cells in columns.values()
    ]
    lines = [list(columns), sides, *zip(*columns.values(), strict=True)]
    return Markdown("\n".join("| " + " | ".join(map(text, line)) + " |" for line in lines))


@styled
def image_grid(
    images: Sequence[np.ndarray],
    titles: Sequence[str],
    caption: str,
    columns: int = 10,
) -> Plot:
    """Draw images in rows, with titles (or none).

    Args:
        images: Grey, (h, w), each shown in its own range of values; or in colour, (h, w, 3), uint8
            or floats in [0, 1].
        titles: One for each image, or none at all.
        caption: What to see.
        columns: Images in a row.
    """
    cell = WIDTH / columns  # inches
    shapes = [np.shape(image)[:2] for image in images]
    tallest = max(height / width for height, width in shapes)
    lines = max((title.count("\n") + 1 for title in titles), default=0)
    size = min(13, 100 / columns)  # of the titles, in points
    above = lines * size / 52 + 0.04  # inches
    side = cell * (1 - GAP)
    step = side * min(1, tallest) + above + cell * GAP  # from row to row
    rows = -(-len(images) // columns)
    has_photos = max(height for height, _ in shapes) > 200  # their grain fills the file
    dpi = SCREEN_DPI if has_photos else FILE_DPI
    figure = Figure((WIDTH, rows * step), dpi=dpi)
    ax = figure.add_axes((0, 0, 1, 1))  # one for all, with inches as units: it is drawn quickly
    ax.axis("off")
    for number, (image, (height, width)) in enumerate(zip(images, shapes, strict=True)):
        row, column = divmod(number, columns)
        scale = side / max(width, height)  # inches for a pixel
        middle, top = (column + 0.5) * cell, row * step + above
        left, right = middle - scale * width / 2, middle + scale * width / 2
        extent = (left, right, top + scale * height, top)
        ax.imshow(image, cmap="gray", extent=extent, aspect="auto")
        frame = (left, top), scale * width, scale * height  # or light paper would have no edge
        ax.add_patch(Rectangle(*frame, fill=False, edgecolor=GREY, linewidth=0.5))
        if number < len(titles):
            ax.text(middle, top - 0.05, titles[number], ha="center", va="bottom", fontsize=size)
    ax.set(xlim=(0, WIDTH), ylim=(rows * step, 0))
    has_colour = any(np.ndim(image) == 3 for image in images)
    return Plot(figure, caption, PHOTO_COLOURS if has_colour else COLOURS)


@styled
def predictions(
    images: Sequence[np.ndarray],
    probabilities: np.ndarray,
    caption: str,
    titles: Sequence[str] | None = None,
    classes: Sequence[str] = mnist.DESCRIPTION.classes,
    kind: str = "digit",
) -> Plot:
    """Draw up to five images, each above the probabilities of its classes.

    Args:
        images: Grey, (h, w), or in colour, (h, w, 3).
        probabilities: (n, number of classes).
        caption: What to see.
        titles: One for each image; without them, each says what was predicted, and how surely.
        classes: The names of the classes.
        kind: What a class is.
    """
    titles = titles or [f"{classes[p.argmax()]} with {p.max():.1%}" for p in probabilities]
    longest = max(map(len, classes))
    lines = max(title.count("\n") + 1 for title in titles)
    height = 4 + 0.21 * lines + 0.09 * longest  # inches
    figure = Figure((WIDTH, height))  # laid out by hand: it is drawn quickly
    above, below = figure.subplots(2, len(images), squeeze=False, height_ratios=(3, 2))
    margins = {"left": 0.07, "right": 0.99, "bottom": (0.5 + 0.09 * longest) / height}
    figure.subplots_adjust(
        **margins, top=1 - (0.1 + 0.21 * lines) / height, wspace=0.15, hspace=0.12
    )
    for ax, image, title in zip(above, images, titles, strict=True):
        ax.imshow(image, cmap="gray")
        ax.set_title(title, loc="center")
        ax.axis("off")
    for ax, row in zip(below, probabilities, strict=True):
        ax.bar(classes, row, color=[ORANGE if p == row.max() else BLUE for p in row])
        ax.set(ylim=(0, 1), yticks=(0, 0.5, 1), xlabel=kind)
        ax.tick_params(axis="x", labelsize=10, length=0)
        ax.tick_params(axis="x", rotation=90 if longest > 2 else 0)
        ax.label_outer(remove_inner_ticks=True)
        ax.grid(visible=False, axis="x")
    below[0].set_ylabel("probability")
    has_colour = any(np.ndim(image) == 3 for image in images)
    return Plot(figure, caption, PHOTO_COLOURS if has_colour else COLOURS)
