"""Trained models and how they came about, saved together (introduced in notebook 03)."""

import datetime
import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from mnist_helpers.artifacts.disk import (
    DAMAGED,
    REFERENCE,
    SHIPPED,
    ArtifactError,
    folder,
    mending,
    newest,
    sha256,
    staging,
)
from mnist_helpers.datasets import mnist
from mnist_helpers.datasets.spec import Source

MODEL = "mnist_cnn_model.keras"
HISTORY = "training_history.json"
YOURS = "your own network"
KINDS = {  # kind → notebook, version 1's note
    "run": ("03", HISTORY),
    "accurate": ("11", "none"),
    "tuned": ("12", "none"),
    "pictures": ("13", "none"),
}


class Run(NamedTuple):
    """A saved training run: the model's file, its hash checked, and how it came about."""

    path: Path
    history: dict[str, list[float]]  # metric → its value after each epoch
    trained_on: str  # name of the data, as `Source.name`
    is_shipped: bool  # whether it ships with the package
    sha256: str  # of the model's file
    instead_of: str | None = None  # SHA-256 of your model on other data, if it was passed over
    name: str = YOURS  # which network it is
    classes: tuple[str, ...] = ()  # the names of its answers, in their order; older notes have none


def saving(
    history: dict[str, list[float]], source: Source | None = None, kind: str = "run"
) -> AbstractContextManager[Path]:
    """Give an empty folder for a `with` block; it counts as the newest run when that is through.

    Save the model there as `artifacts.MODEL`. Its history, the name of the data, the names of the
    classes and the SHA-256 of each file go with it. It then is a folder of its own, such as
    `artifacts/run-7`. A failure or a kill leaves what was there; of two notebooks, the one that
    ends later has the newest run.

    Args:
        history: Metric → its value after each epoch, as Keras's `History.history`.
        source: What the model was trained on; without it, MNIST as it was found.
        kind: One of `KINDS`; notebooks 04 to 06 take a "run" only.

    Raises:
        ArtifactError: No model was saved there, or the folder for results cannot be written or is
            full.
    """
    data = (source or mnist.find()).description

    def describe(where: Path) -> None:
        files = sorted(path for path in where.rglob("*") if path.is_file())
        note = {
            "trained_on": data.name,
            "classes": data.classes,
            "saved": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "sha256": {file.relative_to(where).as_posix(): sha256(file) for file in files},
            "history": history,
        }
        (where / HISTORY).write_text(json.dumps(note, indent=1), encoding="utf-8")

    return staging(kind, (MODEL, "mnist_cnn_model.h5", KINDS[kind][1]), describe)


def find_run(source: Source | None = None) -> Run:
    """Find the run to work with: yours, if it was trained on the data in use, else the reference.

    Prints which of the two it took.

    Args:
        source: The data in use; without it, MNIST as it was found.

    Raises:
        ArtifactError: Your files are damaged or do not belong together.
    """
    name, reason = (source or mnist.find()).name, "notebook 03 has saved none of yours yet"
    if own := newest_run():
        if own.trained_on == name:
            place = own.path.parent.relative_to(folder().parent).as_posix()
            print(f"Model: yours, trained on {own.trained_on} by notebook 03 ({place}/).")
            return own
        reason = f"yours was trained on {own.trained_on}, and the data here are {name}"
    run = read_run(REFERENCE)
    print(f"Model: the reference, trained on {run.trained_on}; {reason}.")
    return run._replace(instead_of=own.sha256 if own else None)


def newest_run(kind: str = "run") -> Run | None:
    """Read your newest run of a kind, whatever it was trained on; None if there is none.

    Raises:
        ArtifactError: Its files are damaged or do not belong together.
    """
    where = newest(kind, KINDS[kind][1])
    return read_run(where) if where else None


def read_run(where: Path) -> Run:
    """Read the run that was saved in a folder, and check that its parts belong together.

    Raises:
        ArtifactError: They are damaged, or do not belong together.
    """
    is_shipped = where in SHIPPED
    mend = mending(where, is_shipped, KINDS.get(where.name.partition("-")[0], KINDS["run"])[0])
    try:
        note = json.loads((where / HISTORY).read_text(encoding="utf-8"))
        found = sha256(where / MODEL)
        if found != note["sha256"][MODEL]:
            message = f"{where / MODEL} is not the file that {HISTORY} describes: {mend}."
            raise ArtifactError(message)
        history, trained_on = note["history"], note["trained_on"]
        name, classes = note.get("name", YOURS), tuple(note.get("classes", ()))
        return Run(where / MODEL, history, trained_on, is_shipped, found, None, name, classes)
    except OSError as error:
        message = f"{error.filename or where} cannot be read ({error.strerror}): {mend}."
        raise ArtifactError(message) from error
    except DAMAGED as error:
        raise ArtifactError(f"{where / HISTORY} is damaged ({error!r}): {mend}.") from error
