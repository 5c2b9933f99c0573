"""How learning works, drawn: steps down a loss, a learning rate by step (notebook 03)."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mnist_helpers.plots.figures import BLUE, GREY, ORANGE, WIDTH, Plot, styled

Loss = Callable[[float], float]
POINTS = 90  # of a curve


@styled
def slopes(loss: Loss, places: Mapping[float, float], low: float, high: float) -> Plot:
    """Draw the loss as a curve over one weight, with its slope at some places.

    Args:
        loss: The loss for a value of the weight.
        places: Value of the weight → the slope there; or none at all.
        low: The lowest value of the weight that is shown.
        high: The highest one.
    """
    figure = Figure((WIDTH, 3.6), layout="constrained")
    ax = figure.subplots()
    weights, losses = _curve(ax, loss, low, high)
    said = [f"loss {losses[0]:.2f} at w = {low:g}, {losses[-1]:.2f} at w = {high:g}"]
    reach = 0.09 * (high - low)
    for w, slope in places.items():
        height = loss(w)
        # As long on the steep side as on the flat one, and inside the axes.
        half = min(reach, 0.25 * max(losses) / abs(slope)) if slope else reach
        ends = np.array([w - half, w + half])
        ax.plot(ends, height + slope * (ends - w), color=ORANGE, linewidth=3)
        ax.plot([w], [height], "o", color=BLUE, markersize=10)
        _label(ax, f"slope {_signed(slope)}", (w, height), (14, 16))
        said.append(f"slope {_signed(slope)} at w = {w:g}")
    ax.set(xlim=(low, high), xlabel="weight w", ylabel="loss")
    ax.set_ylim(0, 1.08 * max(losses))
    lowest = weights[int(np.argmin(losses))]
    return Plot(figure, f"The loss is lowest near w = {lowest:.1f}. {_sentence(said)}")


@styled
def descents(loss: Loss, paths: Mapping[str, Sequence[float]]) -> Plot:
    """Draw the same loss in a panel for each path, with the steps of the path on it.

    All panels have the same axes.

    Args:
        loss: The loss for a value of the weight.
        paths: Title → the values of the weight, the start and one after each step.
    """
    visited = np.concatenate([np.asarray(path, float) for path in paths.values()])
    wide = visited.max() - visited.min()
    left, right = visited.min() - 0.12 * wide, visited.max() + 0.05 * wide
    figure = Figure((WIDTH, 3.9), layout="constrained")
    axes = figure.subplots(1, len(paths), sharex=True, sharey=True, squeeze=False)[0]
    said, heights = [], {title: [loss(w) for w in path] for title, path in paths.items()}
    for ax, (title, path) in zip(axes, paths.items(), strict=True):
        reached = heights[title]
        _curve(ax, loss, left, right)
        ax.plot(path, reached, "o-", color=BLUE, linewidth=1.2, markersize=6)
        ax.plot(path[:1], reached[:1], "s", color=ORANGE, markersize=9)
        ax.plot(path[-1:], reached[-1:], "D", color=ORANGE, markersize=9)
        _label(ax, "start", (path[0], reached[0]), (9, 5))
        # Where it came from the right, the steps are there; the label goes to the other side.
        from_right = len(path) > 1 and path[-1] < path[-2]
        offset, sides = ((-4, -8), ("right", "top")) if from_right else ((9, 5), ("left", "bottom"))
        _label(ax, "end", (path[-1], reached[-1]), offset, *sides)
        ax.set_title(title)
        ax.set_xlabel("weight w")
        said.append(f"{title}: loss {reached[-1]:.2f} at w = {path[-1]:.1f}")
    highest = max(max(reached) for reached in heights.values())
    axes[0].set(ylabel="loss", xlim=(left, right), ylim=(0, 1.15 * highest))
    axes[0].xaxis.set_major_locator(MaxNLocator(5, integer=True))
    steps = len(next(iter(paths.values()))) - 1
    return Plot(figure, f"After {steps} steps: {'; '.join(said)}.")


@styled
def learning_rate(rates: Mapping[int, float], steps_per_epoch: int | None = None) -> Plot:
    """Draw the learning rate by step.

    Args:
        rates: Step → learning rate, in the order of the steps.
        steps_per_epoch: To show where each epoch ends.
    """
    figure = Figure((WIDTH, 3.2), layout="constrained")
    ax = figure.subplots()
    ax.plot(list(rates), list(rates.values()), color=BLUE)
    first, *_, last = rates
    peak = max(rates, key=lambda step: rates[step])
    ax.plot([peak], [rates[peak]], "o", color=ORANGE)
    text = f"peak {rates[peak]:.2g}\nat step {peak:,}"
    _label(ax, text, (peak, rates[peak]), (14, -24), va="top")
    ax.set(xlabel="step", ylabel="learning rate", xlim=(first, last), ylim=(0, 1.2 * rates[peak]))
    ax.xaxis.set_major_formatter("{x:,.0f}")
    if steps_per_epoch:
        for number, end in enumerate(range(steps_per_epoch, last + 1, steps_per_epoch), 1):
            ax.axvline(end, color=GREY, linewidth=1, linestyle=":")
            middle = end - steps_per_epoch / 2, 1.1 * rates[peak]
            ax.annotate(f"epoch {number}", middle, ha="center", color=GREY)
    return Plot(
        figure,
        f"The learning rate is {rates[first]:g} at first, {rates[peak]:.2g} at step {peak:,}, and "
        f"{rates[last]:.2g} at step {last:,}.",
    )


def _curve(ax: Axes, loss: Loss, low: float, high: float) -> tuple[np.ndarray, list[float]]:
    weights = np.linspace(low, high, POINTS)
    losses = [loss(w) for w in weights]
    ax.plot(weights, losses, color=GREY, linewidth=2)
    return weights, losses


def _label(
    ax: Axes,
    text: str,
    at: tuple[float, float],
    offset: tuple[float, float],
    ha: str = "left",
    va: str = "bottom",
) -> None:
    """Write beside a point, on white, so that lines behind it do not cross it."""
    clear = {"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.8}
    look = {"color": ORANGE, "ha": ha, "va": va, "bbox": clear}
    ax.annotate(text, at, offset, textcoords="offset points", **look)  # type: ignore[arg-type]


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _sentence(parts: Sequence[str]) -> str:
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."
