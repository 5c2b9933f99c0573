"""The network of this series, as notebook 02 builds it by hand."""

import keras
from keras import layers

from mnist_helpers.datasets.mnist import DESCRIPTION as MNIST


def build_cnn(
    image_shape: tuple[int, int, int] = MNIST.image_shape, classes: int = len(MNIST.classes)
) -> keras.Sequential:
    """Build the convolutional network that notebook 02 builds layer by layer.

    Two blocks of convolution and max-pooling, then two dense layers: the small form of
    LeNet-5 (LeCun et al. 1998, https://doi.org/10.1109/5.726791) with ReLU and max-pooling.
    The shapes beside the layers are those for MNIST, where it has 121,930 parameters.

    Args:
        image_shape: Height, width and channels of an image.
        classes: How many classes there are.

    Returns:
        An uncompiled network: float32 (n, *image_shape) in [0, 1] → probabilities (n, classes).
    """
    return keras.Sequential(
        [
            keras.Input(image_shape),  # (n, 28, 28, 1)
            layers.Conv2D(32, 3, activation="relu"),  # (n, 26, 26, 32)
            layers.MaxPooling2D(2),  # (n, 13, 13, 32)
            layers.Conv2D(64, 3, activation="relu"),  # (n, 11, 11, 64)
            layers.MaxPooling2D(2),  # (n, 5, 5, 64)
            layers.Flatten(),  # (n, 1600)
            layers.Dense(64, activation="relu"),  # (n, 64)
            layers.Dense(classes, activation="softmax"),  # (n, 10)
        ],
        name="mnist_cnn",
    )


def build_reader() -> keras.Sequential:
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
            keras.Input(MNIST.image_shape),  # (n, 28, 28, 1)
            *block(24, 5, pool=2),  # (n, 12, 12, 24)
            *block(48, 3),  # (n, 10, 10, 48)
            *block(64, 3, pool=2),  # (n, 4, 4, 64)
            *block(128, 3, padding="same"),  # (n, 4, 4, 128)
            layers.GlobalAveragePooling2D(),  # (n, 128)
            layers.Dense(len(MNIST.classes), activation="softmax"),  # (n, 10)
        ],
        name="reader",
    )
