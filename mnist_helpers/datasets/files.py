"""Finds a data set on this computer, and reads it: an npz archive, or a folder of IDX files."""

import functools
import gzip
import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from mnist_helpers.datasets.download import download
from mnist_helpers.datasets.spec import DataError, DataSet, NotFoundError, Source

Check = Callable[[Path, DataSet], None]
IDX_NAMES = {  # as Yann LeCun published MNIST, and others their data after him
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
DAMAGE = (
    *(EOFError, IndexError, ValueError, RuntimeError, MemoryError),
    *(zipfile.BadZipFile, zlib.error),
)


def find(data: DataSet, check: Check | None = None, may_download: bool = True) -> Source:
    """Find a data set: as its variable names it, in Keras's cache, elsewhere, or by download.

    A download that failed is not tried again before Python is started anew. `check` raises
    DataError for other content than the data set's; without it, arrays are expected.

    Raises:
        NotFoundError: It is nowhere, and no server gave it or none may be asked.
        DataError: What the variable names is wrong, or the cache folder cannot be written.
    """
    named = os.environ.get(data.variable, "")
    found = _find(data, named, cache_folder(), check or check_arrays, may_download)
    if isinstance(found, str):
        raise NotFoundError(f"{data.name} {found}.")
    return found


def cache_folder() -> Path:
    """Return the folder in which Keras keeps data sets: in KERAS_HOME, or in `~/.keras`."""
    return Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser() / "datasets"


@functools.cache  # one download, or one failure to download, for each kernel
def _find(data: DataSet, named: str, cache: Path, check: Check, may_download: bool) -> Source | str:
    """Return where it was found, or how its absence is told."""
    if named:
        path = Path(named).expanduser().resolve()
        if not path.exists():
            raise DataError(f"{data.variable} is {path}, which does not exist. {mend(data)}")
        check(path, data)
        return Source(data, path, f"what {data.variable} names")
    for place in (data.cached, *data.places):
        if _is_right(path := cache / place, data, check):
            return Source(data, path, place if Path(place).is_absolute() else "Keras's cache")
    if not may_download:
        return "is not on this computer"
    try:
        failure = download(data, cache)
    except DataError:
        if not _is_right(cache / data.cached, data, check):  # else another notebook was faster
            raise
    else:
        if failure and not _is_right(cache / data.cached, data, check):
            return f"could not be downloaded: {failure}"
    return Source(data, cache / data.cached, "downloaded into Keras's cache")


def read_part(source: Source, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Read the "train" or the "test" part: images, uint8 (n, h, w), and labels, int64 (n,).

    Raises:
        DataError: It is damaged by now, or gone.
    """
    assert source.path is not None
    images, labels = (read(source.path, f"{axis}_{part}", source.description) for axis in "xy")
    return images, labels.astype(np.int64)


def read(path: Path, key: str, data: DataSet) -> np.ndarray:
    """Read one array, and make sure that it is the data set's.

    Raises:
        DataError: It is missing, damaged or another; the message names file and remedy.
    """
    try:
        array = _read_idx(path, key) if path.is_dir() else _read_npz(path, key)
    except DataError as error:
        raise DataError(f"{error}. {mend(data)}") from error
    except OSError as error:
        reason = f"cannot be read ({error.strerror or error})"
        raise DataError(f"{path}: {key} {reason}. {mend(data)}") from error
    except DAMAGE as error:
        reason = "holds pickled objects" if "allow_pickle" in str(error) else "is damaged"
        raise DataError(f"{path}: {key} {reason} ({type(error).__name__}). {mend(data)}") from error
    shape = data.array_shape(key)
    if array.shape != shape or array.dtype != np.uint8:
        raise DataError(
            f"{path}: {key} is {array.dtype} {array.shape}, that of {data.name} is uint8 {shape}. "
            f"{mend(data)}"
        )
    header = np.array([2048 + array.ndim, *shape], ">u4").tobytes()  # of an IDX file
    digest = hashlib.md5(header + array.tobytes(), usedforsecurity=False).hexdigest()
    if digest != dict(data.digests)[key]:
        raise DataError(
            f"{path}: {key} has the shape of {data.name}, but other contents. {mend(data)}"
        )
    return array


def _read_npz(path: Path, key: str) -> np.ndarray:
    if not zipfile.is_zipfile(path):
        raise DataError(f"{path} is no npz archive, or a truncated one")
    with np.load(path, allow_pickle=False) as archive:
        if key not in archive.files:
            raise DataError(f"{path} holds {sorted(archive.files)}, and no {key}")
        return archive[key]


def _read_idx(folder: Path, key: str) -> np.ndarray:
    """Read a file in the IDX format (http://yann.lecun.com/exdb/mnist/), packed or not."""
    name = IDX_NAMES[key]
    packed = folder / f"{name}.gz"
    if packed.is_file():
        content = gzip.decompress(packed.read_bytes())
    elif (folder / name).is_file():
        content = (folder / name).read_bytes()
    else:
        raise DataError(f"{folder} holds neither {name}.gz nor {name}")
    axes = content[3]
    sizes = np.frombuffer(content, ">u4", axes, offset=4)
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * axes)
    return values.reshape([int(size) for size in sizes])


def check_arrays(path: Path, data: DataSet) -> None:
    """Make sure that each of the arrays is there, and right."""
    for key, _ in data.digests:
        read(path, key, data)


def _is_right(path: Path, data: DataSet, check: Check) -> bool:
    try:
        check(path, data)
    except DataError:
        return False
    return True


def mend(data: DataSet) -> str:
    """Say how to get a data set that is damaged, missing or another."""
    where, _, name = data.files[0].urls[0].rpartition("/")
    what = name if len(data.files) == 1 else f"the {len(data.files)} files"
    return (
        f"Download {what} anew from {where}, or unset {data.variable} to let the notebooks fetch "
        "it."
    )
