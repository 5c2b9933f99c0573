"""The figure of notebook 06: one network served in several ways."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from mnist_helpers.plots.figures import BLUE, ORANGE, WIDTH, Plot, styled


@styled
def comparison(names: Sequence[str], measures: Mapping[str, Sequence[float]], caption: str) -> Plot:
    """Draw a panel of bars for each measure (with its unit): one for each name, the last marked."""
    figure = Figure((WIDTH, 4.6), layout="constrained")
    panels = figure.subplots(-(-len(measures) // 3), 3, squeeze=False).ravel()
    for ax in panels[len(measures) :]:
        ax.axis("off")
    for ax, (measure, values) in zip(panels, measures.items(), strict=False):
        colours = [*[BLUE] * (len(names) - 1), ORANGE]
        drawn = ax.barh(list(names), values, color=colours, height=0.65)
        texts = [f"{value:,.0f}" if value >= 100 else f"{value:.3g}" for value in values]
        ax.bar_label(drawn, texts, padding=3)
        ax.set_title(measure)
        ax.margins(x=0.35)
        ax.invert_yaxis()
        ax.grid(visible=False)
        ax.tick_params(axis="x", labelbottom=False, length=0)
        ax.label_outer(remove_inner_ticks=False)
    return Plot(figure, caption)
