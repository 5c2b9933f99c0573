"""The reader of handwriting that ships with the series: its data, its network, its training.

It is trained on MNIST's training images without those for validation, varied at random, on rare
forms of digits drawn by a program, on the training part of scikit-learn's bundled digits, and on
images without a digit, which teach it to doubt. `tools/make_reference.py` makes it.
"""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from mnist_helpers import augmentation
from mnist_helpers.datasets import mnist, sample
from mnist_helpers.datasets.spec import hold_out
from mnist_helpers.pictures import drawn
from mnist_helpers.recipes import READER, Recipe

FORMS = 300  # images of each rare form
REPEATED = 2  # how often each bundled digit stands among the images
NO_DIGITS = 3_000  # images without a digit
SMOOTHING = 0.05  # share of the target that goes to all classes alike
# "No digit" is the answer to a smaller probability of the best digit: benchmarks/choose_bounds.py.
BOUNDS = {"sure": 0.55}
TRAINED_ON = f"{mnist.DESCRIPTION.name}, {sample.DESCRIPTION.name} and images drawn by a program"


def build() -> keras.Sequential:
    """Build the reader of handwriting, which ships with the series.

    Four convolutions, each with batch normalisation (Ioffe and Szegedy 2015, arXiv:1502.03167),
    and a mean over the places (Lin et al. 2014, arXiv:1312.4400) where `build_cnn` has a large
    dense layer. It has 114,690 parameters.

    Returns:
        An uncompiled network: float32 (n, 28, 28, 1) in [0, 1] → probabilities (n, 10).
    """

    def block(filters: int, side: int, padding: str = "valid", pool: int = 1) -> list[layers.Layer]:
        # Batch normalisation shifts by itself, so that a bias has nothing to add; after the
        # pooling it has a fourth of the values to work on.
        return [
            layers.Conv2D(filters, side, padding=padding, use_bias=False),
            *([layers.MaxPooling2D(pool)] if pool > 1 else []),
            layers.BatchNormalization(),
            layers.ReLU(),
        ]

    return keras.Sequential(
        [
            keras.Input(mnist.DESCRIPTION.image_shape),  # (n, 28, 28, 1)
            *block(24, 5, pool=2),  # (n, 12, 12, 24)
            *block(48, 3),  # (n, 10, 10, 48)
            *block(64, 3, pool=2),  # (n, 4, 4, 64)
            *block(128, 3, padding="same"),  # (n, 4, 4, 128)
            layers.GlobalAveragePooling2D(),  # (n, 128)
            layers.Dense(len(mnist.DESCRIPTION.classes), activation="softmax"),  # (n, 10)
        ],
        name="reader",
    )


def training_data(seed: int = 0, has_others: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Collect the images to train with, and what the network shall say to each.

    Args:
        seed: For the images that are drawn.
        has_others: Whether there are other digits than MNIST's: rare forms, and bundled ones.

    Returns:
        Images, uint8 (n, 28, 28), and target probabilities, float32 (n, 10): of a digit nearly
        1 for its class (Szegedy et al. 2016, arXiv:1512.00567), of an image without a digit the
        same for each class (Hendrycks et al. 2019, arXiv:1812.04606).
    """
    parts = [mnist.load_training()[:2]]
    if has_others:
        parts += [drawn.draw_forms(FORMS, seed)]
    if has_others and not mnist.find().is_sample:  # else they are in it
        # Those for validation stay out: without a network, they are measured on.
        parts += REPEATED * [hold_out(*sample.read_part("train"), seed=0)[:2]]
    without = drawn.draw_no_digits(NO_DIGITS, seed)
    images = np.concatenate([images for images, _ in parts] + [without])
    labels = np.concatenate([labels for _, labels in parts])
    classes = len(mnist.DESCRIPTION.classes)
    targets = np.full((len(images), classes), 1 / classes, np.float32)
    targets[: len(labels)] = smoothed(labels)
    return images, targets


def smoothed(labels: np.ndarray, classes: int = len(mnist.DESCRIPTION.classes)) -> np.ndarray:
    """Turn labels, int (n,), into target probabilities, float32 (n, classes), of nearly 0 and 1."""
    targets = np.full((len(labels), classes), SMOOTHING / classes, np.float32)
    targets[range(len(labels)), labels] += 1 - SMOOTHING
    return targets


def train(
    images: np.ndarray,
    targets: np.ndarray,
    seed: int = 0,
    recipe: Recipe = READER,
    network: Callable[[], keras.Sequential] = build,
    vary: Callable[[tf.Tensor], tf.Tensor] | None = augmentation.vary,
    steps: int | None = None,
) -> keras.Sequential:
    """Train the network from scratch: on varied images, and in the last epoch on plain ones.

    Args:
        images: uint8 (n, h, w), or (n, h, w, 3).
        targets: Probabilities, float32 (n, classes).
        seed: For the weights, the order of the images, and how each is varied.
        recipe: Epochs, batch size and learning rate.
        network: What makes the network.
        vary: What changes each batch of images, except in the last epoch; None changes none.
        steps: How many make an epoch; without it, as many as take each image once.

    Returns:
        The trained network; `model.history` is that of the last epoch.
    """
    keras.utils.set_random_seed(seed)
    model = network()
    loss = {"loss": "categorical_crossentropy"}
    count = steps * recipe.batch_size if steps else len(images)
    model.compile(**recipe.compile_arguments(count) | loss)
    images = images if images.ndim == 4 else images[..., np.newaxis]
    plain = tf.data.Dataset.from_tensor_slices((images, targets))
    plain = plain.shuffle(len(images))
    if steps:  # Keras's `steps_per_epoch` would be rounded up to whole calls from Python
        plain = plain.repeat().take(steps * recipe.batch_size)
    plain = plain.batch(recipe.batch_size)
    plain = plain.map(lambda batch, target: (tf.cast(batch, tf.float32) / 255, target))
    varied = plain if vary is None else plain.map(lambda batch, target: (vary(batch), target))
    last = recipe.epochs - 1
    model.fit(varied.prefetch(2), epochs=last, shuffle=False, verbose=0)
    model.fit(plain.prefetch(2), epochs=recipe.epochs, initial_epoch=last, shuffle=False, verbose=0)
    return model
