"""Reads a copy of CIFAR-10 in JPEG files, `train/CLASS/NNNN.jpg`, as a folder or an archive.

JPEG loses detail: what is measured on it is labelled by the copy's name.
"""

import hashlib
import io
import itertools
import tarfile
from collections.abc import Iterable
from pathlib import Path, PurePath, PurePosixPath

import numpy as np
from PIL import Image

from mnist_helpers.datasets.cifar import DAMAGE, explained, members
from mnist_helpers.datasets.spec import DataError, DataSet, Source


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

    Raises:
        DataError: Files are missing, damaged or others; the message names path and remedy.
    """
    with explained(path, data):
        _read(path, data, dict(data.digests))


def read_part(source: Source, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Read the "train" or the "test" part: images, uint8 (n, 32, 32, 3), and labels, int64 (n,).

    The files are sorted by class; the images come in an order that is random, and always the same.

    Raises:
        DataError: It is damaged by now, or gone.
    """
    assert source.path is not None
    data = source.description
    images = np.empty(data.array_shape(f"x_{part}"), np.uint8)
    labels = np.empty(data.array_shape(f"y_{part}"), np.int64)
    with explained(source.path, data):
        found = _read(source.path, data, [part])[part]
        order = np.random.default_rng(0).permutation(len(labels))
        for row, (name, content) in zip(order, found.items(), strict=True):
            with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
                images[row] = np.asarray(image.convert("RGB"))  # of another size: ValueError
            labels[row] = data.classes.index(name.split("/")[1])
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
    for part, files in found.items():
        found[part] = dict(sorted(files.items()))
        digest = hashlib.md5(usedforsecurity=False)
        for name, content in found[part].items():
            digest.update(name.encode() + content)
        if digest.hexdigest() != dict(data.digests)[part]:
            raise DataError(
                f"{part}/ holds {len(files):,} JPEG files, and they are not the "
                f"{data.counts[part == 'test']:,} of the copy that is known"
            )
    return found


def _short(path: PurePath) -> str:
    return "/".join(path.parts[-3:])
