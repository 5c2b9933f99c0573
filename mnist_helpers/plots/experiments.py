"""Experiments, drawn: differences between options, seed by seed (notebook 08)."""

from collections.abc import Mapping
from typing import Protocol

from matplotlib.figure import Figure

from mnist_helpers.plots.figures import BLUE, GREY, ORANGE, WIDTH, Plot, styled

ROW, ROW_OF_MANY = 0.42, 0.28  # inches
MANY = 5  # the caption gives each mean, unless there are more


class Compared(Protocol):
    """What is drawn of a comparison: `mh.experiments.Comparison` has it."""

    @property
    def differences(self) -> Mapping[int, float]:
        """Option minus baseline, by seed, as shares."""

    @property
    def mean(self) -> float:
        """Their mean."""

    @property
    def low(self) -> float:
        """Lower end of the mean's interval."""

    @property
    def high(self) -> float:
        """Upper end."""


@styled
def differences(compared: Mapping[str, Compared]) -> Plot:
    """Draw accuracies compared in pairs: each pair a dot, their mean with its 95% interval.

    Args:
        compared: Name → the comparison, from top to bottom.
    """
    row = ROW_OF_MANY if len(compared) > MANY else ROW
    figure = Figure((WIDTH, 1.1 + row * len(compared)), layout="constrained")
    ax = figure.subplots()
    decided = []
    for place, (name, one) in enumerate(compared.items()):
        includes = one.low <= 0 <= one.high
        colour, marker = (BLUE, "o") if includes else (ORANGE, "s")
        pairs = [100 * value for value in one.differences.values()]
        ax.plot(pairs, [place] * len(pairs), "o", color=GREY, alpha=0.45, markersize=6)
        ends = [[100 * (one.mean - one.low)], [100 * (one.high - one.mean)]]
        ax.errorbar(
            [100 * one.mean], [place], xerr=ends, fmt=marker, color=colour, capsize=4, zorder=4
        )
        decided += [name] * (not includes)
    ax.axvline(0, color=GREY, linestyle="--", zorder=3)
    ax.set_yticks(range(len(compared)), list(compared))
    ax.set_ylim(len(compared) - 0.5, -0.5)
    ax.set_xlabel("difference in percentage points")
    ax.grid(axis="y", visible=False)
    means = "; ".join(
        f"{name} {100 * one.mean:+.2f} ({100 * one.low:+.2f} to {100 * one.high:+.2f})"
        for name, one in compared.items()
    )
    if len(compared) > MANY:
        values = [100 * one.mean for one in compared.values()]
        means = f"{len(values)}, from {min(values):+.2f} to {max(values):+.2f}"
    rest = "Every interval contains 0."
    if decided:
        rest = f"Orange squares, whose intervals do not contain 0: {', '.join(decided)}."
    return Plot(figure, f"Mean differences in points, with 95% intervals: {means}. {rest}")
