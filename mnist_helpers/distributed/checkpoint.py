"""What the chief keeps after each epoch: one file, replaced as a whole, or not at all."""

import contextlib
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mnist_helpers.distributed.cluster import ClusterError

FILE = "checkpoint.npz"
DAMAGED = (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)


@dataclass
class Checkpoint:
    """A training as it stands after some of its epochs.

    Attributes:
        settings: What must not change in the middle of a training.
        history: What was measured, epoch by epoch.
        weights: Those of the network.
        memory: Those of the optimiser, such as its count of steps.
    """

    settings: Mapping[str, Any]
    history: list[dict[str, Any]] = field(default_factory=list)
    weights: list[np.ndarray] = field(default_factory=list)
    memory: list[np.ndarray] = field(default_factory=list)

    @property
    def epochs(self) -> int:
        """How many epochs are done."""
        return len(self.history)

    def as_bytes(self) -> bytes:
        """Return all of it in NumPy's format npz, which holds no program."""
        note = json.dumps({"settings": dict(self.settings), "history": self.history})
        arrays: dict[str, Any] = {"note": np.array(note)}
        arrays |= {f"weight{index}": value for index, value in enumerate(self.weights)}
        arrays |= {f"memory{index}": value for index, value in enumerate(self.memory)}
        content = io.BytesIO()
        np.savez(content, **arrays)
        return content.getvalue()

    def save(self, folder: Path) -> None:
        """Put it into a folder, in the place of the one before.

        Raises:
            ClusterError: It cannot be written; the one before is unchanged.
        """
        write(folder / FILE, self.as_bytes(), f"The checkpoint after epoch {self.epochs}")


def write(path: Path, content: bytes, what: str) -> None:
    """Write a file beside its place, have it reach the disk, and move it there.

    Raises:
        ClusterError: It cannot be written; what was there before is unchanged.
    """
    fresh = path.with_name(f".{path.name}.new")  # one name: a chief that is killed leaves one
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise ClusterError(
            f"{what} could not be written to {path} at worker 0 ({error.strerror or error}). Free "
            "some space, or get the right to write there, and start all workers again, with the "
            "same options: what was saved before is unchanged, and the training goes on from it."
        ) from error


def from_bytes(content: bytes) -> Checkpoint:
    """Return the checkpoint that `as_bytes` made.

    Raises:
        ClusterError: It is damaged.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as found:
            note = json.loads(str(found["note"]))
            weights, memory = (
                [found[f"{kind}{i}"] for i in range(sum(n.startswith(kind) for n in found.files))]
                for kind in ("weight", "memory")
            )
        return Checkpoint(dict(note["settings"]), list(note["history"]), weights, memory)
    except DAMAGED as error:
        raise ClusterError(
            f"the checkpoint is damaged ({type(error).__name__}: {error})"
        ) from error


def load(folder: Path) -> Checkpoint | None:
    """Return the checkpoint of a folder, or None if there is none yet.

    Raises:
        ClusterError: It cannot be read, or is damaged.
    """
    path = folder / FILE
    try:
        return from_bytes(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ClusterError) as error:
        raise ClusterError(
            f"{path} cannot be used: {error}. Nothing in it was changed. Delete it to begin anew, "
            "or name another folder."
        ) from error


def to_go_on_from(folder: Path, settings: Mapping[str, Any]) -> Checkpoint:
    """Return the checkpoint of a folder if it belongs to this training, or an empty one.

    Raises:
        ClusterError: It belongs to a training with other settings, or cannot be used.
    """
    found = load(folder)
    if found is None:
        return Checkpoint(settings)
    for name in {**settings, **found.settings}:
        here, there = settings.get(name), found.settings.get(name)
        if here != there:
            raise ClusterError(
                f"{folder / FILE} belongs to another training: its {name} is {there!r}, here it is "
                f"{here!r}. Name another folder, or delete that file to begin anew."
            )
    return found


def fingerprint(arrays: Iterable[np.ndarray]) -> str:
    """Return the SHA-256 of arrays: equal only if every bit of them is."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
