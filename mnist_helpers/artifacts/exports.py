"""Exported models, for serving without TensorFlow (introduced in notebook 06)."""

import contextlib
import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mnist_helpers.artifacts.disk import (
    DAMAGED,
    READER,
    SHIPPED,
    ArtifactError,
    mending,
    newest,
    sha256,
    staging,
)
from mnist_helpers.artifacts.runs import HISTORY, KINDS, MODEL, YOURS, Run

EXPORTED = "mnist_cnn_model.tflite"
EXPORT_NOTE = "exported.json"


class Export(NamedTuple):
    """An exported model, for serving: its file, checked, and what it is."""

    path: Path
    version: str  # the first 12 digits of its SHA-256
    name: str  # which network it is
    trained_on: str  # name of the data, as `Source.name`
    is_shipped: bool  # whether it ships with the package
    bounds: dict[str, float]  # for "no digit", if it was made with its own: "sure", "full"
    is_stale: bool = False  # whether you have trained another model since


@contextlib.contextmanager
def exporting(run: Run, bounds: dict[str, float] | None = None) -> Iterator[Path]:
    """Give the path to export a run's model to; the file counts when the block is through.

    It then lies in a folder of its own, such as `artifacts/export-2`, with a note.

    Args:
        run: What is exported.
        bounds: When it answers "no digit", if not as `serve.classifier` has it.

    Raises:
        ArtifactError: Nothing was exported to this path, or the folder for results cannot be
            written or is full.
    """
    note = functools.partial(note_export, run, bounds=bounds)
    with staging("export", (EXPORTED, EXPORT_NOTE), note) as fresh:
        yield fresh / EXPORTED


def note_export(run: Run, where: Path, bounds: dict[str, float] | None = None) -> None:
    """Write down, beside the exported model in a folder, what it is and where it comes from.

    Args:
        run: What was exported.
        where: The folder.
        bounds: When it answers "no digit", if not as `serve.classifier` has it.
    """
    # One of another kind than notebook 03's does not make an export stale, nor is it made so.
    is_other = run.path.parent.name.partition("-")[0] in KINDS.keys() - {"run"}
    note = {
        "name": run.name,
        "trained_on": run.trained_on,
        "exported_from": run.sha256,
        "instead_of": _trained_last() if is_other else run.instead_of,
        "sha256": sha256(where / EXPORTED),
    } | ({"bounds": bounds} if bounds else {})
    (where / EXPORT_NOTE).write_text(
        json.dumps(note, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def find_export(where: Path | None = None) -> Export:
    """Find the exported model of a folder; without one, your newest, else the shipped reader.

    Prints it if that is not the model that you trained last.

    Raises:
        ArtifactError: Its file is damaged, or is not the one that its note describes.
    """
    chosen = where or newest("export", EXPORT_NOTE) or READER
    is_shipped = chosen in SHIPPED
    mend = mending(chosen, is_shipped, "06")
    try:
        note = json.loads((chosen / EXPORT_NOTE).read_text(encoding="utf-8"))
        path, found = chosen / EXPORTED, sha256(chosen / EXPORTED)
        if found != note["sha256"]:
            raise ArtifactError(f"{path} is not the file that {EXPORT_NOTE} describes: {mend}.")
        known = None, note["exported_from"], note.get("instead_of")
        is_stale = where is None and _trained_last() not in known
        name = str(note.get("name", YOURS))
        bounds = {key: float(value) for key, value in note.get("bounds", {}).items()}
        trained_on = note["trained_on"]
        export = Export(path, found[:12], name, trained_on, is_shipped, bounds, is_stale)
    except OSError as error:
        raise ArtifactError(
            f"{error.filename or chosen} cannot be read ({error.strerror}): {mend}."
        ) from error
    except DAMAGED as error:
        raise ArtifactError(f"{chosen / EXPORT_NOTE} is damaged ({error!r}): {mend}.") from error
    if export.is_stale:
        which = export.name if is_shipped else "your last export"
        print(f"Model: {which}, not the one that you trained last: notebook 06 exports that one.")
    return export


def _trained_last() -> str | None:
    """Return the SHA-256 of the model that you trained last in notebook 03, if there is one."""
    where = newest("run", HISTORY)
    try:
        return sha256(where / MODEL) if where else None
    except OSError:  # so it is none that has been exported
        return "unreadable"
