"""What stands on slides, as HTML, and how high it is: text, code, tables, figures.

Heights are estimated, so that slides can be filled without a browser; tests in a browser hold the
estimates to what is really shown.
"""

import base64
import functools
import html
import io
import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from fonts import width, wrapped
from markdown_it import MarkdownIt
from nbformat import NotebookNode
from PIL import Image
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

# In pixels of a slide of 1280 × 720, at the scale 1. slides.css has the same.
WIDTH, HEIGHT, GAP = 1160, 650, 14
TITLE_LINE, TITLE_COLUMNS = 46, 50
BODY = HEIGHT - TITLE_LINE - GAP  # under a heading of one line
CODE_LINE, CODE_COLUMNS, PADDING = 26, 93, 24
TEXT, LARGE, CAPTION, TABLE = (24, 33), (30, 41), (22, 30), (20, 25)  # type, and its line
INDENT = 36  # of a list
ROW, CELL, CLOSE, MANY = 9, 28, 14, 9  # around cells; CLOSE where there are so MANY columns
SCALES = (1.4, 1.3, 1.2, 1.1, 1.0)  # of what stands under a heading; code has 20 pixels and more
LINES = (BODY - PADDING) // CODE_LINE  # of code on a slide
LONG = 200  # characters of a caption; of a longer one the first sentence is shown
# With what stands in bold before it; it does not end inside a link
SENTENCE = re.compile(
    r"(?:\*\*[^*]+\*\*\s+)?(?:\[[^\]]*\]\(|.)+?[.!?][*)\"”`]*(?=\s+[^a-z]|$)", re.DOTALL
)
# The space in a cell such as 41.9 s or 54.1% ± 2.9
BEFORE_UNIT = re.compile(r"(?<=[\d%]) (?=[^\W\d][\w/]{0,6} *\||±)|(?<=±) ")


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
        height: How many pixels that takes at a scale.
        notes: What the speaker reads about it, in Markdown.
        waits: Whether it appears when the speaker goes on, so that a class can guess first.
    """

    kind: str
    html: str
    height: Callable[[float], float]
    notes: str = ""
    waits: bool = False


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


def is_list(block: Block) -> bool:
    """Tell whether a block is a list, with or without numbers."""
    return block.kind in ("bullet_list", "ordered_list")


def first_sentence(text: str) -> str:
    """Return the first sentence of a paragraph."""
    found = SENTENCE.match(text)
    return found[0] if found else text


def items_of(text: str) -> Iterator[tuple[str, str]]:
    """Return mark and text of each item of a list, without its line breaks."""
    lines = text.splitlines()
    for token in _markdown().parse(text):
        if token.type == "list_item_open" and token.level == 1 and token.map:
            item = " ".join(line.strip() for line in lines[slice(*token.map)])
            mark, _, words = item.partition(" ")
            yield mark, words.strip()


def _lines(lines: Iterable[str], columns: float) -> int:
    """Return how many lines code takes, if so many characters fit in one."""
    return sum(max(1, math.ceil(len(line) / columns)) for line in lines)


def text_part(text: str, kind: str) -> Part:
    """Show a paragraph or a list.

    Args:
        text: In Markdown.
        kind: "question" or "lead" in large type; "text", "list" or "outcome".
    """
    size, line = LARGE if kind in ("question", "lead") else TEXT
    items = [item for _, item in items_of(text)]
    words = items or [text.replace("\n", " ")]

    def height(scale: float) -> float:
        room = (WIDTH - INDENT * bool(items)) / (size * scale)
        return sum(wrapped(one, room) for one in words) * line * scale + 10 * (len(words) - 1)

    return Part(kind, render(text), height)


def code_parts(code: str) -> Iterator[Part]:
    """Cut a cell that is too long for a slide into like pieces, best where it has a blank line."""
    lines = re.sub(r"\n{3,}", "\n\n", code.rstrip()).splitlines()
    while lines:
        pieces = math.ceil(len(lines) / LINES)
        middle, end = len(lines) / pieces, len(lines)
        if pieces > 1:
            starts = [at for at in range(2, LINES + 1) if re.match(r"\w", lines[at])]
            blank = [at for at in starts if not lines[at - 1] and at > middle / 2]
            end = min(blank or starts or [LINES], key=lambda at: abs(at - middle))
        yield _preformatted("code", lines[:end], _highlight)
        lines = lines[end:]


def _preformatted(kind: str, lines: list[str], shown: Callable[[str], str]) -> Part:
    """Show lines as they are; of more than a slide holds, say how many are left out."""
    kept = lines = "\n".join(lines).strip("\n").splitlines()
    while _lines(kept, CODE_COLUMNS) > LINES - (len(kept) < len(lines)):
        kept = kept[:-1]
    markup, note = shown("\n".join(kept)), []
    if left := len(lines) - len(kept):
        note = [f"… and {left} more lines in the notebook"]
        markup += f'\n<span class="cut">{note[0]}</span>'

    def height(scale: float) -> float:
        count = _lines([*kept, *note], CODE_COLUMNS / scale)
        if count > _lines([*kept, *note], CODE_COLUMNS):
            return math.inf  # no scale at which more lines are broken
        return count * CODE_LINE * scale + PADDING

    return Part(kind, f"<pre>{markup}</pre>", height)


def code_block(text: str) -> Iterator[Part]:
    """Show code that stands between fences in Markdown."""
    opening, *lines, _ = text.splitlines()
    language = opening.strip("`")
    yield _preformatted("code", lines, lambda code: _highlight(code, language))


def table_parts(text: str) -> Iterator[Part]:
    """Lay a table out, on several slides if it is long. A number stays beside its unit."""
    head, rule, *rows = text.splitlines()
    rows = [BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", row) for row in rows]
    whole = "\n".join([head, rule, *rows])
    top, *heights = [count * TABLE[1] + ROW for count in _row_lines(whole, 1)]
    if top == math.inf:
        raise ValueError("its table is wider than a slide; leave out a column, or shorten words")
    pieces = math.ceil(sum(heights) / (BODY - top))
    most = math.ceil(len(rows) / pieces)  # equally many on each slide
    start = 0
    while start < len(rows):
        end = start + 1
        while end - start < most and top + sum(heights[start : end + 1]) <= BODY:
            end += 1
        piece = "\n".join([head, rule, *rows[start:end]])
        yield Part("table", render(piece), functools.partial(_table_height, piece))
        start = end


def _table_height(table: str, scale: float) -> float:
    lines = _row_lines(table, scale)
    if any(now > max(2, at_1) for now, at_1 in zip(lines, _row_lines(table, 1), strict=True)):
        return math.inf  # no scale at which a row is broken twice
    return sum(count * TABLE[1] * scale + ROW for count in lines)


def _row_lines(table: str, scale: float) -> list[float]:
    """Return how many lines the rows of a table take; without end, if it has no room.

    As in a browser, a column has room for its longest word, and a share of what is left.
    """
    rows: list[list[str]] = []
    for token in _markdown().parse(table):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(token.content)
    weights = ["bold"] + ["normal"] * (len(rows) - 1)
    least, most = [], []
    for column in zip(*rows, strict=True):
        cells = list(zip(column, weights, strict=True))
        words = [(word, weight) for cell, weight in cells for word in cell.split(" ")]
        least.append(max(width(*word) for word in words))
        most.append(max(width(*cell) for cell in cells) + 0.1)
    around = len(least) * (CELL if len(least) < MANY else CLOSE)
    left = (WIDTH - around) / (TABLE[0] * scale) - sum(least)
    if left < 0:
        return [math.inf] * len(rows)
    share = min(1, left / (sum(most) - sum(least)))
    widths = [low + share * (high - low) for low, high in zip(least, most, strict=True)]
    return [
        max(wrapped(cell, room, weight) for cell, room in zip(row, widths, strict=True))
        for row, weight in zip(rows, weights, strict=True)
    ]


def output_parts(outputs: list[NotebookNode]) -> Iterator[Part]:
    """Show what a cell gave: printed text, figures with their captions, tables, prose."""
    captions = set()
    for is_printed, group in itertools.groupby(outputs, lambda one: one.output_type == "stream"):
        if is_printed:
            lines = "".join(output.text for output in group).splitlines()
            yield _preformatted("output", lines, html.escape)
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
    columns, rows = Image.open(io.BytesIO(base64.b64decode(png))).size
    shown = caption if len(caption) <= LONG else first_sentence(caption)
    text = caption.replace("`", "")  # it is Markdown

    def height(scale: float) -> float:
        size, line = CAPTION
        below = wrapped(shown, WIDTH / (size * scale)) * line * scale
        wanted = WIDTH * rows / columns + below
        return wanted if scale > 1 else min(wanted, BODY)

    markup = (
        f'<img src="data:image/png;base64,{png.strip()}" alt="{html.escape(text)}">'
        f"<figcaption>{render(shown)}</figcaption>"
    )
    return Part("figure", markup, height, notes=caption if shown != caption else "")


def _prose(text: str) -> Iterator[Part]:
    """Show a text that a cell wrote, such as a recap or what came out after a guess."""
    if text.startswith("| asked | your guess |"):  # a learner's own
        return
    text = text.removeprefix("No guess yet. ")
    for block in blocks(text):
        if block.kind == "table":
            yield from table_parts(block.text)
        elif block.kind == "fence":
            yield from code_block(block.text)
        else:
            kind = "outcome" if block.text.startswith("What came out:") else "text"
            yield text_part(block.text, "list" if is_list(block) else kind)


def _markdown() -> MarkdownIt:
    return MarkdownIt(options_update={"highlight": _highlight}).enable("table")


def _highlight(code: str, language: str = "python", _: str = "") -> str:
    if language != "python":
        return html.escape(code)
    return highlight(code, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)).rstrip("\n")
