"""What is answered so far, across notebooks."""

import json
import re
from pathlib import Path

from IPython.display import Markdown, display

from mnist_helpers.exercises import core, replies

# Of a learner's notebooks: those in use, not older ones that were kept under another name.
NOTEBOOK = re.compile(r"\d\d_[a-z0-9_]+\.ipynb")
MARKS = {"right": "right", "wrong": "not yet", "unanswered": "–"}


def progress(folder: Path | str = ".") -> None:
    """Show for each exercise what was said last: right, not yet, or nothing.

    It reads the notebooks of the folder as they were saved last, and what was checked in this
    kernel.

    Args:
        folder: Where the notebooks are; without it, where this one is.
    """
    found, unread = _saved(Path(folder))
    found |= replies.verdicts
    names = core.names()
    notebooks = sorted({name.split(".")[0] for name in names})
    lines = ["| notebook | exercise | |", "| ---: | :--- | :--- |"]
    for name in names:
        state = MARKS[found.get(name, "unanswered")]
        lines.append(f"| {name} | {core.find(name).task} | {state} |")
    right = [name for name in names if found.get(name) == "right"]
    by_notebook = ", ".join(
        f"{number}: {sum(name.startswith(number) for name in right)} of "
        f"{sum(name.startswith(number) for name in names)}"
        for number in notebooks
    )
    text = "\n".join(lines) + f"\n\n{len(right)} of {len(names)} are right ({by_notebook})."
    if unread:
        text += f" Not read, because damaged: {', '.join(unread)}."
    display(Markdown(text))


def _saved(folder: Path) -> tuple[dict[str, core.State], list[str]]:
    """Return the last verdict of each exercise in saved notebooks, and the files not read."""
    found: dict[str, core.State] = {}
    unread = []
    for file in sorted(folder.glob("*.ipynb")):
        if not NOTEBOOK.fullmatch(file.name):
            continue
        try:
            cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
            outputs = [output for cell in cells for output in cell.get("outputs", [])]
            notes = [output.get("metadata", {}).get("mnist_helpers", {}) for output in outputs]
            found |= {
                note["exercise"]: note["verdict"]
                for note in notes
                if note.get("verdict") in MARKS and isinstance(note.get("exercise"), str)
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            unread.append(file.name)
    return found, unread
