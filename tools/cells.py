"""Cells of a committed notebook, found by words that stand in them.

Words survive inserted cells, and people can read them. Where a passage is written anew, they are
found no more: then what refers to it has to be read again.
"""

import base64
import re
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


class PaperError(Exception):
    """A quiz or a worksheet cannot be made; the message says how to mend it."""


class Part(NamedTuple):
    """A cell, or what stands in a cell before, between or after headings of the second level."""

    section: str  # the heading that it stands under
    text: str
    cell: NotebookNode

    @property
    def is_code(self) -> bool:
        """Whether it is code, and no Markdown."""
        return self.cell.cell_type == "code"


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
            cells = nbformat.read(path, as_version=4).cells
            first = cells[0].source
            self.title = re.match(r"# (.+)", first)[1]  # type: ignore[index]
            learn = first.split("**What you'll learn**")[1].split("**What you'll need.**")[0]
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise PaperError(
                f"notebooks/{path.name} is no notebook of this series ({error!r}): its first cell "
                "needs a heading, “What you'll learn” and “What you'll need”."
            ) from error
        self.aims = [flat(aim).rstrip(";.") for aim in learn.split("\n- ")[1:]]

        self._parts: list[Part] = []
        section = ""
        for cell in cells:
            before, *after = HEADING.split(cell.source)
            self._parts.append(Part(section, before, cell))
            for section, text in zip(after[::2], after[1::2], strict=True):
                self._parts.append(Part(section, text, cell))

    def find(self, words: str) -> Part:
        """Return the one place whose text has these words.

        Raises:
            PaperError: No place has them, or several do.
        """
        return self._only(words, [part for part in self._parts if flat(words) in flat(part.text)])

    def quoted(self, words: str) -> Part:
        """Return the one place that has these words, in its text or in what it printed.

        Raises:
            PaperError: No place has them, or several do.
        """
        parts = [
            part
            for part in self._parts
            if any(flat(words) in flat(text) for text in (part.text, printed(part.cell)))
        ]
        return self._only(words, parts)

    def _only(self, words: str, found: list[Part]) -> Part:
        if len(found) != 1:
            number = f"{len(found)} cells of it have" if found else "no cell of it has"
            raise PaperError(
                f"notebooks/{self.name}: {number} the words “{flat(words)}”. Was the passage "
                "written anew? Then read again what refers to it. Else give more words, until only "
                "one cell has them."
            )
        return found[0]

    def picture(self, words: str) -> tuple[str, str]:
        """Return the picture that a cell shows, as a data: address, and its caption.

        Raises:
            PaperError: There is no such cell, or it shows no picture.
        """
        for output in self.find(words).cell.get("outputs", []):
            if png := output.get("data", {}).get("image/png"):
                caption = "".join(output["data"].get("text/plain", ""))
                packed = base64.b64encode(base64.b64decode(png)).decode()
                return f"data:image/png;base64,{packed}", caption
        raise PaperError(f"notebooks/{self.name}: the cell with “{flat(words)}” shows no picture.")

    def guesses(self) -> list[tuple[str, str]]:
        """Return what the recap lists: each guess that is asked for, and what came out."""
        for part in self._parts:
            for output in part.cell.get("outputs", []):
                text = "".join(output.get("data", {}).get("text/markdown", ""))
                if text.startswith("| asked | your guess |"):
                    rows = [line.split("|") for line in text.splitlines()[2:] if line[:1] == "|"]
                    return [(row[1].strip(), row[3].strip()) for row in rows]
        return []


def flat(text: str) -> str:
    """Put a text on one line, with single spaces."""
    return " ".join(text.split())


def printed(cell: NotebookNode) -> str:
    """Return the text and the tables that a cell has printed."""
    outputs = cell.get("outputs", [])
    return "\n".join(
        "".join(output.get("text", "") or output.get("data", {}).get("text/markdown", ""))
        for output in outputs
    )
