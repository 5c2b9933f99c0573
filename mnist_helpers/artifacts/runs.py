"""The only room that writes results: models and histories, whole or not at all (notebook 03)."""

import contextlib
import datetime
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import filelock

from mnist_helpers import data

if TYPE_CHECKING:
    import keras

MODEL, HISTORY = "mnist_cnn_model.keras", "training_history.json"
EXPORTED, EXPORT_NOTE = "mnist_cnn_model.tflite", "exported.json"
REFERENCE = Path(__file__).parent / "reference"
LOCK_TIMEOUT = 60  # seconds
DAMAGED = (ValueError, KeyError, TypeError, AttributeError, StopIteration)  # what a bad note raises


class StoreError(Exception):
    """A result cannot be saved or loaded; the message says how to mend it."""


class Run(NamedTuple):
    """A saved training run: the model's file, its hash checked, and how it came about."""

    path: Path
    history: dict[str, list[float]]  # metric → its value after each epoch
    trained_on: str  # name of the data, as `data.Source.name`
    is_reference: bool  # whether it ships with the package


def artifacts() -> Path:
    """Return the folder for results: MNIST_ARTIFACTS, else `artifacts/` beside `notebooks/`."""
    if named := os.environ.get("MNIST_ARTIFACTS"):
        return Path(named).expanduser()
    here = Path.cwd()
    roots = (folder for folder in (here, *here.parents) if (folder / "notebooks").is_dir())
    return next(roots, here) / "artifacts"


class Export(NamedTuple):
    """An exported model, for serving: its file, checked, and what it is."""

    path: Path
    version: str  # the first 12 digits of its SHA-256
    trained_on: str  # name of the data, as `data.Source.name`
    is_reference: bool  # whether it ships with the package


@contextlib.contextmanager
def writing() -> Iterator[Path]:
    """Give the folder for results, made if need be; say clearly when it cannot be written."""
    target = artifacts()
    try:
        target.mkdir(parents=True, exist_ok=True)
        yield target
    except (OSError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "errno" not in str(error):  # as h5py reports it
            raise
        raise StoreError(
            f"Nothing was saved, because {target} cannot be written ({error}): free some space, "
            "or set MNIST_ARTIFACTS to a folder that you can write to, and run this cell again. "
            "What was there before is unchanged."
        ) from error


@contextlib.contextmanager
def saving(history: dict[str, list[float]]) -> Iterator[Path]:
    """Give an empty folder, and move its files to `artifacts/` when all of them are complete.

    Save the model there as `store.MODEL`. Its history, the name of the data and the SHA-256 of
    each file go with it. A failure or a kill leaves what was there; two notebooks take turns.

    Raises:
        StoreError: The folder cannot be written, is full, or is in use by another notebook.
    """
    with _staging() as folder:
        yield folder
        target, files = folder.parent, sorted(folder.iterdir())
        note = {
            "trained_on": data.find().name,
            "saved": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "sha256": {file.name: _sha256(file) for file in files},
            "history": history,
        }
        # Until the model follows, the note also describes the one that is still there.
        with contextlib.suppress(OSError, *DAMAGED):
            note["previous"] = _note_of(target) | {"previous": None}
        (folder / HISTORY).write_text(json.dumps(note, indent=1), encoding="utf-8")
        for file in [folder / HISTORY, *files]:  # renames: each at once, or not at all
            file.replace(target / file.name)


@contextlib.contextmanager
def exporting(run: Run) -> Iterator[Path]:
    """Give the path to export a run's model to; it goes to `artifacts/` when it is complete.

    Raises:
        StoreError: The folder cannot be written, is full, or is in use by another notebook.
    """
    with _staging() as folder:
        yield folder / EXPORTED
        note_export(run, folder)
        for name in (EXPORTED, EXPORT_NOTE):
            (folder / name).replace(folder.parent / name)


def note_export(run: Run, folder: Path) -> None:
    """Write down, beside the exported model in a folder, what it is and where it comes from."""
    note = {
        "trained_on": run.trained_on,
        "exported_from": _sha256(run.path),
        "sha256": _sha256(folder / EXPORTED),
    }
    (folder / EXPORT_NOTE).write_text(json.dumps(note, indent=1) + "\n", encoding="utf-8")


def find_run() -> Run:
    """Find the run to work with: yours, if it was trained on the data in use, else the reference.

    Prints which of the two it took.

    Raises:
        StoreError: Your files are damaged or do not belong together.
    """
    name, reason = data.find().name, "notebook 03 has saved none of yours yet"
    if (artifacts() / HISTORY).exists():
        run = read_run(artifacts())
        if run.trained_on == name:
            print(f"Model: yours, trained on {run.trained_on} by notebook 03 (artifacts/).")
            return run
        reason = f"yours was trained on {run.trained_on}, and the data here are {name}"
    run = read_run(REFERENCE)
    print(f"Model: the reference, trained on {run.trained_on}; {reason}.")
    return run


def read_run(folder: Path) -> Run:
    """Read the run that was saved in a folder, and check that its parts belong together.

    Raises:
        StoreError: They are damaged, or do not belong together.
    """
    is_reference = folder == REFERENCE
    mend = "reinstall the package" if is_reference else "run notebook 03 again"
    try:
        note = _note_of(folder)
        return Run(folder / MODEL, note["history"], note["trained_on"], is_reference)
    except OSError as error:
        raise StoreError(f"{error.filename} cannot be read ({error.strerror}): {mend}.") from error
    except StopIteration as error:
        message = f"{folder / MODEL} is not the file that {HISTORY} describes: {mend}."
        raise StoreError(message) from error
    except DAMAGED as error:
        raise StoreError(f"{folder / HISTORY} is damaged ({error!r}): {mend}.") from error


def find_export(folder: Path | None = None) -> Export:
    """Find the exported model of a folder; without one, yours in `artifacts/`, else the reference.

    Raises:
        StoreError: Its file is damaged, or is not the one that its note describes.
    """
    if folder is None:
        folder = artifacts() if (artifacts() / EXPORT_NOTE).exists() else REFERENCE
    is_reference = folder == REFERENCE
    mend = "reinstall the package" if is_reference else "run notebook 06 again, or delete both"
    try:
        note = json.loads((folder / EXPORT_NOTE).read_text(encoding="utf-8"))
        found, path = _sha256(folder / EXPORTED), folder / EXPORTED
        if found != note["sha256"]:
            raise StoreError(f"{path} is not the file that {EXPORT_NOTE} describes: {mend}.")
        return Export(path, found[:12], note["trained_on"], is_reference)
    except OSError as error:
        raise StoreError(f"{error.filename} cannot be read ({error.strerror}): {mend}.") from error
    except DAMAGED as error:
        raise StoreError(f"{folder / EXPORT_NOTE} is damaged ({error!r}): {mend}.") from error


def load_model(path: str | Path) -> "keras.Model":
    """Load a classifier of digits, and nothing else, from a file that may be foreign or damaged.

    Keras's safe mode stays on, so that code in the file is refused; the optimiser is left out.

    Args:
        path: A `.keras` or `.h5` file.

    Returns:
        The model, uncompiled: float32 (n, 28, 28, 1) → probabilities (n, 10).

    Raises:
        StoreError: The file is missing, damaged, no Keras model, carries code, or does not take
            28×28 images and give ten probabilities.
    """
    import keras

    path = Path(path)
    if not path.is_file():
        raise StoreError(f"{path} does not exist: run notebook 03, which saves it.")
    try:
        model = keras.models.load_model(path, compile=False)
    except Exception as error:  # Keras raises many kinds, by format and by damage
        if "safe_mode" in str(error).replace(str(path), ""):
            raise StoreError(
                f"{path} carries Python code in a Lambda layer, which would run on this computer: "
                "ask its author for a model without Lambda layers."
            ) from error
        raise StoreError(
            f"{path} is no Keras model, or a damaged one ({type(error).__name__}: {error}): "
            "run notebook 03 to save it anew, or fetch the file again."
        ) from error
    shapes = tuple(getattr(model, f"{end}_shape", None) for end in ("input", "output"))
    if shapes != ((None, 28, 28, 1), (None, 10)):
        raise StoreError(
            f"{path} takes {shapes[0]} and gives {shapes[1]}; a classifier of digits takes "
            "(None, 28, 28, 1) and gives (None, 10). Run notebook 03 to make one."
        )
    return model


@contextlib.contextmanager
def _staging() -> Iterator[Path]:
    """Give an empty folder inside `artifacts/`, to which no other notebook writes meanwhile."""
    with writing() as target, contextlib.ExitStack() as stack:
        try:
            stack.enter_context(filelock.FileLock(target / ".lock", timeout=LOCK_TIMEOUT))
        except filelock.Timeout as error:
            raise StoreError(
                f"Another notebook has been saving to {target} for {LOCK_TIMEOUT} s: wait for it, "
                "or stop its kernel, and run this cell again."
            ) from error
        for leftover in target.glob(".saving-*"):  # of a kernel killed while saving
            shutil.rmtree(leftover, ignore_errors=True)
        temporary = tempfile.TemporaryDirectory(
            prefix=".saving-", dir=target, ignore_cleanup_errors=True
        )
        yield Path(stack.enter_context(temporary))


def _note_of(folder: Path) -> dict:
    """Return the note that belongs to the model in a folder: the newest, or the one before."""
    newest = json.loads((folder / HISTORY).read_text(encoding="utf-8"))
    found = _sha256(folder / MODEL)
    notes = filter(None, (newest, newest.get("previous")))
    return next(note for note in notes if note["sha256"][MODEL] == found)


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
