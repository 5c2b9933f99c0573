"""Paper for a class: a quiz and a worksheet for each notebook, and a key for each of the two.

The questions are those of docs/teaching/quizzes.yaml, the worksheets those of worksheets.yaml
beside it. Each page is written as HTML that needs nothing else, and printed to PDF (A4) where
there is Chromium or Chrome. The notebooks are taken as they are committed, and not executed.
"""

import argparse
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import fonts
import pages
import quizzes
import worksheets
from cells import Cells, PaperError
from copy_notebooks import CopyError, choose
from jinja2 import Environment, FileSystemLoader
from markdown_it import MarkdownIt
from markupsafe import Markup
from playwright.sync_api import Error, sync_playwright
from pypdf import PdfReader

ROOT = Path(__file__).parents[1]
TEMPLATES = Path(__file__).with_name("paper")
FOLDER = Path("artifacts", "paper")
PAGES = {"quiz": 2, "worksheet": 1}  # at most; a key of a quiz may have more
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
STAND_IN = re.compile("\ue000(\\d+)\ue001")  # for a blank, while Markdown is rendered


def markdown(text: str) -> Markup:
    """Turn Markdown into HTML."""
    return Markup(MARKDOWN.render(text).strip())


def inline(text: str) -> Markup:
    """Turn a line of Markdown into HTML, without a paragraph around it."""
    return Markup(MARKDOWN.renderInline(text))


def blanks(text: str, filled: bool) -> Markup:
    """Turn Markdown into HTML, each `<<words>>` into a blank that is wide enough for them."""
    words: list[str] = []

    def hide(found: re.Match) -> str:
        words.append(found[1])
        return f"\ue000{len(words) - 1}\ue001"

    def show(found: re.Match) -> Markup:
        answer = re.sub(r"[*`]", "", words[int(found[1])])
        width = min(60, max(12, 5 + 2 * len(answer)))  # mm, for handwriting
        return Markup('<span class="blank{}" style="min-width: {:.0f}mm">{}</span>').format(
            " filled" if filled else "", width, answer if filled else "\u00a0"
        )

    html = MARKDOWN.render(worksheets.BLANK.sub(hide, text)).strip()
    return Markup(STAND_IN.sub(show, html))


def written(root: Path, names: Iterable[str] = ()) -> dict[str, str]:
    """Write the pages of notebooks: name of the file, without suffix → HTML.

    Args:
        root: The project's folder.
        names: Which notebooks, as `copy_notebooks.choose` takes them; none means all that have
            a quiz and a worksheet.

    Raises:
        CopyError: There is no such notebook.
        PaperError: A page cannot be made.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"markdown": markdown, "inline": inline, "blanks": blanks}
    all_quizzes, all_sheets = quizzes.read(root), worksheets.read(root)
    made = {}
    for name in names or sorted(all_quizzes.keys() & all_sheets.keys()):
        path = choose(root, name)
        number, cells = path.name[:2], Cells(path)
        for file, known in ((quizzes.FILE, all_quizzes), (worksheets.FILE, all_sheets)):
            if number not in known:
                raise PaperError(f"{file.as_posix()} has nothing for notebook {number} yet.")
        quiz, sheet = all_quizzes[number], worksheets.fill(all_sheets[number], cells)
        kinds: dict[str, dict[str, Any]] = {
            "quiz": {"questions": quiz, "places": quizzes.places(quiz, cells)},
            "worksheet": {"entries": sheet, "aims": cells.aims, "guesses": cells.guesses()},
        }
        for kind, parts in kinds.items():
            template = environment.get_template(f"{kind}.html.j2")
            for key in (False, True):
                text = template.render(**parts, number=number, title=cells.title, key=key)
                made[f"{kind}_{number}{'_key' if key else ''}"] = text
    style = fonts.rules(fonts.PAPER, "".join(made.values()))
    style += (TEMPLATES / "paper.css").read_text(encoding="utf-8")
    return {name: text.replace("</style>", f"\n{style}</style>", 1) for name, text in made.items()}


def print_to_pdf(files: Iterable[Path], browser: str) -> list[Path]:
    """Print HTML files to PDF beside them, with no network.

    Raises:
        PaperError: The browser fails, or a page is too long.
        PageError: A file cannot be written.
    """
    printed = []
    try:
        with sync_playwright() as playwright:
            running = playwright.chromium.launch(
                executable_path=browser, args=["--no-sandbox", "--disable-gpu"]
            )
            page = running.new_context(offline=True, java_script_enabled=False).new_page()
            for file in files:
                page.goto(file.resolve().as_uri())
                printed.append(file.with_suffix(".pdf"))
                pages.write(printed[-1], page.pdf(prefer_css_page_size=True, tagged=True))
            running.close()
    except Error as error:
        raise PaperError(f"{browser} does not print: {error}") from error
    for path in printed:
        kind, _, rest = path.stem.partition("_")
        count = len(PdfReader(path).pages)
        if count > PAGES[kind] and (kind, "key" in rest) != ("quiz", True):
            raise PaperError(
                f"{path.name} has {count} pages, and may have {PAGES[kind]}: shorten it in "
                f"docs/teaching/, or make a picture smaller."
            )
    return printed


def main() -> None:
    """Make the paper that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebook", nargs="*", help="its number, such as 03; none means all")
    folder = ROOT / FOLDER
    try:
        texts = written(ROOT, parser.parse_args().notebook)
        files = [folder / f"{name}.html" for name in texts]
        for file, text in zip(files, texts.values(), strict=True):
            pages.write(file, text)
        print(f"{len(files)} files: {FOLDER.as_posix()}/*.html")
        if browser := pages.find_browser():
            print(f"{len(print_to_pdf(files, browser))} PDFs beside them, A4")
        else:
            print(
                "No Chromium or Chrome here to print them: open a page in any browser and print it "
                "to PDF (A4, no headers and footers), or name the program in CHROMIUM."
            )
    except (CopyError, PaperError, pages.PageError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
