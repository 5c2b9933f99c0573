"""A network for images that are harder than digits: clothes, photographs (notebook 13).

Its layers are those of the reader of handwriting, with more filters. What was chosen was chosen on
validation images: docs/results.md.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from mnist_helpers import reader
from mnist_helpers.recipes import Recipe

RECIPE = Recipe(epochs=12, batch_size=128, peak=6e-3, steps_per_execution=10, weight_decay=0.05)
PARAMETERS, TIMES = 1_000_000, 10  # the limits: parameters; training, in that of the reference
FAR = 1 / 10  # of a side: the farthest that an image is moved, to each of the four sides


def build(
    image_shape: tuple[int, int, int], classes: int, filters: tuple[int, ...] = (32, 64, 128, 256)
) -> keras.Sequential:
    """Build the network: four convolutions with batch normalisation, and a mean over the places.

    The mean lets it take images of any size from 16×16 on. The shapes beside the layers are those
    for CIFAR-10, where it has 392,426 parameters.

    Args:
        image_shape: Height, width and channels of an image.
        classes: How many classes there are.
        filters: Of each convolution; all but the last one are followed by a pooling.

    Returns:
        An uncompiled network: float32 (n, *image_shape) in [0, 1] → probabilities (n, classes).
    """
    blocks: list[layers.Layer] = []
    for number, count in enumerate(filters):
        blocks += [
            layers.Conv2D(count, 3, padding="same", use_bias=False),
            *([layers.MaxPooling2D(2)] if number < len(filters) - 1 else []),
            layers.BatchNormalization(),
            layers.ReLU(),
        ]
    return keras.Sequential(
        [
            keras.Input(image_shape),  # (n, 32, 32, 3)
            *blocks,  # (n, 16, 16, 32), (n, 8, 8, 64), (n, 4, 4, 128), (n, 4, 4, 256)
            layers.GlobalAveragePooling2D(),  # (n, 256)
            layers.Dense(classes, activation="softmax"),  # (n, 10)
        ],
        name="photos",
    )


def vary(images: tf.Tensor) -> tf.Tensor:
    """Mirror about half of the images, left for right, and move each by up to a tenth of a side.

    What comes in at a border repeats the border's pixels. A digit may not be mirrored.

    Args:
        images: (n, h, w, c).

    Returns:
        Of the same shape and type.
    """
    count, (height, width) = tf.shape(images)[0], images.shape[1:3]

    def moved(side: int) -> tf.Tensor:
        far = round(FAR * side)
        steps = tf.random.uniform((count, 1), -far, far + 1, tf.int32)
        return tf.clip_by_value(tf.range(side) + steps, 0, side - 1)  # (n, side)

    columns = moved(width)
    is_mirrored = tf.random.uniform((count, 1)) < 0.5
    columns = tf.where(is_mirrored, columns[:, ::-1], columns)
    images = tf.gather(images, moved(height), axis=1, batch_dims=1)
    # By turns: a gather along the columns would take them pixel by pixel, and be slow.
    images = tf.transpose(images, (0, 2, 1, 3))
    images = tf.gather(images, columns, axis=1, batch_dims=1)
    return tf.transpose(images, (0, 2, 1, 3))


def train(
    images: np.ndarray,
    labels: np.ndarray,
    classes: int,
    seed: int = 0,
    recipe: Recipe = RECIPE,
    steps: int | None = None,
) -> keras.Sequential:
    """Train the network from scratch: on varied images, and in the last epoch on plain ones.

    Args:
        images: uint8 (n, h, w) or (n, h, w, 3).
        labels: int (n,).
        classes: How many classes there are.
        seed: For the weights, the order of the images, and how each is varied.
        recipe: Epochs, batch size and learning rate.
        steps: How many make an epoch; without it, as many as take each image once.
    """
    shape = (*images.shape[1:], 1)[:3]
    targets = reader.smoothed(labels, classes)
    return reader.train(images, targets, seed, recipe, lambda: build(shape, classes), vary, steps)
