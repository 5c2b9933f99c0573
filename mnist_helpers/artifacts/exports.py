"""Exported models, for serving without TensorFlow (introduced in notebook 06)."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mnist_helpers.artifacts.disk import DAMAGED, REFERENCE, ArtifactError, folder, sha256, staging
from mnist_helpers.artifacts.runs import Run

EXPORTED, EXPORT_NOTE = "mnist_cnn_model.tflite", "exported.json"


class Export(NamedTuple):
    """An exported model, for serving: its file, checked, and what it is."""

    path: Path
    version: str  # the first 12 digits of its SHA-256
    trained_on: str  # name of the data, as `Source.name`
    is_reference: bool  # whether it ships with the package


@contextlib.contextmanager
def exporting(run: Run) -> Iterator[Path]:
    """Give the path to export a run's model to; it goes to `artifacts/` when it is complete.

    Raises:
        ArtifactError: The folder cannot be written, is full, or is in use by another notebook.
    """
    with staging() as temporary:
        yield temporary / EXPORTED
        note_export(run, temporary)
        for name in (EXPORTED, EXPORT_NOTE):
            (temporary / name).replace(temporary.parent / name)


def note_export(run: Run, where: Path) -> None:
    """Write down, beside the exported model in a folder, what it is and where it comes from."""
    note = {
        "trained_on": run.trained_on,
        "exported_from": sha256(run.path),
        "sha256": sha256(where / EXPORTED),
    }
    (where / EXPORT_NOTE).write_text(json.dumps(note, indent=1) + "\n", encoding="utf-8")


def find_export(where: Path | None = None) -> Export:
    """Find the exported model of a folder; without one, yours in `artifacts/`, else the reference.

    Raises:
        ArtifactError: Its file is damaged, or is not the one that its note describes.
    """
    if where is None:
        where = folder() if (folder() / EXPORT_NOTE).exists() else REFERENCE
    is_reference = where == REFERENCE
    mend = "reinstall the package" if is_reference else "run notebook 06 again, or delete both"
    try:
        note = json.loads((where / EXPORT_NOTE).read_text(encoding="utf-8"))
        found, path = sha256(where / EXPORTED), where / EXPORTED
        if found != note["sha256"]:
            raise ArtifactError(f"{path} is not the file that {EXPORT_NOTE} describes: {mend}.")
        return Export(path, found[:12], note["trained_on"], is_reference)
    except OSError as error:
        raise ArtifactError(
            f"{error.filename} cannot be read ({error.strerror}): {mend}."
        ) from error
    except DAMAGED as error:
        raise ArtifactError(f"{where / EXPORT_NOTE} is damaged ({error!r}): {mend}.") from error
