"""Accuracy against the number of labels, drawn (notebook 14)."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator, PercentFormatter

from mnist_helpers import transfer
from mnist_helpers.plots.figures import BLUE, GREY, ORANGE, WIDTH, Plot, styled

LOOKS = ((BLUE, "o-"), (ORANGE, "s--"), (GREY, "^-."), ("black", "D:"))
APART = 0.03  # the ways stand side by side, by so much of their number of labels


@styled
def by_labels(results: Mapping[str, Mapping[int, Sequence[float]]], classes: int) -> Plot:
    """Draw the accuracy of each draw, and their means with 95% intervals, on a log axis.

    Args:
        results: Way → labels a class → accuracies, one for each draw.
        classes: How many classes there are: blind guessing is drawn as a line.
    """
    figure = Figure((WIDTH, 4.4), layout="constrained")
    ax = figure.subplots()
    counts = sorted({count for found in results.values() for count in found})
    said = []
    for number, ((way, found), (colour, line)) in enumerate(
        zip(results.items(), LOOKS, strict=False)
    ):
        aside = 1 + APART * (2 * number - len(results) + 1)
        means = {count: transfer.mean(found[count]) for count in sorted(found)}
        for count in means:
            places = [count * aside] * len(found[count])
            ax.plot(places, found[count], ".", color=colour, alpha=0.45)
        values = [mean.value for mean in means.values()]
        reach = [
            [mean.value - mean.low for mean in means.values()],
            [mean.high - mean.value for mean in means.values()],
        ]
        places = [count * aside for count in means]
        ax.errorbar(places, values, reach, fmt=line, color=colour, capsize=4, label=way)
        said.append(f"{way} " + ", ".join(f"{value:.0%}" for value in values))
    ax.axhline(1 / classes, color=GREY, linestyle=":")
    ax.text(counts[0], 1 / classes - 0.02, "blind guessing", color=GREY, va="top")
    ax.set(xscale="log", ylim=(0, 1.02), xlabel="labelled images a class", ylabel="accuracy")
    ax.set_xticks(counts, [f"{count}" for count in counts])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1 / classes), frameon=False)
    labels = ", ".join(f"{count}" for count in counts)
    return Plot(
        figure,
        f"Mean accuracy with {labels} labelled images a class: {'; '.join(said)}. Each dot is a "
        "draw; the bars are 95% intervals over draws.",
    )
