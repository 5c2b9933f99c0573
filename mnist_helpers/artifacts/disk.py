"""The folder for results, and how each gets there: by one rename, so whole or not at all.

Each result has a folder of its own, such as `artifacts/run-7`; the one with the highest number of
its kind counts. Nothing in it changes any more, so that a notebook that reads one can go on.
"""

import contextlib
import errno
import hashlib
import itertools
import os
import re
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

# The two models that ship with the package; each folder holds a run and its export.
REFERENCE = Path(__file__).parent / "reference"  # notebook 03's network
READER = Path(__file__).parent / "reader"  # the reader of handwriting
SHIPPED = (REFERENCE, READER)
KEPT = 24 * 3600  # seconds; so long, a notebook may go on with a result that has a successor
DAMAGED = (ValueError, KeyError, TypeError, AttributeError)  # what a bad note raises
IS_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
CANNOT_WRITE = IS_FULL | {errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO}
PROBE = 32_000_000  # bytes, more than a result has


class ArtifactError(Exception):
    """A result cannot be saved or loaded; the message says how to mend it."""


def folder() -> Path:
    """Return the folder for results: MNIST_ARTIFACTS, else `artifacts/` beside `notebooks/`."""
    if named := os.environ.get("MNIST_ARTIFACTS"):
        return Path(named).expanduser()
    here = Path.cwd()
    roots = (place for place in (here, *here.parents) if (place / "notebooks").is_dir())
    return next(roots, here) / "artifacts"


@contextlib.contextmanager
def writing() -> Iterator[Path]:
    """Give the folder for results, made if need be; say clearly when it cannot be written.

    Raises:
        ArtifactError: The folder cannot be written, or is full. What else goes wrong inside the
            block is raised as it is.
    """
    target = folder()
    with _reporting(target):
        target.mkdir(parents=True, exist_ok=True)
    with _reporting(target, _is_about):
        yield target


def newest(kind: str, note: str) -> Path | None:
    """Find the folder of the newest result of a kind.

    Args:
        kind: What its folder's name begins with.
        note: The file that describes it; version 1 put it, and the others, into `artifacts/`.
    """
    results = _saved(kind)
    return results[-1] if results else folder() if (folder() / note).exists() else None


@contextlib.contextmanager
def staging(kind: str, files: tuple[str, ...], describe: Callable[[Path], None]) -> Iterator[Path]:
    """Give an empty folder; when the block is through, it becomes the newest result of its kind.

    Args:
        kind: What its name shall begin with.
        files: Names of its files, as version 1 put them into `artifacts/`; the first is one that
            the block must write, the last the note.
        describe: Called at the end with the folder, to write the note into it.

    Raises:
        ArtifactError: The block wrote no such file, or `artifacts/` cannot be written or is full.
    """
    with writing() as target:
        fresh = target / f".saving-{uuid.uuid4().hex}"
        try:
            with _reporting(target):
                fresh.mkdir()
            with _reporting(target, _is_about):  # before what it wrote is removed
                yield fresh
            if not (fresh / files[0]).is_file():
                raise ArtifactError(
                    f"Nothing was saved, because the block wrote no file {files[0]} to the place "
                    "that it was given. What was there before is unchanged."
                )
            with _reporting(target):
                describe(fresh)
                _commit(fresh, kind)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        with contextlib.suppress(OSError):  # the result is safe; the next one tidies up, too
            for name in files if (target / files[-1]).exists() else ():
                (target / name).unlink(missing_ok=True)
            _tidy(target, kind)


def mending(where: Path, is_shipped: bool, notebook: str) -> str:
    """Say what to do about a damaged result in a folder."""
    if is_shipped:
        return "reinstall the package"
    is_numbered = where.parent == folder()
    back = f", or delete {where} to go back to the one before" if is_numbered else ""
    return f"run notebook {notebook} again{back}"


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _saved(kind: str) -> list[Path]:
    """List the results of a kind, oldest first."""
    found = [path for path in folder().glob(f"{kind}-*") if _number(path) and path.is_dir()]
    return sorted(found, key=_number)


def _number(path: Path) -> int:
    """Return the number in the name of a result, from 1; 0 if it is none."""
    found = re.fullmatch(r"[a-z]+-(\d+)", path.name)
    return int(found[1]) if found else 0


def _commit(fresh: Path, kind: str) -> None:
    """Make a complete folder the newest result, once all of it has reached the disk."""
    for path in (*fresh.rglob("*"), fresh):
        _flush(path)
    last = max(map(_number, fresh.parent.glob(f"{kind}-*")), default=0)
    for number in itertools.count(last + 1):
        result = fresh.with_name(f"{kind}-{number}")
        try:
            fresh.rename(result)
            break
        except OSError:
            if not result.exists():  # else another notebook was quicker
                raise
    _flush(fresh.parent)


def _flush(path: Path) -> None:
    """Have a file written to the disk itself; a folder, too, where the system can."""
    with contextlib.suppress(OSError) if path.is_dir() else contextlib.nullcontext():
        handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _tidy(target: Path, kind: str) -> None:
    """Remove old results, and what kernels left behind that were killed while saving."""
    then = time.time() - KEPT
    succeeded = itertools.pairwise(_saved(kind))
    old = [result for result, successor in succeeded if successor.stat().st_mtime < then]
    left = [path for path in target.glob(".saving-*") if path.stat().st_mtime < then]
    for path in (*old, *left):
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def _reporting(
    target: Path, concerns: Callable[[Exception, Path], bool] = lambda *_: True
) -> Iterator[None]:
    """Report an error as one of writing to a folder, if it is that."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        if not concerns(error, target):
            raise
        space = "free some space, or " if _errno(error) in IS_FULL else ""
        raise ArtifactError(
            f"Nothing was saved, because {target} cannot be written ({error}): {space}set "
            "MNIST_ARTIFACTS to a folder that you can write to, and run this cell again. What was "
            "there before is unchanged."
        ) from error


def _errno(error: Exception) -> int | None:
    """Return the system's number of an error; h5py may only write it into the message."""
    written = re.search(r"errno = (\d+)", str(error))
    return getattr(error, "errno", None) or (int(written[1]) if written else None)


def _is_about(error: Exception, target: Path) -> bool:
    """Tell whether an error in a caller's block is that this folder cannot be written."""
    named = getattr(error, "filename", None)
    if _errno(error) not in CANNOT_WRITE:
        return False
    if named or str(target) in str(error):
        return str(target) in f"{named} {error}"
    try:  # a full disk does not say which it is
        with tempfile.TemporaryFile(dir=target) as file:
            file.write(bytes(PROBE))
            os.fsync(file.fileno())
    except OSError:
        return True
    return False
