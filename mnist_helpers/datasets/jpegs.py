"""Reads a copy of CIFAR-10 in JPEG files, `train/CLASS/NNNN.jpg`, as a folder or an archive.

JPEG loses detail: what is measured on it is labelled by the copy's name.
"""

import contextlib
import hashlib
import io
import itertools
import os
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePath, PurePosixPath

import numpy as np
from PIL import Image

from mnist_helpers.datasets import files
from mnist_helpers.datasets.cifar import DAMAGE, explained, members
from mnist_helpers.datasets.spec import DataError, DataSet, Source

OLD = 3600  # seconds; nobody writes pixels for so long


def is_copy(path: Path, data: DataSet) -> bool:
    """Tell whether a folder or an archive looks like such a copy; only its first names are read."""
    if path.is_dir():
        return (path / "train" / data.classes[0]).is_dir()
    try:
        with tarfile.open(path) as tar:
            first = [PurePosixPath(member.name) for member in itertools.islice(tar, 20)]
    except (OSError, *DAMAGE):
        return False
    return any({"train", "test"} & {*name.parts} and name.suffix == ".jpg" for name in first)


def check(path: Path, data: DataSet) -> None:
    """Make sure that each file of the copy is there, and the same to the byte.

    Of an archive, the pixels are then kept in Keras's cache, since to unpack it takes long. They
    are found again by the hash of the archive, which stands for all that is in it.

    Raises:
        DataError: Files are missing, damaged or others; the message names path and remedy.
    """
    with explained(path, data):
        if path.is_dir():
            _read(path, data, dict(data.digests))
        elif not zipfile.is_zipfile(place := _place(path, data)):
            found = _read(path, data, dict(data.digests))
            _keep(place, {part: _decode(own, data, part) for part, own in found.items()})


def read_part(source: Source, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Read the "train" or the "test" part: images, uint8 (n, 32, 32, 3), and labels, int64 (n,).

    The files are sorted by class; the images come in an order that is random, and always the same.

    Raises:
        DataError: It is damaged by now, or gone.
    """
    assert source.path is not None
    path, data = source.path, source.description
    with explained(path, data):
        kept = None if path.is_dir() else _kept(_place(path, data), data, part)
        return kept or _decode(_read(path, data, [part])[part], data, part)


def _decode(contents: dict[str, bytes], data: DataSet, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Return images and labels of a part's files, in an order that is random, always the same."""
    from tqdm import tqdm

    images = np.empty(data.array_shape(f"x_{part}"), np.uint8)
    labels = np.empty(data.array_shape(f"y_{part}"), np.int64)
    order = np.random.default_rng(0).permutation(len(labels))
    label = f"{data.name}, {part}, unpacked once"
    shown = tqdm(contents.items(), label, unit=" images", delay=1, mininterval=1, file=sys.stdout)
    for row, (name, content) in zip(order, shown, strict=True):
        with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
            images[row] = np.asarray(image.convert("RGB"))  # of another size: ValueError
        labels[row] = data.classes.index(name.split("/")[1])
    return images, labels


def _place(archive: Path, data: DataSet) -> Path:
    """Return where the pixels of an archive are kept, or are to be."""
    digest = hashlib.sha256(repr(data.digests).encode())
    digest.update(archive.read_bytes())
    return files.cache_folder() / f"cifar-10-jpegs-{digest.hexdigest()[:16]}.npz"


def _keep(place: Path, parts: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
    """Write the pixels of both parts, whole or not at all; if it cannot be, nothing is lost."""
    (x_train, y_train), (x_test, y_test) = parts["train"], parts["test"]
    fresh = place.with_suffix(f".{os.getpid()}.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        for left in place.parent.glob(f"{place.stem}.*.part"):  # by a kernel that was killed
            if left.stat().st_mtime < time.time() - OLD:
                left.unlink(missing_ok=True)
        with fresh.open("wb") as file:
            np.savez(file, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
        fresh.replace(place)
    except OSError:  # no rights, or no space
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)


def _kept(place: Path, data: DataSet, part: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Read what was kept of a part; None if it is not there. What is damaged is removed.

    An npz archive has a checksum of each array, which is compared as it is read.
    """
    try:
        with np.load(place, allow_pickle=False) as archive:
            images, labels = archive[f"x_{part}"], archive[f"y_{part}"]
        if images.shape != data.array_shape(f"x_{part}"):
            raise ValueError("of another data set")
    except FileNotFoundError:
        return None
    except (OSError, KeyError, *DAMAGE):
        with contextlib.suppress(OSError):
            place.unlink()
        return None
    return images, labels


def _read(path: Path, data: DataSet, parts: Iterable[str]) -> dict[str, dict[str, bytes]]:
    """Return the files of each part, "train/CLASS/NNNN.jpg" → content, sorted, and checked."""
    found: dict[str, dict[str, bytes]] = {part: {} for part in parts}
    if path.is_dir():
        for file in (file for part in found for file in path.glob(f"{part}/*/*.jpg")):
            found[file.parts[-3]][_short(file)] = file.read_bytes()
    else:
        for name, packed in members(path):
            inside = PurePosixPath(name)
            if inside.suffix == ".jpg" and len(inside.parts) > 2 and inside.parts[-3] in found:
                found[inside.parts[-3]][_short(inside)] = packed.read()
    for part, contents in found.items():
        found[part] = dict(sorted(contents.items()))
        digest = hashlib.md5(usedforsecurity=False)
        for name, content in found[part].items():
            digest.update(name.encode() + content)
        if digest.hexdigest() != dict(data.digests)[part]:
            raise DataError(
                f"{part}/ holds {len(contents):,} JPEG files, and they are not the "
                f"{data.counts[part == 'test']:,} of the copy that is known"
            )
    return found


def _short(path: PurePath) -> str:
    return "/".join(path.parts[-3:])
