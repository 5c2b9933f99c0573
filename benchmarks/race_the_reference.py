"""Set the fast recipe of notebook 10 beside the reference recipe: time, and the test set.

Both train on all 60,000 training images. The reference recipe validates on the test set after each
of its five epochs, as its tutorial does; the fast one does not validate. The time goes from the
building of the network to the end of `fit`, with TensorFlow's compiling and that validation;
imports and the loading of the images are left out on both sides. Each training has a process of
its own, and the two alternate, seed by seed.

Everything about the fast recipe was chosen before, on validation images (`choose_fast_recipe.py`).
Its accuracy on the test set is opened here, and stands in the result as it falls. An interrupted
run goes on where it was. Needs real MNIST, unless --quick is given.
"""

from typing import Any

import compare_recipes
import recording
import tables_of_speed as tables
import train_fast

from mnist_helpers.quiet import quiet_stderr

SEEDS = (0, 1, 2, 3, 4)


@quiet_stderr()  # TensorFlow tells at its start what it finds
def train(settings: dict[str, Any], seed: int) -> dict[str, float]:
    """Train on all training images; then, when the time has been taken, open the test set."""
    images, labels, test_images, test_labels = compare_recipes.everything()
    x, x_test = (compare_recipes.scale(part, settings["pixels"]) for part in (images, test_images))
    data = train_fast.Data(x, labels, x_test, test_labels)
    model, measured = train_fast.trained(settings, seed, data)
    part = slice(train_fast.QUICK if settings["quick"] else None)
    found = train_fast.judged(model, test_images[part], test_labels[part])
    return measured | {f"test_{name}": value for name, value in found.items()}


def main() -> None:
    """Train both with each seed, and record it."""
    options = recording.parser(__doc__).parse_args()
    kept = recording.Recording(options, recording.real_mnist(options), recording.TRAINING)
    rows = train_fast.chain()
    both = {"reference": rows["reference"], "fast": rows[tables.FAST]}
    kept.measure(train, both, SEEDS[: 2 if options.quick else None])
    kept.finish(tables.race(kept.result))


if __name__ == "__main__":
    main()
