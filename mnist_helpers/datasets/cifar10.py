"""CIFAR-10: 60,000 small photographs of ten kinds of things (Krizhevsky 2009).

Described in https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf.
"""

import dataclasses
import os
from pathlib import Path

import numpy as np

from mnist_helpers.datasets import cifar, files, jpegs
from mnist_helpers.datasets.spec import DataSet, File, Source, Training

DESCRIPTION = DataSet(
    name="CIFAR-10",
    image_shape=(32, 32, 3),
    classes=(
        *("airplane", "automobile", "bird", "cat", "deer"),
        *("dog", "frog", "horse", "ship", "truck"),
    ),
    counts=(50_000, 10_000),
    licence="Alex Krizhevsky, no licence stated, https://www.cs.toronto.edu/~kriz/cifar.html",
    variable="CIFAR10_PATH",
    cached="cifar-10-batches-py-target_archive",  # as Keras 3 calls it
    places=(
        "cifar-10-batches-py-target",  # where Keras 3 unpacks it
        *("cifar-10-batches-py.tar.gz", "cifar-10-batches-py"),  # Keras 2
    ),
    files=(
        File(
            "cifar-10-batches-py-target_archive",
            "sha256:6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
            (f"{cifar.SERVER}cifar-10-python.tar.gz",),
        ),
    ),
    digests=(
        ("data_batch_1", "c99cafc152244af753f735de768cd75f"),
        ("data_batch_2", "d4bba439e000b95fd0a9bffe97cbabec"),
        ("data_batch_3", "54ebc095f3ab1f0389bbae665268c751"),
        ("data_batch_4", "634d18415352ddfa80567beed471001a"),
        ("data_batch_5", "482c414d41f54cd18b22e5b47cb7c3cb"),
        ("test_batch", "40351d587109b95175f43aff81a1287e"),
    ),
)
JPEG_COPY = dataclasses.replace(  # lossy: its results are not to be compared to the last point
    DESCRIPTION,
    name="CIFAR-10 (JPEG copy)",
    digests=(  # of the files of a part, each after its name
        ("train", "ab241f2527d177ed416c0aa0bed96fd3"),
        ("test", "6c044ac17466ffcdb83568a365dd74f3"),
    ),
)


def find(may_download: bool = True) -> Source:
    """Find CIFAR-10: CIFAR10_PATH, Keras's cache, or a download of 170 MB.

    CIFAR10_PATH may also name the JPEG copy, a folder or an archive of `train/CLASS/NNNN.jpg`; the
    source is then called so.

    Raises:
        NotFoundError: It is nowhere; the message says how to get it. There is no stand-in.
        DataError: CIFAR10_PATH is wrong, or the cache folder cannot be written.
    """
    named = os.environ.get(DESCRIPTION.variable, "")
    if named and jpegs.is_copy(Path(named).expanduser(), DESCRIPTION):
        return files.find(JPEG_COPY, jpegs.check)
    return cifar.find(DESCRIPTION, may_download)


def load_training(seed: int = 0) -> Training:
    """Load the training images and hold out one tenth of each class, 5,000, picked by the seed.

    Raises:
        DataError: It was not found, or is damaged.
    """
    return cifar.hold_out(*_read("train"), seed)


def load_test() -> tuple[np.ndarray, np.ndarray]:
    """Load the test images, uint8 (10000, 32, 32, 3), and labels, int64 (10000,).

    Raises:
        DataError: It was not found, or is damaged.
    """
    return _read("test")


def _read(part: str) -> tuple[np.ndarray, np.ndarray]:
    source = find()
    form = jpegs if source.description is JPEG_COPY else cifar
    return form.read_part(source, part)
