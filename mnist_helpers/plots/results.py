"""Figures of an evaluation: mix-ups, calibration, robustness."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator, PercentFormatter

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
    figure = Figure((8, 5), layout="constrained")
    ax = figure.subplots()
    values = [group.value for group in measured.groups]
    below = [group.value - group.low for group in measured.groups]
    above = [group.high - group.value for group in measured.groups]
    ax.plot((0, 1), (0, 1), ":", color=GREY)
    ax.errorbar(measured.confidence, values, (below, above), fmt="o", color=BLUE, capsize=4)
    ax.set(xlim=(0, 1.03), ylim=(0, 1.03), xlabel="mean confidence", ylabel="accuracy")
    for height, words in (
        (0.97, "the dotted line:\ncalibrated"),
        (0.75, "points above it:\ntoo modest"),
        (0.53, "points below it:\ntoo sure"),
    ):
        ax.text(1.04, height, words, va="center", color=GREY, transform=ax.transAxes)
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
    read_off, ends = {}, {}
    for (name, by_change), (colour, line) in zip(results.items(), looks, strict=False):
        changes, found = list(by_change), list(by_change.values())
        values = [accuracy.value for accuracy in found]
        below = [accuracy.value - accuracy.low for accuracy in found]
        above = [accuracy.high - accuracy.value for accuracy in found]
        ax.errorbar(changes, values, (below, above), fmt=line, color=colour, elinewidth=1)
        read_off[name] = np.interp(at, changes, values)
        ends[name] = changes[-1], values[-1], colour
    for name, (x, y, colour) in ends.items():  # a label gives way to an end that is close
        close = [v - y for u, v, _ in ends.values() if abs(u - x) < 0.03 and 0 < abs(v - y) < 0.1]
        where, side = ((8, 0), "center") if not close else ((0, 14), "bottom")
        if close and max(close) > 0:
            where, side = (0, -14), "top"
        ax.annotate(name, (x, y), where, textcoords="offset points", va=side, color=colour)
    ax.set(ylim=(0, 1.02), xlabel="mean change of a pixel", ylabel="accuracy")
    ax.margins(x=0.08)
    ax.xaxis.set_major_locator(MultipleLocator(0.05))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
    best_first = sorted(read_off.items(), key=lambda item: -item[1])
    said = ", ".join(f"{name} {value:.0%}" for name, value in best_first)
    return Plot(figure, f"Accuracy where the mean change is {at:.0%} (dotted line): {said}.")


@styled
def kernels(kernels: np.ndarray, maps: np.ndarray, columns: int = 8) -> Plot:
    """Draw kernels, each beside the feature map that it makes, in the given order.

    Args:
        kernels: (rows, columns, n); each has its own range of greys, 0 in its middle.
        maps: (h, w, n), none negative; all share one range of greys.
        columns: Pairs in a row.
    """
    tiles = []
    height, width, count = maps.shape
    brightest = maps.max() or 1
    for number in range(count):
        kernel = kernels[..., number]
        down = np.arange(height) * kernel.shape[0] // height  # the kernel, as large as its map
        along = np.arange(width) * kernel.shape[1] // width
        shown = 0.5 + kernel / (2 * np.abs(kernel).max() or 1)
        parts = shown[np.ix_(down, along)], np.ones((height, 1)), maps[..., number] / brightest
        tiles.append(np.hstack(parts))
    return Plot(
        _mosaic(tiles, columns),
        f"{count} kernels, each to the left of the map that it makes. In a kernel, white and black "
        "are large weights, positive and negative, and the middle grey is 0. All maps share one "
        "scale: white is the brightest point of all.",
    )


@styled
def feature_maps(maps: np.ndarray, caption: str, columns: int = 8) -> Plot:
    """Draw feature maps, none negative, (h, w, n), in the given order, each in its own greys."""
    tiles = [maps[..., number] / (maps[..., number].max() or 1) for number in range(maps.shape[-1])]
    return Plot(_mosaic(tiles, columns), caption)


def _mosaic(tiles: Sequence[np.ndarray], columns: int) -> Figure:
    """Set tiles of equal shape, in [0, 1], in rows: one image, much faster than a plot for each."""
    rows = -(-len(tiles) // columns)
    height, width = tiles[0].shape
    gap = max(1, width // 12)
    whole = np.ones((rows * (height + gap) - gap, columns * (width + gap) - gap))
    for number, tile in enumerate(tiles):
        top, left = number // columns * (height + gap), number % columns * (width + gap)
        whole[top : top + height, left : left + width] = tile
    figure = Figure((WIDTH, WIDTH * whole.shape[0] / whole.shape[1]))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.axis("off")
    ax.imshow(whole, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    return figure
