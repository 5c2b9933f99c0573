"""Train the reader of handwriting beside the reference recipe: time, memory, accuracy.

Each training has a process of its own, and the two alternate, seed by seed, so that both meet the
same noise of the machine. The test set is opened at the end of each, and chooses nothing. Needs
real MNIST, unless --quick is given.
"""

import dataclasses
import time

import compare_recipes
import numpy as np
import recording
import tables

from mnist_helpers import datasets, experiments
from mnist_helpers.datasets import mnist
from mnist_helpers.quiet import quiet_stderr

SEEDS = (0, 1, 2)
QUICK = 500  # images of each kind


@quiet_stderr()  # TensorFlow tells at its start what it finds
def train(settings: dict, seed: int) -> dict[str, float]:
    """Collect the data, train and evaluate, as one script would; return what was measured.

    Args:
        settings: `recipe`, the reader's or one of `compare_recipes.chain`, and `quick`.
        seed: The seed.
    """
    if settings["recipe"] != "reader":
        return compare_recipes.train(settings, seed)
    quick = settings["quick"]
    started = time.perf_counter()
    from mnist_helpers import reader, recipes

    images, targets = reader.training_data(seed)
    recipe = recipes.READER
    if quick:
        few = np.linspace(0, len(images) - 1, QUICK).astype(int)
        images, targets = images[few], targets[few]
        recipe = dataclasses.replace(recipe, epochs=2)
    training = time.perf_counter()
    model = reader.train(images, targets, seed, recipe)
    trained = time.perf_counter()
    measured = {
        "training_s": trained - training,
        "script_s": trained - started,
        "peak_memory_mb": experiments.peak_memory(),
        "parameters": model.count_params(),
    }
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    for part, (x, y) in {
        "validation": mnist.load_training()[2:],
        "test": mnist.load_test(),
    }.items():
        x, y = (array[: QUICK if quick else None] for array in (x, y))
        loss, accuracy = model.evaluate(datasets.scale(x), y, batch_size=500, verbose=0)
        measured |= {f"{part}_accuracy": accuracy, f"{part}_loss": loss}
    return measured


def main() -> None:
    """Run everything, and record it."""
    options = recording.parser(__doc__).parse_args()
    kept = recording.Recording(options, recording.real_mnist(options), recording.TRAINING)
    recipes = {name: {"recipe": name} for name in ("reference", "reader")}
    kept.measure(train, recipes, SEEDS[: 1 if options.quick else None])
    kept.finish(tables.reader(kept.result))


if __name__ == "__main__":
    main()
