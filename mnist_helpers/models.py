"""The network of this series, as notebook 02 builds it by hand."""

import keras
from keras import layers

from mnist_helpers.datasets.mnist import DESCRIPTION as MNIST


def build_cnn(
    image_shape: tuple[int, int, int] = MNIST.image_shape,
    classes: int = len(MNIST.classes),
    dropout: float = 0,
) -> keras.Sequential:
    """Build the convolutional network that notebook 02 builds layer by layer.

    Two blocks of convolution and max-pooling, then two dense layers: the small form of
    LeNet-5 (LeCun et al. 1998, https://doi.org/10.1109/5.726791) with ReLU and max-pooling.
    The shapes beside the layers are those for MNIST, where it has 121,930 parameters.

    Args:
        image_shape: Height, width and channels of an image.
        classes: How many classes there are.
        dropout: Share of the numbers behind Flatten that a dropout layer puts to 0 while the
            network is trained (notebook 08); with 0, there is no such layer.

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
            *([layers.Dropout(dropout)] if dropout else []),
            layers.Dense(64, activation="relu"),  # (n, 64)
            layers.Dense(classes, activation="softmax"),  # (n, 10)
        ],
        name="mnist_cnn",
    )
