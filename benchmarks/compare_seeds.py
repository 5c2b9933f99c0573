"""Train notebook 03's recipe with several seeds, and compare the networks image by image.

Only the seed differs: the first weights, and the order of the images. The test set is read after
each training, once. Needs real MNIST, unless --quick is given.
"""

import dataclasses

import numpy as np
import recording
import tables

from mnist_helpers import datasets
from mnist_helpers.datasets import mnist
from mnist_helpers.quiet import quiet_stderr

SEEDS = (0, 1, 2, 3, 4)
QUICK = 500  # images of each kind


def main() -> None:
    """Train with each seed, and record it."""
    options = recording.parser(__doc__).parse_args()
    kept = recording.Recording(options, recording.real_mnist(options), recording.TRAINING)
    train(kept, options.quick)
    kept.finish(tables.seeds(kept.result))


@quiet_stderr()  # TensorFlow tells at its start what it finds
def train(kept: recording.Recording, quick: bool) -> None:
    """Record how many test images each network has right, and which the first one has not."""
    import keras

    from mnist_helpers import models, recipes

    recipe = dataclasses.replace(recipes.SERIES, epochs=1) if quick else recipes.SERIES
    limit = QUICK if quick else None
    images, labels, _, _ = (array[:limit] for array in mnist.load_training())
    test_images, test_labels = (array[:limit] for array in mnist.load_test())
    x, x_test = datasets.scale(images), datasets.scale(test_images)
    rights: list[np.ndarray] = []
    for seed in SEEDS[: 2 if quick else None]:
        keras.utils.set_random_seed(seed)
        model = models.build_cnn()
        model.compile(**recipe.compile_arguments(len(x)))
        model.fit(x, labels, **recipe.fit_arguments(), verbose=0)
        answers = model.predict(x_test, QUICK, verbose=0).argmax(axis=1)
        rights.append(answers == test_labels)
        first, this = rights[0], rights[-1]
        kept.add(
            seed=seed,
            images=len(this),
            right=int(this.sum()),
            only_first_right=int((first & ~this).sum()),
            only_this_right=int((this & ~first).sum()),
        )


if __name__ == "__main__":
    main()
