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

from mnist_helpers.evaluation import Accuracy, Calibration

if TYPE_CHECKING:
    import keras

# From Okabe and Ito's palette (https://jfly.uni-koeln.de/color/), safe for colour-blind readers.
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#6B6B6B"
STYLE = {
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
WIDTH = 10  # inches; shown 900 pixels wide, drawn with 1,400 for sharp screens
SCREEN_DPI, FILE_DPI = 90, 140


class Plot(NamedTuple):
    """A figure with its caption; as the last line of a cell it shows both.

    Attributes:
        figure: The figure; it belongs to no window, so nothing has to be closed.
        caption: One sentence that says what to see. It is the alternative text, too.
    """

    figure: Figure
    caption: str

    def _ipython_display_(self) -> None:
        self.show()
        display(Markdown(f"*{self.caption}*"))

    def show(self, handle: DisplayHandle | None = None) -> DisplayHandle:
        """Show the figure without its caption, in the place of `handle` if there is one."""
        file = io.BytesIO()
        self.figure.savefig(file, format="png", dpi=FILE_DPI)
        png = b64encode(file.getvalue()).decode()
        width = round(self.figure.get_figwidth() * SCREEN_DPI)
        handle, update = (handle, True) if handle else (DisplayHandle(), False)
        display(
            {"image/png": png, "text/plain": self.caption},
            metadata={"image/png": {"width": width, "alt": self.caption}},
            raw=True,
            display_id=handle.display_id,
            update=update,
        )
        return handle


def table(columns: Mapping[str, Sequence]) -> Markdown:
    """Set columns, name → cells, as a table; columns of numbers stand to the right."""
    rows = list(zip(*columns.values(), strict=True))
    sides = ["---:" if str(cells[0])[:1].isdigit() else ":---" for cells in columns.values()]
    lines = [list(columns), sides, *rows]
    return Markdown("\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines))


@matplotlib.rc_context(STYLE)
def image_grid(
    images: Sequence[np.ndarray],
    titles: Sequence[str],
    caption: str,
    columns: int = 10,
    colours: str = "gray",
) -> Plot:
    """Draw images in rows, each in its own range of values.

    Args:
        images: Grey images, (h, w) each; their sizes may differ.
        titles: One for each image, or none at all.
        caption: What to see.
        columns: Images in a row.
        colours: Matplotlib's name for a colour map; "gray" shows MNIST's white ink on black.
    """
    rows = -(-len(images) // columns)
    lines = max((title.count("\n") + 1 for title in titles), default=0)
    height = rows * (WIDTH / columns + 0.24 * lines)
    figure = Figure((WIDTH, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes:
        ax.axis("off")
    for ax, image in zip(axes, images, strict=False):
        ax.imshow(image, cmap=colours)
    for ax, title in zip(axes, titles, strict=False):
        ax.set_title(title, fontsize=min(13, 100 / columns), loc="center")
    return Plot(figure, caption)


@matplotlib.rc_context(STYLE)
def bars(
    values: Mapping[str, float], label: str, caption: str, form: str = "{:,.0f}", log: bool = False
) -> Plot:
    """Draw horizontal bars, the value written at the end of each.

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
    ax.margins(x=0.12)
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    return Plot(figure, caption)


@matplotlib.rc_context(STYLE)
def predictions(
    images: Sequence[np.ndarray],
    probabilities: np.ndarray,
    caption: str,
    titles: Sequence[str] | None = None,
) -> Plot:
    """Draw each image above the probabilities that the network gives to the ten digits.

    Args:
        images: Grey images, (28, 28) each; about five fit.
        probabilities: Predicted probabilities, (n, 10).
        caption: What to see.
        titles: One for each image; by default the predicted digit and its probability.
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


@matplotlib.rc_context(STYLE)
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
    figure = Figure((WIDTH, 3.9), layout="constrained")
    figure.suptitle(status, fontsize=13, color=GREY)
    said = []
    for ax, name in zip(figure.subplots(1, 2), ("accuracy", "loss"), strict=True):
        curves = {"training": history.get(name, []), "validation": history.get(f"val_{name}", [])}
        if within and len(within["epoch"]):
            ax.plot(within["epoch"], within[name], color=BLUE, alpha=0.35, linewidth=1.5)
        for (label, values), colour, line in zip(
            curves.items(), (BLUE, ORANGE), ("o-", "s--"), strict=True
        ):
            if not len(values):
                continue
            other = curves["validation" if label == "training" else "training"]
            higher = not len(other) or values[-1] >= other[-1]
            ax.plot(range(1, len(values) + 1), values, line, color=colour)
            ax.annotate(
                label,
                (len(values), values[-1]),
                (8, 0),
                textcoords="offset points",
                va="bottom" if higher else "top",
                color=colour,
            )
            form = "{:.2%}" if name == "accuracy" else "{:.4f}"
            said.append(f"{label} {name} {form.format(values[-1])}")
        if complete := [value for values in curves.values() for value in values]:
            margin = 0.25 * (max(complete) - min(complete)) + 0.002
            low, high = min(complete) - margin, max(complete) + margin
            ax.set_ylim((low, min(high, 1.003)) if name == "accuracy" else (max(low, -0.004), high))
        step = max(1, epochs // 10)
        ax.set(xlim=(0, 1.3 * epochs), xticks=range(0, epochs + 1, step), xlabel="epoch")
        ax.set_title(name if name == "accuracy" else "loss (cross-entropy)")
        if name == "accuracy":
            ax.yaxis.set_major_formatter(matplotlib.ticker.PercentFormatter(1))
    done = len(history.get("loss", []))
    return Plot(figure, f"After epoch {done} of {epochs}: {', '.join(said)}.")


@matplotlib.rc_context(STYLE)
def confusion(counts: np.ndarray) -> Plot:
    """Draw a confusion matrix; the mistakes carry the colour, the correct ones only their number.

    Args:
        counts: int (10, 10); rows are true digits, columns predicted ones.
    """
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


@matplotlib.rc_context(STYLE)
def calibration(measured: Calibration) -> Plot:
    """Draw accuracy over confidence; a network that can be believed lies on the diagonal."""
    figure = Figure((6.5, 5), layout="constrained")
    ax = figure.subplots()
    low = min(measured.confidence.min(), measured.accuracy.min()) - 0.02
    ax.plot((low, 1), (low, 1), ":", color=GREY)
    ax.plot(measured.confidence, measured.accuracy, "o-", color=BLUE)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(matplotlib.ticker.PercentFormatter(1))
    ax.set(xlabel="mean confidence of a tenth of the images", ylabel="how many of them are right")
    middle = (low + 1) / 2
    ax.annotate(
        "as sure as right", (middle, middle), (8, -14), textcoords="offset points", color=GREY
    )
    return Plot(
        figure,
        f"The least confident tenth claims {measured.confidence[0]:.1%} on average and is right in "
        f"{measured.accuracy[0]:.1%} of the cases; the mean gap over all tenths is "
        f"{100 * measured.error:.2f} percentage points.",
    )


@matplotlib.rc_context(STYLE)
def robustness(results: Mapping[str, Mapping[float, Accuracy]]) -> Plot:
    """Draw accuracy by the amount of each disturbance, with its 95% interval.

    Args:
        results: Name of the disturbance, with its unit → amount → accuracy.
    """
    figure = Figure((WIDTH, 3.6), layout="constrained")
    axes = figure.subplots(1, len(results), sharey=True, squeeze=False)[0]
    for ax, (name, measured) in zip(axes, results.items(), strict=True):
        values = list(measured.values())
        ax.fill_between(
            list(measured), [v.low for v in values], [v.high for v in values], color=BLUE, alpha=0.2
        )
        ax.plot(list(measured), [v.value for v in values], "o-", color=BLUE)
        ax.set(ylim=(0, 1.02), xticks=list(measured), xlabel=name.replace(" (", "\n("))
        ax.tick_params(axis="x", labelsize=11)
    axes[0].yaxis.set_major_formatter(matplotlib.ticker.PercentFormatter(1))
    axes[0].set_ylabel("accuracy")
    ends = [f"{next(reversed(m.values())).value:.0%} {name}" for name, m in results.items()]
    return Plot(figure, f"At the strongest disturbance, accuracy is left at: {', '.join(ends)}.")


@matplotlib.rc_context(STYLE)
def architecture(model: "keras.Sequential") -> Plot:
    """Draw the layers from left to right: feature maps as squares, vectors as bars."""
    figure = Figure((WIDTH, 3.2), layout="constrained")
    ax = figure.subplots()
    shapes = [model.input_shape[1:]] + [tuple(layer.output.shape[1:]) for layer in model.layers]
    names = ["input", *(layer.__class__.__name__ for layer in model.layers)]
    parameters = [0, *(layer.count_params() for layer in model.layers)]
    for x, (name, shape, count) in enumerate(zip(names, shapes, parameters, strict=True)):
        if len(shape) == 3:
            side, sheets = 0.72 * shape[0] / 28, 1 + (shape[2] > 1) + (shape[2] > 32)
        else:
            side, sheets = 0.72 * (0.35 + np.log10(shape[0]) / 2.5), 1
        width = side if len(shape) == 3 else 0.12
        for sheet in reversed(range(sheets)):
            corner = (x - width / 2 + 0.06 * sheet, -side / 2 + 0.06 * sheet)
            ax.add_patch(
                Rectangle(corner, width, side, facecolor=BLUE, alpha=0.75, edgecolor="white")
            )
        text = "×".join(map(str, shape)) + (f"\n{count:,} parameters" if count else "")
        ax.text(x, 0.78, name, ha="center", fontsize=10.5, weight="bold")
        ax.text(x, -0.78, text.replace(" p", "\np"), ha="center", va="top", fontsize=10.5)
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
