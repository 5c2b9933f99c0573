"""What a check leaves in the saved notebook, and how it is read there, without running anything.

Each verdict stands in the metadata of its output, which Jupyter keeps when it saves. It carries a
digest of its cell, so that a later change of the answer shows. It is a claim: whoever can edit the
file can write one.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from IPython import get_ipython

from mnist_helpers import copies
from mnist_helpers.exercises.core import State

CHECK = re.compile(r"""\bexercises\.check\(\s*["'](\d\d\.\d{1,2})["']""", re.ASCII)

Standing = Literal["claimed", "undated", "stale", "unchecked"]


class Claim(NamedTuple):
    """What a saved cell says of an exercise.

    Attributes:
        exercise: Its name, such as "03.2".
        verdict: What the check said; None if no verdict is saved.
        standing: "claimed": the cell is as it was checked; "stale": it has changed since;
            "undated": an older version of the series left no digest, so nobody can tell;
            "unchecked": the cell would check the exercise, but no verdict is saved.
    """

    exercise: str
    verdict: State | None
    standing: Standing


def note(exercise: str, verdict: State) -> dict[str, dict[str, str]]:
    """Return a verdict as metadata for an output of the cell that runs now."""
    shell = get_ipython()
    said = {"exercise": exercise, "verdict": str(verdict)}
    if shell is not None:
        said["cell"] = digest(shell.history_manager.input_hist_raw[-1])
    return {copies.NOTE: said}


def digest(source: str) -> str:
    """Return a SHA-256 of a cell's text; ends of lines and space at its end do not count."""
    text = "\n".join(source.splitlines()).rstrip()
    return "sha256:" + hashlib.sha256(text.encode(errors="replace")).hexdigest()


def claims(notebook: copies.Notebook) -> Iterator[Claim]:
    """Read what a notebook says of exercises, in the order of its cells.

    Args:
        notebook: As `copies.read` returns it; all else in it may be of any kind.

    Raises:
        ValueError: A cell has no text.
    """
    for cell in notebook["cells"]:
        if cell.get("cell_type") != "code":
            continue
        try:
            source = copies.source(cell)
        except TypeError as error:
            raise ValueError("a cell has no text") from error
        told = list(_told(cell.get("outputs"), digest(source)))
        yield from told
        for exercise in sorted({*CHECK.findall(source)} - {claim.exercise for claim in told}):
            yield Claim(exercise, None, "unchecked")


def _told(outputs: Any, now: str) -> Iterator[Claim]:
    """Read the verdicts in a cell's outputs; what is none is passed over."""
    for output in outputs if isinstance(outputs, list) else ():
        match output:
            case {
                "metadata": {
                    copies.NOTE: {
                        "exercise": str(exercise),
                        "verdict": "right" | "wrong" | "unanswered" as verdict,
                        **rest,
                    }
                }
            }:
                then = rest.get("cell")
                standing: Standing = "claimed" if then == now else "stale"
                yield Claim(exercise, verdict, "undated" if then is None else standing)
