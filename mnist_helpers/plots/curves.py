"""The figure of a training: every metric by epoch."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from mnist_helpers.plots.figures import BLUE, GREY, ORANGE, WIDTH, Plot, styled


@styled
def training_curves(
    history: Mapping[str, Sequence[float]],
    epochs: int,
    within: Mapping[str, Sequence[float]] | None = None,
    status: str = "",
) -> Plot:
    """Draw the loss and each metric, of training and validation, by epoch, in a panel each.

    Args:
        history: Metric → its value after each epoch, as Keras's `History.history`.
        epochs: Number of epochs that the axis shows.
        within: Running averages within epochs: "epoch" (fractions), and some of the metrics.
        status: A line above the panels, such as the progress.
    """
    within = within or {"epoch": []}
    known = [*history, *within] if len(history) or len(within["epoch"]) else ["accuracy", "loss"]
    unique = dict.fromkeys(name.removeprefix("val_") for name in known if name != "epoch")
    names = sorted(unique, key=lambda name: name == "loss")  # the loss comes last
    figure = Figure((WIDTH, 3.9))  # no automatic layout: it would triple the time to draw
    figure.subplots_adjust(left=0.08, right=0.99, top=0.85, bottom=0.15, wspace=0.18)
    figure.suptitle(status, fontsize=13, color=GREY)
    said = []
    for ax, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names, strict=True):
        is_share = "accuracy" in name
        curves = {"training": history.get(name, []), "validation": history.get(f"val_{name}", [])}
        ends = [values[-1] for values in curves.values() if len(values)]
        if len(within["epoch"]) and name in within:
            ax.plot(within["epoch"], within[name], color=BLUE, alpha=0.35, linewidth=1.5)
        looks = {"training": (BLUE, "o-"), "validation": (ORANGE, "s--")}
        for label, values in curves.items():
            if not len(values):
                continue
            colour, line = looks[label]
            ax.plot(range(1, len(values) + 1), values, line, color=colour)
            place = {"xytext": (8, 0), "textcoords": "offset points", "color": colour}
            side = "bottom" if values[-1] == max(ends) else "top"
            ax.annotate(label, (len(values), values[-1]), va=side, **place)
            said.append(f"{label} {name} {values[-1]:{'.2%' if is_share else '.4f'}}")
        if complete := [value for values in curves.values() for value in values]:
            margin = 0.25 * (max(complete) - min(complete)) + 0.002
            low, high = min(complete) - margin, max(complete) + margin
            low, high = (low, min(high, 1.003)) if is_share else (max(low, -0.06 * high), high)
            ax.set_ylim(low, high)
        ticks = range(0, epochs + 1, max(1, epochs // 5))
        ax.set(xlim=(0, 1.3 * epochs), xticks=ticks, xlabel="epoch")
        ax.set_title("loss (cross-entropy)" if name == "loss" else name)
        if is_share:
            ax.yaxis.set_major_formatter(PercentFormatter(1))
    done = len(history.get("loss", []))
    return Plot(figure, f"After epoch {done} of {epochs}: {', '.join(said)}.")
