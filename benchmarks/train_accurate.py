"""Train the most accurate network within its limits, beside the reference recipe: the final figure.

All choices were made before, on validation images, which are trained on here, too. Each training
has a process of its own, and the two alternate, seed by seed, so that both meet the same noise of
the machine. At its end the test set is opened: for one answer to each image, and for the mean over
moved copies. --pictures adds a folder of real handwriting, as `read_pictures.py` takes it.

An interrupted run goes on where it was. Needs real MNIST, unless --quick is given.
"""

import dataclasses
import time
from typing import Any

import compare_augmentations
import compare_recipes
import read_pictures
import recording
import tables_of_augmentations as tables

from mnist_helpers.datasets import mnist
from mnist_helpers.quiet import quiet_stderr

SEEDS = (10, 11, 12)  # none of those by which anything was chosen
QUICK = 500  # images of each kind


@quiet_stderr()  # TensorFlow tells at its start what it finds
def train(settings: dict[str, Any], seed: int) -> dict[str, float]:
    """Collect the data, train and evaluate; return what was measured.

    Args:
        settings: `recipe`, "accurate" or one of `compare_recipes.chain`, and `quick`.
        seed: The seed.
    """
    if settings["recipe"] != "accurate":
        return compare_recipes.train(settings, seed)
    from mnist_helpers import accurate, experiments

    part = slice(QUICK if settings["quick"] else None)
    images, targets = (array[part] for array in accurate.training_data(has_all=True))
    recipe = accurate.RECIPE
    if settings["quick"]:
        recipe = dataclasses.replace(recipe, epochs=2)
    started = time.perf_counter()
    model = accurate.train(images, targets, seed, recipe)
    measured = {
        "training_s": time.perf_counter() - started,
        "peak_memory_mb": experiments.peak_memory(),
        "images": len(images),
        "parameters": model.count_params(),
    }
    test_images, test_labels = (array[part] for array in mnist.load_test())
    return measured | compare_augmentations.ask(model, {"test": (test_images, test_labels)})


def main() -> None:
    """Train both with each seed, and record it."""
    parser = recording.parser(__doc__)
    read_pictures.add_options(parser)
    options = parser.parse_args()
    packages = (*recording.TRAINING, "scipy", "pillow")
    noted = read_pictures.noted(options)
    kept = recording.Recording(options, recording.real_mnist(options), packages, noted)
    recipes = {name: {"recipe": name} for name in ("reference", "accurate")}
    with compare_augmentations.shown(options):
        kept.measure(train, recipes, SEEDS[: 2 if options.quick else None])
    kept.finish(f"{tables.best(kept.result)}\n\n{tables.best_asked(kept.result)}")


if __name__ == "__main__":
    main()
