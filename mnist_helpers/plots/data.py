"""Figures of the data themselves: images in rows, the values of one, counts, and intervals."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter

from mnist_helpers.evaluation import Accuracy
from mnist_helpers.plots.figures import BLUE, GREY, ORANGE, WIDTH, Plot, styled

GAP = 0.18  # between two images, as a share of an image's width
LINE = 0.21  # height of a line of a title, in inches


@styled
def image_rows(
    rows: Mapping[str, Sequence[np.ndarray]],
    titles: Sequence[Sequence[object]],
    caption: str,
    columns: int = 10,
) -> Plot:
    """Draw rows of images, each with its name at the left.

    Args:
        rows: Name of the row → grey images, (h, w), all of one size. Black is 0; white is the
            largest value in the row.
        titles: For each row the titles of its images, or none.
        caption: What to see.
        columns: For how many images a row has room; where it has fewer, the rest stays empty.
    """
    height, width = np.shape(next(image for row in rows.values() for image in row))
    names = max(len(line) for name in rows for line in name.split("\n"))
    left = 0.12 * names + 0.25  # inches
    pixel = (WIDTH - left) / (columns * (1 + GAP) * width)  # inches
    places, total = [], 0.0  # of the rows: inches from the top
    for number in range(len(rows)):
        above = titles[number] if number < len(titles) else []
        lines = max((str(title).count("\n") + 1 for title in above), default=0)
        places.append(total + GAP * width * pixel / 2 + LINE * lines)
        total = places[-1] + height * pixel
    figure = Figure((WIDTH, total))
    ax = figure.add_axes((0, 0, 1, 1))  # one for all, with inches as units: it is drawn quickly
    ax.axis("off")
    for number, (name, images) in enumerate(rows.items()):
        top = places[number]
        white = max((np.max(image) for image in images), default=1)
        ax.text(left - 0.15, top + height * pixel / 2, name, ha="right", va="center")
        for place, image in enumerate(images):
            x = left + place * (1 + GAP) * width * pixel
            extent = (x, x + width * pixel, top + height * pixel, top)
            ax.imshow(
                image,
                cmap="gray",
                vmin=0,
                vmax=white,
                extent=extent,
                interpolation="nearest",
                aspect="auto",
            )
            if number < len(titles) and place < len(titles[number]):
                middle, title = x + width * pixel / 2, str(titles[number][place])
                ax.text(middle, top - 0.04, title, ha="center", va="bottom", fontsize=11)
    ax.set(xlim=(0, WIDTH), ylim=(total, 0))
    return Plot(figure, caption)


@styled
def magnified(image: np.ndarray, rows: slice, columns: slice, caption: str) -> Plot:
    """Draw an image, and a part of it enlarged, with the value of each pixel.

    Args:
        image: Grey, uint8 (h, w).
        rows: Which of its rows are enlarged.
        columns: Which of its columns.
        caption: What to see.
    """
    part = image[rows, columns]
    figure = Figure((WIDTH, 5), layout="constrained")
    whole, detail = figure.subplots(1, 2)
    for ax, shown in ((whole, image), (detail, part)):
        ax.imshow(shown, cmap="gray", vmin=0, vmax=255)
        ax.grid(visible=False)
    corner = columns.start - 0.5, rows.start - 0.5
    size = part.shape[1], part.shape[0]
    whole.add_patch(Rectangle(corner, *size, fill=False, edgecolor=ORANGE, linewidth=3))
    whole.set(xlabel="column", ylabel="row")
    for (row, column), value in np.ndenumerate(part):
        colour = "black" if value > 127 else "white"
        detail.text(column, row, value, ha="center", va="center", color=colour, fontsize=10)
    detail.set_xticks(range(part.shape[1]), range(image.shape[1])[columns])
    detail.set_yticks(range(part.shape[0]), range(image.shape[0])[rows])
    detail.set(xlabel="column")
    for spine in detail.spines.values():
        spine.set(visible=True, color=ORANGE, linewidth=3)
    return Plot(figure, caption)


@styled
def intervals(measured: Sequence[Accuracy], truth: float) -> Plot:
    """Draw accuracies with their 95% intervals, side by side, over the true accuracy."""
    figure = Figure((WIDTH, 3.6), layout="constrained")
    ax = figure.subplots()
    hits = [number for number, one in enumerate(measured) if one.low <= truth <= one.high]
    misses = sorted({*range(len(measured))} - {*hits})
    for places, colour, marker in ((hits, BLUE, "o"), (misses, ORANGE, "s")):
        values = [measured[place].value for place in places]
        below = [measured[place].value - measured[place].low for place in places]
        above = [measured[place].high - measured[place].value for place in places]
        ax.errorbar(
            [place + 1 for place in places],
            values,
            (below, above),
            fmt=marker,
            color=colour,
            markersize=4,
            linewidth=1.5,
        )
    ax.axhline(truth, color=GREY, linestyle="--", zorder=3)
    ax.set(xlabel="number of the sample", ylabel="accuracy")
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.margins(x=0.01)
    rest = f"{len(misses)} (orange squares) do not" if misses else "none misses it"
    if len(misses) == 1:
        rest = "1 (the orange square) does not"
    return Plot(
        figure,
        f"{len(hits)} of the {len(measured)} intervals contain {truth:.1%} (the dashed line); "
        f"{rest}.",
    )


@styled
def bars(
    values: Mapping[str, float], label: str, caption: str, form: str = "{:,.0f}", log: bool = False
) -> Plot:
    """Draw name → value as horizontal bars, the value written at the end of each.

    Args:
        values: Name → value, from top to bottom.
        label: What the values are, with their unit.
        caption: What to see.
        form: Format of the written values.
        log: Whether the axis is logarithmic.
    """
    figure = Figure((WIDTH, 1 + 0.4 * len(values)), layout="constrained")
    ax = figure.subplots()
    drawn = ax.barh(list(values), list(values.values()), color=BLUE, height=0.65)
    ax.bar_label(drawn, [form.format(value) for value in values.values()], padding=4)
    ax.set(xlabel=label, xscale="log" if log else "linear")
    ax.xaxis.set_major_formatter("{x:,g}")
    ax.margins(x=0.12)
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    return Plot(figure, caption)
