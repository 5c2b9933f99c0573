"""The most accurate network of this series within its limits (notebook 11).

It is trained as the reader of handwriting, on MNIST alone. What was chosen was chosen on
validation images: docs/results.md.
"""

import functools

import keras
import numpy as np
from keras import layers

from mnist_helpers import augmentation, reader
from mnist_helpers.datasets import mnist
from mnist_helpers.recipes import Recipe

RECIPE = Recipe(epochs=16, batch_size=128, peak=6e-3, steps_per_execution=10, weight_decay=0.05)
PARAMETERS, TIMES = 122_000, 4  # the limits: parameters; training, in that of the reference recipe
KINDS = augmentation.KINDS  # of changes to the images
# By how many pixels the copies are moved that an answer is the mean of, down and to the right.
MOVES = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))
FAR = 1  # pixels, the farthest of these


def build(is_normalised: bool = True) -> keras.Sequential:
    """Build the network: as the reader's, but its last layer sees the four places by themselves.

    Args:
        is_normalised: Whether it has batch normalisation (Ioffe and Szegedy 2015,
            arXiv:1502.03167); else its convolutions have a bias.

    Returns:
        An uncompiled network: float32 (n, 28, 28, 1) in [0, 1] → probabilities (n, 10). It has
        118,530 parameters; without batch normalisation some fewer.
    """

    def block(filters: int, side: int, pool: int = 1) -> list[layers.Layer]:
        return [
            layers.Conv2D(filters, side, use_bias=not is_normalised),
            *([layers.MaxPooling2D(pool)] if pool > 1 else []),
            *([layers.BatchNormalization()] if is_normalised else []),
            layers.ReLU(),
        ]

    return keras.Sequential(
        [
            keras.Input(mnist.DESCRIPTION.image_shape),  # (n, 28, 28, 1)
            *block(24, 5, pool=2),  # (n, 12, 12, 24)
            *block(48, 3),  # (n, 10, 10, 48)
            *block(64, 3, pool=2),  # (n, 4, 4, 64)
            *block(128, 3),  # (n, 2, 2, 128)
            layers.Flatten(),  # (n, 512)
            layers.Dense(len(mnist.DESCRIPTION.classes), activation="softmax"),  # (n, 10)
        ],
        name="accurate",
    )


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
    recipe: Recipe = RECIPE,
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
    return reader.train(images, targets, seed, recipe, build, vary, steps)


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
