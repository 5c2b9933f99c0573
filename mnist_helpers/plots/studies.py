"""Searches, drawn: where settings are drawn, and what is proposed as trials go by (notebook 12)."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from mnist_helpers.plots.figures import BLUE, ORANGE, WIDTH, Plot, styled


@styled
def draws(drawn: Mapping[str, Sequence[float]], mark: float, label: str) -> Plot:
    """Draw values as dots on a log axis, a row for each way to draw them.

    Args:
        drawn: Way → the values.
        mark: A value at which the axis is parted; the shares below it are told.
        label: What the values are.
    """
    figure = Figure((WIDTH, 1.1 + 0.7 * len(drawn)), layout="constrained")
    ax = figure.subplots()
    jitter = np.random.default_rng(0)
    said = []
    for place, (way, values) in enumerate(drawn.items()):
        heights = place + jitter.uniform(-0.22, 0.22, len(values))
        ax.plot(values, heights, "o", color=BLUE, alpha=0.55, markersize=5)
        below = sum(value < mark for value in values)
        said.append(f"{way}, {below} of {len(values)} are below {mark:g}")
    ax.axvline(mark, color=ORANGE, linestyle="--")
    ax.set(xscale="log", xlabel=label, ylim=(len(drawn) - 0.5, -0.5))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.set_yticks(range(len(drawn)), list(drawn))
    ax.grid(visible=False, axis="y")
    return Plot(figure, f"Drawn {'; drawn '.join(said)} (dashed line).")


@styled
def proposals(proposed: Mapping[str, Sequence[float]], best: float, label: str) -> Plot:
    """Draw what each way to search proposed, trial by trial, beside the best value there is.

    Args:
        proposed: Way to search → the values, in the order of the trials.
        best: The best value, which no search was told.
        label: What the values are.
    """
    figure = Figure((WIDTH, 3.6), layout="constrained")
    axes = figure.subplots(1, len(proposed), sharex=True, sharey=True, squeeze=False)[0]
    said = []
    for ax, (way, values) in zip(axes, proposed.items(), strict=True):
        ax.axhline(best, color=ORANGE, linestyle="--")
        ax.plot(range(1, len(values) + 1), values, "o", color=BLUE, markersize=5)
        ax.set(yscale="log", title=way, xlabel="trial")
        half = list(values)[len(values) // 2 :]
        near = sum(best / 1.5 <= value <= best * 1.5 for value in half)
        said.append(f"{way}, {near} of the last {len(half)} trials")
    axes[0].set_ylabel(label)
    axes[0].yaxis.set_major_formatter("{x:g}")
    return Plot(
        figure,
        f"Within a factor of 1.5 of the best value, {best:g} (dashed line), lie: "
        f"{'; '.join(said)}.",
    )
