"""The most accurate network of this series within its limits (notebook 11).

It is the network of the reader of handwriting, trained on MNIST alone. What was chosen was chosen
on validation images: docs/results.md.
"""

import functools

import keras
import numpy as np
from keras import layers

from mnist_helpers import augmentation, reader
from mnist_helpers.datasets import mnist
from mnist_helpers.recipes import ACCURATE, Recipe

PARAMETERS, TIMES = 122_000, 4  # the limits: parameters; training, in that of the reference recipe
KINDS = augmentation.KINDS  # of changes to the images
# By how many pixels the copies are moved that an answer is the mean of, down and to the right.
MOVES = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))
FAR = 1  # pixels, the farthest of these


def training_data(has_all: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Collect the images to train with, and target probabilities of nearly 0 and 1.

    Args:
        has_all: Whether those for validation are among them, too: when nothing is chosen any more.

    Returns:
        Images, uint8 (n, 28, 28), and targets, float32 (n, 10).
    """
    images, labels, *held_out = mnist.load_training()
    if has_all:
        images = np.concatenate([images, held_out[0]])
        labels = np.concatenate([labels, held_out[1]])
    return images, reader.smoothed(labels)


def train(
    images: np.ndarray,
    targets: np.ndarray,
    seed: int = 0,
    recipe: Recipe = ACCURATE,
    steps: int | None = None,
) -> keras.Sequential:
    """Train the network from scratch, as `reader.train` does: on varied images, at last on plain.

    Args:
        images: uint8 (n, 28, 28).
        targets: Probabilities, float32 (n, 10).
        seed: For the weights, the order of the images, and how each is varied.
        recipe: Epochs, batch size and learning rate.
        steps: How many make an epoch; without it, as many as take each image once.
    """
    vary = functools.partial(augmentation.vary, kinds=KINDS)
    return reader.train(images, targets, seed, recipe, vary=vary, steps=steps)


def with_copies(model: keras.Model) -> keras.Model:
    """Make a network that asks another one five times, and answers with the mean.

    It asks about the image as it is, and moved by a pixel to each of the four sides. It has no
    parameters of its own, and only layers that every Keras can load.

    Args:
        model: float32 (n, 28, 28, 1) → probabilities (n, 10).
    """
    image = keras.Input(model.input_shape[1:])
    framed = layers.ZeroPadding2D(FAR)(image)
    answers = []
    for down, right in MOVES:
        cut = (FAR - down, FAR + down), (FAR - right, FAR + right)  # top, bottom; left, right
        answers.append(model(layers.Cropping2D(cut)(framed)))
    return keras.Model(image, layers.Average()(answers), name=f"{model.name}_with_copies")
