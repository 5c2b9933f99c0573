"""Figures of an evaluation: mix-ups, calibration, robustness."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from mnist_helpers.datasets import mnist
from mnist_helpers.evaluation import Accuracy, Calibration
from mnist_helpers.plots.figures import BLUE, GREY, ORANGE, WIDTH, Plot, styled


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
    ax.errorbar(measured.confidence, values, (below, above), fmt="o", color=BLUE, capsize=4)
    ax.set(xlim=(0, 1.03), ylim=(0, 1.03), xlabel="mean confidence", ylabel="accuracy")
    slope = {"rotation": 45, "transform_rotates_text": True, "rotation_mode": "anchor"}
    place = {"xytext": (4, -4), "textcoords": "offset points", "va": "top", "color": GREY}
    ax.annotate("as sure as right", (0.03, 0.03), **place, **slope)
    ax.text(0.03, 0.97, "above the line:\ntoo modest", va="top", color=GREY)
    ax.text(1, 0.03, "below the line:\ntoo sure", ha="right", color=GREY)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(PercentFormatter(1))
    largest = int(np.argmax([group.count for group in measured.groups]))
    group, claimed = measured.groups[largest], measured.confidence[largest]
    return Plot(
        figure,
        f"The fullest bin, with {group.count:,} images, claims {claimed:.1%} on average and is "
        f"right in {group.value:.1%}; the mean gap over all images is "
        f"{100 * measured.error:.2f} percentage points.",
    )


@styled
def robustness(results: Mapping[str, Mapping[float, Accuracy]], at: float) -> Plot:
    """Draw how accuracy falls with disturbances that are measured in one unit.

    Args:
        results: Disturbance → how much it changes a pixel on average, as a share of the range of
            values → the accuracy then.
        at: The change at which the disturbances are compared, between two measured ones if need be.
    """
    figure = Figure((WIDTH, 4.6), layout="constrained")
    ax = figure.subplots()
    ax.axvline(at, color=GREY, linestyle=":")
    looks = zip((BLUE, ORANGE, GREY, "black"), ("o-", "s--", "^-.", "D:"), strict=True)
    read_off = {}
    for (name, by_change), (colour, line) in zip(results.items(), looks, strict=False):
        changes, found = list(by_change), list(by_change.values())
        values = [accuracy.value for accuracy in found]
        below = [accuracy.value - accuracy.low for accuracy in found]
        above = [accuracy.high - accuracy.value for accuracy in found]
        ax.errorbar(changes, values, (below, above), fmt=line, color=colour, elinewidth=1)
        place = {"xytext": (8, 0), "textcoords": "offset points", "va": "center", "color": colour}
        ax.annotate(name, (changes[-1], values[-1]), **place)
        read_off[name] = np.interp(at, changes, values)
    ax.set(ylim=(0, 1.02), xlabel="mean change of a pixel", ylabel="accuracy")
    ax.margins(x=0.08)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
    best_first = sorted(read_off.items(), key=lambda item: -item[1])
    said = ", ".join(f"{name} {value:.0%}" for name, value in best_first)
    return Plot(figure, f"Accuracy where the mean change is {at:.0%} (dotted line): {said}.")


@styled
def kernels(kernels: np.ndarray, maps: np.ndarray, columns: int = 8) -> Plot:
    """Draw kernels, each beside the feature map that it makes, in the given order.

    Args:
        kernels: (rows, columns, n). All are shown in one range of greys, 0 in its middle.
        maps: (h, w, n). All are shown in one range of greys, 0 black.
        columns: Pairs in a row.
    """
    count = kernels.shape[-1]
    rows, edge = -(-count // columns), 0.04
    width = 1 / columns
    figure = Figure((WIDTH, rows * WIDTH * width * 0.55))  # placed by hand, for it is faster
    largest, brightest = np.abs(kernels).max(), maps.max()
    for number in range(count):
        row, column = divmod(number, columns)
        for half, (image, low, high) in enumerate(
            ((kernels, -largest, largest), (maps, 0, brightest))
        ):
            left = (column + half * (0.5 - edge)) * width
            place = (left, 1 - (row + 0.95) / rows, (0.5 - 1.5 * edge) * width, 0.9 / rows)
            ax = figure.add_axes(place)
            ax.axis("off")
            ax.imshow(image[..., number], cmap="gray", vmin=low, vmax=high)
    return Plot(
        figure,
        f"{count} kernels, each beside its map: grey is a weight of 0, white the largest positive "
        f"one (+{largest:.2f}), black the largest negative one (−{largest:.2f}). In the maps, "
        "white is the strongest answer of all.",
    )
