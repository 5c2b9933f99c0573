"""MNIST: 70,000 handwritten digits (introduced in notebook 01)."""

import os

import numpy as np

from mnist_helpers.datasets import files, sample
from mnist_helpers.datasets.spec import (
    DataError,
    DataSet,
    File,
    NotFoundError,
    Source,
    Training,
    hold_out,
)

DESCRIPTION = DataSet(
    name="MNIST",
    image_shape=(28, 28, 1),
    classes=tuple("0123456789"),
    counts=(60_000, 10_000),
    licence="Yann LeCun, Corinna Cortes, Christopher J.C. Burges, CC BY-SA 3.0",
    variable="MNIST_PATH",
    cached="mnist.npz",
    files=(
        File(
            "mnist.npz",
            "sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
            (
                "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
                "https://s3.amazonaws.com/img-datasets/mnist.npz",  # the same file, by its hash
            ),
        ),
    ),
    digests=(
        ("x_train", "6bbc9ace898e44ae57da46a324031adb"),
        ("y_train", "a25bea736e30d166cdddb491f175f624"),
        ("x_test", "2646ac647ad5339dbf082846283269ea"),
        ("y_test", "27ae3e4e09519cfbb04c329615203637"),
    ),
)


def find() -> Source:
    """Find MNIST: MNIST_PATH, Keras's cache, a download, or else the bundled digits.

    MNIST_SOURCE=sample forces the bundled digits. What MNIST_PATH names is used or refused,
    never passed over.

    Raises:
        DataError: MNIST_PATH or MNIST_SOURCE is wrong, or the cache folder cannot be written.
    """
    forced = os.environ.get("MNIST_SOURCE", "")
    if forced == "sample":
        note = "MNIST_SOURCE=sample is set; unset it to look for MNIST."
        return Source(sample.DESCRIPTION, None, note)
    if forced:
        raise DataError(f"MNIST_SOURCE={forced!r} is not known: set it to 'sample' or unset it.")
    try:
        return files.find(DESCRIPTION)
    except NotFoundError as error:
        return Source(sample.DESCRIPTION, None, str(error))


def load_training(seed: int = 0) -> Training:
    """Load the training images and hold out one twelfth, 5,000 of MNIST, picked by the seed.

    Raises:
        DataError: What was found is damaged or not MNIST.
    """
    return hold_out(*_read("train"), seed)


def load_test() -> tuple[np.ndarray, np.ndarray]:
    """Load the test images, uint8 (n, 28, 28), and labels, int64 (n,); from notebook 04 on.

    Raises:
        DataError: What was found is damaged or not MNIST.
    """
    return _read("test")


def _read(part: str) -> tuple[np.ndarray, np.ndarray]:
    source = find()
    return sample.read_part(part) if source.is_sample else files.read_part(source, part)
