"""Show what it does to stop a training by the same images that judge it.

The reference tutorial stops early by its test set and reports the accuracy on it. Here two parts
of the training images stand for test sets, A and B, 5,000 each; the reference recipe trains on the
other 50,000 for 15 epochs. An epoch is chosen by A and reported on A and on B; then, of the same
training, one is chosen by B and reported on B and on A, so that it does not matter which part is
the easier one. No test set is read.

An interrupted run goes on where it was. Needs real MNIST, unless --quick is given.
"""

from typing import Any

import recording
import tables_of_options as tables

from mnist_helpers import datasets
from mnist_helpers.datasets import mnist
from mnist_helpers.quiet import quiet_stderr

SEEDS = (0, 1, 2, 3, 4)
EPOCHS = 15
QUICK = 500  # images of each kind


@quiet_stderr()  # TensorFlow tells at its start what it finds
def train(settings: dict[str, Any], seed: int) -> dict[str, Any]:
    """Train, and return what each epoch reached on A and on B."""
    import keras

    from mnist_helpers import models, recipes

    (x, y), *judges = parts(QUICK if settings["quick"] else None)
    keras.utils.set_random_seed(seed)
    model = models.build_cnn()
    model.compile(**recipes.REFERENCE.compile_arguments(len(x)))
    found: dict[str, list[float]] = {}

    def judge(epoch: int, logs: dict | None = None) -> None:
        for name, (images, labels) in zip("AB", judges, strict=True):
            loss, accuracy = model.evaluate(images, labels, batch_size=500, verbose=0)
            found.setdefault(f"loss_{name}", []).append(loss)
            found.setdefault(f"accuracy_{name}", []).append(accuracy)

    watch = keras.callbacks.LambdaCallback(on_epoch_end=judge)
    epochs = 2 if settings["quick"] else settings["epochs"]
    how = recipes.REFERENCE.fit_arguments() | {"epochs": epochs}
    model.fit(x, y, **how, callbacks=[watch], verbose=0)
    return found


def parts(count: int | None = None) -> list[tuple[Any, Any]]:
    """Return images and labels to train with, then A, the validation images, then B.

    Args:
        count: How many of each; None for all, of which B has as many as A.
    """
    images, labels, images_a, labels_a = mnist.load_training()
    held_out = len(images_a)  # `load_training` has put the images into a random order
    pairs = (
        (images[held_out:], labels[held_out:]),
        (images_a, labels_a),
        (images[:held_out], labels[:held_out]),
    )
    return [(datasets.scale(x[:count]), y[:count]) for x, y in pairs]


def main() -> None:
    """Train with each seed, and record it."""
    options = recording.parser(__doc__).parse_args()
    kept = recording.Recording(options, recording.real_mnist(options), recording.TRAINING)
    kept.measure(train, {"reference": {"epochs": EPOCHS}}, SEEDS[: 2 if options.quick else None])
    kept.finish(tables.judged(kept.result))


if __name__ == "__main__":
    main()
