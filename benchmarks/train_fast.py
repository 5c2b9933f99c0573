"""Measure each change from the reference recipe to the fast one of notebook 10: gain and price.

Each row of the chain changes one thing more; a change that does not pay is measured, too, and left
out of the rows below it. The time is what somebody waits for: from the building of the network to
the end of `fit`, with TensorFlow's compiling and, where the recipe has it, validation after each
epoch. Imports and the loading of the images are left out of every time.

All recipes train on the same 55,000 images, and are judged on the 5,000 validation images when the
time has been taken; no test set is read (`race_the_reference.py` opens it). Each training has a
process of its own, and the recipes alternate, seed by seed. An interrupted run goes on where it
was. Needs real MNIST, unless --quick is given.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

import compare_recipes
import numpy as np
import recording
import tables_of_speed as tables

from mnist_helpers import datasets
from mnist_helpers.datasets import mnist
from mnist_helpers.quiet import quiet_stderr

if TYPE_CHECKING:  # imported where it may be noisy
    import keras

SEEDS = (0, 1, 2, 3, 4)
QUICK = 500  # images of each kind
QUICK_STEPS = ("reference", "one trace")
FIRST: dict[str, Any] = {
    "network": "reference",
    "pixels": "float64",
    "validates": True,
    "epochs": 5,
    "batch_size": 32,
    "rate": 0.001,
    "steps_per_execution": 1,
    "jit_compile": False,
    "prepared": False,
}


class Data(NamedTuple):
    """Images as a recipe wants them, and labels, for training and for its own validation."""

    x: np.ndarray
    y: np.ndarray
    x_val: np.ndarray
    y_val: np.ndarray


@quiet_stderr()  # recipes import TensorFlow
def chain() -> dict[str, dict[str, Any]]:
    """Return the settings of each row; each has one change more than the last one that was kept."""
    from mnist_helpers import fast

    last = fast.RECIPE
    changes: dict[str, dict[str, Any]] = {
        "reference": {},
        "float32": {"pixels": "float32"},
        "no validation": {"validates": False},
        "batches": {"batch_size": last.batch_size, "rate": tables.RATE},
        "calls": {"steps_per_execution": last.steps_per_execution},
        "XLA": {"jit_compile": True},
        "pool first": {"network": [3, 32, 64, 64]},
        "network": {"network": "fast"},
        "one cycle": {"rate": last.peak, "warm_up": last.warm_up, "betas": list(last.betas)},
        "one epoch": {"epochs": last.epochs},
        "one trace": {"prepared": True},
        "XLA at last": {"jit_compile": True},
    }
    rows, kept = {}, FIRST
    for name in tables.CHANGES:
        rows[name] = kept | changes[name]
        if name not in tables.LEFT_OUT:
            kept = rows[name]
    return rows


@quiet_stderr()  # TensorFlow tells at its start what it finds
def train(settings: dict[str, Any], seed: int) -> dict[str, float]:
    """Train on all but the validation images, and judge on these when the time has been taken."""
    images, labels, val_images, val_labels = mnist.load_training()
    x, x_val = (compare_recipes.scale(part, settings["pixels"]) for part in (images, val_images))
    data = Data(x, labels, x_val, val_labels)
    model, measured = trained(settings, seed, data)
    part = slice(QUICK if settings["quick"] else None)
    return measured | judged(model, val_images[part], val_labels[part])


def trained(
    settings: dict[str, Any], seed: int, data: Data
) -> tuple[keras.Sequential, dict[str, float]]:
    """Build and train a network; return it, and how long that took.

    Args:
        settings: As in FIRST; with `warm_up`, `rate` is the peak of a schedule, and `betas` are
            Adam's; and `quick`.
        seed: The seed.
        data: The images, loaded and scaled.

    Returns:
        The network, and `seconds`, of which `first_s` until the first call to TensorFlow is done,
        with its compiling; and `parameters`.
    """
    import keras

    from mnist_helpers import fast

    if settings["quick"]:
        data = Data(*(array[:QUICK] for array in data))
    keras.utils.set_random_seed(seed)
    watch = watching()
    began = time.perf_counter()
    model = build(settings)
    arguments = compile_arguments(settings, len(data.x))
    if settings["prepared"]:
        fast.prepare(model, arguments)
    else:
        model.compile(**arguments)
    model.fit(
        data.x,
        data.y,
        batch_size=settings["batch_size"],
        epochs=min(2, settings["epochs"]) if settings["quick"] else settings["epochs"],
        validation_data=(data.x_val, data.y_val) if settings["validates"] else None,
        callbacks=[watch],
        verbose=0,
    )
    ended = time.perf_counter()
    return model, {
        "seconds": ended - began,
        "first_s": (watch.called or ended) - began,
        "parameters": model.count_params(),
    }


def watching() -> Any:
    """Make a callback that notes when the first call to TensorFlow is done.

    It looks when the second one begins: a callback at the end of each would slow down `fit`.
    """
    import keras

    class Watch(keras.callbacks.Callback):
        called: float | None = None
        begun = 0

        def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
            self.begun += 1
            if self.begun == 2:
                self.called = time.perf_counter()

    return Watch()


def build(settings: dict[str, Any]) -> keras.Sequential:
    """Build the network of these settings: one of the package, or one that is described.

    It is described by the side of the first kernels, the filters of both convolutions, and the
    units of the dense layer; and it has ReLU after the pooling.
    """
    import keras
    from keras import layers

    from mnist_helpers import fast, models

    described = settings["network"]
    if described in ("reference", "fast"):
        return models.build_cnn() if described == "reference" else fast.build_cnn()
    side, first, second, units = described
    return keras.Sequential(
        [
            keras.Input(mnist.DESCRIPTION.image_shape),
            *(layers.Conv2D(first, side), layers.MaxPooling2D(2), layers.ReLU()),
            *(layers.Conv2D(second, 3), layers.MaxPooling2D(2), layers.ReLU()),
            layers.Flatten(),
            layers.Dense(units, activation="relu"),
            layers.Dense(len(mnist.DESCRIPTION.classes), activation="softmax"),
        ]
    )


def compile_arguments(settings: dict[str, Any], images: int) -> dict[str, Any]:
    """Return the arguments for `model.compile`, given the number of training images."""
    import keras

    from mnist_helpers import recipes

    same = {key: settings[key] for key in ("epochs", "batch_size", "steps_per_execution")}
    if "warm_up" in settings:
        recipe = recipes.Recipe(
            **same,
            peak=settings["rate"],
            warm_up=settings["warm_up"],
            betas=tuple(settings["betas"]),
        )
        arguments = recipe.compile_arguments(images)
    else:
        arguments = recipes.Recipe(**same).compile_arguments(images)
        arguments["optimizer"] = keras.optimizers.Adam(settings["rate"])
    return arguments | {"jit_compile": settings["jit_compile"]}


def judged(model: keras.Sequential, images: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Return a network's accuracy and loss on images, without compiling anything anew."""
    import keras

    size = 500
    parts = [model(datasets.scale(images[i : i + size])) for i in range(0, len(images), size)]
    probabilities = np.concatenate(parts)
    losses = keras.losses.sparse_categorical_crossentropy(labels, probabilities)
    right = probabilities.argmax(axis=1) == labels
    return {"accuracy": float(right.mean()), "loss": float(np.mean(losses))}


def main() -> None:
    """Train each recipe with each seed, and record it."""
    options = recording.parser(__doc__).parse_args()
    kept = recording.Recording(options, recording.real_mnist(options), recording.TRAINING)
    rows = chain()
    if options.quick:
        rows = {name: rows[name] for name in QUICK_STEPS}
    kept.measure(train, rows, SEEDS[: 2 if options.quick else None])
    kept.finish(tables.chain(kept.result))


if __name__ == "__main__":
    main()
