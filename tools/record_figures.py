"""Record what the three small figures show on the site: mnist_helpers/play/web/recorded.json.

The same as in the notebooks, on real MNIST: the first 7 of the training images (02), the distances
of 1,000 training images to the mean of each digit (03), and the reference network's answers to
the validation images (04).
"""

import json
import sys

import numpy as np

from mnist_helpers import artifacts
from mnist_helpers.datasets import mnist, scale
from mnist_helpers.play import data, page

COUNT = 1_000  # images whose distances are taken


def distances(training: mnist.Training) -> np.ndarray:
    """Return the distances of the first images to the mean of each digit, (n, 10)."""
    images = scale(training.images)[..., 0]
    means = [images[training.labels == digit].mean(axis=0) for digit in range(10)]
    some = images[:COUNT]
    return np.stack([np.sqrt(((some - mean) ** 2).sum(axis=(1, 2))) for mean in means], axis=1)


def record(training: mnist.Training) -> dict[str, dict]:
    """Compute what each figure shows: name → its data."""
    model = artifacts.load_model(artifacts.REFERENCE / artifacts.MODEL)
    probabilities = model.predict(scale(training.validation_images), verbose=0)
    seven = (training.images[training.labels == 7][0] / 255).round(4)
    return {
        "kernel": {"image": seven.tolist()},
        "descent": data.descent(distances(training), training.labels[:COUNT]),
        "threshold": data.threshold(probabilities, training.validation_labels, "validation images"),
    }


def main() -> None:
    """Record."""
    source = mnist.find()
    if source.is_sample:
        sys.exit(f"The figures show real MNIST, and here is: {source.note}")
    recorded = record(mnist.load_training())
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(what)}" for name, what in recorded.items())
    page.RECORDED.write_text(f"{{{lines}}}\n", encoding="utf-8", newline="\n")
    print(f"Recorded: {page.RECORDED}")


if __name__ == "__main__":
    main()
