"""Choose the network and the recipe of notebook 10 on validation images, one thing at a time.

Each row changes one thing of the recipe that was chosen in the end, `mnist_helpers/fast.py`. All
train for one epoch on 55,000 images, unless the row says otherwise, and are judged on the 5,000
validation images. The seeds are none of those with which the recipe is compared later, and no test
set is read. Each training has a process of its own. Needs real MNIST, unless --quick is given.
"""

from typing import Any

import recording
import tables_of_speed as tables
import train_fast

SEEDS = (10, 11, 12)
QUICK_ROWS = ("as it is", "Keras's betas, 0.9 and 0.999")


def rows() -> dict[str, dict[str, Any]]:
    """Return the settings of each row."""
    chosen = train_fast.chain()[tables.FAST]
    changes: dict[str, dict[str, Any]] = {
        "as it is": {},
        "24 and 32 filters": {"network": [5, 24, 32, 256]},
        "16 and 24 filters": {"network": [5, 16, 24, 256]},
        "first kernels 3×3": {"network": [3, 16, 32, 256]},
        "128 units in the dense layer": {"network": [5, 16, 32, 128]},
        "512 units in the dense layer": {"network": [5, 16, 32, 512]},
        "batches of 125": {"batch_size": 125},
        "batches of 500": {"batch_size": 500},
        "peak 0.01": {"rate": 0.01},
        "peak 0.02": {"rate": 0.02},
        "warm-up of a tenth": {"warm_up": 0.1},
        "warm-up of three tenths": {"warm_up": 0.3},
        "Keras's betas, 0.9 and 0.999": {"betas": [0.9, 0.999]},
        "two epochs": {"epochs": 2},
        "one step in each call": {"steps_per_execution": 1},
    }
    return {name: chosen | change for name, change in changes.items()}


def main() -> None:
    """Try each row with each seed, and record it."""
    options = recording.parser(__doc__).parse_args()
    kept = recording.Recording(options, recording.real_mnist(options), recording.TRAINING)
    wanted = rows()
    if options.quick:
        wanted = {name: wanted[name] for name in QUICK_ROWS}
    kept.measure(train_fast.train, wanted, SEEDS[: 2 if options.quick else None])
    kept.finish(tables.choice(kept.result))


if __name__ == "__main__":
    main()
