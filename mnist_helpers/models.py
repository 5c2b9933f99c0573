"""The network of this series, as notebook 02 builds it by hand."""

import keras
from keras import layers


def build_cnn() -> keras.Sequential:
    """Build the convolutional network that notebook 02 builds layer by layer.

    Two blocks of convolution and max-pooling, then two dense layers: the small form of
    LeNet-5 (LeCun et al. 1998, https://doi.org/10.1109/5.726791) with ReLU and max-pooling.

    Returns:
        An uncompiled network: float32 (n, 28, 28, 1) in [0, 1] → probabilities (n, 10);
        121,930 parameters.
    """
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),  # (n, 26, 26, 32)
            layers.MaxPooling2D(2),  # (n, 13, 13, 32)
            layers.Conv2D(64, 3, activation="relu"),  # (n, 11, 11, 64)
            layers.MaxPooling2D(2),  # (n, 5, 5, 64)
            layers.Flatten(),  # (n, 1600)
            layers.Dense(64, activation="relu"),  # (n, 64)
            layers.Dense(10, activation="softmax"),  # (n, 10)
        ],
        name="mnist_cnn",
    )
