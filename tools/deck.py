"""What stands on the slides of a notebook, and what is said beside them.

Headings, guesses, tasks, code, figures, tables and lists stand on slides; the prose becomes the
speaker's notes. Nothing is executed, and nothing is written twice: all comes from the cells. In
JupyterLab's property inspector a cell's *Slide Type* changes what its prose becomes: "Slide" puts
all of it on slides, "Notes" none of it, and "Skip" leaves the cell out.
"""

import ast
import base64
import html
import io
import itertools
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from markdown_it import MarkdownIt
from nbformat import NotebookNode
from PIL import Image
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from mnist_helpers.exercises import core

# In pixels of a slide of 1280 × 720. slides.css has the same, and tests hold the two together.
WIDTH, HEIGHT, GAP = 1160, 650, 14
CODE_LINE, PADDING, COLUMNS = 28, 24, 85
TEXT_LINE, LARGE_LINE, TABLE_ROW, TABLE_LINE = 36, 44, 36, 26
BODY = HEIGHT - 46 - GAP  # under a heading of one line
LINES = (BODY - PADDING) // CODE_LINE  # of code on a slide
CAPTION = 200  # characters; of a longer one the first sentence is shown
EXERCISE = re.compile(r"\d\d\.\d+ ")
# Sentences that tell a learner where to type
HOW_TO_TYPE = re.compile(r"\(?[^.?!(`]*(?:three dots|the dots|leave it as|`\.\.\.`)[^.?!]*[.?!]\)?")
SENTENCE = re.compile(r".+?[.!?][*)\"”`]*(?=\s+[^a-z]|$)", re.DOTALL)


class SlidesError(Exception):
    """Slides cannot be made; the message says how to mend it."""


class Block(NamedTuple):
    """A part of a text in Markdown: its kind, as markdown-it names it, and its source."""

    kind: str
    text: str


@dataclass
class Part:
    """What stands on a slide.

    Attributes:
        kind: Which of the kinds that slides.css knows.
        html: What is shown.
        height: How high that is, in pixels.
        notes: What the speaker reads about it, in Markdown.
        waits: Whether it appears when the speaker goes on, so that a class can guess first.
    """

    kind: str
    html: str
    height: int
    notes: str = ""
    waits: bool = False


@dataclass
class Slide:
    """A slide: its heading (1 to 3), what stands under it, and the speaker's notes in Markdown."""

    title: str
    level: int
    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def has_room(self, height: int) -> bool:
        """Tell whether one more part fits on it."""
        lines = math.ceil(len(self.title) / 50)
        used = 46 * lines + sum(GAP + part.height for part in self.parts)
        return used + GAP + height <= HEIGHT


def blocks(text: str) -> list[Block]:
    """Take a text in Markdown apart: headings, paragraphs, lists, tables, code."""
    lines, found = text.splitlines(), []
    for token in _markdown().parse(text):
        if token.level == 0 and token.map and token.nesting >= 0:
            source = "\n".join(lines[slice(*token.map)]).strip("\n")
            found.append(Block(token.type.removesuffix("_open"), source))
    return found


def render(text: str) -> str:
    """Turn Markdown into HTML. A link leads to another deck or to the web, or is plain text."""
    text = re.sub(r"\]\((\d\d_\w+)\.ipynb\)", r"](\1.html)", text)
    text = re.sub(r"\[([^\]]*)\]\((?!https?:|\d\d_\w+\.html)[^)]*\)", r"\1", text)
    return _markdown().render(text).replace("<a href", '<a target="_blank" href').strip()


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
    deck = _Deck()
    cells = [cell for cell in notebook.cells if _slide_type(cell) != "skip"]
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
        if slide.parts and (turn or not slide.has_room(part.height)):
            self.turn()
        self.slides[-1].parts.append(part)
        if part.notes:
            self.slides[-1].notes.append(part.notes)

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
                self.show(_text(HOW_TO_TYPE.sub("", block.text), "question"), turn=True)
            elif _slide_type(cell) == "notes":
                self.slides[-1].notes.append(block.text)
            elif block.kind in ("table", "fence"):
                for part in _table(block.text) if block.kind == "table" else [_fence(block.text)]:
                    self.show(part)
            elif self.in_exercise() or _slide_type(cell) == "slide" or _is_formula(block):
                self.show(_text(block.text, "list" if _is_list(block) else "text"))
            elif _is_list(block):
                self.add_list(block)
            elif last and block.text.endswith(":") and not new:
                self.later.append(block.text)
            else:
                self.slides[-1].notes.append(block.text)

    def add_list(self, block: Block) -> None:
        """Put the first sentence of each item on a slide, and all of the list into the notes."""
        items = list(_items(block.text))
        shown = [(mark, _first_sentence(words)) for mark, words in items]
        self.show(_text("\n".join(map(" ".join, shown)), "list"))
        if shown != items:
            self.slides[-1].notes.append(block.text)

    def add_code(self, cell: NotebookNode) -> None:
        code = cell.source
        exercise = re.search(r"^mh\.exercises\.check\(\"([\d.]+)\"", code, re.MULTILINE)
        if code.strip() == "mh.exercises.guesses()":  # a learner's own
            self.later.clear()
            return
        if not _writes_prose(code):
            with_prose = {part.kind for part in self.slides[-1].parts} <= {"question", "text"}
            for number, part in enumerate(_code(code)):
                self.show(part, turn=number > 0 or not with_prose)
        if exercise:
            solution = core.find(exercise[1])
            self.slides[-1].notes.append(f"Solution:\n\n```python\n{solution.code.strip()}\n```")
            self.slides[-1].notes.append(solution.reasoning)
        else:
            for part in _outputs(cell.outputs):
                self.show(part)
                part.waits = self.slides[-1].parts[0].kind == "code" != part.kind

    def finish(self) -> list[Slide]:
        """Give a slide without anything on it the first sentence of its notes."""
        self.slides[-1].notes += self.later
        for slide in self.slides:
            if not slide.parts and slide.notes:
                text = slide.notes[0].removeprefix("**What you'll do.** ")
                text = text if slide.level == 1 else _first_sentence(text)
                slide.parts.append(_text(text, "lead"))
        return self.slides


def _markdown() -> MarkdownIt:
    return MarkdownIt(options_update={"highlight": _highlight}).enable("table")


def _highlight(code: str, language: str = "python", _: str = "") -> str:
    if language != "python":
        return html.escape(code)
    return highlight(code, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)).rstrip("\n")


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


def _is_list(block: Block) -> bool:
    return block.kind in ("bullet_list", "ordered_list")


def _is_formula(block: Block) -> bool:
    return block.kind == "paragraph" and "\n" not in block.text and block.text[-1] not in ".:?!*)"


def _writes_prose(code: str) -> bool:
    """Tell whether a cell's last statement is a text in Markdown, such as a recap."""
    match ast.parse(code).body[-1:]:
        case [ast.Expr(ast.Call(ast.Name("Markdown")))]:
            return True
    return False


def _first_sentence(text: str) -> str:
    found = SENTENCE.match(text)
    return found[0] if found else text


def _items(text: str) -> Iterator[tuple[str, str]]:
    """Return mark and text of each item of a list, without its line breaks."""
    lines = text.splitlines()
    for token in _markdown().parse(text):
        if token.type == "list_item_open" and token.level == 1 and token.map:
            item = " ".join(line.strip() for line in lines[slice(*token.map)])
            mark, _, words = item.partition(" ")
            yield mark, words.strip()


def _lines_of(text: str, characters: int) -> int:
    """Return how many lines a text takes, if so many characters fit in one."""
    return sum(max(1, math.ceil(len(line) / characters)) for line in text.splitlines())


def _text(text: str, kind: str) -> Part:
    large = kind in ("question", "lead")
    paragraphs = [words for _, words in _items(text)] or [text.replace("\n", " ")]
    lines = sum(math.ceil(len(words) / (62 if large else 74)) for words in paragraphs)
    height = lines * (LARGE_LINE if large else TEXT_LINE) + 10 * (len(paragraphs) - 1)
    return Part(kind, render(text), height)


def _code(code: str) -> Iterator[Part]:
    """Cut a cell that is too long for a slide, where it has blank lines if possible."""
    lines = code.rstrip().splitlines()
    while lines:
        end = len(lines)
        if end > LINES:
            blank = [at for at in range(LINES // 3, LINES + 1) if not lines[at].strip()]
            end = max(blank, default=LINES)
        piece = "\n".join(lines[:end]).strip("\n")
        yield _preformatted("code", piece, _highlight)
        lines = lines[end:]


def _preformatted(kind: str, text: str, shown: Callable[[str], str]) -> Part:
    """Show lines as they are; of more than a slide holds, say how many are left out."""
    lines = text.strip("\n").splitlines()
    kept = list(lines)
    while _lines_of("\n".join(kept), COLUMNS) > LINES - (len(kept) < len(lines)):
        kept.pop()
    text = "\n".join(kept)
    height = _lines_of(text, COLUMNS) * CODE_LINE + PADDING
    markup = shown(text)
    if left := len(lines) - len(kept):
        markup += f'\n<span class="cut">… and {left} more lines in the notebook</span>'
        height += CODE_LINE
    return Part(kind, f"<pre>{markup}</pre>", height)


def _fence(text: str) -> Part:
    opening, *lines, _ = text.splitlines()
    language = opening.strip("`")
    return _preformatted("code", "\n".join(lines), lambda code: _highlight(code, language))


def _table(text: str) -> Iterator[Part]:
    """Lay a table out, on several slides if it is long."""
    head, rule, *rows = text.splitlines()
    top, *heights = _row_heights(text)
    start = 0
    while start < len(rows):
        height, end = top, start
        while end < len(rows) and (end == start or height + heights[end] <= BODY):
            height += heights[end]
            end += 1
        yield Part("table", render("\n".join([head, rule, *rows[start:end]])), height)
        start = end


def _row_heights(table: str) -> list[int]:
    """Estimate how high the rows of a table are, if columns share the width by what they hold."""
    cells: list[list[int]] = []  # characters
    for token in _markdown().parse(table):
        if token.type == "tr_open":
            cells.append([])
        elif token.type == "inline":
            cells[-1].append(len(token.content))
    widest = [max(column) for column in zip(*cells, strict=True)]
    share = min(1, (96 - 3 * len(widest)) / sum(widest))  # of the characters that fit beside
    lines = [
        max(
            math.ceil(cell / max(6, share * width)) for cell, width in zip(row, widest, strict=True)
        )
        for row in cells
    ]
    return [TABLE_ROW + TABLE_LINE * (max(1, count) - 1) for count in lines]


def _outputs(outputs: list[NotebookNode]) -> Iterator[Part]:
    """Show what a cell gave: printed text, figures with their captions, tables, prose."""
    captions = set()
    for is_printed, group in itertools.groupby(outputs, lambda one: one.output_type == "stream"):
        if is_printed:
            text = "".join(output.text for output in group)
            yield _preformatted("output", text, html.escape)
            continue
        for output in group:
            if "image/png" in output.data:
                said = output.metadata.get("image/png", {}).get("alt")  # nbconvert reads it, too
                caption = said or output.data["text/plain"].strip()
                captions.add(f"*{caption}*")
                yield _figure(output.data["image/png"], caption)
            elif (text := output.data["text/markdown"].strip()) not in captions:
                yield from _prose(text)


def _figure(png: str, caption: str) -> Part:
    """Show a figure as wide as the slide, or as high as there is room; its caption is its text."""
    if caption.startswith("<"):
        raise ValueError(f"its figure has no caption, but {caption}; draw it with mh.plots")
    width, height = Image.open(io.BytesIO(base64.b64decode(png))).size
    shown = caption if len(caption) <= CAPTION else _first_sentence(caption)
    below = _lines_of(shown, 88) * 30
    return Part(
        "figure",
        f'<img src="data:image/png;base64,{png.strip()}" alt="{html.escape(caption)}">'
        f"<figcaption>{html.escape(shown)}</figcaption>",
        min(WIDTH * height // width + GAP + below, BODY),
        notes=caption if shown != caption else "",
    )


def _prose(text: str) -> Iterator[Part]:
    """Show a text that a cell wrote, such as a recap or what came out after a guess."""
    if text.startswith("| asked | your guess |"):  # a learner's own
        return
    text = text.removeprefix("No guess yet. ")
    for block in blocks(text):
        if block.kind == "table":
            yield from _table(block.text)
        elif block.kind == "fence":
            yield _fence(block.text)
        else:
            yield _text(block.text, "list" if _is_list(block) else "outcome")
