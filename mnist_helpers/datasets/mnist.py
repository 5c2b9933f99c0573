"""Where the digits come from, and the two doors to them (introduced in notebook 01).

Sources, in this order: the file named by MNIST_PATH, Keras's cache, a download into that cache,
and, without a network, the handwritten digits that scikit-learn bundles.
"""

import functools
import hashlib
import os
import sys
import time
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

MNIST, SAMPLE = "MNIST", "scikit-learn's bundled digits"
COUNTS = {MNIST: (60_000, 10_000), SAMPLE: (1_500, 297)}  # training, test
URLS = (
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    "https://s3.amazonaws.com/img-datasets/mnist.npz",  # a mirror: the same file, by its hash
)
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
TIMEOUT = (3, 20)  # seconds to connect, seconds between two pieces of data
DEADLINE = 600  # seconds for the whole download
ARRAYS = {  # shape, and the published MD5 of the same data as an IDX file
    "x_train": ((60_000, 28, 28), "6bbc9ace898e44ae57da46a324031adb"),
    "y_train": ((60_000,), "a25bea736e30d166cdddb491f175f624"),
    "x_test": ((10_000, 28, 28), "2646ac647ad5339dbf082846283269ea"),
    "y_test": ((10_000,), "27ae3e4e09519cfbb04c329615203637"),
}
DAMAGE = (zipfile.BadZipFile, zlib.error)
MEND = f"Download it anew from {URLS[0]}, or unset MNIST_PATH to let the notebooks fetch it."


class DataError(Exception):
    """The data that was asked for is not there or not right; the message says how to mend it."""


@dataclass(frozen=True)
class Source:
    """Where the digits come from.

    Attributes:
        name: `MNIST` or `SAMPLE`, the label that every result carries.
        path: The archive, or None for the bundled digits.
        note: For the reader: how the data was found, or why it is not MNIST.
    """

    name: str
    path: Path | None
    note: str

    @property
    def is_mnist(self) -> bool:
        """Whether this is the real MNIST."""
        return self.name == MNIST

    @property
    def counts(self) -> tuple[int, int]:
        """Number of training images (validation included) and of test images."""
        return COUNTS[self.name]


class Training(NamedTuple):
    """Training and validation images, uint8 (n, 28, 28), with their labels, int64 (n,)."""

    images: np.ndarray
    labels: np.ndarray
    validation_images: np.ndarray
    validation_labels: np.ndarray


def find() -> Source:
    """Find the digits: MNIST_PATH, Keras's cache, a download, or the bundled sample.

    MNIST_SOURCE=sample forces the bundled digits. A file that MNIST_PATH names is used or
    refused, never passed over.

    Raises:
        DataError: MNIST_PATH or MNIST_SOURCE is wrong, or the cache folder cannot be written.
    """
    home = os.environ.get("KERAS_HOME") or "~/.keras"
    return _find(os.environ.get("MNIST_SOURCE", ""), os.environ.get("MNIST_PATH", ""), home)


def load_training(seed: int = 0) -> Training:
    """Load the training images and hold out one twelfth, 5,000 of MNIST, picked by the seed.

    Raises:
        DataError: The archive is missing, damaged or not MNIST.
    """
    images, labels = _read("train")
    order = np.random.default_rng(seed).permutation(len(images))
    held_out, kept = np.split(order, [len(images) // 12])
    return Training(images[kept], labels[kept], images[held_out], labels[held_out])


def load_test() -> tuple[np.ndarray, np.ndarray]:
    """Load the test images, uint8 (n, 28, 28), and labels, int64 (n,); from notebook 04 on.

    Raises:
        DataError: The archive is missing, damaged or not MNIST.
    """
    return _read("test")


def scale(images: np.ndarray) -> np.ndarray:
    """Turn uint8 images (n, 28, 28) in 0…255 into float32 (n, 28, 28, 1) in [0, 1].

    Raises:
        ValueError: The images have another shape or type, such as pixels scaled already.
    """
    if images.dtype != np.uint8 or images.ndim != 3:
        raise ValueError(
            f"scale() takes uint8 images (n, 28, 28), not {images.dtype} {images.shape}: "
            "were they scaled already?"
        )
    return np.divide(images, 255, dtype=np.float32)[..., np.newaxis]


@functools.cache  # one download, or one failure to download, for each kernel
def _find(forced: str, named: str, keras_home: str) -> Source:
    if forced == "sample":
        return Source(SAMPLE, None, "MNIST_SOURCE=sample is set; unset it to look for MNIST.")
    if forced:
        raise DataError(f"MNIST_SOURCE={forced!r} is not known: set it to 'sample' or unset it.")
    if named:
        path = Path(named).expanduser().resolve()
        if not path.is_file():
            what = "is a directory" if path.is_dir() else "does not exist"
            raise DataError(
                f"MNIST_PATH is {path}, which {what}: name the file mnist.npz itself. {MEND}"
            )
        for key in ARRAYS:
            _load_array(path, key)
        return Source(MNIST, path, "the file named by MNIST_PATH")
    cached = Path(keras_home).expanduser() / "datasets" / "mnist.npz"
    if _is_cached(cached):
        return Source(MNIST, cached, "Keras's cache")
    if failure := _download(cached):
        return Source(SAMPLE, None, f"MNIST could not be downloaded: {failure}.")
    return Source(MNIST, cached, "downloaded into Keras's cache")


def _is_cached(file: Path) -> bool:
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == SHA256


def _download(target: Path) -> str:
    """Fetch MNIST to `target`, whole or not at all; return why no server gave it, or ''."""
    import requests
    from tqdm import TqdmWarning, tqdm

    with warnings.catch_warnings(action="ignore", category=TqdmWarning):  # no widgets are needed
        import pooch

    class Progress(tqdm):
        """A progress bar that gives up when the server only trickles."""

        def update(self, n: float = 1) -> bool | None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"not complete after {DEADLINE} s")
            return super().update(n)

    pooch.get_logger().setLevel("ERROR")
    failures = []
    for url in URLS:
        deadline = time.monotonic() + DEADLINE
        bar = Progress(desc="MNIST", unit="B", unit_scale=True, total=1, delay=1, file=sys.stdout)
        fetch = pooch.HTTPDownloader(progressbar=bar, timeout=TIMEOUT)
        host = url.split("/")[2]
        try:
            pooch.retrieve(url, f"sha256:{SHA256}", target.name, target.parent, downloader=fetch)
            return ""
        except (requests.RequestException, TimeoutError) as error:
            failures.append(f"{host}: {type(error).__name__}")
        except ValueError:  # pooch's word for a wrong hash
            failures.append(f"{host}: it sent a file with a wrong hash")
        except OSError as error:
            if _is_cached(target):  # another notebook was faster
                return ""
            raise DataError(
                f"MNIST cannot be stored in {target.parent} ({error.strerror or error}): free some "
                "space there, or set KERAS_HOME to a folder that you can write to."
            ) from error
        finally:
            bar.close()
    return "; ".join(failures)


def _read(part: str) -> tuple[np.ndarray, np.ndarray]:
    """Read the "train" or the "test" part of what `find` found."""
    source = find()
    if source.path is None:
        images, labels = _sample()
        first, rest = np.split(np.arange(len(images)), [source.counts[0]])
        keep = first if part == "train" else rest
        return images[keep], labels[keep]
    images, labels = (_load_array(source.path, f"{axis}_{part}") for axis in "xy")
    return images, labels.astype(np.int64)


def _load_array(path: Path, key: str) -> np.ndarray:
    """Read one array of an npz archive and make sure that it is MNIST's."""
    shape, digest = ARRAYS[key]
    if not zipfile.is_zipfile(path):
        raise DataError(f"{path} is no npz archive, or a truncated one. {MEND}")
    try:
        with np.load(path, allow_pickle=False) as archive:
            if key not in archive.files:
                raise DataError(f"{path} holds {sorted(archive.files)}, and no {key}. {MEND}")
            array = archive[key]
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror or error}). {MEND}") from error
    except (EOFError, ValueError, RuntimeError, MemoryError, *DAMAGE) as error:
        reason = "holds pickled objects" if "allow_pickle" in str(error) else "is damaged"
        raise DataError(f"{path}: {key} {reason} ({type(error).__name__}). {MEND}") from error
    if array.shape != shape or array.dtype != np.uint8:
        raise DataError(
            f"{path}: {key} is {array.dtype} {array.shape}, MNIST's is uint8 {shape}. {MEND}"
        )
    header = np.array([2048 + array.ndim, *shape], ">u4").tobytes()  # of an IDX file
    if hashlib.md5(header + array.tobytes(), usedforsecurity=False).hexdigest() != digest:
        raise DataError(f"{path}: {key} has MNIST's shape, but other contents. {MEND}")
    return array


def _sample() -> tuple[np.ndarray, np.ndarray]:
    """Fit scikit-learn's 8×8 digits to MNIST's frame: a 20×20 box, centred by mass in 28×28.

    The scans are the test part of the UCI "Optical Recognition of Handwritten Digits"
    (https://doi.org/10.24432/C50P49). Their order is kept: neighbouring scans tend to be by one
    writer, and the last ones, which become the test set, shall be by other writers.
    """
    from scipy import ndimage
    from sklearn.datasets import load_digits

    from mnist_helpers.images import centre

    digits = load_digits()
    boxes = ndimage.zoom(digits.images / 16, (1, 2.5, 2.5), order=3)  # (1797, 20, 20)
    images = np.stack([centre(box) for box in boxes.clip(0, 1)])  # (1797, 28, 28)
    return (images * 255).round().astype(np.uint8), digits.target.astype(np.int64)
