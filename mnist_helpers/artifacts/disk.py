"""The folder for results, and how to write to it: one notebook at a time, with clear errors."""

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import filelock

REFERENCE = Path(__file__).parent / "reference"  # the model that ships with the package
LOCK_TIMEOUT = 60  # seconds
DAMAGED = (ValueError, KeyError, TypeError, AttributeError, StopIteration)  # what a bad note raises


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
        ArtifactError: The folder cannot be written, or is full.
    """
    target = folder()
    try:
        target.mkdir(parents=True, exist_ok=True)
        yield target
    except (OSError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "errno" not in str(error):  # as h5py reports it
            raise
        raise ArtifactError(
            f"Nothing was saved, because {target} cannot be written ({error}): free some space, "
            "or set MNIST_ARTIFACTS to a folder that you can write to, and run this cell again. "
            "What was there before is unchanged."
        ) from error


@contextlib.contextmanager
def staging() -> Iterator[Path]:
    """Give an empty folder inside `artifacts/`, to which no other notebook writes meanwhile.

    Raises:
        ArtifactError: `artifacts/` cannot be written, is full, or is in use by another notebook.
    """
    with writing() as target, contextlib.ExitStack() as stack:
        try:
            stack.enter_context(filelock.FileLock(target / ".lock", timeout=LOCK_TIMEOUT))
        except filelock.Timeout as error:
            raise ArtifactError(
                f"Another notebook has been saving to {target} for {LOCK_TIMEOUT} s: wait for it, "
                "or stop its kernel, and run this cell again."
            ) from error
        for leftover in target.glob(".saving-*"):  # of a kernel killed while saving
            shutil.rmtree(leftover, ignore_errors=True)
        temporary = tempfile.TemporaryDirectory(
            prefix=".saving-", dir=target, ignore_cleanup_errors=True
        )
        yield Path(stack.enter_context(temporary))


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
