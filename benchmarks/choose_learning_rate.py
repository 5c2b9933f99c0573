"""Choose the peak of notebook 03's learning rate by validation accuracy; no test set is read.

Needs real MNIST, unless --quick is given.
"""

import dataclasses

import recording
import tables

from mnist_helpers import datasets
from mnist_helpers.datasets import mnist
from mnist_helpers.quiet import quiet_stderr

PEAKS, SEEDS = (1e-3, 2e-3, 4e-3, 6e-3, 8e-3), (0, 1)
QUICK = 500  # images of each kind


def main() -> None:
    """Train with each peak and each seed, and record it."""
    options = recording.parser(__doc__).parse_args()
    kept = recording.Recording(options, recording.real_mnist(options), recording.TRAINING)
    train(kept, options.quick)
    kept.finish(tables.learning_rates(kept.result))


@quiet_stderr()  # TensorFlow tells at its start what it finds
def train(kept: recording.Recording, quick: bool) -> None:
    """Record accuracy and loss on the validation images."""
    import keras

    from mnist_helpers import models, recipes

    recipe = dataclasses.replace(recipes.SERIES, epochs=1) if quick else recipes.SERIES
    peaks, seeds = (PEAKS[-2:], SEEDS[:1]) if quick else (PEAKS, SEEDS)
    images, labels, val_images, val_labels = (
        array[: QUICK if quick else None] for array in mnist.load_training()
    )
    x, x_val = datasets.scale(images), datasets.scale(val_images)
    for peak in peaks:
        variant = dataclasses.replace(recipe, peak=peak)
        for seed in seeds:
            keras.utils.set_random_seed(seed)
            model = models.build_cnn()
            model.compile(**variant.compile_arguments(len(x)))
            model.fit(x, labels, **variant.fit_arguments(), verbose=0)
            loss, accuracy = model.evaluate(x_val, val_labels, variant.batch_size, verbose=0)
            kept.add(peak=peak, seed=seed, validation_accuracy=accuracy, validation_loss=loss)


if __name__ == "__main__":
    main()
