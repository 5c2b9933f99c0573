"""Figures of trainings: every metric by epoch; the losses of several trainings side by side."""

import math
from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from mnist_helpers.plots.figures import BLUE, GREY, ORANGE, WIDTH, Plot, styled


@styled
def training_curves(
    history: Mapping[str, Sequence[float]],
    epochs: int,
    within: Mapping[str, Sequence[float]] | None = None,
    status: str = "",
) -> Plot:
    """Draw the loss and each metric, of training and validation, by epoch, in a panel each.

    Args:
        history: Metric → its value after each epoch, as Keras's `History.history`.
        epochs: Number of epochs that the axis shows.
        within: Running averages within epochs: "epoch" (fractions), and some of the metrics. NaN
            parts one epoch from the next, so that no line joins them.
        status: A line above the panels, such as the progress.
    """
    within = within or {"epoch": []}
    known = [*history, *within] if len(history) or len(within["epoch"]) else ["accuracy", "loss"]
    unique = dict.fromkeys(name.removeprefix("val_") for name in known if name != "epoch")
    names = sorted(unique, key=lambda name: name == "loss")  # the loss comes last
    figure = Figure((WIDTH, 3.9))  # no automatic layout: it would triple the time to draw
    figure.subplots_adjust(left=0.08, right=0.99, top=0.85, bottom=0.15, wspace=0.18)
    figure.suptitle(status, fontsize=13, color=GREY)
    said = []
    for ax, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names, strict=True):
        is_share = "accuracy" in name
        curves = {"training": history.get(name, []), "validation": history.get(f"val_{name}", [])}
        ends = [values[-1] for values in curves.values() if len(values)]
        if len(within["epoch"]) and name in within:
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
            said.append(f"{label} {name} {values[-1]:{'.2%' if is_share else '.4f'}}")
        if complete := [value for values in curves.values() for value in values]:
            ax.set_ylim(_limits(complete, is_share))
        ticks = range(0, epochs + 1, max(1, epochs // 5))
        ax.set(xlim=(0, 1.3 * epochs), xticks=ticks, xlabel="epoch")
        ax.set_title("loss (cross-entropy)" if name == "loss" else name)
        if is_share:
            ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    done = len(history.get("loss", []))
    return Plot(figure, f"After epoch {done} of {epochs}: {', '.join(said)}.")


@styled
def losses(histories: Mapping[str, Mapping[str, Sequence[float]]], top: float = 2.5) -> Plot:
    """Draw the losses of several trainings by epoch, a panel each, all with the same loss axis.

    Args:
        histories: Title → the training's "loss" and "val_loss", a value after each epoch.
        top: The highest loss that is shown.
    """
    figure = Figure((WIDTH, 3.8), layout="constrained")
    axes = figure.subplots(1, len(histories), sharey=True, squeeze=False)[0]
    looks = {"training": ("loss", BLUE, "o-"), "validation": ("val_loss", ORANGE, "s--")}
    said = []
    for ax, (title, history) in zip(axes, histories.items(), strict=True):
        for label, (key, colour, line) in looks.items():
            epochs = range(1, len(history[key]) + 1)
            ax.plot(epochs, history[key], line, color=colour, markersize=5, label=label)
        ax.set(title=title, xlabel="epoch", xlim=(0, None))
        ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        ends = [f"{label} {history[key][-1]:.3f}" for label, (key, *_) in looks.items()]
        said.append(f"{title}: {', '.join(ends)}")
    axes[0].set(ylabel="loss", ylim=(-0.04 * top, top))
    # No labels at the lines: in panels so narrow they would lie on other lines.
    lines, labels = axes[0].get_legend_handles_labels()
    figure.legend(lines, labels, loc="outside upper right", ncols=2, frameon=False)
    return Plot(figure, f"The losses after the last epoch: {'; '.join(said)}.")


def _limits(values: Sequence[float], is_share: bool) -> tuple[float, float]:
    """Choose an axis on which two flat curves look flat: a loss from 0; ten points of a share."""
    known = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    if is_share:
        margin = 0.25 * max(high - low, 0.1)
        return max(low - margin, -0.02), min(high + margin, 1.003)
    return min(-0.06 * high, 1.2 * low), max(1.25 * high, 0.01)
