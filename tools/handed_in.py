"""The notebooks that learners handed in: found in folders and in zips, and read within limits.

What lies there was written by others. Nothing of it is run or unpacked to the disk, no link is
followed, and of each notebook at most so many bytes are read.
"""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
SHARED = {ROOT / "docs", ROOT / "notebooks"}  # to which links lead in each home of a JupyterHub
LARGEST = 20_000_000  # bytes of a notebook; those of the series have at most 1,500,000
LARGEST_ZIP = 50_000_000
MOST_BYTES, MOST_FILES = 100_000_000, 1_000  # of one learner
ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # what every system's own program makes
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
PROGRAMS = {"__macosx", "desktop.ini", "thumbs.db"}  # put there by systems


class File(NamedTuple):
    """A file that counts, or why it does not.

    Attributes:
        place: Where it lies, seen from the learner's own folder or zip.
        content: What it holds; None if it was not read.
        problem: Why it was not read, and what to do; empty if it was.
    """

    place: str
    content: bytes | None = None
    problem: str = ""


def learners(folder: Path) -> list[Path]:
    """Return what stands directly in a class's folder, each for one learner.

    Raises:
        OSError: The folder cannot be read.
    """
    return sorted(path for path in folder.iterdir() if not is_hidden(path.name))


def files(learner: Path) -> Iterator[File]:
    """Read the notebooks of one learner: those in a folder and in its zips, or a single file."""
    size = 0
    for number, file in enumerate(_found(learner), 1):
        size += len(file.content or b"")
        if size > MOST_BYTES or number > MOST_FILES:
            limit = f"more than {MOST_FILES:,} notebooks, or than {megabytes(MOST_BYTES)}"
            yield File(file.place, None, f"from here on not read: {limit}; ask for my_notebooks/")
            return
        yield file


def is_hidden(name: str) -> bool:
    """Tell whether a program put a file or folder there, and not the learner."""
    return name.startswith(".") or name.lower() in PROGRAMS


def megabytes(size: int) -> str:
    """Write a number of bytes, in MB."""
    return f"{size / 1e6:,.0f} MB"


def _found(top: Path) -> Iterator[File]:
    waiting = [top]
    while waiting:
        path = waiting.pop()
        place = path.relative_to(top).as_posix() if path != top else path.name
        try:
            if _is_link(path):
                if path.readlink() not in SHARED:
                    yield File(place, None, "a link, not followed: ask for the file itself")
            elif path.is_dir():
                inside = [child for child in path.iterdir() if not is_hidden(child.name)]
                waiting += sorted(inside, reverse=True)
            elif path.is_file():
                yield from _read(path, place)
        except OSError as error:
            yield File(place, None, f"cannot be read: {error.strerror}")


def _is_link(path: Path) -> bool:
    """Tell whether it is a link, or what Windows has for folders, a junction."""
    told = path.lstat()
    junction = getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1)
    return stat.S_ISLNK(told.st_mode) or getattr(told, "st_reparse_tag", 0) == junction


def _read(path: Path, place: str) -> Iterator[File]:
    name, size = path.name.lower(), path.stat().st_size
    if name.endswith(".ipynb"):
        yield _too_large(place) if size > LARGEST else File(place, path.read_bytes())
    elif name.endswith(".zip"):
        if size > LARGEST_ZIP:
            limit = megabytes(LARGEST_ZIP)
            told = f"not opened: {megabytes(size)}, more than {limit}; unpack it, or ask for less"
            yield File(place, None, told)
        else:
            yield from _unpacked(path, place)
    elif name.endswith(ARCHIVES):
        yield File(place, None, "not opened: unpack it into this learner's folder")


def _too_large(place: str) -> File:
    told = f"more than {megabytes(LARGEST)}; ask for it with the largest outputs cleared"
    return File(place, None, f"not read: {told}")


def _unpacked(path: Path, place: str) -> Iterator[File]:
    """Read the notebooks in a zip, one after the other, in memory."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                path_inside = PurePosixPath(member.filename.replace("\\", "/"))
                parts = [part for part in path_inside.parts if part not in {"/", ".."}]
                inner = "/".join([place, *parts])
                is_folder = not parts or member.filename.endswith("/")
                if is_folder or any(map(is_hidden, parts)):
                    continue
                if inner.lower().endswith(ARCHIVES):
                    yield File(inner, None, "not opened: a zip in a zip; unpack the outer one")
                elif inner.lower().endswith(".ipynb"):
                    yield _member(archive, member, inner)
    except DAMAGED as error:
        yield File(place, None, f"a damaged zip ({type(error).__name__}): ask for it again")


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: str) -> File:
    if member.flag_bits & 1:
        return File(place, None, "not read: the zip has a password; unpack it yourself")
    if member.compress_type not in PACKED:
        return File(place, None, "not read: packed in a rare way; unpack the zip yourself")
    if member.file_size > LARGEST:
        return _too_large(place)
    try:
        with archive.open(member) as file:  # the size is named, or all is unpacked whatever it says
            return File(place, file.read(member.file_size))
    except DAMAGED as error:
        return File(place, None, f"damaged in the zip ({type(error).__name__}): ask for it again")
