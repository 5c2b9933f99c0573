"""Finds and reads CIFAR-10 and CIFAR-100 as they are published: pickled batches in an archive.

A pickle can name any function of Python and have it called. These are read with an unpickler that
looks nothing up, and only after their MD5 is known to be that of a published batch.
"""

import contextlib
import hashlib
import io
import lzma
import pickle
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np

from mnist_helpers.datasets import files
from mnist_helpers.datasets.spec import DataError, DataSet, NotFoundError, Source, Training

SERVER = "https://www.cs.toronto.edu/~kriz/"  # the author's, and the one that Keras asks
MAX_UNPACKED = 1_000_000_000  # bytes; the archives take less than 200 MB
DAMAGE = (*files.DAMAGE, tarfile.TarError, lzma.LZMAError)
OF_NUMPY = {  # what the batches name; "_core" since NumPy 2
    *(("numpy", "ndarray"), ("numpy", "dtype")),
    *(("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct")),
}


def find(data: DataSet, may_download: bool = True) -> Source:
    """Find CIFAR-10 or CIFAR-100: as its variable names it, in Keras's cache, or by download.

    Raises:
        NotFoundError: It is nowhere; the message says how to get it. There is no stand-in.
        DataError: What the variable names is wrong, or the cache folder cannot be written.
    """
    try:
        return files.find(data, check, may_download)
    except NotFoundError as error:
        address = data.files[0].urls[0]
        raise NotFoundError(
            f"{error} Connect to the network and restart the kernel; or set {data.variable} to "
            f"{address.rpartition('/')[2]}, or to what it unpacks to, from {address}."
        ) from error


def check(path: Path, data: DataSet) -> None:
    """Make sure that an archive or a folder holds the published batches; nothing is unpickled.

    Raises:
        DataError: A batch is missing, damaged or another; the message names file and remedy.
    """
    with explained(path, data):
        for _ in _batches(path, data, dict(data.digests)):
            pass


def read_part(source: Source, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Read the "train" or the "test" part: images, uint8 (n, 32, 32, 3), and labels, int64 (n,).

    Raises:
        DataError: It is damaged by now, or gone.
    """
    assert source.path is not None
    data = source.description
    names = [name for name, _ in data.digests if name.startswith("test") == (part == "test")]
    images = np.empty(data.array_shape(f"x_{part}"), np.uint8)
    labels = np.empty(data.array_shape(f"y_{part}"), np.int64)
    size = len(images) // len(names)
    with explained(source.path, data):
        for name, content in _batches(source.path, data, names):
            rows = slice(size * names.index(name), size * (names.index(name) + 1))
            images[rows], labels[rows] = read_batch(content, data)
    return images, labels


def read_batch(content: bytes, data: DataSet) -> tuple[np.ndarray, np.ndarray]:
    """Read a pickled batch, and execute nothing of what stands in it.

    Returns:
        Images, uint8 (n, h, w, 3), and labels, int64 (n,).

    Raises:
        DataError: It is no batch of this data set, or asks for more than its numbers.
    """
    try:
        batch = _Unpickler(io.BytesIO(content), encoding="bytes").load()
        _, shape, kind, by_columns, pixels = batch[b"data"].state
        if kind.arguments[0] != b"u1":
            raise ValueError("pixels are bytes")
        height, width, channels = data.image_shape
        rows = np.frombuffer(pixels, np.uint8).reshape(shape, order="F" if by_columns else "C")
        planes = rows.reshape(-1, channels, height, width)
        labels = np.array(batch.get(b"labels", batch.get(b"fine_labels")), np.int64)
        if labels.shape != (len(planes),) or not set(labels) <= set(range(len(data.classes))):
            raise ValueError("a label for each image")
    except Exception as error:  # a hostile pickle can raise anything
        raise DataError(f"a batch cannot be read ({type(error).__name__}: {error})") from error
    return planes.transpose(0, 2, 3, 1), labels


class _Part:
    """Stands for all that a batch names of NumPy: does nothing, and keeps what it is given."""

    def __init__(self, *arguments: object) -> None:
        self.arguments = arguments

    def __setstate__(self, state: object) -> None:
        self.state = state


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type:
        if (module, name) not in OF_NUMPY:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no batch needs")
        return _Part


def hold_out(images: np.ndarray, labels: np.ndarray, seed: int) -> Training:
    """Hold out one tenth of each class for validation, 5,000 of 50,000, picked by the seed."""
    from sklearn.model_selection import train_test_split

    kept, held_out = train_test_split(
        np.arange(len(labels)), test_size=len(labels) // 10, random_state=seed, stratify=labels
    )
    return Training(images[kept], labels[kept], images[held_out], labels[held_out])


@contextlib.contextmanager
def explained(path: Path, data: DataSet) -> Iterator[None]:
    """Turn what reading may raise into a DataError that names file and remedy."""
    try:
        yield
    except DataError as error:
        raise DataError(f"{path}: {error}. {files.mend(data)}") from error
    except OSError as error:
        reason = f"cannot be read ({error.strerror or error})"
        raise DataError(f"{path} {reason}. {files.mend(data)}") from error
    except DAMAGE as error:
        reason = f"is no archive, or a damaged one ({type(error).__name__})"
        raise DataError(f"{path} {reason}. {files.mend(data)}") from error


def members(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield path and content of each regular file in a tar archive, packed or not; unpack none.

    Raises:
        DataError: It unpacks to far more than a data set.
    """
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.offset_data + member.size > MAX_UNPACKED:
                raise DataError(f"it unpacks to more than {MAX_UNPACKED // 1_000_000:,} MB")
            if member.isreg() and (content := tar.extractfile(member)):
                yield member.name, content


def _batches(path: Path, data: DataSet, names: dict | list) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of these batches, each of them checked, in the order of the archive.

    Raises:
        DataError: One is missing or another; path and remedy are still to be added.
    """
    missing = set(names)
    for name, file in _in_folder(path, names) if path.is_dir() else members(path):
        if (short := PurePosixPath(name).name) not in missing:
            continue
        content = file.read(MAX_UNPACKED)
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if digest != dict(data.digests)[short]:
            raise DataError(f"{name} is not the one of {data.name}, it has other contents")
        missing.remove(short)
        yield short, content
    if missing:
        raise DataError(f"there is no {' and no '.join(sorted(missing))}")


def _in_folder(folder: Path, names: dict | list) -> Iterator[tuple[str, IO[bytes]]]:
    for name in names:
        for place in (folder / name, *sorted(folder.glob(f"*/{name}"))):
            if place.is_file():
                with place.open("rb") as file:
                    yield name, file
                break
