"""Measure how well pictures of single digits are read: your own, or any.

They are the files of one folder that are named LABEL_….png (or .jpg, .jpeg), such as 7_first.png;
LABEL is the digit that is written there. A sheet, one PNG, shows the pictures that were refused or
read wrongly. The numbers are kept with --out only, without the folder's path and names of files.
"""

import argparse
import contextlib
import itertools
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import recording
import tables
from matplotlib.figure import Figure
from PIL import Image, ImageOps
from tqdm import tqdm

from mnist_helpers import artifacts, pictures
from mnist_helpers.datasets import mnist
from mnist_helpers.serve import classifier

NAME = re.compile(r"[0-9]_(?:([0-9]+)|.*)\.(?:png|jpe?g)", re.IGNORECASE | re.DOTALL)
QUICK = 20  # pictures
SHOWN, COLUMNS, SIDE = 200, 5, 160  # failures on the sheet, in a row; pixels of a picture there


class Failure(NamedTuple):
    """A picture that was refused or read wrongly: its file's stem, a small copy, the reading."""

    stem: str
    picture: np.ndarray  # uint8 (h, w, 4), at most 160 pixels to a side
    reading: classifier.Reading

    def __str__(self) -> str:
        stem = self.stem if len(self.stem) <= 26 else f"{self.stem[:25]}…"
        if self.reading.probabilities is None:
            return f"{stem}\nrefused: nothing found"
        best, sure = self.reading.probabilities.argmax(), self.reading.probabilities.max()
        what = "read as" if self.reading.label is not None else "refused; best:"
        return f"{stem}\n{what} {best}, {sure:.1%}"


def main() -> None:
    """Read the pictures, draw the sheet, and print the tables."""
    options = read_options()
    sheet = options.sheet or artifacts.folder() / "read_pictures.png"
    paths = find(options.folder, options.numbers)
    for file in filter(None, (sheet, options.out)):
        with exit_unless_written(file), tempfile.TemporaryFile(dir=file.parent):
            pass
    try:
        readers = [classifier.load(model) for model in dict.fromkeys(options.model or [None])]
    except artifacts.ArtifactError as error:
        sys.exit(str(error))

    digits = range(len(mnist.DESCRIPTION.classes))
    kinds = ("pictures", "best_right", *(f"read_{digit}" for digit in digits), "none")
    counts = [[dict.fromkeys(kinds, 0) for _ in digits] for _ in readers]
    failures: list[Failure] = []
    unreadable = 0
    for path in tqdm(paths[: QUICK if options.quick else None], unit=" pictures", disable=None):
        label = int(path.name[0])
        try:
            readings = [reader.read(path) for reader in readers]
        except pictures.PictureError as error:
            tqdm.write(f"Left out: {error}", sys.stderr)
            unreadable += 1
            continue
        for reading, of_reader in zip(readings, counts, strict=True):
            row = of_reader[label]
            row["pictures"] += 1
            row["none" if reading.label is None else f"read_{reading.label}"] += 1
            if reading.probabilities is not None:
                row["best_right"] += int(reading.probabilities.argmax() == label)
        if readings[0].label != label and len(failures) < SHOWN:
            failures.append(Failure(printable(path.stem), small(path), readings[0]))
    count = sum(row["pictures"] for row in counts[0])
    if not count:
        sys.exit(f"None of the {unreadable} pictures can be opened: give PNG or JPEG files.")

    missed = count - sum(row[f"read_{label}"] for label, row in enumerate(counts[0]))
    with exit_unless_written(sheet):
        draw(sorted(failures, key=lambda failure: failure.stem), count, missed, sheet)
    with exit_unless_written(options.out or sheet):
        record(options, readers, counts, unreadable)
    print(
        f"\nRefused or read wrongly: {missed:,} of {count:,}. The sheet of them: {printable(sheet)}"
    )


def read_options() -> argparse.Namespace:
    """Read the command line."""
    options = recording.parser(__doc__, "write the JSON there; without it nothing is kept")
    options.add_argument("folder", type=Path, metavar="FOLDER", help="where the pictures are")
    options.add_argument(
        "--model",
        type=Path,
        metavar="FOLDER",
        action="append",
        help="take the exported model of this folder; repeated, the models are compared, and the "
        "sheet is of the first",
    )
    options.add_argument(
        "--numbers",
        type=numbers,
        metavar="FROM-TO",
        help="read only those named LABEL_NUMBER, such as 7_012.png, with these numbers",
    )
    options.add_argument("--name", help="what the pictures are called; else as their folder")
    options.add_argument(
        "--sheet",
        type=Path,
        metavar="FILE",
        help="write the sheet there, not to artifacts/read_pictures.png",
    )
    return options.parse_args()


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the other benchmarks ask of real handwriting: its folder, which of it."""
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="real handwriting")
    parser.add_argument("--numbers", type=numbers, metavar="FROM-TO", help="only these of them")


def noted(options: argparse.Namespace) -> list[str] | None:
    """Return what to note of the command line, if there are pictures: not where they lie.

    A program that was given numbers and no pictures ends here.
    """
    if options.pictures is None:
        if options.numbers:
            sys.exit("--numbers chooses among the pictures of a folder: give --pictures, too")
        return None
    return ["--pictures", "FOLDER", *noted_numbers(options)] + ["--quick"] * options.quick


def noted_numbers(options: argparse.Namespace) -> list[str]:
    """Return --numbers as it was given."""
    chosen = options.numbers
    return ["--numbers", f"{chosen[0]}-{chosen[-1]}"] if chosen else []


def numbers(text: str) -> range:
    """Turn "FROM-TO" into the numbers from one to the other, both included."""
    found = re.fullmatch("([0-9]+)-([0-9]+)", text)
    if not found or int(found[1]) > int(found[2]):
        raise argparse.ArgumentTypeError(f"{text} is no range such as 0-45")
    return range(int(found[1]), int(found[2]) + 1)


def find(folder: Path, numbers: range | None) -> list[Path]:
    """List the pictures of a folder, a 0, a 1, … a 9, then the next 0; say what is left out."""
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        sys.exit(f"{folder} cannot be read ({error.strerror}): give a folder of pictures.")
    named = [(path, found[1]) for path in files if (found := NAME.fullmatch(path.name))]
    wanted = "LABEL_….png (or .jpg, .jpeg), LABEL a digit from 0 to 9, such as 7_first.png"
    if not named:
        sys.exit(f"There is no picture in {folder}: name them {wanted}.")
    if others := len(files) - len(named):
        print(f"Left out: {others} files that are not named {wanted}.", file=sys.stderr)
    if numbers:
        if without := sum(number is None for _, number in named):
            print(f"Left out: {without} pictures with no number as in 7_012.png.", file=sys.stderr)
        named = [(path, number) for path, number in named if number and int(number) in numbers]
        if not named:
            sys.exit(f"No picture in {folder} has a number from {numbers[0]} to {numbers[-1]}.")
    by_label = itertools.groupby((path for path, _ in named), lambda path: path.name[0])
    rounds = itertools.zip_longest(*[list(group) for _, group in by_label])
    return [path for one_of_each in rounds for path in one_of_each if path]


def small(path: Path) -> np.ndarray:
    """Return a small copy of a picture for the sheet: uint8 (h, w, 4)."""
    with Image.open(path) as image:
        image.draft(None, (SIDE, SIDE))  # unpacks a JPEG at a fraction
        image.thumbnail((SIDE, SIDE))
        ImageOps.exif_transpose(image, in_place=True)
        shades = image.point(lambda shade: shade / 257) if image.mode == "I;16" else image
        return np.asarray(shades.convert("RGBA"))


def draw(failures: Sequence[Failure], count: int, missed: int, sheet: Path) -> None:
    """Draw each failure: the picture, the image that the network saw, and what was read."""
    rows = -(-len(failures) // COLUMNS)
    height = 0.5 + 1.5 * max(1, rows)  # inches
    figure = Figure((10, height))
    figure.subplots_adjust(0.01, 0.5 / height, 0.99, 1 - 0.5 / height, wspace=0.1, hspace=0.6)
    left_out = f"; {missed - len(failures):,} of them are not shown" * (missed > len(failures))
    heading = f"Refused or read wrongly: {missed:,} of {count:,} pictures{left_out}"
    figure.text(0.01, 1 - 0.2 / height, heading, va="top", fontsize=11)
    for place, failure in enumerate(failures, 1):
        ax = figure.add_subplot(rows, COLUMNS, place, xticks=[], yticks=[], frame_on=False)
        across, down = (
            length / max(failure.picture.shape) for length in failure.picture.shape[1::-1]
        )
        ax.imshow(failure.picture, extent=(1 - across, 1, 0, down))
        if failure.reading.image is not None:
            ax.imshow(failure.reading.image, "gray", vmin=0, vmax=1, extent=(1.05, 2.05, 0, 1))
        ax.set(xlim=(0, 2.05), ylim=(0, 1))
        ax.set_xlabel(str(failure), fontsize=8, parse_math=False)
    fresh = sheet.with_name(f"{sheet.name}.new")
    try:
        figure.savefig(fresh, format="png", dpi=120)
        fresh.replace(sheet)
    finally:
        fresh.unlink(missing_ok=True)


def record(
    options: argparse.Namespace,
    readers: Sequence[classifier.Classifier],
    counts: Sequence[Sequence[dict[str, int]]],
    unreadable: int,
) -> None:
    """Print the tables, and keep the numbers if that is wanted."""
    chosen = options.numbers
    between = f"{chosen[0]} to {chosen[-1]}" if chosen else "all"
    arguments = ["FOLDER", *noted_numbers(options)]
    for model in options.model or []:
        arguments += ["--model", printable(model.resolve().name)]
    kept = recording.Recording(
        options,
        printable(options.name or options.folder.resolve().name or "a disk"),
        ("ai-edge-litert", "numpy", "scipy", "pillow"),
        arguments + ["--quick"] * options.quick,
    )
    for reader, rows in zip(readers, counts, strict=True):
        identity = {"model": reader.version, "name": reader.name}
        common = {"numbers": between, "unreadable": unreadable}
        kept.add(measure="all", **identity, trained_on=reader.trained_on, **common)
        for label, row in enumerate(rows):
            kept.add(measure="label", model=reader.version, label=label, **row)
    kept.finish(tables.pictures(kept.result))


@contextlib.contextmanager
def exit_unless_written(file: Path) -> Iterator[None]:
    """Make the folder of a file; end with a message if the block cannot write it."""
    try:
        if file.is_dir():
            sys.exit(f"{file} cannot be written (it is a folder): name a file.")
        file.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        sys.exit(f"{file} cannot be written ({error.strerror}): name another place.")


def printable(name: str | Path) -> str:
    """Replace what cannot be written as UTF-8 in the name of a file or folder."""
    return str(name).encode("utf-8", "replace").decode()


if __name__ == "__main__":
    main()
