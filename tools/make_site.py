"""The site of the series: artifacts/site/html/, which opens without a network.

The notebooks are taken as they are committed, and not executed. The pages stand as they do in the
project, so links hold in both; `docs/site/` has the configuration of Sphinx, and the style.
"""

import argparse
import functools
import http.server
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import make_paper
import make_slides
import nbformat
import pages
import site_figures
import site_lessons
import site_pages
import site_reference
from cells import PaperError
from copy_notebooks import CopyError, as_text, blank, originals
from deck import SlidesError
from site_pages import Offer
from site_reference import SiteError
from sphinx.cmd.build import build_main

ROOT = Path(__file__).parents[1]
FOLDER = Path("artifacts", "site")
SITE = Path("docs", "site")
FILES = "files"  # on the site: what is offered for download


def sources(root: Path, offered: dict[str, list[Offer]]) -> Iterator[tuple[str, str | Path]]:
    """Yield what Sphinx reads: place on the site, and text, or the file to take.

    Raises:
        CopyError: There are no notebooks.
        SiteError: The reference cannot be made.
    """
    reference = site_reference.pages(root)
    modules = [Path(place).stem for place in reference]
    notebooks = {path.stem: nbformat.read(path, as_version=4) for path in originals(root)}
    titles = {name: book.cells[0].source.partition("\n")[0][2:] for name, book in notebooks.items()}
    glossary = (root / "docs" / "glossary.md").read_text("utf-8")
    known = site_lessons.terms(glossary)
    files: set[str] = set()

    def page(place: str, text: str) -> tuple[str, str]:
        text, named = site_pages.relinked(text, place, root, modules)
        files.update(named)
        return place, text

    for name, notebook in notebooks.items():
        offers = site_pages.files_of(offered.get(name, []), "notebooks")
        made = site_lessons.lesson(notebook, known, offers)
        for number, cell in enumerate(made.cells):
            cell.id = str(number)  # by chance otherwise, and Sphinx would read all of them again
            if cell.cell_type == "markdown":
                _, cell.source = page(f"notebooks/{name}.ipynb", cell.source)
        yield f"notebooks/{name}.ipynb", nbformat.writes(made)
    for path in [*root.glob("*.md"), *root.glob("docs/*.md"), *root.glob("docs/teaching/*.md")]:
        place, text = page(path.relative_to(root).as_posix(), path.read_text("utf-8"))
        if place == "README.md":
            place, text = "index.md", site_pages.front_page(text, titles, site_figures.LOOK)
        elif place == "docs/glossary.md":
            headings = {
                f"{name}.ipynb": site_lessons.headings(notebooks[name]) for name in notebooks
            }
            text = site_lessons.glossary_page(text, headings)
        elif place == "docs/play.md":
            text += site_figures.all_small()
        elif place == "docs/teaching/guide.md":
            lessons = sorted(path.stem for path in root.glob("docs/teaching/[0-9]*.md"))
            text += "\n" + site_pages.tree("", lessons) + "\n"
        yield place, text
    yield page("downloads.md", site_pages.downloads(titles, offered))
    yield from reference.items()
    for place in sorted(files):
        yield place, root / place


def offer(root: Path, folder: Path) -> dict[str, list[Offer]]:
    """Make the files to download: a copy of each notebook to work in, its slides, its paper.

    Slides need what npm installs, and PDFs a browser. What cannot be made is left out, and said.

    Returns:
        Name of a notebook, or "" for all together → its files.
    """
    offered: dict[str, list[Offer]] = {}

    def add(name: str, label: str, path: Path) -> None:
        place = f"{FILES}/{path.relative_to(folder).as_posix()}"
        offered.setdefault(name, []).append(Offer(label, place, path.stat().st_size))

    notebooks = originals(root)
    (folder / "notebooks").mkdir(parents=True)
    packed = folder / "notebooks.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as together:
        for path in notebooks:
            copy = folder / "notebooks" / path.name
            copy.write_text(as_text(blank(path)), "utf-8", newline="\n")
            together.write(copy, copy.name)
            add(path.stem, "copy to work in", copy)
    add("", "all copies to work in", packed)
    try:
        for path in make_slides.make(root, [], folder / "slides"):
            add(path.stem, "slides", path)
    except SlidesError as error:
        print(f"Without slides: {error}")
    stems = {path.stem[:2]: path.stem for path in notebooks}
    (folder / "paper").mkdir()
    written = []
    for name, text in make_paper.written(root).items():
        if not name.endswith("_key"):
            written.append(folder / "paper" / f"{name}.html")
            written[-1].write_text(text, "utf-8", newline="\n")
    if chromium := pages.find_browser():
        printed = make_paper.print_to_pdf(written, chromium)
        for path in written:
            path.unlink()
        written = printed
    for path in written:
        kind, _, number = path.stem.partition("_")
        add(stems[number], kind, path)
    return offered


def stage(contents: Iterator[tuple[str, str | Path]], folder: Path) -> None:
    """Put pages where Sphinx reads them; what has not changed is left alone, what is gone goes."""
    kept = set()
    for place, content in contents:
        path = folder / place
        data = content.read_bytes() if isinstance(content, Path) else content.encode()
        kept.add(path)
        if not path.is_file() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    for path in folder.rglob("*"):
        if path.is_file() and path not in kept:
            path.unlink()


def make(root: Path, folder: Path) -> Path:
    """Make the site.

    Args:
        root: The project's folder.
        folder: Where it goes; Sphinx keeps there what makes the next time quicker.

    Returns:
        The folder of the pages.

    Raises:
        SiteError: A page cannot be made; the message says how to mend it.
        CopyError: As `sources`.
        PaperError: Quizzes or worksheets cannot be made.
        PageError: A file to download cannot be written.
    """
    fresh, html = folder / "fresh", folder / "html"
    shutil.rmtree(fresh, ignore_errors=True)
    offered = offer(root, fresh / FILES)
    site_figures.write(fresh)
    stage(sources(root, offered), folder / "source")
    doctrees = folder / "doctrees"
    command = ["-b", "html", "-c", str(root / SITE), "-d", str(doctrees)]
    command += ["-W", "--keep-going", "-q", "-a", "-j", "auto"]
    if build_main([*command, str(folder / "source"), str(fresh)]):
        shutil.rmtree(doctrees, ignore_errors=True)  # faults found while reading are told once only
        raise SiteError(
            "The pages have the faults that Sphinx lists above. It names copies: mend the file of "
            "the same name in the project, and make the site again."
        )
    for page in fresh.rglob("*.html"):
        if page.relative_to(fresh).parts[0] not in (FILES, "look", "figures"):
            page.write_text(site_pages.accessible(page.read_text("utf-8")), "utf-8", newline="\n")
    shutil.rmtree(html, ignore_errors=True)
    return fresh.rename(html)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Does not list each request in the terminal."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of what went well."""


def server(html: Path, port: int) -> http.server.ThreadingHTTPServer:
    """Return what shows the site to this computer, and to no other."""
    handler = functools.partial(Quiet, directory=html)
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)


def main() -> None:
    """Make the site and, if asked to, show it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", type=int, metavar="PORT", help="show it, at this port")
    port = parser.parse_args().serve
    try:
        html = make(ROOT, ROOT / FOLDER)
        print(f"{(html / 'index.html').relative_to(ROOT).as_posix()} is the first page.")
        if port:
            with server(html, port) as shown:
                print(f"Look at http://127.0.0.1:{port}; Ctrl+C ends it.")
                shown.serve_forever()
    except (CopyError, PaperError, SiteError, pages.PageError) as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"The site cannot be written or shown ({error}). Make room, or free the port.")
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
