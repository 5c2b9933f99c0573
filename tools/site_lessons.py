"""The notebooks as pages of the site: what a reader on the web needs, and a kernel does not.

Nothing is executed. What stands on a page comes from the committed notebook, from its exercises,
and from the glossary.
"""

import re
from collections.abc import Callable, Mapping

import site_figures
from copy_notebooks import exercise_in
from deck import WRITES_PROSE
from myst_parser.slugs import github_slugify
from nbformat import NotebookNode, v4

from mnist_helpers.exercises import core

# A line of docs/glossary.md: terms, what stands beside them, what is said, notebook and heading
ENTRY = re.compile(r"^- \*\*(.+?)\*\*(.*?): (.+ )\[(\d\d, (.+))\]\((.+?)\)$", re.MULTILINE)
# Code, which stays as it is, or words in italics or bold
EMPHASIS = re.compile(
    r"(```.*?```|`[^`]*`|\[[^\]]*\]\([^)]*\))|(?<![*\w])(\*\*?)(?![*\s])([^*`]+?)\2(?![*\w])",
    re.DOTALL,
)
HEADING = re.compile(r"^#{1,4} (.+)$", re.MULTILINE)
WIDGET = "application/vnd.jupyter.widget-view+json"


def terms(glossary: str) -> dict[str, str]:
    """Read the terms of the glossary: as they may stand in a sentence → as it writes them."""
    found = {}
    for entry in ENTRY.finditer(glossary):
        for term in entry[1].split(", "):
            found[_plain(term)] = term
    return found


def with_terms(text: str, known: Mapping[str, str]) -> str:
    """Link words in italics or bold to the glossary, if it has them."""

    def link(found: re.Match) -> str:
        term = None if found[1] else known.get(_plain(found[3]))
        if not term:
            return found[0]
        return f"{found[2]}{{term}}`{' '.join(found[3].split())} <{term}>`{found[2]}"

    lines = re.split(r"(^#.*$)", text, flags=re.MULTILINE)  # headings stay as they are
    return "".join(part if part.startswith("#") else EMPHASIS.sub(link, part) for part in lines)


def _plain(words: str) -> str:
    """Return words without what differs from place to place: case, breaks, a plural's ending."""
    words = " ".join(words.split()).casefold().rstrip(".,:;")
    return re.sub(r"s$", "", re.sub(r"(ch|sh|ss|x)es$", r"\1", words))


def glossary_page(text: str, headings: Mapping[str, Mapping[str, str]]) -> str:
    """Write the glossary with Sphinx's own directive, so that terms can be linked and searched.

    Args:
        text: Of docs/glossary.md.
        headings: Name of a notebook's file → its `headings`.
    """

    def entry(found: re.Match) -> str:
        names, beside, said, label, heading, place = found.groups()
        anchor = headings.get(place.rpartition("/")[2], {}).get(heading, "")
        link = f"[{label}]({place}{'#' if anchor else ''}{anchor})"
        beside = f"{beside.strip()}: " if beside else ""
        return "\n".join([*names.split(", "), f"  {beside}{said}{link}", ""])

    head, _, _ = text.partition("\n- **")
    entries = "\n".join(entry(found) for found in ENTRY.finditer(text))
    return f"{head}\n\n````{{glossary}}\n{entries}````\n"


def headings(notebook: NotebookNode) -> dict[str, str]:
    """Return the headings of a notebook, without their minutes → their anchors on the page."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return {title.split(" (")[0]: github_slugify(title) for title in HEADING.findall(text)}


def lesson(
    notebook: NotebookNode,
    known: Mapping[str, str],
    offered: str = "",
    find: Callable[[str], core.Exercise] = core.find,
) -> NotebookNode:
    """Make the page of a notebook.

    Args:
        notebook: As it is committed; it stays as it is.
        known: The glossary's `terms`.
        offered: What stands below the title: links to files, in HTML.
        find: Gives the exercise of a name.
    """
    cells = []
    for cell in notebook.cells:
        page = v4.new_markdown_cell(with_terms(cell.source, known))
        if cell.cell_type == "code":
            page = code_cell(cell)
        cells.append(page)
        if cell.cell_type == "code" and (name := exercise_in(cell.source)):
            cells.append(v4.new_markdown_cell(folded(find(name))))
    if cells and offered:
        title, _, rest = cells[0].source.partition("\n")
        cells[0].source = f"{title}\n\n{offered}\n{rest}"
    metadata = {name: what for name, what in notebook.metadata.items() if name != "widgets"}
    return v4.new_notebook(cells=cells, metadata=metadata)


def code_cell(cell: NotebookNode) -> NotebookNode:
    """Copy a cell without what was said to a learner who has typed nothing yet."""
    outputs = [said for output in cell.outputs if (said := _said(output, cell.source))]
    tags = ["hide-input"] if WRITES_PROSE.search(cell.source) else []
    return v4.new_code_cell(
        cell.source,
        outputs=outputs,
        execution_count=cell.execution_count,
        metadata={"tags": tags},
    )


def _said(output: NotebookNode, code: str = "") -> NotebookNode | None:
    """Return an output as readers need it, or nothing."""
    data = output.get("data", {})
    if "image/png" in data:  # of a widget, too: run_notebooks.py keeps its still picture only
        alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
        if figure := site_figures.in_lesson(code, alt):
            return v4.new_output("display_data", {"text/html": figure})
    if WIDGET in data:  # saved in JupyterLab; its script would come from another host
        data = {kind: content for kind, content in data.items() if kind != WIDGET}
        output = NotebookNode(output | {"data": NotebookNode(data)})
        if "image/png" not in data:
            return None
    text = data.get("text/markdown", "")
    if "exercise" in output.get("metadata", {}).get("mnist_helpers", {}):
        return None
    if text.startswith("| asked | your guess |"):
        return None
    if text.startswith("No guess yet. "):
        data = data | {"text/markdown": text.removeprefix("No guess yet. ")}
        return NotebookNode(output | {"data": NotebookNode(data)})
    return output


def folded(exercise: core.Exercise) -> str:
    """Write hints and solution of an exercise, each of which opens with a click."""
    count = len(exercise.hints)
    parts = [
        fold(f"Hint {number} of {count}", text) for number, text in enumerate(exercise.hints, 1)
    ]
    code = f"```python\n{exercise.code.strip()}\n```"
    parts.append(fold("Solution", f"{code}\n\n{exercise.reasoning}"))
    return "\n\n".join(parts)


def fold(title: str, text: str) -> str:
    """Write Markdown that opens with a click on its title, without a script."""
    return f'<details class="fold"><summary>{title}</summary>\n\n{text}\n\n</details>'
