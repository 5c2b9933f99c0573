"""The only room that writes results: a model and its history, whole or not at all (notebook 03)."""

import contextlib
import datetime
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import filelock

from mnist_helpers import data

if TYPE_CHECKING:
    import keras

MODEL, HISTORY = "mnist_cnn_model.keras", "training_history.json"
REFERENCE = Path(__file__).parent / "reference"
LOCK_TIMEOUT = 60  # seconds


class StoreError(Exception):
    """A result cannot be saved or loaded; the message says how to mend it."""


@dataclass(frozen=True)
class Run:
    """A training run, as it was saved.

    Attributes:
        path: The model's file, its hash checked.
        history: Metric → its value after each epoch, as Keras's `History.history`.
        trained_on: Name of the data, as `data.Source.name`.
        is_reference: Whether it is the run that ships with the package.
    """

    path: Path
    history: dict[str, list[float]]
    trained_on: str
    is_reference: bool


def artifacts() -> Path:
    """Return the folder for results: MNIST_ARTIFACTS, else `artifacts/` beside `notebooks/`."""
    if named := os.environ.get("MNIST_ARTIFACTS"):
        return Path(named).expanduser()
    here = Path.cwd()
    roots = (folder for folder in (here, *here.parents) if (folder / "notebooks").is_dir())
    return next(roots, here) / "artifacts"


@contextlib.contextmanager
def saving(history: dict[str, list[float]]) -> Iterator[Path]:
    """Give a folder to save into, and move its files to `artifacts/` when all are complete.

    The history, the name of the data and the SHA-256 of each file are saved with them. A failure
    or a kill while saving leaves what was there before; two notebooks take turns.

    Args:
        history: Metric → its value after each epoch, as Keras's `History.history`.

    Yields:
        An empty folder; save the model there as `store.MODEL`.

    Raises:
        StoreError: The folder cannot be written, is full, or is in use by another notebook.
    """
    target = artifacts()
    try:
        target.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(target / ".lock", timeout=LOCK_TIMEOUT):
            for leftover in target.glob(".saving-*"):  # of a kernel killed while saving
                shutil.rmtree(leftover, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix=".saving-", dir=target) as name:
                folder = Path(name)
                yield folder
                files = sorted(folder.iterdir())
                note = {
                    "trained_on": data.find().name,
                    "saved": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
                    "sha256": {file.name: _sha256(file) for file in files},
                    "history": history,
                }
                (folder / HISTORY).write_text(json.dumps(note, indent=1), encoding="utf-8")
                for file in [*files, folder / HISTORY]:  # renames: each at once, or not at all
                    file.replace(target / file.name)
    except filelock.Timeout as error:
        raise StoreError(
            f"Another notebook has been saving to {target} for {LOCK_TIMEOUT} s: wait for it, or "
            "stop its kernel, and run this cell again."
        ) from error
    except (OSError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "errno" not in str(error):  # as h5py reports it
            raise
        raise StoreError(
            f"Nothing was saved, because {target} cannot be written ({error}): "
            "free some space, or set MNIST_ARTIFACTS to a folder that you can write to, and run "
            "this cell again. What was there before is unchanged."
        ) from error


def find_run() -> Run:
    """Find the run to work with: yours, if it was trained on the data in use, else the reference.

    Prints which of the two it took.

    Raises:
        StoreError: Your files are damaged or do not belong together.
    """
    name, reason = data.find().name, "notebook 03 has saved none of yours yet"
    if (artifacts() / HISTORY).exists():
        run = _read_run(artifacts(), is_reference=False)
        if run.trained_on == name:
            print(f"Model: yours, trained on {run.trained_on} by notebook 03 (artifacts/).")
            return run
        reason = f"yours was trained on {run.trained_on}, and the data here are {name}"
    run = _read_run(REFERENCE, is_reference=True)
    print(f"Model: the reference, trained on {run.trained_on}; {reason}.")
    return run


def load_model(path: str | Path) -> "keras.Model":
    """Load a classifier of digits, and nothing else, from a file that may be foreign or damaged.

    Args:
        path: A `.keras` or `.h5` file. Keras's safe mode stays on: code in the file is refused.

    Returns:
        The model: float32 (n, 28, 28, 1) → probabilities (n, 10).

    Raises:
        StoreError: The file is missing, damaged, no Keras model, carries code, or does not take
            28×28 images and give ten probabilities.
    """
    import keras

    path = Path(path)
    if not path.is_file():
        raise StoreError(f"{path} does not exist: run notebook 03, which saves it.")
    try:
        model = keras.models.load_model(path)
    except Exception as error:  # Keras raises many kinds, by format and by damage
        if "unsafe" in str(error) or "safe_mode" in str(error):
            raise StoreError(
                f"{path} carries Python code in a Lambda layer, which would run on this computer: "
                "ask its author for a model without Lambda layers."
            ) from error
        raise StoreError(
            f"{path} is no Keras model, or a damaged one ({type(error).__name__}: {error}): "
            "run notebook 03 to save it anew, or fetch the file again."
        ) from error
    if model.input_shape != (None, 28, 28, 1) or model.output_shape != (None, 10):
        raise StoreError(
            f"{path} takes {model.input_shape} and gives {model.output_shape}; a classifier of "
            "digits takes (None, 28, 28, 1) and gives (None, 10). Run notebook 03 to make one."
        )
    return model


def _read_run(folder: Path, is_reference: bool) -> Run:
    """Read a saved run and check that its parts belong together."""
    mend = "reinstall the package" if is_reference else "run notebook 03 again"
    try:
        note = json.loads((folder / HISTORY).read_text(encoding="utf-8"))
        expected, found = note["sha256"][MODEL], _sha256(folder / MODEL)
        run = Run(folder / MODEL, note["history"], note["trained_on"], is_reference)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{folder / HISTORY} cannot be read ({error!r}): {mend}.") from error
    if found != expected:
        raise StoreError(
            f"{folder / MODEL} is not the file that {HISTORY} describes (SHA-256 {found[:12]}…, "
            f"expected {expected[:12]}…): {mend}."
        )
    return run


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
