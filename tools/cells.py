"""Cells of a committed notebook, found by words that stand in them.

Words survive inserted cells, and people can read them. Where a passage is written anew, they are
found no more: then what refers to it has to be read again.
"""

import base64
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode


class PaperError(Exception):
    """A quiz or a worksheet cannot be made; the message says how to mend it."""


class Cells:
    """The cells of a notebook.

    Attributes:
        name: The notebook's file, for messages.
        title: Its heading.
        aims: What its first cell lists under "What you'll learn", in Markdown.
    """

    def __init__(self, path: Path) -> None:
        """Read a notebook.

        Raises:
            PaperError: It cannot be read, or does not begin as the notebooks of this series do.
        """
        self.name = path.name
        try:
            self._cells = nbformat.read(path, as_version=4).cells
            first = self._cells[0].source
            self.title = re.match(r"# (.+)", first)[1]  # type: ignore[index]
            learn = first.split("**What you'll learn**")[1].split("**What you'll need.**")[0]
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise PaperError(
                f"notebooks/{path.name} is no notebook of this series ({error!r}): its first cell "
                "needs a heading, “What you'll learn” and “What you'll need”."
            ) from error
        self.aims = [flat(aim).rstrip(";.") for aim in learn.split("\n- ")[1:]]

    def find(self, words: str) -> NotebookNode:
        """Return the one cell whose text has these words.

        Raises:
            PaperError: No cell has them, or several do.
        """
        return self._only(words, lambda cell: flat(words) in flat(cell.source), "in its text")

    def quoted(self, words: str) -> NotebookNode:
        """Return the one cell that has these words in its text or in what it printed.

        Raises:
            PaperError: No cell has them, or several do.
        """
        return self._only(words, lambda cell: flat(words) in flat(shown(cell)), "anywhere")

    def _only(self, words: str, fits, where: str) -> NotebookNode:
        found = [cell for cell in self._cells if fits(cell)]
        if len(found) != 1:
            number = f"{len(found)} cells of it have" if found else "no cell of it has"
            raise PaperError(
                f"notebooks/{self.name}: {number} {where} the words “{flat(words)}”. Was the "
                "passage written anew? Then read again what refers to it. Else give more words, "
                "until only one cell has them."
            )
        return found[0]

    def heading(self, cell: NotebookNode) -> str:
        """Return the nearest heading of the second level, in the cell or above it."""
        headings = ["Start"]
        for each in self._cells:
            here = re.findall(r"^## (.+)$", each.source, re.MULTILINE)
            if each is cell:
                return here[0] if here else headings[-1]
            headings += here
        raise ValueError("the cell is of another notebook")

    def picture(self, words: str) -> tuple[str, str]:
        """Return the picture that a cell shows, as a data: address, and its caption.

        Raises:
            PaperError: There is no such cell, or it shows no picture.
        """
        for output in self.find(words).get("outputs", []):
            if png := output.get("data", {}).get("image/png"):
                caption = "".join(output["data"].get("text/plain", ""))
                packed = base64.b64encode(base64.b64decode(png)).decode()
                return f"data:image/png;base64,{packed}", caption
        raise PaperError(f"notebooks/{self.name}: the cell with “{flat(words)}” shows no picture.")

    def guesses(self) -> list[tuple[str, str]]:
        """Return what the recap lists: each guess that is asked for, and what came out."""
        for cell in self._cells:
            for output in cell.get("outputs", []):
                text = "".join(output.get("data", {}).get("text/markdown", ""))
                if text.startswith("| asked | your guess |"):
                    rows = [line.split("|") for line in text.splitlines()[2:] if line[:1] == "|"]
                    return [(row[1].strip(), row[3].strip()) for row in rows]
        return []


def flat(text: str) -> str:
    """Put a text on one line, with single spaces."""
    return " ".join(text.split())


def shown(cell: NotebookNode) -> str:
    """Return the text of a cell, and after it what it printed."""
    parts = [cell.source]
    for output in cell.get("outputs", []):
        parts.append("".join(output.get("text", "")))
        parts.append("".join(output.get("data", {}).get("text/markdown", "")))
    return "\n".join(parts)
