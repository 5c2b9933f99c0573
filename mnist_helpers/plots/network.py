"""The drawing of a network (introduced in notebook 02)."""

import keras
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from mnist_helpers.plots.figures import BLUE, WIDTH, Plot, styled


@styled
def architecture(model: keras.Sequential) -> Plot:
    """Draw the layers from left to right: feature maps as squares, vectors as bars."""
    figure = Figure((WIDTH, 3.2), layout="constrained")
    ax = figure.subplots()
    shapes = [model.input_shape[1:]] + [tuple(layer.output.shape[1:]) for layer in model.layers]
    names = ["input", *(type(layer).__name__ for layer in model.layers)]
    parameters = [0, *(layer.count_params() for layer in model.layers)]
    for x, (name, shape, count) in enumerate(zip(names, shapes, parameters, strict=True)):
        if len(shape) == 3:
            height = width = 0.72 * shape[0] / shapes[0][0]
            sheets = 1 + (shape[2] > 1) + (shape[2] > 32)
        else:
            height, width, sheets = 0.25 + 0.29 * np.log10(shape[0]), 0.12, 1
        for sheet in reversed(range(sheets)):
            corner = (x - width / 2 + 0.06 * sheet, -height / 2 + 0.06 * sheet)
            ax.add_patch(Rectangle(corner, width, height, color=BLUE, alpha=0.75, ec="white"))
        text = "×".join(map(str, shape)) + (f"\n{count:,}\nparameters" if count else "")
        ax.text(x, 0.78, name, ha="center", fontsize=10.5, weight="bold")
        ax.text(x, -0.78, text, ha="center", va="top", fontsize=10.5)
    ax.set(xlim=(-0.6, len(names) - 0.4), ylim=(-1.4, 0.95), aspect="equal")
    ax.axis("off")
    most = int(np.argmax(parameters))
    maps = [shape for shape in shapes if len(shape) == 3]
    return Plot(
        figure,
        f"From left to right the maps shrink from {maps[0][0]}×{maps[0][1]} to "
        f"{maps[-1][0]}×{maps[-1][1]} while their number grows from {maps[0][2]} to "
        f"{maps[-1][2]}; {parameters[most] / sum(parameters):.0%} of the {sum(parameters):,} "
        f"parameters are in the first {names[most]} layer.",
    )
