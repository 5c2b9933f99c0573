"""Figures from numbers. Each function returns a figure and the sentence that says what to see."""

import io
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import matplotlib
import numpy as np
from IPython.display import DisplayHandle, Markdown, display
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter
from PIL import Image

if TYPE_CHECKING:
    import keras

    from mnist_helpers.evaluation import Accuracy, Calibration

# From Okabe and Ito's palette (https://jfly.uni-koeln.de/color/), safe for colour-blind readers.
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#6B6B6B"
WIDTH, SCREEN_DPI, FILE_DPI = 10, 90, 140  # inches; shown 900 pixels wide, sharp on any screen
COLOURS = 64  # in a file: half the size of true colour, and nothing of it is seen
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

    def _ipython_display_(self) -> None:
        self.show()
        display(Markdown(f"*{self.caption}*"))

    def show(self, handle: DisplayHandle | None = None) -> DisplayHandle:
        """Show the figure without its caption, in the place of `handle` if there is one."""
        drawn, file = io.BytesIO(), io.BytesIO()
        self.figure.savefig(drawn, format="png", dpi="figure")
        Image.open(drawn).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
            file, "PNG"
        )
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
    sides = ["---:" if str(cells[0])[:1].isdigit() else ":---" for cells in columns.values()]
    lines = [list(columns), sides, *zip(*columns.values(), strict=True)]
    return Markdown("\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines))


@styled
def image_grid(
    images: Sequence[np.ndarray],
    titles: Sequence[str],
    caption: str,
    columns: int = 10,
) -> Plot:
    """Draw grey images (h, w) in rows, each in its own range of values, with titles (or none)."""
    rows = -(-len(images) // columns)
    tallest = max(np.shape(image)[0] / np.shape(image)[1] for image in images)
    lines = max((title.count("\n") + 1 for title in titles), default=0)
    height = rows * (WIDTH / columns * min(1, tallest) + 0.24 * lines)
    has_photos = max(np.shape(image)[0] for image in images) > 200  # their grain fills the file
    dpi = SCREEN_DPI if has_photos else FILE_DPI
    figure = Figure((WIDTH, height), dpi=dpi, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes:
        ax.axis("off")
    for ax, image in zip(axes, images, strict=False):
        ax.imshow(image, cmap="gray")
    for ax, title in zip(axes, titles, strict=False):
        ax.set_title(title, fontsize=min(13, 100 / columns), loc="center")
    return Plot(figure, caption)


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


@styled
def predictions(
    images: Sequence[np.ndarray],
    probabilities: np.ndarray,
    caption: str,
    titles: Sequence[str] | None = None,
) -> Plot:
    """Draw up to five images (28, 28), each above its ten probabilities, a row of (n, 10).

    Without titles, each says which digit was predicted and with which probability.
    """
    titles = titles or [f"{p.argmax()} with {p.max():.1%}" for p in probabilities]
    figure = Figure((WIDTH, 4.2), layout="constrained")
    above, below = figure.subplots(2, len(images), squeeze=False, height_ratios=(3, 2))
    for ax, image, title in zip(above, images, titles, strict=True):
        ax.imshow(image, cmap="gray")
        ax.set_title(title, loc="center")
        ax.axis("off")
    for ax, row in zip(below, probabilities, strict=True):
        ax.bar(range(10), row, color=[ORANGE if p == row.max() else BLUE for p in row])
        ax.set(ylim=(0, 1), xticks=range(10), yticks=(0, 0.5, 1), xlabel="digit")
        ax.tick_params(axis="x", labelsize=10, length=0)
        ax.label_outer(remove_inner_ticks=True)
        ax.grid(visible=False, axis="x")
    below[0].set_ylabel("probability")
    return Plot(figure, caption)


@styled
def training_curves(
    history: Mapping[str, Sequence[float]],
    epochs: int,
    within: Mapping[str, Sequence[float]] | None = None,
    status: str = "",
) -> Plot:
    """Draw accuracy and loss, of training and validation, by epoch: the two-panel figure.

    Args:
        history: Metric → its value after each epoch, as Keras's `History.history`.
        epochs: Number of epochs that the axis shows.
        within: Running averages within epochs: "epoch" (fractions), "accuracy", "loss".
        status: A line above the panels, such as the progress.
    """
    figure = Figure((WIDTH, 3.9))  # no automatic layout: it would triple the time to draw
    figure.subplots_adjust(left=0.08, right=0.99, top=0.85, bottom=0.15, wspace=0.18)
    figure.suptitle(status, fontsize=13, color=GREY)
    said = []
    for ax, name in zip(figure.subplots(1, 2), ("accuracy", "loss"), strict=True):
        curves = {"training": history.get(name, []), "validation": history.get(f"val_{name}", [])}
        ends = [values[-1] for values in curves.values() if len(values)]
        if within and len(within["epoch"]):
            ax.plot(within["epoch"], within[name], color=BLUE, alpha=0.35, linewidth=1.5)
        looks = {"training": (BLUE, "o-"), "validation": (ORANGE, "s--")}
        for label, values in curves.items():
            if not len(values):
                continue
            colour, line = looks[label]
            ax.plot(range(1, len(values) + 1), values, line, color=colour)
            place = {"xytext": (8, 0), "textcoords": "offset points", "color": colour}
            side = "bottom" if values[-1] == max(ends) else "top"
            ax.annotate(label, (len(values), values[-1]), va=side, **place)
            said.append(f"{label} {name} {values[-1]:{'.2%' if name == 'accuracy' else '.4f'}}")
        if complete := [value for values in curves.values() for value in values]:
            margin = 0.25 * (max(complete) - min(complete)) + 0.002
            low, high = min(complete) - margin, max(complete) + margin
            ax.set_ylim(
                (low, min(high, 1.003)) if name == "accuracy" else (max(low, -0.06 * high), high)
            )
        ticks = range(0, epochs + 1, max(1, epochs // 5))
        ax.set(xlim=(0, 1.3 * epochs), xticks=ticks, xlabel="epoch")
        ax.set_title(name if name == "accuracy" else "loss (cross-entropy)")
        if name == "accuracy":
            ax.yaxis.set_major_formatter(PercentFormatter(1))
    done = len(history.get("loss", []))
    return Plot(figure, f"After epoch {done} of {epochs}: {', '.join(said)}.")


@styled
def confusion(counts: np.ndarray) -> Plot:
    """Draw a confusion matrix, int (10, 10), true digits in rows; only mistakes are coloured."""
    mistakes = counts * (1 - np.eye(10, dtype=int))
    figure = Figure((7, 6.6), layout="constrained")
    ax = figure.subplots()
    ax.imshow(mistakes, cmap="Blues")
    for (true, predicted), count in np.ndenumerate(counts):
        if count:
            dark = mistakes[true, predicted] > 0.6 * mistakes.max()
            colour = GREY if true == predicted else "white" if dark else "black"
            ax.text(predicted, true, count, ha="center", va="center", color=colour, fontsize=11)
    ax.set(xlabel="predicted digit", ylabel="true digit", xticks=range(10), yticks=range(10))
    ax.grid(visible=False)
    true, predicted = np.unravel_index(mistakes.argmax(), mistakes.shape)
    return Plot(
        figure,
        f"{counts.trace():,} of {counts.sum():,} images lie on the diagonal; the commonest of the "
        f"{mistakes.sum():,} mistakes is a {true} taken for a {predicted} "
        f"({mistakes[true, predicted]} times).",
    )


@styled
def calibration(measured: "Calibration") -> Plot:
    """Draw the accuracy of each bin, with its interval, over the mean confidence in it."""
    figure = Figure((6.5, 5), layout="constrained")
    ax = figure.subplots()
    values = [group.value for group in measured.groups]
    below = [group.value - group.low for group in measured.groups]
    above = [group.high - group.value for group in measured.groups]
    ax.plot((0, 1), (0, 1), ":", color=GREY)
    ax.annotate("as sure as right", (0.02, 0.02), rotation=38, color=GREY)
    ax.errorbar(measured.confidence, values, (below, above), fmt="o", color=BLUE, capsize=4)
    ax.set(xlim=(0, 1.03), ylim=(0, 1.03), xlabel="mean confidence", ylabel="accuracy")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(PercentFormatter(1))
    largest = int(np.argmax([group.count for group in measured.groups]))
    group, claimed = measured.groups[largest], measured.confidence[largest]
    return Plot(
        figure,
        f"The fullest bin, with {group.count:,} images, claims {claimed:.1%} on average and is "
        f"right in {group.value:.1%}; the mean gap over all images is {measured.error:.2%}.",
    )


@styled
def robustness(results: Mapping[str, Mapping[float, "Accuracy"]]) -> Plot:
    """Draw disturbance (with its unit) → amount → accuracy, with the 95% intervals."""
    figure = Figure((WIDTH, 3.6), layout="constrained")
    axes = figure.subplots(1, len(results), sharey=True, squeeze=False)[0]
    for ax, (name, by_amount) in zip(axes, results.items(), strict=True):
        amounts, found = list(by_amount), list(by_amount.values())
        ax.fill_between(amounts, [v.low for v in found], [v.high for v in found], color="#C5DDEB")
        ax.plot(amounts, [v.value for v in found], "o-", color=BLUE)
        ax.set(ylim=(0, 1.02), xticks=amounts, xlabel=name.replace(" (", "\n("))
        ax.xaxis.set_major_formatter("{x:g}")
        ax.tick_params(axis="x", labelsize=11)
    axes[0].yaxis.set_major_formatter(PercentFormatter(1))
    axes[0].set_ylabel("accuracy")
    ends = (
        f"{list(v.values())[-1].value:.0%} {name.split(' (')[0]}" for name, v in results.items()
    )
    return Plot(figure, f"At the strongest level, accuracy has fallen to {', '.join(ends)}.")


@styled
def architecture(model: "keras.Sequential") -> Plot:
    """Draw the layers from left to right: feature maps as squares, vectors as bars."""
    figure = Figure((WIDTH, 3.2), layout="constrained")
    ax = figure.subplots()
    shapes = [model.input_shape[1:]] + [tuple(layer.output.shape[1:]) for layer in model.layers]
    names = ["input", *(type(layer).__name__ for layer in model.layers)]
    parameters = [0, *(layer.count_params() for layer in model.layers)]
    for x, (name, shape, count) in enumerate(zip(names, shapes, parameters, strict=True)):
        if len(shape) == 3:
            height = width = 0.72 * shape[0] / 28
            sheets = 1 + (shape[2] > 1) + (shape[2] > 32)
        else:
            height, width, sheets = 0.25 + 0.29 * np.log10(shape[0]), 0.12, 1
        for sheet in reversed(range(sheets)):
            corner = (x - width / 2 + 0.06 * sheet, -height / 2 + 0.06 * sheet)
            ax.add_patch(Rectangle(corner, width, height, color=BLUE, alpha=0.75, ec="white"))
        text = "×".join(map(str, shape)) + (f"\n{count:,}\nparameters" if count else "")
        ax.text(x, 0.78, name, ha="center", fontsize=10.5, weight="bold")
        ax.text(x, -0.78, text, ha="center", va="top", fontsize=10.5)
    ax.set(xlim=(-0.6, len(names) - 0.4), ylim=(-1.4, 0.95), aspect="equal")
    ax.axis("off")
    most = int(np.argmax(parameters))
    maps = [shape for shape in shapes if len(shape) == 3]
    return Plot(
        figure,
        f"From left to right the maps shrink from {maps[0][0]}×{maps[0][1]} to "
        f"{maps[-1][0]}×{maps[-1][1]} while their number grows from {maps[0][2]} to "
        f"{maps[-1][2]}; {parameters[most] / sum(parameters):.0%} of the {sum(parameters):,} "
        f"parameters are in the first {names[most]} layer.",
    )


@styled
def comparison(names: Sequence[str], measures: Mapping[str, Sequence[float]], caption: str) -> Plot:
    """Draw a panel of bars for each measure (with its unit): one for each name, the last marked."""
    figure = Figure((WIDTH, 4.6), layout="constrained")
    panels = figure.subplots(-(-len(measures) // 3), 3, squeeze=False).ravel()
    for ax in panels[len(measures) :]:
        ax.axis("off")
    for ax, (measure, values) in zip(panels, measures.items(), strict=False):
        colours = [*[BLUE] * (len(names) - 1), ORANGE]
        drawn = ax.barh(list(names), values, color=colours, height=0.65)
        texts = [f"{value:,.0f}" if value >= 100 else f"{value:.3g}" for value in values]
        ax.bar_label(drawn, texts, padding=3)
        ax.set_title(measure)
        ax.margins(x=0.35)
        ax.invert_yaxis()
        ax.grid(visible=False)
        ax.tick_params(axis="x", labelbottom=False, length=0)
        ax.label_outer(remove_inner_ticks=False)
    return Plot(figure, caption)
