"""What stands on the slides of a notebook, and what is said beside them.

Headings, guesses, tasks, code, figures, tables and lists stand on slides; the prose becomes the
speaker's notes. Nothing is executed, and nothing is written twice: all comes from the cells. In
JupyterLab's property inspector a cell's *Slide Type* changes what its prose becomes: "Slide" puts
all of it on slides, "Notes" none of it, and "Skip" leaves the cell out.
"""

import math
import re
from dataclasses import dataclass, field, replace

from copy_notebooks import exercise_in
from nbformat import NotebookNode
from slide_parts import (
    GAP,
    HEIGHT,
    SCALES,
    TITLE_COLUMNS,
    TITLE_LINE,
    Block,
    Part,
    blocks,
    code_block,
    code_parts,
    first_sentence,
    is_list,
    items_of,
    output_parts,
    table_parts,
    text_part,
)

from mnist_helpers.exercises import core

EXERCISE = re.compile(r"\d\d\.\d+ ")
# Sentences that tell a learner where to type
HOW_TO_TYPE = re.compile(r"\(?[^.?!(`]*(?:three dots|the dots|leave it as|`\.\.\.`)[^.?!]*[.?!]\)?")
WRITES_PROSE = re.compile(r"^\s*Markdown\(", re.MULTILINE)  # a cell that writes a recap, say


class SlidesError(Exception):
    """Slides cannot be made; the message says how to mend it."""


@dataclass
class Slide:
    """A slide: its heading (1 to 3), what stands under it, and the speaker's notes in Markdown."""

    title: str
    level: int
    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    has_cell: bool = False  # whether a cell of code, or what it gave, stands on it

    @property
    def scale(self) -> float:
        """The largest at which all that stands on it has room, or 0: there is too much."""
        lines = math.ceil(len(self.title) / TITLE_COLUMNS)
        for scale in SCALES:
            heights = [GAP + part.height(scale) for part in self.parts]
            if lines * TITLE_LINE + sum(heights) <= HEIGHT:
                return scale
        return 0


def make_deck(notebook: NotebookNode, name: str) -> list[Slide]:
    """Lay an executed notebook out on slides.

    Args:
        notebook: Of the series, with its outputs.
        name: Its file, for messages.

    Returns:
        The slides in order; the first has the notebook's title.

    Raises:
        SlidesError: A cell cannot be shown; the message names it.
    """
    cells = [cell for cell in notebook.cells if _slide_type(cell) != "skip"]
    if not cells or not cells[0].source.startswith("# "):
        raise SlidesError(f"{name} must begin with a heading, such as: # Explore the data")
    deck = _Deck()
    for number, cell in enumerate(cells):
        try:
            if cell.cell_type == "markdown":
                follows = cells[number + 1 : number + 2]
                deck.add_text(cell, any(_asks_a_guess(after) for after in follows))
            elif cell.cell_type == "code":
                deck.add_code(cell)
        except (LookupError, ValueError) as error:
            start = cell.source[:40].partition("\n")[0]
            raise SlidesError(f"{name}, the cell that begins {start!r}: {error}") from error
    return deck.finish()


class _Deck:
    """Slides, while they are filled."""

    def __init__(self) -> None:
        self.slides: list[Slide] = []
        self.later: list[str] = []  # prose that introduces the next slide

    def open(self, title: str, level: int) -> None:
        self.slides.append(Slide(title, level, notes=self.later))
        self.later = []

    def turn(self) -> None:
        """Begin another slide under the same heading."""
        self.open(self.slides[-1].title, self.slides[-1].level)

    def show(self, part: Part, turn: bool = False) -> None:
        """Put a part on the slide, or on a new one."""
        slide = self.slides[-1]
        with_it = replace(slide, parts=[*slide.parts, part])
        if slide.parts and (turn or not with_it.scale):
            self.turn()
        self.slides[-1].parts.append(part)
        if part.notes:
            self.slides[-1].notes.append(part.notes)

    def show_prose(self, part: Part) -> None:
        """Put what stands between cells, and a second table, on a new slide; not in an exercise."""
        slide = self.slides[-1]
        is_second = part.kind == "table" and "table" in {other.kind for other in slide.parts}
        self.show(part, turn=(slide.has_cell or is_second) and not self.in_exercise())

    def in_exercise(self) -> bool:
        return bool(EXERCISE.match(self.slides[-1].title))

    def add_text(self, cell: NotebookNode, before_guess: bool) -> None:
        found = blocks(cell.source)
        new = False  # whether a heading stands before it in this cell
        for place, block in enumerate(found):
            last = place == len(found) - 1
            title = _heading(block)
            if block.kind == "html_block" or block.text.startswith(("Previous:", "Next:")):
                continue
            if title:
                self.open(*title)
                new = True
            elif last and before_guess:
                self.show(text_part(HOW_TO_TYPE.sub("", block.text), "question"), turn=True)
            elif _slide_type(cell) == "notes":
                self.slides[-1].notes.append(block.text)
            elif block.kind in ("table", "fence"):
                make = table_parts if block.kind == "table" else code_block
                for part in make(block.text):
                    self.show_prose(part)
            elif self.in_exercise() or _slide_type(cell) == "slide" or _is_formula(block):
                self.show_prose(text_part(block.text, "list" if is_list(block) else "text"))
            elif is_list(block):
                self.add_list(block)
            elif last and block.text.endswith(":") and not new:
                self.later.append(block.text)
            else:
                self.slides[-1].notes.append(block.text)

    def add_list(self, block: Block) -> None:
        """Put the first sentence of each item on a slide, and all of the list into the notes."""
        items = list(items_of(block.text))
        shown = [(mark, first_sentence(words)) for mark, words in items]
        self.show_prose(text_part("\n".join(map(" ".join, shown)), "list"))
        if shown != items:
            self.slides[-1].notes.append(block.text)

    def add_code(self, cell: NotebookNode) -> None:
        code = cell.source
        if code.strip() == "mh.exercises.guesses()":  # a learner's own
            self.later.clear()
            return
        if not WRITES_PROSE.search(code):
            beside = {"question", "text"} | ({"list", "table"} if self.in_exercise() else set())
            with_prose = {part.kind for part in self.slides[-1].parts} <= beside
            for number, part in enumerate(code_parts(code)):
                self.show(part, turn=number > 0 or not with_prose)
                self.slides[-1].has_cell = True
        if exercise := exercise_in(code):
            solution = core.find(exercise)
            self.slides[-1].notes.append(f"Solution:\n\n```python\n{solution.code.strip()}\n```")
            self.slides[-1].notes.append(solution.reasoning)
        else:
            for part in output_parts(cell.outputs):
                self.show(part)
                self.slides[-1].has_cell = True
                first = self.slides[-1].parts[0]
                part.waits = first is not part and first.kind == "code"

    def finish(self) -> list[Slide]:
        """Give a slide without anything on it the first sentence of its notes."""
        self.slides[-1].notes += self.later
        for slide in self.slides:
            if not slide.parts and slide.notes:
                text = slide.notes[0].removeprefix("**What you'll do.** ")
                text = HOW_TO_TYPE.sub("", text).strip()
                text = text if slide.level == 1 else first_sentence(text)
                slide.parts.append(text_part(text, "lead"))
        return self.slides


def _slide_type(cell: NotebookNode) -> str:
    return cell.metadata.get("slideshow", {}).get("slide_type", "")


def _asks_a_guess(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(re.match(r"guess_\w+ = \.\.\.", cell.source))


def _heading(block: Block) -> tuple[str, int] | None:
    """Return text and level of a heading; a line in bold is one, too."""
    if block.kind == "heading":
        marks, _, title = block.text.partition(" ")
        return title.strip(), len(marks)
    if block.kind == "paragraph" and (bold := re.fullmatch(r"\*\*([^*]+)\*\*", block.text)):
        return bold[1], 3
    return None


def _is_formula(block: Block) -> bool:
    """Tell whether a paragraph is a formula, or the sentence that it is a part of."""
    if block.kind != "paragraph" or "\n" in block.text:
        return False
    goes_on = block.text[0].islower() and first_sentence(block.text) == block.text
    return goes_on or block.text[-1] not in ".:?!*)"
