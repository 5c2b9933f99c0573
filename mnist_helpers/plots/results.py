"""Figures of an evaluation: mix-ups, calibration, robustness."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from mnist_helpers.datasets import mnist
from mnist_helpers.evaluation import Accuracy, Calibration
from mnist_helpers.plots.figures import BLUE, GREY, WIDTH, Plot, styled


@styled
def confusion(
    counts: np.ndarray, classes: Sequence[str] = mnist.DESCRIPTION.classes, kind: str = "digit"
) -> Plot:
    """Draw a confusion matrix; only mistakes are coloured.

    Args:
        counts: int (k, k) for k classes, the true ones in rows.
        classes: Their names.
        kind: What a class is.
    """
    mistakes = counts * (1 - np.eye(len(counts), dtype=int))
    figure = Figure((7, 6.6), layout="constrained")
    ax = figure.subplots()
    ax.imshow(mistakes, cmap="Blues")
    for (true, predicted), count in np.ndenumerate(counts):
        if count:
            dark = mistakes[true, predicted] > 0.6 * mistakes.max()
            colour = GREY if true == predicted else "white" if dark else "black"
            ax.text(predicted, true, count, ha="center", va="center", color=colour, fontsize=11)
    places = range(len(classes))
    ax.set_xticks(places, classes, rotation=90 if max(map(len, classes)) > 2 else 0)
    ax.set_yticks(places, classes)
    ax.set(xlabel=f"predicted {kind}", ylabel=f"true {kind}")
    ax.grid(visible=False)
    caption = f"{counts.trace():,} of {counts.sum():,} images lie on the diagonal; "
    if not mistakes.any():
        return Plot(figure, caption + "there is no mistake.")
    true, predicted = np.unravel_index(mistakes.argmax(), mistakes.shape)
    return Plot(
        figure,
        f"{caption}the commonest of the {mistakes.sum():,} mistakes is a {classes[true]} taken for "
        f"a {classes[predicted]} ({mistakes[true, predicted]} times).",
    )


@styled
def calibration(measured: Calibration) -> Plot:
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
def robustness(results: Mapping[str, Mapping[float, Accuracy]]) -> Plot:
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
