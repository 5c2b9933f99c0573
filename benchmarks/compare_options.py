"""Compare the options that the reference tutorial names with its own recipe, one at a time.

Epochs, early stopping, a deeper network with dropout, SGD, the batch size. Each training has a
process of its own; every option has the same seeds; what counts is said by 5,000 validation
images, and no test set is read.

One training says what 1, 5, 10 and 15 epochs give, and what early stopping gives with and without
the best weights restored: with a constant learning rate, the first epochs of a longer training are
the very same as those of a shorter one with the same seed. It ends after 15 epochs, or where early
stopping ends if that is later, and after 20 at the latest. In the same way, one training along the
cosine schedule says what becomes of it if it is stopped early.

The rate of SGD is chosen with a seed that is not among those of the comparison. Rates for other
batch sizes follow the square root rule for Adam (Malladi et al. 2022, arXiv:2205.10287): a batch
four times as large, twice the rate. The linear rule (Goyal et al. 2017, arXiv:1706.02677) is one
for SGD.

An interrupted run goes on where it was. Needs real MNIST, unless --quick is given.
"""

from __future__ import annotations

import dataclasses
import math
import time
from typing import TYPE_CHECKING, Any

import recording
import tables_of_options as tables

from mnist_helpers import datasets
from mnist_helpers.datasets import mnist
from mnist_helpers.quiet import quiet_stderr

if TYPE_CHECKING:  # imported where it may be noisy
    import keras

SEEDS, SEED_OF_THE_CHOICE = (0, 1, 2, 3, 4), 5
SGD_RATES = (0.01, 0.03, 0.1, 0.3)
RATE, BATCH = 0.001, 32  # of Adam in the reference recipe
MOST = 20  # epochs of a training that early stopping may end
QUICK = 500  # images of each kind
QUICK_RUNS = ("constant", "deeper, with dropout", "chosen sgd", "cosine")


def adapted(batch_size: int) -> float:
    """Return Adam's rate for another batch size by the square root rule, in two digits."""
    return float(f"{RATE * math.sqrt(batch_size / BATCH):.2g}")


@quiet_stderr()  # recipes import TensorFlow
def runs(sgd_rate: float) -> dict[str, dict[str, Any]]:
    """Return what each training changes on the reference recipe; `tables` names the options."""
    from mnist_helpers import recipes

    found: dict[str, dict[str, Any]] = {
        "constant": {"epochs": MOST, "least": tables.LEAST},
        "deeper, with dropout": {"network": "with dropout"},
        "deeper, without dropout": {"network": "without dropout"},
        "sgd": {"optimizer": "SGD", "rate": 0.01},
        "chosen sgd": {"optimizer": "SGD", "rate": sgd_rate},
    }
    for batch_size in (16, 128, 512):
        found[f"batch {batch_size}"] = {"batch_size": batch_size}
        found[f"batch {batch_size}, adapted"] = {
            "batch_size": batch_size,
            "rate": adapted(batch_size),
        }
    series = recipes.SERIES
    return found | {"cosine": {"schedule": True, "rate": series.peak, "epochs": MOST}}


@quiet_stderr()  # TensorFlow tells at its start what it finds
def train(settings: dict[str, Any], seed: int) -> dict[str, Any]:
    """Build a network anew and train it; return what each of its epochs reached.

    Args:
        settings: What is other than in the reference recipe: `network`, `optimizer`, `rate`,
            `batch_size`, `epochs`, `least` (see `Watch`), `schedule`; and `quick`.
        seed: The seed.
    """
    import keras

    part = slice(QUICK if settings["quick"] else None)
    images, labels, val_images, val_labels = (array[part] for array in mnist.load_training())
    keras.utils.set_random_seed(seed)
    model = build(settings.get("network"))
    model.compile(**compile_arguments(settings, len(images)))
    watch = watching(settings.get("least"))
    history = model.fit(
        datasets.scale(images),
        labels,
        **fit_arguments(settings),
        validation_data=(datasets.scale(val_images), val_labels),
        callbacks=[watch],
        verbose=0,
    )
    curves = history.history
    return {
        "parameters": model.count_params(),
        "rate": settings.get("rate", RATE),  # along a schedule: its peak
        "accuracy_by_epoch": curves["val_accuracy"],
        "loss_by_epoch": curves["val_loss"],
        "training_accuracy_by_epoch": curves["accuracy"],
        "seconds_by_epoch": watch.seconds,
    }


def build(network: str | None = None) -> keras.Sequential:
    """Build the network of notebook 02, or the reference tutorial's deeper one."""
    import keras
    from keras import layers

    from mnist_helpers import models

    if network is None:
        return models.build_cnn()
    shares = (0.25, 0.25, 0.5) if network == "with dropout" else (0, 0, 0)
    first, second, third = ([layers.Dropout(share)] if share else [] for share in shares)
    return keras.Sequential(
        [
            keras.Input(mnist.DESCRIPTION.image_shape),
            *(layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(2), *first),
            *(layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2), *second),
            layers.Flatten(),
            *(layers.Dense(128, activation="relu"), *third),
            layers.Dense(len(mnist.DESCRIPTION.classes), activation="softmax"),
        ]
    )


def compile_arguments(settings: dict[str, Any], images: int) -> dict[str, Any]:
    """Return the arguments for `model.compile`: a schedule is the series', along these epochs."""
    import keras

    from mnist_helpers import recipes

    if settings.get("schedule"):
        series = dataclasses.replace(recipes.SERIES, epochs=settings["epochs"])
        return series.compile_arguments(images)
    optimizer = getattr(keras.optimizers, settings.get("optimizer", "Adam"))
    arguments = recipes.REFERENCE.compile_arguments(images)
    return arguments | {"optimizer": optimizer(settings.get("rate", RATE))}


def fit_arguments(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments for `model.fit`; the quick form has two epochs at most."""
    from mnist_helpers import recipes

    recipe = recipes.SERIES if settings.get("schedule") else recipes.REFERENCE
    changed = {key: settings[key] for key in ("batch_size", "epochs") if key in settings}
    found = recipe.fit_arguments() | changed
    return found | {"epochs": min(2, found["epochs"])} if settings["quick"] else found


def watching(least: int | None = None) -> Any:
    """Make a callback that notes the seconds since the start of `fit` at each epoch's end.

    Args:
        least: End the training where early stopping ends it, but not before this many epochs.
    """
    import keras

    class Watch(keras.callbacks.Callback):
        def on_train_begin(self, logs: dict | None = None) -> None:
            self.started = time.perf_counter()
            self.seconds: list[float] = []
            self.losses: list[float] = []

        def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
            self.seconds.append(time.perf_counter() - self.started)
            self.losses.append((logs or {})["val_loss"])
            if least and epoch + 1 >= least and tables.stopped(self.losses):
                self.model.stop_training = True

    return Watch()


def chosen_rate(kept: recording.Recording, rates: tuple[float, ...]) -> float:
    """Try SGD with each rate, and return that of the highest accuracy after the last epoch."""
    tried = {f"choice of {rate:g}": {"optimizer": "SGD", "rate": rate} for rate in rates}
    kept.measure(train, tried, [SEED_OF_THE_CHOICE])
    best = max(kept.result["trials"], key=lambda trial: trial["accuracy_by_epoch"][-1])
    return best["rate"]


def main() -> None:
    """Choose the rate, train each option with each seed, and record it."""
    options = recording.parser(__doc__).parse_args()
    kept = recording.Recording(options, recording.real_mnist(options), recording.TRAINING)
    wanted = runs(chosen_rate(kept, SGD_RATES[-2:] if options.quick else SGD_RATES))
    if options.quick:
        wanted = {name: wanted[name] for name in QUICK_RUNS}
    kept.measure(train, wanted, SEEDS[: 2 if options.quick else None])
    kept.finish(tables.options(kept.result))


if __name__ == "__main__":
    main()
