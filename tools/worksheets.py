"""The worksheets of docs/teaching/worksheets.yaml: one page for each notebook, with blanks.

They are made from the notebook: its aims, its pictures, its guesses, and sentences quoted from it
word for word, in which `<<words>>` become a blank.
"""

import re
from pathlib import Path
from typing import Annotated, NamedTuple

from cells import Cells, PaperError
from pydantic import Field, TypeAdapter, model_validator
from quizzes import Strict, Text, load

FILE = Path("docs", "teaching", "worksheets.yaml")
BLANK = re.compile(r"<<(.+?)>>")
FENCE = re.compile(r"^```\w*$", re.MULTILINE)  # around quoted code


class Item(Strict):
    """A quotation, a task in words of its own, or a picture with the width in percent."""

    quote: str | None = None
    task: Text | None = None
    picture: str | None = None
    width: Annotated[int, Field(ge=20, le=100)] = 100

    @model_validator(mode="after")
    def _one_of_them(self) -> "Item":
        if [self.quote, self.task, self.picture].count(None) != 2:
            raise ValueError("an item has either quote, or task, or picture")
        if not self.picture and not BLANK.search(self.quote or self.task or ""):
            raise ValueError("there is nothing to fill in: put <<…>> around it")
        return self


class Entry(NamedTuple):
    """What stands on the page.

    Attributes:
        kind: "quote", "task" or "picture".
        text: With its blanks; of a picture its address.
        heading: The section that begins here, if any.
        caption: Of a picture.
        width: Of a picture, in percent.
    """

    kind: str
    text: str
    heading: str = ""
    caption: str = ""
    width: int = 100


Sheet = Annotated[list[Item], Field(min_length=1)]


def read(root: Path) -> dict[str, list[Item]]:
    """Read all worksheets: number of the notebook → its items.

    Raises:
        PaperError: The file cannot be read, or something in it is not as it has to be.
    """
    return load(root / FILE, TypeAdapter(dict[str, Sheet]))


def fill(sheet: list[Item], cells: Cells) -> list[Entry]:
    """Take from a notebook what a worksheet shows.

    Raises:
        PaperError: A quotation is not in the notebook word for word, or a picture is not there.
    """
    entries: list[Entry] = []
    section = ""
    for item in sheet:
        if item.task:
            entries.append(Entry("task", item.task))
            continue
        try:
            if item.picture:
                place = cells.find(item.picture)
                address, caption = cells.picture(item.picture)
                entry = Entry("picture", address, "", caption, item.width)
            else:
                text = item.quote or ""
                place = cells.quoted(FENCE.sub("", BLANK.sub(r"\1", text)).strip("… \n"))
                entry = Entry("quote", text)
        except PaperError as error:
            raise PaperError(f"{FILE.as_posix()}: {error}") from error
        before, section = section, place.section
        entries.append(entry._replace(heading=section if section != before else ""))
    return entries
