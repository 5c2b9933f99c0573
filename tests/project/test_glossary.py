"""The glossary: each term once, with an example, and the place that explains it."""

import re

import nbformat
import pytest

from tests.conftest import NOTEBOOKS, ROOT

ENTRY = re.compile(
    r"- \*\*(.+?)\*\*(.*?): (.+?) Example: (.+) \[(\d\d), (.+)\]\(\.\./notebooks/(.+)\)"
)
LINES = [
    line
    for line in (ROOT / "docs" / "glossary.md").read_text("utf-8").splitlines()
    if line and not line.startswith(("#", "Each term"))
]


def headings(path):
    cells = nbformat.read(path, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return {found.split(" (")[0] for found in re.findall(r"^#{2,3} (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:30])
def test_an_entry_has_an_example_and_leads_to_the_heading_that_explains_it(line):
    found = ENTRY.fullmatch(line)
    assert found, line
    _, _, sentence, example, number, heading, name = found.groups()
    assert len(sentence) > 15 and len(example) > 3
    assert name.startswith(number)
    assert heading in headings(ROOT / "notebooks" / name)


def test_terms_stand_once_and_in_order():
    terms = [re.sub(r"\W", "", ENTRY.fullmatch(line)[1]).casefold() for line in LINES]
    assert terms == sorted(set(terms))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_link_to_the_glossary(path):
    cells = nbformat.read(path, as_version=4).cells
    assert any("](../docs/glossary.md)" in cell.source for cell in cells)
