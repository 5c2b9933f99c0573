"""The figure of notebook 06: how long a network takes to answer, asked in several ways."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from mnist_helpers.plots.figures import BLUE, GREY, ORANGE, WIDTH, Plot, styled


@styled
def latencies(times: Mapping[str, Sequence[float]], caption: str) -> Plot:
    """Draw each time as a dot, a row for each name, and mark p50 and p90.

    Args:
        times: Name → milliseconds, from top to bottom.
        caption: What to see.
    """
    figure = Figure((WIDTH, 0.9 + 0.8 * len(times)), layout="constrained")
    ax = figure.subplots()
    for row, each in enumerate(times.values()):
        heights = row + np.random.default_rng(0).uniform(-0.25, 0.25, len(each))
        ax.plot(each, heights, ".", color=BLUE, markersize=4, alpha=0.35)
        marks = (("p50", 50, ORANGE, "-", -0.2), ("p90", 90, GREY, (0, (1, 1)), 0.2))
        for name, percent, colour, style, height in marks:
            time = np.percentile(each, percent)
            ends = [row - 0.32, row + 0.32]
            ax.plot([time, time], ends, color=colour, linestyle=style, linewidth=3)
            digits = np.format_float_positional(time, precision=2, fractional=False, trim="-")
            text = ax.text(1.01, row + height, f"{name} {digits} ms", color=colour, va="center")
            text.set_transform(ax.get_yaxis_transform())  # right of the axis, at the row's height
    ax.set(xscale="log", xlabel="milliseconds; each line to the right is ten times as long")
    ax.set(yticks=range(len(times)), yticklabels=list(times), ylim=(len(times) - 0.5, -0.5))
    ax.xaxis.set_major_formatter("{x:,g}")
    ax.minorticks_off()
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
    return Plot(figure, caption)
