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
    figure = Figure((WIDTH, 0.9 + 0.95 * len(times)), layout="constrained")
    ax = figure.subplots()
    for row, each in enumerate(times.values()):
        p50, p90 = np.percentile(each, (50, 90))
        heights = row + np.random.default_rng(0).uniform(-0.2, 0.2, len(each))
        ax.plot(each, heights, ".", color=BLUE, markersize=4, alpha=0.35)
        ax.plot([p50, p50], [row - 0.27, row + 0.27], color=ORANGE, linewidth=3)
        ax.plot(
            [p90, p90], [row - 0.27, row + 0.27], color=GREY, linewidth=3, linestyle=(0, (1, 1))
        )
        text = f"p50 {p50:.2g}   p90 {p90:.2g}"
        ax.text(p50, row - 0.31, text, ha="center", va="bottom")
    ax.set(xscale="log", xlabel="milliseconds; each step to the right is ten times as long")
    ax.set(yticks=range(len(times)), yticklabels=list(times), ylim=(len(times) - 0.55, -0.75))
    ax.xaxis.set_major_formatter("{x:,g}")
    ax.margins(x=0.08)
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
    return Plot(figure, caption)
