"""A learner's own pictures: `folder/CLASS/*`, of any size and kind (introduced in notebook 13)."""

import sys
import unicodedata
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from mnist_helpers.datasets.spec import DataError, DataSet, Source
from mnist_helpers.pictures.decoding import WORKING_SIDE, unpack
from mnist_helpers.pictures.errors import PictureError

SHOWN = 10  # files that the report names


@dataclass(frozen=True, eq=False, repr=False)
class Pictures:
    """The pictures of a folder, all of one size; `print` shows the report.

    Attributes:
        source: What they are and where they lie; the classes are sorted by name.
        images: uint8 (n, h, w) in grey, or (n, h, w, 3).
        labels: int64 (n,), the number of each picture's class.
        paths: The file of each picture.
        left_out: Each file that is not among them, and why.
    """

    source: Source
    images: np.ndarray
    labels: np.ndarray
    paths: tuple[Path, ...]
    left_out: Mapping[Path, str]

    @property
    def description(self) -> DataSet:
        """Name, image shape, classes and counts."""
        return self.source.description

    def __str__(self) -> str:
        classes = self.description.classes
        counts = np.bincount(self.labels, minlength=len(classes))
        each = ", ".join(f"{name} ({n:,})" for name, n in zip(classes, counts, strict=True))
        lines = [f"{len(self.images):,} pictures of {len(counts)} classes: {each}."]
        if self.left_out:
            lines.append(f"{len(self.left_out):,} left out:")
        folder = self.source.path or Path()
        for path, reason in list(self.left_out.items())[:SHOWN]:
            lines.append(f"  {printable(path.relative_to(folder))}: {reason}")
        if (more := len(self.left_out) - SHOWN) > 0:
            lines.append(f"  and {more:,} more, in .left_out")
        return "\n".join(lines)


def load(
    folder: str | Path,
    image_shape: tuple[int, int, int] = (64, 64, 3),
    classes: Sequence[str] | None = None,
) -> Pictures:
    """Load a folder with a folder of pictures for each class.

    Each picture is turned upright as its EXIF says, put on white where it is transparent, shrunk or
    enlarged, and cropped at two sides where its proportions differ. Of a moving picture, the first
    one is taken. Files whose name begins with a dot are passed over; what cannot be read is left
    out, and the report names it. One picture at a time is unpacked, so that all take n·h·w·c bytes.

    Args:
        folder: The folder; the names of those in it become the names of the classes.
        image_shape: Height, width and channels that all shall have: 1 for grey, 3 for colour.
        classes: Those of another folder, on which a network was trained: labels count them, and
            some may have no folder here.

    Raises:
        DataError: It is no such folder, has fewer than two classes, one without a picture that can
            be read, one that is not among those given, or two whose names differ only in case; the
            message says which, and what to do.
        ValueError: The shape is none of an image, or larger than pictures are unpacked.
    """
    from tqdm import tqdm

    height, width, channels = image_shape
    if channels not in (1, 3) or not (0 < height <= WORKING_SIDE and 0 < width <= WORKING_SIDE):
        raise ValueError(
            f"image_shape is {image_shape}: give (height, width, 1 or 3), up to {WORKING_SIDE}"
        )
    path = Path(folder).expanduser().resolve()
    left_out: dict[Path, str] = {}
    places = _list_classes(path, classes, left_out)
    names = [*classes] if classes else [*places]
    listed = [
        (names.index(name), file)
        for name, place in places.items()
        for file in _list_files(place, left_out)
    ]
    images = np.empty((len(listed), *(image_shape if channels == 3 else (height, width))), np.uint8)
    labels, files = np.empty(len(listed), np.int64), list[Path]()
    shown = tqdm(listed, "Reading", unit=" pictures", delay=1, mininterval=1, file=sys.stdout)
    for label, file in shown:
        try:
            images[len(files)] = read(file, image_shape)
        except OSError as error:
            left_out[file] = f"It cannot be read ({error.strerror or error})."
        except PictureError as error:
            left_out[file] = str(error)
        else:
            labels[len(files)] = label
            files.append(file)
    images, labels = images[: len(files)], labels[: len(files)]
    for name, place in places.items():
        if names.index(name) not in labels:
            first = next(((f, why) for f, why in left_out.items() if f.parent == place), None)
            why = f"; {printable(first[0].name)}: {first[1]}" if first else ", it is empty."
            raise DataError(
                f"{printable(place)} holds no picture that can be read{why} Put pictures of "
                f"{name} there, or remove the folder."
            )
    own = "the learner's own"
    data = DataSet(printable(path.name), image_shape, tuple(names), (len(files), 0), own)
    source = Source(data, path, "a folder of the learner's own")
    return Pictures(source, images, labels, tuple(files), left_out)


def read(file: str | Path, image_shape: tuple[int, int, int]) -> np.ndarray:
    """Read one picture as `load` reads each, uint8 (h, w) or (h, w, 3).

    Args:
        file: The picture.
        image_shape: Height, width and channels that it shall have.

    Raises:
        PictureError: It is no picture, damaged or too large.
        OSError: The file is not there, or may not be read.
    """
    height, width, channels = image_shape
    with Path(file).open("rb") as content, warnings.catch_warnings(action="ignore"):
        picture = unpack(content)
    if picture.mode == "RGBA":
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture)
    return np.asarray(
        ImageOps.fit(picture.convert("L" if channels == 1 else "RGB"), (width, height))
    )


def printable(text: object) -> str:
    """Return text that can be printed: the names of files may hold anything."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(text))


def _list_classes(
    folder: Path, wanted: Sequence[str] | None, left_out: dict[Path, str]
) -> dict[str, Path]:
    """Return name → folder of each class, sorted; files beside them are left out.

    Raises:
        DataError: There are fewer than two, others than wanted, or two that some computers take
            for one.
    """
    example = f"such as {printable(folder.name)}/cat/1.jpg and {printable(folder.name)}/dog/1.jpg"
    classes: dict[str, Path] = {}
    for path, is_folder, _ in _list(folder):
        if is_folder:
            classes[printable(path.name)] = path
        else:
            left_out[path] = "It lies beside the folders of the classes, in none of them."
    if unknown := classes.keys() - (wanted or classes.keys()):
        raise DataError(
            f"{printable(folder)} holds the class {min(unknown)}, which is not among "
            f"{', '.join(wanted or ())}: rename its folder, or take it out."
        )
    if len(classes) < (1 if wanted else 2):
        found = f"one class only, {min(classes)}" if classes else "no folders of classes"
        raise DataError(
            f"{printable(folder)} holds {found}: give it a folder of pictures for each class, two "
            f"or more, {example}."
        )
    known: dict[str, str] = {}
    for name in classes:
        other = known.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
        if other != name:
            raise DataError(
                f"{printable(folder)} holds the classes {other} and {name}, which are one folder "
                "on Windows and macOS: move the pictures of one into the other, or rename it."
            )
    return classes


def _list_files(folder: Path, left_out: dict[Path, str]) -> list[Path]:
    """Return the files of a class, sorted; what is no file is left out."""
    files = []
    for path, is_folder, is_file in _list(folder):
        if is_file:
            files.append(path)
        else:
            what = "a folder inside that of a class" if is_folder else "no file, or a broken link"
            left_out[path] = f"It is {what}."
    return files


def _list(folder: Path) -> list[tuple[Path, bool, bool]]:
    """Return what is in a folder, sorted, each with whether it is a folder, or a file.

    Hidden names are passed over, and "__MACOSX" and its like.

    Raises:
        DataError: It is no folder, or may not be read.
    """
    try:
        paths = [path for path in sorted(folder.iterdir()) if path.name[0] != "."]
        paths = [path for path in paths if not path.name.startswith("__")]
        return [(path, path.is_dir(), path.is_file()) for path in paths]
    except OSError as error:
        raise DataError(
            f"{printable(folder)} cannot be read ({error.strerror}): name a folder that is there "
            "and that you may read, with a folder of pictures for each class."
        ) from error
