"""Compare three rules on MNIST, Fashion-MNIST and CIFAR-10: the same steps, other images.

The rules are the nearest mean; the network of notebook 02, made for the shape of the images, at
equal effort: the recipe and the epochs of notebook 03; and, for the sets that need one, the better
network, `mh.photos`. Each training has a process of its own and sees no validation image. All
choices were made before, on validation images; at the end of each trial the test set is opened.
The reference recipe is trained once, for its time, R.

Data sets that are not at hand are left out. An interrupted run goes on where it was. Needs real
MNIST, unless --quick is given; the quick form takes MNIST alone.
"""

import dataclasses
import importlib
import time
from typing import Any

import compare_recipes
import numpy as np
import recording
import tables_of_data_sets as tables
from sklearn.metrics import pairwise_distances_argmin

from mnist_helpers import datasets
from mnist_helpers.quiet import quiet_stderr

SEEDS = (10, 11, 12)  # none of those by which anything was chosen
SETS = ("mnist", "fashion_mnist", "cifar10")  # modules of mnist_helpers.datasets
NEEDS_MORE = ("fashion_mnist", "cifar10")
QUICK = 500  # images of each kind


@quiet_stderr()  # TensorFlow tells at its start what it finds
def measure(settings: dict[str, Any], seed: int) -> dict[str, float]:
    """Train, if there is something to train, and ask validation and test set.

    Args:
        settings: `data`, one of `SETS`; `rule`, one of `tables.RULES`; `quick`. Or `reference`.
        seed: The seed.
    """
    if settings.get("reference"):
        return {
            "training_s": compare_recipes.train(settings | {"recipe": "reference"}, seed)[
                "training_s"
            ]
        }
    module = getattr(datasets, settings["data"])
    part = slice(QUICK if settings["quick"] else None)
    images, labels, val_images, val_labels = (array[part] for array in module.load_training())
    classes = len(module.DESCRIPTION.classes)
    if settings["rule"] != tables.MEAN:  # to be imported before the clock starts
        importlib.import_module("mnist_helpers.photos")
    started = time.perf_counter()
    if settings["rule"] == tables.MEAN:
        answer, measured = nearest_mean(images, labels, classes)
    else:
        answer, measured = network(settings, images, labels, classes, seed)
    measured["training_s"] = time.perf_counter() - started
    asked = {
        "validation": (val_images, val_labels),
        "test": tuple(array[part] for array in module.load_test()),
    }
    for name, (pictures, right) in asked.items():
        measured[f"{name}_count"] = len(right)
        measured[f"{name}_right"] = int((answer(pictures) == right).sum())
    return measured


def nearest_mean(images: np.ndarray, labels: np.ndarray, classes: int) -> tuple[Any, dict]:
    """Return what answers with the class of the nearest mean image, and its numbers."""

    def flat(pictures: np.ndarray) -> np.ndarray:
        return pictures.reshape(len(pictures), -1).astype(np.float32)

    means = np.stack([flat(images[labels == label]).mean(axis=0) for label in range(classes)])
    measured = {"parameters": means.size, "epochs": 1}
    return lambda pictures: pairwise_distances_argmin(flat(pictures), means), measured


def network(
    settings: dict[str, Any], images: np.ndarray, labels: np.ndarray, classes: int, seed: int
) -> tuple[Any, dict]:
    """Train a network; return what answers, and its numbers."""
    import keras

    from mnist_helpers import models, photos, recipes

    is_better = settings["rule"] == tables.BETTER
    recipe = photos.RECIPE if is_better else recipes.SERIES
    if settings["quick"]:
        recipe = dataclasses.replace(recipe, epochs=2)
    if is_better:
        model = photos.train(images, labels, classes, seed, recipe)
    else:
        x = datasets.scale(images)
        keras.utils.set_random_seed(seed)
        model = models.build_cnn(x.shape[1:], classes)
        model.compile(**recipe.compile_arguments(len(x)))
        model.fit(x, labels, **recipe.fit_arguments(), verbose=0)

    def answer(pictures: np.ndarray) -> np.ndarray:
        scaled = datasets.scale(pictures)
        return model.predict(scaled, batch_size=500, verbose=0).argmax(axis=1)

    return answer, {"parameters": model.count_params(), "epochs": recipe.epochs}


def trials(at_hand: dict[str, str], needing: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Return what is measured of each data set, module → name, under the name of the row."""
    return {
        tables.row(name, rule): {"data": module, "rule": rule}
        for module, name in at_hand.items()
        for rule in tables.RULES
        if rule != tables.BETTER or module in needing
    }


def main() -> None:
    """Find the data sets, measure each rule on each, and record it."""
    options = recording.parser(__doc__).parse_args()
    at_hand = {"mnist": recording.real_mnist(options)}
    for name in () if options.quick else SETS[1:]:
        module = getattr(datasets, name)
        if absence := datasets.absence(module):
            print(absence)
        else:
            at_hand[name] = module.find().name
    packages = ("tensorflow", "keras", "numpy", "scikit-learn", "pillow")
    kept = recording.Recording(options, ", ".join(at_hand.values()), packages)
    wanted = trials(at_hand, SETS if options.quick else NEEDS_MORE)
    fixed = {row: s for row, s in wanted.items() if s["rule"] == tables.MEAN}
    trained = {row: s for row, s in wanted.items() if row not in fixed}
    seeds = SEEDS[: 2 if options.quick else None]
    kept.measure(measure, {"reference": {"reference": True}, **fixed}, seeds[:1])
    kept.measure(measure, trained, seeds)
    kept.finish(f"{tables.data_sets(kept.result)}\n\n{tables.data_sets_short(kept.result)}")


if __name__ == "__main__":
    main()
