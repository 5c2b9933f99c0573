"""The drawing of a network (introduced in notebook 02)."""

import keras
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from mnist_helpers.plots.figures import BLUE, WIDTH, Plot, styled

SQUARES = 8  # at the most, for the maps of a layer


@styled
def architecture(model: keras.Sequential) -> Plot:
    """Draw the layers from left to right: feature maps as squares, vectors as bars."""
    figure = Figure((WIDTH, 3.3), layout="constrained")
    ax = figure.subplots()
    shapes = [model.input_shape[1:]] + [tuple(layer.output.shape[1:]) for layer in model.layers]
    names = ["input", *(type(layer).__name__ for layer in model.layers)]
    parameters = [0, *(layer.count_params() for layer in model.layers)]
    maps = [shape for shape in shapes if len(shape) == 3]
    each = -(-max(shape[2] for shape in maps) // SQUARES)  # maps that a square stands for
    for x, (name, shape, count) in enumerate(zip(names, shapes, parameters, strict=True)):
        if len(shape) == 3:
            height = width = 0.6 * shape[0] / shapes[0][0]
            squares = -(-shape[2] // each)
            text = f"{shape[2]} map{'s' * (shape[2] > 1)}\n{shape[0]}×{shape[1]}"
        else:
            height, width, squares = 0.25 + 0.29 * np.log10(shape[0]), 0.12, 1
            text = f"{shape[0]:,}\nnumbers"
        step = 0.045
        middle = step * (squares - 1) / 2
        for square in reversed(range(squares)):
            corner = (x - width / 2 + step * square - middle, -height / 2 + step * square - middle)
            ax.add_patch(Rectangle(corner, width, height, fc=BLUE, ec="white"))
        text += f"\n{count:,}\nparameters" if count else ""
        ax.text(x, 0.78, name, ha="center", fontsize=10.5, weight="bold")
        ax.text(x, -0.7, text, ha="center", va="top", fontsize=10.5)
    ax.set(xlim=(-0.6, len(names) - 0.4), ylim=(-1.6, 0.95), aspect="equal")
    ax.axis("off")
    most = int(np.argmax(parameters))
    maps_each = f"{each} maps (the input is one map)" if each > 1 else "1 map"
    return Plot(
        figure,
        f"A square stands for {maps_each}, a bar for a row of numbers, not to scale. "
        f"From left to right the maps shrink from {maps[0][0]}×{maps[0][1]} to "
        f"{maps[-1][0]}×{maps[-1][1]} while their number grows from {maps[0][2]} to "
        f"{maps[-1][2]}; {parameters[most] / sum(parameters):.0%} of the {sum(parameters):,} "
        f"parameters are in the first {names[most]} layer.",
    )
