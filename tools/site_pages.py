"""Pages of the site that are put together: the first one, the downloads, and what links lead to."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

LINK = re.compile(r'(?<=\]\()(?!\w+:|#)([^)#\s]+)|(?<=src=")(?!\w+:)([^"#]+)')
PARTS = {"Learn": 5, "Put to work": 7, "Go further": 99}  # as README names them; the last notebook
CHAPTERS = {  # heading of the navigation → its pages; their own pages stand in their tables
    "Look up": [
        "docs/glossary",
        "docs/results",
        "docs/models",
        "docs/service",
        "docs/data",
        "docs/where-to-run",
        "docs/several-computers",
        "docs/play",
        "docs/troubleshooting",
    ],
    "Teach": [
        "docs/teaching",
        "docs/teaching/guide",
        "docs/presenting",
        "docs/teaching/room",
        "docs/teaching/jupyterhub",
        "docs/project",
    ],
    "More": ["downloads", "reference/index", "CONTRIBUTING", "CHANGELOG"],
}
# What the repository's web view shows, and a site has under another name
PLACES = {"README.md": "index.md", "notebooks": "index.md#the-lessons"}
PACKAGE = re.compile(r"mnist_helpers(?:/(\w+)(?:/\w+)*(?:\.py)?)?$")


# What axe finds in the pages of Sphinx, MyST-NB and Furo → what stands there instead
MENDED = {
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Pages">',
    '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="On this page">',
    '<summary aria-label="Toggle hidden content">': "<summary>",
    '<th class="head"><p></p></th>': '<td class="head"></td>',
}


class Offer(NamedTuple):
    """A file to download: what it is, its place on the site, its size in bytes."""

    label: str
    place: str
    size: int


def relinked(text: str, place: str, root: Path, reference: Sequence[str]) -> tuple[str, set[str]]:
    """Let the links of a page lead where the site has what they name.

    Args:
        text: In Markdown, with links that hold in the repository.
        place: Of the page in the repository, such as "docs/data.md".
        root: The project's folder.
        reference: The modules that have a page in the reference.

    Returns:
        The text, and the files that it names and that are no pages.
    """
    files = set()
    folder = PurePosixPath(place).parent

    def lead(found: re.Match) -> str:
        target = os.path.normpath(folder / found[0]).replace(os.sep, "/")
        page = PLACES.get(target)
        if of_package := PACKAGE.match(target):
            page = "reference/index.md" if not of_package[1] else None
            if of_package[1] in reference:
                page = f"reference/{of_package[1]}.md"
        if page:
            return os.path.relpath(page, folder).replace(os.sep, "/")
        if not target.endswith((".md", ".ipynb")) and (root / target).is_file():
            files.add(target)
        return found[0]

    return LINK.sub(lead, text), files


def front_page(readme: str, titles: Mapping[str, str], look: str = "") -> str:
    """Write the first page: README, with the navigation and what there is to play with.

    Args:
        readme: Its text.
        titles: Name of a notebook, such as "01_explore_the_data" → its title, in order.
        look: HTML to stand below the introduction, in place of README's picture.
    """
    introduction, _, rest = readme.partition("\n## ")
    introduction, *picture = re.split(r"^(?=!\[)", introduction, flags=re.MULTILINE)
    first = f"notebooks/{next(iter(titles))}.html"
    doors = (
        f'<p class="doors"><a href="{first}">Read the first lesson</a> '
        '<a href="#start">Work on your computer</a> <a href="downloads.html">Download</a></p>'
    )
    lessons: dict[str, list[str]] = {}
    for name, title in titles.items():
        part = next(part for part, last in PARTS.items() if int(name[:2]) <= last)
        lessons.setdefault(part, []).append(f"{name[:2]} {title} <notebooks/{name}>")
    trees = [tree(caption, pages) for caption, pages in (lessons | CHAPTERS).items()]
    parts = [
        introduction.strip(),
        doors,
        look.strip() or "".join(picture),
        f"## {rest.strip()}",
        *trees,
    ]
    return "\n\n".join(parts) + "\n"


def tree(caption: str, pages: Sequence[str]) -> str:
    """Write a part of the navigation."""
    head = [f":caption: {caption}"] if caption else []
    return "\n".join(["```{toctree}", ":hidden:", *head, "", *pages, "```"])


def downloads(titles: Mapping[str, str], offered: Mapping[str, Sequence[Offer]]) -> str:
    """Write the page of downloads.

    Args:
        titles: Name of a notebook → its title.
        offered: The same name, or "" for all together → files.
    """
    rows = []
    for name, title in titles.items():
        links = " · ".join(f"{link(one)} ({size(one.size)})" for one in offered.get(name, ()))
        rows.append(f"| {name[:2]} {title} | {links} |")
    together = "\n".join(f"- {link(one)} ({size(one.size)})" for one in offered.get("", ()))
    return f"""# Downloads

A copy to work in has no outputs, and blanks for your answers. Put it into `my_notebooks/` of the
project: there it finds the helpers, and its links hold. Slides and paper need no network.

{together}

| lesson | files |
|---|---|
{chr(10).join(rows)}

Keys to quizzes and worksheets are not here: `make paper` makes them. `make handout` makes the
notebooks with all solutions. See [Use in class](docs/teaching.md).
"""


def accessible(html: str) -> str:
    """Mend what keeps people out who hear a page or use the keyboard."""
    for found, mended in MENDED.items():
        html = html.replace(found, mended)
    return html


def files_of(offers: Sequence[Offer], folder: str) -> str:
    """Write a line with the files of a lesson, as HTML, for a page in a folder of the site."""
    if not offers:
        return ""
    return f'<p class="files">To go with it: {" · ".join(link(one, folder) for one in offers)}</p>'


def link(one: Offer, folder: str = ".") -> str:
    """Write a link to a file; a browser keeps a notebook, and shows the others."""
    place = os.path.relpath(one.place, folder).replace(os.sep, "/")
    keep = " download" if one.place.endswith((".ipynb", ".zip")) else ""
    return f'<a href="{place}"{keep}>{one.label}</a>'


def size(count: int) -> str:
    """Say how large a file is."""
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{max(1, round(count / 1000))} kB"
