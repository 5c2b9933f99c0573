"""What is answered so far, across notebooks."""

import re
from pathlib import Path

from IPython.display import Markdown, display

from mnist_helpers import copies
from mnist_helpers.exercises import core, replies, saved

# Of a learner's notebooks: those in use, not older ones that were kept under another name.
NOTEBOOK = re.compile(r"\d\d_[a-z0-9_]+\.ipynb")
MARKS = {"right": "right", "wrong": "not yet", "unanswered": "–"}
CHANGED = "changed since its check"


def progress(folder: Path | str = ".") -> None:
    """Show for each exercise what was said last, or that its cell has changed since.

    It reads the notebooks of the folder as they were saved last, and what was checked in this
    kernel.

    Args:
        folder: Where the notebooks are; without it, where this one is.
    """
    found, unread = _saved(Path(folder))
    found |= {name: MARKS[state] for name, state in replies.verdicts.items()}
    names = core.names()
    notebooks = sorted({name.split(".")[0] for name in names})
    lines = ["| notebook | exercise | |", "| ---: | :--- | :--- |"]
    for name in names:
        state = found.get(name, MARKS["unanswered"])
        lines.append(f"| {name} | {core.find(name).task} | {state} |")
    right = [name for name in names if found.get(name) == MARKS["right"]]
    by_notebook = ", ".join(
        f"{number}: {sum(name.startswith(number) for name in right)} of "
        f"{sum(name.startswith(number) for name in names)}"
        for number in notebooks
    )
    text = "\n".join(lines) + f"\n\n{len(right)} of {len(names)} are right ({by_notebook})."
    if unread:
        text += f" Not read, because damaged: {', '.join(unread)}."
    display(Markdown(text))


def _saved(folder: Path) -> tuple[dict[str, str], list[str]]:
    """Return what is to be shown of each exercise in saved notebooks, and the files not read."""
    found: dict[str, str] = {}
    unread = []
    for file in sorted(folder.glob("*.ipynb")):
        if not NOTEBOOK.fullmatch(file.name):
            continue
        try:
            for claim in saved.claims(copies.read(file)):
                if claim.verdict:
                    is_stale = claim.standing == "stale"
                    found[claim.exercise] = CHANGED if is_stale else MARKS[claim.verdict]
        except (OSError, ValueError):
            unread.append(file.name)
    return found, unread
