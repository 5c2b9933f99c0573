"""A learner's copy of a notebook knows its original, and the state in which that was copied."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

ORIGINALS = "notebooks"  # the folder; copies lie in folders beside it
NOTE = "mnist_helpers"  # a copy's own part of its metadata

Notebook = dict[str, Any]


def read(path: Path) -> Notebook:
    """Read a notebook.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no notebook, or a damaged one.
    """
    return parse(path.read_bytes())


def parse(content: bytes) -> Notebook:
    """Read a notebook from what its file holds; raise ValueError if that is none."""
    try:
        notebook = json.loads(content)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise ValueError("it is no notebook")
    return notebook


def source(cell: Notebook) -> str:
    """Return the text of a cell, which a notebook stores as one string or as lines."""
    return "".join(cell.get("source", ""))


def fingerprint(notebook: Notebook) -> str:
    """Return a SHA-256 of what its cells say; what they gave, and settings, do not count."""
    cells = [(cell.get("cell_type"), source(cell)) for cell in notebook["cells"]]
    return "sha256:" + hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def note(original: Path) -> Notebook:
    """Describe the state of an original, for the metadata of its copy."""
    return {"copy_of": original.name, "original": fingerprint(read(original))}


def outdated(path: Path) -> str | None:
    """Say how to get a new copy, if a notebook is a copy whose original says something else now.

    Returns:
        Two lines, or None: it is up to date, or no copy, or cannot be read.
    """
    try:
        noted = read(path)["metadata"][NOTE]
        original = path.parent.parent / ORIGINALS / noted["copy_of"]
        if noted["original"] == note(original)["original"]:
            return None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    number = original.name[:2]
    return (
        f"{ORIGINALS}/{original.name} has changed since this copy was made.\n"
        f"A new one, with yours kept: make fresh NOTEBOOK={number}, or "
        f"python tools/copy_notebooks.py fresh {number}"
    )


def opened() -> Path | None:
    """Return the notebook that JupyterLab started this kernel for, if it did and it is there."""
    named = os.environ.get("JPY_SESSION_NAME")
    path = Path(named) if named else None
    # A program that this kernel starts inherits the name; it works in a folder of its own.
    return path if path and path.is_file() and path.parent.samefile(Path.cwd()) else None
