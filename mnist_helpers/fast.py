"""The network and the recipe of notebook 10: as good as the reference's, and far sooner.

After a fast training in PyTorch (Tuomas Oikarinen, https://github.com/tuomaso/train_mnist_fast).
"""

from collections.abc import Mapping
from typing import Any

import keras
from keras import layers

from mnist_helpers.datasets.mnist import DESCRIPTION as MNIST
from mnist_helpers.recipes import Recipe

# Chosen together with the network, on validation images: docs/results.md. 250 goes into 60,000 and
# 55,000: a smaller batch at the end would make XLA compile once more.
RECIPE = Recipe(
    epochs=1,
    batch_size=250,
    peak=0.015,
    steps_per_execution=10,
    warm_up=0.2,
    betas=(0.7, 0.9),
)


def prepare(model: keras.Model, arguments: Mapping[str, Any]) -> None:
    """Compile a network so that TensorFlow traces its training step only once.

    Where the first step has to create something, TensorFlow traces it a second time, without that.
    So Adam's memory is created here, and nothing but the loss is measured during the training.

    Args:
        model: The network.
        arguments: For `model.compile`; their metrics are left out.
    """
    model.compile(**{**arguments, "metrics": None})
    model.optimizer.build(model.trainable_variables)


def build_cnn(
    image_shape: tuple[int, int, int] = MNIST.image_shape, classes: int = len(MNIST.classes)
) -> keras.Sequential:
    """Build a network that learns in one epoch.

    Its first kernels are larger and fewer than those of `models.build_cnn`, and ReLU comes after
    the pooling, where a quarter of the numbers is left. The shapes are those for MNIST.

    Args:
        image_shape: Height, width and channels of an image.
        classes: How many classes there are.

    Returns:
        An uncompiled network: float32 (n, *image_shape) in [0, 1] → probabilities (n, classes).
    """
    return keras.Sequential(
        [
            keras.Input(image_shape),  # (n, 28, 28, 1)
            layers.Conv2D(16, 5),  # (n, 24, 24, 16)
            layers.MaxPooling2D(2),  # (n, 12, 12, 16)
            layers.ReLU(),
            layers.Conv2D(32, 3),  # (n, 10, 10, 32)
            layers.MaxPooling2D(2),  # (n, 5, 5, 32)
            layers.ReLU(),
            layers.Flatten(),  # (n, 800)
            layers.Dense(256, activation="relu"),  # (n, 256)
            layers.Dense(classes, activation="softmax"),  # (n, 10)
        ],
        name="fast_cnn",
    )
