"""The exercises of notebook 02, on shapes, counts and convolutions."""

from typing import Any

import numpy as np

from mnist_helpers.exercises import small_model
from mnist_helpers.exercises.core import (
    Exercise,
    Wrong,
    as_array,
    as_function,
    as_shape,
    as_whole,
    call,
    short,
)

MOST_PARAMETERS = 10**9  # above it nothing is said about a number
PLACES = (
    "first convolution",
    "first pooling",
    "second convolution",
    "second pooling",
    "flatten",
    "dense, 64 units",
    "dense, 10 units",
)


def _shapes_and_counts(answer: Any) -> None:
    """Compare each layer's shape and count with those of the network, in its order."""
    from mnist_helpers import models

    rows = list(answer.values()) if isinstance(answer, dict) else answer
    if not isinstance(rows, list | tuple) or len(rows) != len(PLACES):
        raise Wrong(f"There is one entry for each of the {len(PLACES)} layers, in their order.")
    model = models.build_cnn()
    before = model.input_shape[1:]
    for place, row, layer in zip(PLACES, rows, model.layers, strict=True):
        if not isinstance(row, list | tuple) or len(row) != 2:
            raise Wrong(f"For “{place}” there are two things: (shape, number of parameters).")
        after = tuple(layer.output.shape[1:])
        try:
            shape, count = as_shape(row[0]), as_whole(row[1])
        except Wrong as wrong:
            raise Wrong(f"For “{place}”: {wrong}") from None
        _compare_shapes(place, shape, after, before)
        _compare_counts(place, count, layer.count_params(), before, after)
        before = after


def _compare_shapes(
    place: str, given: tuple[int, ...], right: tuple[int, ...], before: tuple[int, ...]
) -> None:
    if given == right:
        return
    said = f"For “{place}” the shape is not {short(given)}."
    if "flatten" in place:
        raise Wrong(f"{said} Flatten puts all {before} values into one row: how many are there?")
    if "dense" in place:
        raise Wrong(f"{said} A dense layer gives one number for each of its units.")
    if len(given) != len(right):
        raise Wrong(f"{said} It is still (rows, columns, maps).")
    if given[2] != right[2] and "pooling" in place:
        raise Wrong(f"{said} Pooling shrinks each map on its own: their number stays.")
    if given[2] != right[2]:
        raise Wrong(f"{said} There is one map for each kernel.")
    if "pooling" in place and given[:2] == tuple(-(-side // 2) for side in before[:2]):
        raise Wrong(f"{said} A row that is left over is dropped: {before[0]} / 2 is rounded down.")
    if "pooling" in place:
        raise Wrong(f"{said} Pooling halves {before[0]} rows and {before[1]} columns.")
    raise Wrong(f"{said} A 3×3 kernel fits into {before[0]} rows at two places fewer.")


def _compare_counts(
    place: str, given: int, right: int, before: tuple[int, ...], after: tuple[int, ...]
) -> None:
    if given == right:
        return
    if given > MOST_PARAMETERS:
        raise Wrong(f"For “{place}”: That is far too many.")
    said = f"For “{place}” the number of parameters is not {given:,}."
    if not right:
        raise Wrong(f"{said} This layer has no weights: it learns nothing.")
    outputs = after[-1]
    if given == right - outputs:
        raise Wrong(f"{said} The biases are missing: one for each of the {outputs}.")
    if "convolution" in place and given == (3 * 3 + 1) * outputs:
        raise Wrong(f"{said} Each kernel spans all {before[-1]} maps of the layer before.")
    if "convolution" in place:
        raise Wrong(f"{said} It is (3 × 3 × maps before + 1) × kernels, each with its own bias.")
    raise Wrong(
        f"{said} Each unit has one weight for each of the {before[-1]:,} inputs, and a bias."
    )


def _lower_edge(answer: Any) -> None:
    """Accept every kernel that answers as asked on all windows of two even halves."""
    kernel = as_array(answer, shape=(3, 3))
    if not kernel.any():
        raise Wrong("A kernel of zeros answers 0 everywhere; at a lower edge it should not.")
    size = np.abs(kernel).max()
    kernel = kernel / size  # so that what counts as 0 does not depend on how large the weights are
    ground = np.ones((3, 3))
    bright_above, dark_above, upright = ground.copy(), ground.copy(), ground.copy()
    bright_above[2] = dark_above[0] = upright[:, 0] = 0
    even = float((ground * kernel).sum())
    if abs(even) > 1e-6:
        raise Wrong(
            f"On nine equal pixels of 1 it answers {even * size:g}; there is no edge, so it should "
            "be 0: the nine weights have to add up to 0."
        )
    for edge in (upright, 1 - upright, upright[:, ::-1], 1 - upright[:, ::-1]):
        if abs(aside := float((edge * kernel).sum())) > 1e-6:
            raise Wrong(
                f"At an upright edge it gives {aside * size:g}: let each column add up to 0."
            )
    answers = [float((edge * kernel).sum()) for edge in (bright_above, 1 - dark_above)]
    if max(answers) < -1e-6:
        raise Wrong(
            f"With two bright rows above a dark one it answers {answers[0] * size:g}: it has the "
            "right form and finds the upper edge. Turn it over."
        )
    if min(answers) <= 1e-6:
        raise Wrong(
            "It should answer more than 0 with bright rows above dark ones, for one bright row "
            f"and for two; it gives {answers[1] * size:g} and {answers[0] * size:g}."
        )


def _strided(answer: Any) -> None:
    """Run it on images of several sizes, and tell a few wrong ways by their results."""
    function = as_function(answer)
    random = np.random.default_rng(2)
    kernel = np.array([[-1.0, 0, 1], [-2, 0.5, 2], [0, 1, 3]])
    for shape, stride in (((7, 7), 1), ((7, 9), 2), ((8, 8), 2), ((12, 10), 3), ((3, 3), 2)):
        image = random.integers(0, 10, shape) / 10
        right = _windows(image, kernel, stride)
        case = f"For an image of {shape[0]}×{shape[1]} and stride {stride}"
        given = as_array(call(function, image, kernel, stride))
        if given.shape != right.shape and given.shape == _windows(image, kernel, 1).shape:
            raise Wrong(f"{case} your map is {_by(given)}: that is the size for stride 1.")
        if given.shape != right.shape:
            raise Wrong(f"{case} the map is {_by(right)}; yours is {_by(given)}.")
        if np.allclose(given, right, atol=1e-6):
            continue
        rows, columns = right.shape
        if np.allclose(given, _windows(image, kernel, 1)[:rows, :columns], atol=1e-6):
            raise Wrong(
                f"{case} the size is right, but the windows lie one pixel apart: the window for "
                f"row 1 of the map begins in row {stride} of the image."
            )
        if np.allclose(given, _windows(image, kernel[::-1, ::-1], stride), atol=1e-6):
            raise Wrong(f"{case} your kernel is turned round: here it is laid on as it is.")
        if np.allclose(given, _windows(image, kernel.T, stride), atol=1e-6):
            raise Wrong(f"{case} rows and columns of your kernel have changed places.")
        first = tuple(int(i) for i in np.argwhere(~np.isclose(given, right, atol=1e-6))[0])
        raise Wrong(
            f"{case} the size is right, but at row {first[0]}, column {first[1]} of the map stands "
            f"{given[first]:.4g}, and {right[first]:.4g} is expected."
        )


def _windows(image: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    every = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("rchw,hw->rc", every[::stride, ::stride], kernel)


def _by(values: np.ndarray) -> str:
    return "×".join(map(str, values.shape)) or "a single number"


EXERCISES = (
    Exercise(
        name="02.1",
        task="Shapes and parameters of the network",
        check=_shapes_and_counts,
        needs=("mnist_helpers.models",),
        right="All seven layers; together they have 121,930 parameters.",
        hints=(
            "A convolution takes 2 off rows and columns and gives one map for each kernel; "
            "pooling by 2 halves rows and columns, rounded down.",
            "Each kernel of the second convolution lies on all 32 maps before it: "
            "3 × 3 × 32 weights and a bias.",
            "Flatten gives 5 × 5 × 64 numbers in a row; a dense layer has (inputs + 1) × units "
            "parameters.",
        ),
        code="""predicted = {
    "first convolution, 32 kernels": ((26, 26, 32), 320),
    "first pooling": ((13, 13, 32), 0),
    "second convolution, 64 kernels": ((11, 11, 64), (3 * 3 * 32 + 1) * 64),
    "second pooling": ((5, 5, 64), 0),
    "flatten": ((1600,), 0),
    "dense, 64 units": ((64,), (1600 + 1) * 64),
    "dense, 10 units": ((10,), (64 + 1) * 10),
}""",
        reasoning="Each convolution takes 2 off rows and columns, each pooling halves them: 28, "
        "26, 13, 11, 5. The convolutions have (9 × maps before + 1) × kernels parameters, the "
        "dense layers (inputs + 1) × units, and pooling and Flatten have none.",
    ),
    Exercise(
        name="02.2",
        task="A kernel for lower edges",
        check=_lower_edge,
        right="It answers where ink ends and the ground below begins.",
        hints=(
            "The kernel `horizontal` of this notebook finds upper edges. What is different at a "
            "lower edge?",
            "Weights above should be positive, weights below negative, and each column should "
            "add up to 0.",
        ),
        code="lower_edge = [[1, 2, 1], [0, 0, 0], [-1, -2, -1]]",
        reasoning="Bright pixels above are counted with positive weights, and those below with "
        "negative ones. Each column adds up to 0, so an even ground and upright edges give 0. "
        "Other weights do it too: those of the first row with the opposite sign in the last.",
    ),
    Exercise(
        name="02.3",
        task="A convolution with a stride",
        check=_strided,
        right="With stride 2 the map has about a fourth of the numbers, as after pooling.",
        hints=(
            "Along 7 pixels a 3×3 kernel fits at 5 places, 0 to 4. With stride 2 it takes places "
            "0, 2 and 4: three of them.",
            "The number of rows is `(image.shape[0] - 3) // stride + 1`.",
            "The window for `row` and `column` of the map begins at `row * stride` and "
            "`column * stride` of the image.",
        ),
        code="""def strided(image, kernel, stride):
    rows = (image.shape[0] - 3) // stride + 1
    columns = (image.shape[1] - 3) // stride + 1
    result = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            top, left = row * stride, column * stride
            window = image[top : top + 3, left : left + 3]
            result[row, column] = (window * kernel).sum()
    return result""",
        reasoning="The last window has to fit: there is room for `length - 3` steps of one pixel, "
        "so for `(length - 3) // stride` steps of `stride` pixels, and one window more at the "
        "start. Only the corner of the window changes in the loops.",
    ),
    Exercise(
        name="02.4",
        task="A smaller network of your own",
        check=small_model.check,
        needs=("mnist_helpers.models",),
        right="It fits. How well it reads digits, training will tell (notebook 3).",
        hints=(
            "84% of our network's parameters are in the dense layer after Flatten. What makes "
            "its input or its units fewer?",
            "Take fewer kernels, such as 8 and 16: after two blocks Flatten then gives "
            "5 × 5 × 16 = 400 numbers.",
            "With 32 units on these 400 numbers the dense layer has 401 × 32 = 12,832 parameters.",
        ),
        code="""def build_small():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(8, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )""",
        reasoning="80 and 1,168 parameters in the convolutions, 12,832 and 330 in the dense "
        "layers: 14,410 together. A quarter of the kernels and half of the units make the first "
        "dense layer eight times smaller.",
    ),
)
