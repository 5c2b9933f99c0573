"""Compare the reference recipe with that of notebook 03, and every step from the one to the other.

Each recipe of the chain changes one thing more: time, peak memory, accuracy. Each training has a
process of its own, and the recipes alternate, so that all meet the same noise of the machine. At
last notebooks 01 to 05 run, each in its own kernel. Needs real MNIST, unless --quick is given,
which also leaves the notebooks out.
"""

import dataclasses
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import recording
import tables

from mnist_helpers import datasets, experiments
from mnist_helpers.datasets import files, mnist, sample
from mnist_helpers.quiet import quiet_stderr

if TYPE_CHECKING:  # it imports Keras, whose start belongs to a trial
    from mnist_helpers import recipes

HERE = Path(__file__).parent
SEEDS, LAST = (0, 1, 2), "05"
QUICK = 500  # images of each kind
QUICK_RECIPES = ("reference", "held out", "rate", "series")  # each way to load and to compile


class Variant(NamedTuple):
    """A recipe, and how the data come to it.

    Attributes:
        recipe: What `compile` and `fit` are told.
        pixels: The type of the pixels in memory.
        holds_out: Whether the images for validation are left out of the training.
        validates_on_test: Whether each epoch is validated on the test set, as the reference is.
        constant: A constant learning rate, in place of the recipe's.
    """

    recipe: "recipes.Recipe"
    pixels: str = "float32"
    holds_out: bool = True
    validates_on_test: bool = False
    constant: float | None = None


def chain() -> dict[str, Variant]:
    """Return the recipes in their order, each with one change more than the one before it."""
    from mnist_helpers import recipes

    first, last = recipes.REFERENCE, recipes.SERIES
    batch = dataclasses.replace(first, batch_size=last.batch_size)
    calls = dataclasses.replace(batch, steps_per_execution=last.steps_per_execution)
    variants = (
        Variant(first, "float64", holds_out=False, validates_on_test=True),
        Variant(first, holds_out=False, validates_on_test=True),
        Variant(first, validates_on_test=True),
        Variant(first),
        Variant(batch),
        Variant(calls),
        Variant(calls, constant=last.peak),
        Variant(last),
    )
    return dict(zip(tables.CHANGES, variants, strict=True))


def load(variant: Variant) -> tuple[np.ndarray, ...]:
    """Return images and labels, for training and for validation, as a recipe wants them."""
    if variant.holds_out:
        images, labels, val_images, val_labels = mnist.load_training()
        if variant.validates_on_test:
            val_images, val_labels = mnist.load_test()
    else:
        images, labels, val_images, val_labels = everything()
    x, x_val = (scale(part, variant.pixels) for part in (images, val_images))
    return x, labels, x_val, val_labels


def everything() -> list[np.ndarray]:
    """Return all images for training, and the test set."""
    source = mnist.find()
    if source.path is None:
        return [*sample.read_part("train"), *sample.read_part("test")]
    keys = ("x_train", "y_train", "x_test", "y_test")
    return [files.read(source.path, key, mnist.DESCRIPTION) for key in keys]


def scale(images: np.ndarray, pixels: str) -> np.ndarray:
    """Scale to [0, 1], as float32 or, as the reference does, as float64."""
    if pixels == "float32":
        return datasets.scale(images)
    return (images / 255).reshape(-1, *mnist.DESCRIPTION.image_shape)


@quiet_stderr()  # TensorFlow tells at its start what it finds
def train(settings: dict, seed: int) -> dict[str, float]:
    """Import, load, train and evaluate, as one script would; return what was measured.

    Args:
        settings: `recipe`, its name in the chain, and `quick`.
        seed: The seed.
    """
    started = time.perf_counter()
    import keras

    from mnist_helpers import models

    keras.utils.set_random_seed(seed)
    quick = settings["quick"]
    variant = chain()[settings["recipe"]]
    recipe = variant.recipe
    x, y, x_val, y_val = load(variant)
    if quick:
        x, y, x_val, y_val = (array[:QUICK] for array in (x, y, x_val, y_val))
        recipe = dataclasses.replace(recipe, epochs=1)
    model = models.build_cnn()
    arguments = recipe.compile_arguments(len(x))
    if variant.constant:
        arguments["optimizer"] = keras.optimizers.Adam(variant.constant)
    model.compile(**arguments)
    fitting = time.perf_counter()
    history = model.fit(x, y, **recipe.fit_arguments(), verbose=0, validation_data=(x_val, y_val))
    fitted = time.perf_counter()
    peak = experiments.peak_memory()
    images, labels = (array[: QUICK if quick else None] for array in mnist.load_test())
    loss, accuracy = model.evaluate(datasets.scale(images), labels, verbose=0)
    measured = {
        "training_s": fitted - fitting,
        "script_s": time.perf_counter() - started,
        "peak_memory_mb": peak,
        "test_accuracy": accuracy,
        "test_loss": loss,
    }
    if not variant.validates_on_test:
        measured["validation_accuracy"] = history.history["val_accuracy"][-1]
        measured["validation_loss"] = history.history["val_loss"][-1]
    return measured


def run_notebooks() -> float:
    """Run notebooks 01 to 05, with a folder for results of their own; return the seconds."""
    started = time.perf_counter()
    runner = [sys.executable, str(HERE.parent / "tools" / "run_notebooks.py"), f"--last={LAST}"]
    environment = os.environ | {"MNIST_ARTIFACTS": str(HERE / "artifacts")}
    subprocess.run(runner, check=True, env=environment)
    return time.perf_counter() - started


def main() -> None:
    """Run everything, and record it."""
    options = recording.parser(__doc__).parse_args()
    kept = recording.Recording(options, recording.real_mnist(options), recording.TRAINING)
    names, seeds = (QUICK_RECIPES, SEEDS[:1]) if options.quick else (tables.CHANGES, SEEDS)
    kept.measure(train, {name: {"recipe": name} for name in names}, seeds)
    if not options.quick:
        kept.add(recipe="notebooks", what=f"notebooks 01 to {LAST}", script_s=run_notebooks())
    kept.finish(f"{tables.recipes(kept.result)}\n\n{tables.factors(kept.result)}")


if __name__ == "__main__":
    main()
