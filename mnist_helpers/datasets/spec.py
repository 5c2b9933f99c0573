"""What a data set is: its description, and the forms in which all of them come."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np


class DataError(Exception):
    """The data that was asked for is not there or not right; the message says how to mend it."""


class NotFoundError(DataError):
    """The data set lies nowhere on this computer, and could not be downloaded."""


@dataclass(frozen=True)
class File:
    """A file as it is published: its name in Keras's cache, its hash, and where to fetch it."""

    name: str
    hash: str  # "sha256:…" or "md5:…"
    urls: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class DataSet:
    """A description: all that the rest of the package knows of a data set.

    Attributes:
        name: The label that every result carries.
        image_shape: Height, width and channels.
        classes: The name of each class; labels count them from 0.
        counts: Number of training images (validation included) and of test images.
        licence: Whose it is, and under which licence.
        variable: The environment variable that names a file or folder of it.
        cached: The file or folder in the `datasets` folder of Keras's cache.
        places: Others where it may lie, in that folder or anywhere.
        files: What is downloaded.
        digests: The MD5 of each array as an IDX file, or of each file with images and labels, so
            that any packing of it is recognised.
    """

    name: str
    image_shape: tuple[int, int, int]
    classes: tuple[str, ...]
    counts: tuple[int, int]
    licence: str
    variable: str = ""
    cached: str = ""
    places: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"DataSet({self.name!r})"

    def array_shape(self, key: str) -> tuple[int, ...]:
        """Return the shape of "x_train", "y_train", "x_test" or "y_test" as it is published."""
        count = self.counts[key.endswith("test")]
        height, width, channels = self.image_shape
        image = (height, width) if channels == 1 else self.image_shape
        return (count, *image) if key[0] == "x" else (count,)


@dataclass(frozen=True)
class Source:
    """Where a data set was found.

    Attributes:
        description: What was found: the data set, or its stand-in.
        path: The file or folder, or None for digits that ship with scikit-learn.
        note: For the reader: how it was found, or why it is not what was asked for.
    """

    description: DataSet
    path: Path | None
    note: str

    @property
    def name(self) -> str:
        """The data set's name."""
        return self.description.name

    @property
    def counts(self) -> tuple[int, int]:
        """Number of training images (validation included) and of test images."""
        return self.description.counts

    @property
    def is_sample(self) -> bool:
        """Whether these are the bundled digits, in place of the data set that was asked for."""
        return self.path is None


class Training(NamedTuple):
    """Training and validation images, uint8 (n, h, w), with their labels, int64 (n,)."""

    images: np.ndarray
    labels: np.ndarray
    validation_images: np.ndarray
    validation_labels: np.ndarray


def hold_out(images: np.ndarray, labels: np.ndarray, seed: int) -> Training:
    """Hold out one twelfth for validation, 5,000 of 60,000, picked by the seed."""
    order = np.random.default_rng(seed).permutation(len(images))
    held_out, kept = np.split(order, [len(images) // 12])
    return Training(images[kept], labels[kept], images[held_out], labels[held_out])


def scale(images: np.ndarray) -> np.ndarray:
    """Turn uint8 images in 0…255 into float32 (n, h, w, c) in [0, 1].

    Args:
        images: Grey, (n, h, w), or in colour, (n, h, w, 3).

    Raises:
        ValueError: The images have another shape or type, such as pixels scaled already.
    """
    if images.dtype != np.uint8 or images.ndim not in (3, 4) or images.shape[3:] not in ((), (3,)):
        raise ValueError(
            f"scale() takes uint8 images, (n, h, w) or (n, h, w, 3), not {images.dtype} "
            f"{images.shape}: were they scaled already?"
        )
    scaled = np.divide(images, 255, dtype=np.float32)
    return scaled if images.ndim == 4 else scaled[..., np.newaxis]
