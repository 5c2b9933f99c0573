"""Measure notebook 01's two rules on all validation images: nearest mean and nearest neighbour.

Needs real MNIST, unless --quick is given. No test set is read.
"""

import time

import numpy as np
import recording
import tables
from sklearn.metrics import pairwise_distances_argmin

from mnist_helpers import evaluation
from mnist_helpers.datasets import mnist

STORED = (5_000, 20_000, None)  # training images; None: all
QUICK = (100, 500)


def flat(images: np.ndarray) -> np.ndarray:
    """Turn images, (n, h, w), into float32 (n, h × w)."""
    return images.reshape(len(images), -1).astype(np.float32)


def main() -> None:
    """Ask each rule about the validation images, and record it."""
    options = recording.parser(__doc__).parse_args()
    kept = recording.Recording(options, recording.real_mnist(options), ("numpy", "scikit-learn"))
    images, labels, asked, right = mnist.load_training()
    if options.quick:
        asked, right = asked[:100], right[:100]
    classes = range(len(mnist.DESCRIPTION.classes))
    means = np.stack([images[labels == digit].mean(axis=0) for digit in classes])
    rules = [("means", means, np.array(classes))]
    rules += [
        ("images", images[:count], labels[:count]) for count in (QUICK if options.quick else STORED)
    ]
    for what, stored, stored_labels in rules:
        begun = time.process_time()
        answers = stored_labels[pairwise_distances_argmin(flat(asked), flat(stored))]
        spent = time.process_time() - begun
        found = evaluation.accuracy(right, answers)
        kept.add(
            kept=what,
            stored=len(stored),
            numbers=stored.size,
            images=found.count,
            right=int((answers == right).sum()),
            cpu_ms_per_image=1000 * spent / found.count,
        )
    kept.finish(tables.neighbours(kept.result))


if __name__ == "__main__":
    main()
