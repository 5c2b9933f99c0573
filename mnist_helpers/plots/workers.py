"""Several workers, drawn: sums that go round a ring, and what many machines save (notebook 15)."""

from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from mnist_helpers.plots.figures import BLUE, GREY, ORANGE, WIDTH, Plot, styled

LINES = ((BLUE, "-"), (ORANGE, "--"), (GREY, ":"))  # colour and style; then they repeat
MARKS = ("o", "s", "D")


@styled
def ring(states: Sequence[np.ndarray]) -> Plot:
    """Draw how workers in a ring add up their gradients, round by round.

    Args:
        states: For the beginning and each round, (workers, pieces): of how many workers each
            piece is the sum.
    """
    count, rounds = len(states[0]), len(states) - 1
    figure = Figure((WIDTH, 2.2), layout="constrained")
    first, *axes = figure.subplots(1, len(states) + 1, width_ratios=(1.7, *[1] * len(states)))
    _circle(first, count)
    blues = matplotlib.colors.LinearSegmentedColormap.from_list("blues", ("white", BLUE))
    for number, (ax, state) in enumerate(zip(axes, states, strict=True)):
        for (worker, piece), value in np.ndenumerate(state):
            shade = blues((value - 1) / max(1, count - 1))
            corner = piece, worker
            ax.add_patch(Rectangle(corner, 1, 1, fc=shade, ec=GREY, lw=0.7))
            ink = "white" if value > 0.6 * count else "black"
            middle = piece + 0.5, worker + 0.5
            ax.text(*middle, str(value), ha="center", va="center", color=ink, fontsize=11)
            if number and value != states[number - 1][worker, piece]:
                inside = piece + 0.07, worker + 0.07
                ax.add_patch(Rectangle(inside, 0.86, 0.86, fill=False, ec=ORANGE, lw=2.2))
        ax.set(xlim=(0, count), ylim=(count, 0), aspect="equal", xticks=())
        ax.set_yticks([worker + 0.5 for worker in range(count)], range(count))
        ax.tick_params(length=0, labelleft=number == 0)
        ax.set_title("before" if number == 0 else f"round {number}", loc="center", fontsize=11)
        ax.grid(visible=False)
        ax.spines[:].set_visible(False)
    axes[0].set_ylabel("worker")
    half = rounds // 2
    return Plot(
        figure,
        f"{count} workers in a ring, each with a row of {count} pieces. A number says of how many "
        f"workers a piece is the sum; what has just come in has an orange frame. After {half} "
        f"rounds each worker has one sum of all {count}; after {rounds} it has all of them.",
    )


@styled
def speed_ups(
    computed: Mapping[str, Mapping[str, Mapping[int, float]]],
    measured: Mapping[str, Mapping[str, Mapping[int, float]]],
) -> Plot:
    """Draw computed speed-ups by the number of machines, with those that were measured.

    Args:
        computed: Network → connection → number of machines → times as fast as one machine.
        measured: The same, for what was measured; it may miss networks and connections.
    """
    figure = Figure((WIDTH, 4.1), layout="constrained")
    axes = figure.subplots(1, len(computed), sharex=True, sharey=True, squeeze=False)[0]
    said, drawn = [], {}
    for ax, (network, curves) in zip(axes, computed.items(), strict=True):
        counts = list(next(iter(curves.values())))
        ideal = ax.plot(counts, counts, color=GREY, linewidth=1, alpha=0.6)[0]
        drawn["n machines, n times as fast"] = ideal
        for place, (connection, curve) in enumerate(curves.items()):
            colour, style = LINES[place % len(LINES)]
            drawn[connection] = ax.plot(list(curve), list(curve.values()), style, color=colour)[0]
            points = measured.get(network, {}).get(connection, {})
            look = {"color": colour, "markersize": 9, "markeredgecolor": "white", "zorder": 4}
            mark = MARKS[place % len(MARKS)]
            if points:
                drawn[f"measured, {connection}"] = ax.plot(
                    list(points), list(points.values()), mark, **look
                )[0]
        ax.axhline(1, color="black", linewidth=1)
        best = {
            connection: max(zip(curve.values(), curve, strict=True))[1]
            for connection, curve in curves.items()
        }
        highest = max(curves, key=lambda name: curves[name][best[name]])
        most = curves[highest][best[highest]]
        said.append(
            f"{network}, at most {most:.1f} times as fast ({best[highest]} machines, {highest})"
            if best[highest] > 1
            else f"{network}, never faster than with one machine"
        )
        ax.set(title=network, xlabel="machines", xscale="log", yscale="log")
        ax.set_xticks(counts, counts)
        ax.minorticks_off()
        ticks = [1 / 64, 1 / 16, 1 / 4, 1, 4, 16, 64]
        ax.set_yticks(ticks, ["1/64", "1/16", "1/4", "1", "4", "16", "64"])
    axes[0].set_ylabel("times as fast as one machine")
    figure.legend(
        list(drawn.values()), list(drawn), loc="outside upper center", ncols=3, frameon=False
    )
    return Plot(
        figure,
        f"Computed speed-ups, a panel for each network: {'; '.join(said)}. Below the black "
        "line at 1 several machines are slower than one.",
    )


def _circle(ax: Axes, count: int) -> None:
    """Draw the workers on a circle, each with an arrow to the next."""
    angles = np.pi / 2 - 2 * np.pi * np.arange(count) / count
    places = np.column_stack([np.cos(angles), np.sin(angles)])
    for worker, place in enumerate(places):
        following = places[(worker + 1) % count]
        ax.annotate(
            "",
            following,
            place,
            arrowprops={
                "arrowstyle": "-|>",
                "color": ORANGE,
                "shrinkA": 15,
                "shrinkB": 15,
                "connectionstyle": "arc3,rad=-0.2",
            },
        )
        ax.add_patch(Circle(tuple(place), 0.27, fc=BLUE, ec="white", zorder=3))
        ax.text(place[0], place[1], str(worker), ha="center", va="center", color="white", zorder=4)
    ax.set(xlim=(-1.35, 1.35), ylim=(-1.35, 1.35), aspect="equal")
    ax.axis("off")
