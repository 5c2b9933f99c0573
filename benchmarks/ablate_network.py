"""Take one thing after another out of the network, and see on validation images what it was for.

Every variant is trained by notebook 03's recipe with the same seeds; no test set is read. Needs
real MNIST, unless --quick is given.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import recording
import tables

from mnist_helpers import datasets
from mnist_helpers.datasets import mnist
from mnist_helpers.quiet import quiet_stderr

if TYPE_CHECKING:  # imported where it may be noisy
    import keras

SEEDS = (0, 1, 2)
QUICK = 500  # images of each kind
VARIANTS: dict[str, dict[str, Any]] = {  # name → what is different; the slowest comes last
    "as it is": {},
    "no ReLU": {"activation": None},
    "no ReLU, average pooling: nothing bends": {"activation": None, "pooling": "Average"},
    "no convolution: one dense layer of 64": {"filters": ()},
    "one block": {"filters": (32,)},
    "16 and 32 filters": {"filters": (16, 32)},
    "16 units in the dense layer": {"units": 16},
    "average pooling": {"pooling": "Average"},
    "64 and 128 filters": {"filters": (64, 128)},
}


def build(
    filters: tuple[int, ...] = (32, 64),
    activation: str | None = "relu",
    pooling: str = "Max",
    units: int = 64,
) -> keras.Sequential:
    """Build the network of notebook 02, or a variant of it; without arguments it is the same."""
    import keras
    from keras import layers

    pool = getattr(layers, f"{pooling}Pooling2D")
    model = keras.Sequential([keras.Input(mnist.DESCRIPTION.image_shape)])
    for count in filters:
        model.add(layers.Conv2D(count, 3, activation=activation))
        model.add(pool(2))
    model.add(layers.Flatten())
    model.add(layers.Dense(units, activation=activation))
    model.add(layers.Dense(len(mnist.DESCRIPTION.classes), activation="softmax"))
    return model


@quiet_stderr()  # TensorFlow tells at its start what it finds
def train(kept: recording.Recording, quick: bool) -> None:
    """Record of each variant what it makes of the validation images."""
    import keras

    from mnist_helpers import recipes

    recipe = dataclasses.replace(recipes.SERIES, epochs=1) if quick else recipes.SERIES
    images, labels, val_images, val_labels = (
        array[: QUICK if quick else None] for array in mnist.load_training()
    )
    x, x_val = datasets.scale(images), datasets.scale(val_images)
    for variant, settings in VARIANTS.items():
        for seed in SEEDS[: 1 if quick else None]:
            keras.backend.clear_session()
            keras.utils.set_random_seed(seed)
            model = build(**settings)
            model.compile(**recipe.compile_arguments(len(x)))
            model.fit(x, labels, **recipe.fit_arguments(), verbose=0)
            loss, accuracy = model.evaluate(x_val, val_labels, recipe.batch_size, verbose=0)
            kept.add(
                variant=variant,
                seed=seed,
                parameters=model.count_params(),
                validation_accuracy=accuracy,
                validation_loss=loss,
                right=round(accuracy * len(x_val)),
                count=len(x_val),
            )


def main() -> None:
    """Train each variant with each seed, and record it."""
    options = recording.parser(__doc__).parse_args()
    kept = recording.Recording(options, recording.real_mnist(options), recording.TRAINING)
    train(kept, options.quick)
    kept.finish(tables.network(kept.result))


if __name__ == "__main__":
    main()
