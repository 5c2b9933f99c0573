"""What stands on slides, as HTML, and how high it is: text, code, tables, figures.

Heights are estimated, so that slides can be filled without a browser; tests in a browser hold the
estimates to what is really shown.
"""

import base64
import html
import io
import itertools
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from markdown_it import MarkdownIt
from nbformat import NotebookNode
from PIL import Image
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

# In pixels of a slide of 1280 × 720. slides.css has the same, and tests hold the two together.
WIDTH, HEIGHT, GAP = 1160, 650, 14
CODE_LINE, PADDING, COLUMNS = 28, 24, 85
TITLE_LINE, TEXT_LINE, LARGE_LINE, TABLE_ROW, TABLE_LINE = 46, 36, 44, 36, 26
BODY = HEIGHT - TITLE_LINE - GAP  # under a heading of one line
LINES = (BODY - PADDING) // CODE_LINE  # of code on a slide
CAPTION = 200  # characters; of a longer one the first sentence is shown
SENTENCE = re.compile(r".+?[.!?][*)\"”`]*(?=\s+[^a-z]|$)", re.DOTALL)


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


def _lines_of(text: str, characters: int) -> int:
    """Return how many lines a text takes, if so many characters fit in one."""
    return sum(max(1, math.ceil(len(line) / characters)) for line in text.splitlines())


def text_part(text: str, kind: str) -> Part:
    """Show a paragraph or a list.

    Args:
        text: In Markdown.
        kind: "question" or "lead" in large type; "text", "list" or "outcome".
    """
    large = kind in ("question", "lead")
    paragraphs = [words for _, words in items_of(text)] or [text.replace("\n", " ")]
    lines = sum(math.ceil(len(words) / (62 if large else 74)) for words in paragraphs)
    height = lines * (LARGE_LINE if large else TEXT_LINE) + 10 * (len(paragraphs) - 1)
    return Part(kind, render(text), height)


def code_parts(code: str) -> Iterator[Part]:
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


def code_block(text: str) -> Iterator[Part]:
    """Show code that stands between fences in Markdown."""
    opening, *lines, _ = text.splitlines()
    language = opening.strip("`")
    yield _preformatted("code", "\n".join(lines), lambda code: _highlight(code, language))


def table_parts(text: str) -> Iterator[Part]:
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


def output_parts(outputs: list[NotebookNode]) -> Iterator[Part]:
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
    shown = caption if len(caption) <= CAPTION else first_sentence(caption)
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
            yield from table_parts(block.text)
        elif block.kind == "fence":
            yield from code_block(block.text)
        else:
            yield text_part(block.text, "list" if is_list(block) else "outcome")


def _markdown() -> MarkdownIt:
    return MarkdownIt(options_update={"highlight": _highlight}).enable("table")


def _highlight(code: str, language: str = "python", _: str = "") -> str:
    if language != "python":
        return html.escape(code)
    return highlight(code, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)).rstrip("\n")
