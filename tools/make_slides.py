"""Slides of the notebooks: one file for each in slides/, which opens without a network.

All of a deck is in its file: reveal.js, fonts, figures. The notebooks are taken as they are
committed, and not executed. Name a notebook by its number for one deck alone.
"""

import argparse
import itertools
import sys
from collections.abc import Iterable
from pathlib import Path

import fonts
import nbformat
import pages
from copy_notebooks import CopyError, choose, originals
from deck import Slide, SlidesError, make_deck
from jinja2 import Environment, FileSystemLoader
from pygments.formatters import HtmlFormatter
from slide_parts import render

ROOT = Path(__file__).parents[1]
PARTS = Path(__file__).with_name("slides")
REVEAL = ROOT / "node_modules" / "reveal.js" / "dist"


def make(root: Path, names: Iterable[str], folder: Path) -> list[Path]:
    """Make the decks of notebooks.

    Args:
        root: The project's folder.
        names: Which notebooks, as `copy_notebooks.choose` takes them; none means all.
        folder: Where the decks go; those that are there are replaced.

    Returns:
        The files of the decks.

    Raises:
        CopyError: No such notebook.
        SlidesError: A deck cannot be made; the message says how to mend it.
        PageError: It cannot be written.
    """
    chosen = [choose(root, name) for name in names] or originals(root)
    made = []
    for path in chosen:
        try:
            notebook = nbformat.read(path, as_version=4)
        except (OSError, ValueError) as error:
            place = path.relative_to(root).as_posix()
            raise SlidesError(
                f"{place} cannot be read: `git checkout {place}` brings back what was delivered."
            ) from error
        slides = make_deck(notebook, path.name)
        made.append(folder / f"{path.stem}.html")
        pages.write(made[-1], page(slides))
    return made


def page(slides: list[Slide]) -> str:
    """Write a deck as one page of HTML that needs nothing else."""
    environment = Environment(loader=FileSystemLoader(PARTS), trim_blocks=True)
    environment.filters["markdown"] = render
    environment.filters["inline"] = lambda text: render(text)[3:-4]  # without <p> and </p>
    # A section, a column in the overview, begins with each heading of the second level.
    starts = itertools.accumulate(
        before.title != slide.title and slide.level < 3
        for before, slide in itertools.pairwise([Slide("", 1), *slides])
    )
    sections = itertools.groupby(zip(starts, slides, strict=True), lambda pair: pair[0])
    style = [
        part_of_reveal("reveal.css"),
        HtmlFormatter(style="xcode").get_style_defs("pre"),
        (PARTS / "slides.css").read_text(encoding="utf-8"),
    ]
    text = environment.get_template("page.html.j2").render(
        slides=slides,
        sections=[[slide for _, slide in section] for _, section in sections],
        style="\n".join(style),
        scripts=[part_of_reveal("reveal.js"), part_of_reveal("plugin/notes.js")],
    )
    return text.replace("</style>", f"{fonts.rules(fonts.DECK, text)}</style>", 1)


def part_of_reveal(name: str) -> str:
    """Read a file of reveal.js, which npm installs as package-lock.json pins it.

    Raises:
        SlidesError: It is not there.
    """
    try:
        return (REVEAL / name).read_text(encoding="utf-8")
    except OSError as error:
        raise SlidesError(
            "reveal.js, which shows the slides, is not there. Install Node.js "
            "(https://nodejs.org), whose npm fetches it, and then type: npm ci"
        ) from error


def main() -> None:
    """Make the decks that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebook", nargs="*", help="its number, such as 03; none means all")
    try:
        made = make(ROOT, parser.parse_args().notebook, ROOT / "slides")
    except (CopyError, SlidesError, pages.PageError) as error:
        sys.exit(str(error))
    print("\n".join(path.relative_to(ROOT).as_posix() for path in made))


if __name__ == "__main__":
    main()
