"""Worksheets come from the notebooks word for word; words that are no longer there are named."""

import re

import nbformat
import nbformat.v4 as nb
import pytest
import worksheets
from cells import Cells, PaperError, flat

from tests.conftest import NOTEBOOKS, ROOT

SHEETS = worksheets.read(ROOT)
TASKS = [task for sheet in SHEETS.values() for item in sheet if (task := item.task)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name[:2])
def test_each_notebook_has_a_worksheet_that_quotes_it(path):
    cells = Cells(path)
    entries = worksheets.fill(SHEETS[path.name[:2]], cells)
    kinds = [entry.kind for entry in entries]
    assert kinds.count("quote") >= kinds.count("task"), "most of it comes from the notebook"
    assert sum(len(worksheets.BLANK.findall(entry.text)) for entry in entries) >= 10
    assert len(cells.aims) >= 3 and len(cells.guesses()) >= 2
    headings = f" {' '.join(entry.heading for entry in entries)} ".casefold()
    answers = [blank for entry in entries for blank in worksheets.BLANK.findall(entry.text)]
    told = [word for word in answers if f" {word.strip('*`').casefold()} " in headings]
    assert not told, "a heading on the page gives the answer away"


@pytest.mark.parametrize("task", TASKS, ids=lambda task: flat(task)[:40])
def test_what_a_task_asks_for_is_computed_and_not_in_sight(task):
    shown = worksheets.BLANK.sub("", task)
    long = [answer for answer in worksheets.BLANK.findall(task) if len(answer) > 4]
    assert not [answer for answer in long if answer in shown]
    assert not re.search(r"[{}]=|=\s*>>", task)


@pytest.fixture
def cells(tmp_path):
    """A notebook with one picture, one table and two sections."""
    notebook = nb.new_notebook()
    first = (
        "# Look\n\n**What you'll learn**\n\n- to *look*;\n- to see.\n\n**What you'll need.** Eyes."
    )
    png = {"image/png": "aGVsbG8=", "text/plain": "a dot"}
    table = {
        "text/markdown": "| asked | your guess | what came out |\n|---|---|---|\n| a | – | 3 |"
    }
    notebook.cells = [
        nb.new_markdown_cell(first),
        nb.new_markdown_cell("Look *twice*\nat the dot.\n\n## Draw\n\nNow we draw the dot."),
        nb.new_code_cell("draw()", outputs=[nb.new_output("display_data", png)]),
        nb.new_code_cell("print(40)", outputs=[nb.new_output("stream", text="forty is 40\n")]),
        nb.new_code_cell("guesses()", outputs=[nb.new_output("display_data", table)]),
    ]
    nbformat.write(notebook, tmp_path / "01_look.ipynb")
    return Cells(tmp_path / "01_look.ipynb")


def sheet(**item):
    return [worksheets.Item(**item)]


def test_a_page_is_made_of_what_the_notebook_holds(cells):
    assert (cells.title, cells.aims) == ("Look", ["to *look*", "to see"])
    assert cells.guesses() == [("a", "3")]
    items = [
        *sheet(quote="Look *twice* at <<the dot>>."),
        *sheet(task="2 × 20 = <<{= 2 * 20}>>"),
        *sheet(quote="```text\nforty is <<40>>\n```"),
        *sheet(picture="draw()", width="30"),
    ]
    before, task, after, picture = worksheets.fill(items, cells)
    assert before.heading == "" and after.heading == "Draw" and picture.heading == ""
    assert task.text == "2 × 20 = <<40>>"
    assert picture[:2] == ("picture", "data:image/png;base64,aGVsbG8=")
    assert (picture.caption, picture.width) == ("a dot", 30)


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"quote": "Look <<once>> at the dot."}, "no cell of it has the words “Look once at"),
        ({"quote": "the <<dot>>."}, "2 cells of it have the words “the dot.”"),
        ({"picture": "print(40)"}, "shows no picture"),
        ({"picture": "draw(2)"}, "no cell of it has"),
    ],
)
def test_what_the_notebook_does_not_hold_is_named(cells, item, said):
    with pytest.raises(PaperError) as caught:
        worksheets.fill(sheet(**item), cells)
    assert said in str(caught.value) and "01_look.ipynb" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"01":\n- quote: no blank', "nothing to fill in"),
        ('"01":\n- quote: a <<b>>\n  task: c <<d>>', "either quote, or task, or picture"),
        ('"01":\n- picture: a\n  width: 500', "less than or equal to 100"),
        ('"01": []', "at least 1 item"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path, text, said):
    path = tmp_path / worksheets.FILE
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PaperError) as caught:
        worksheets.read(tmp_path)
    assert said in str(caught.value) and "worksheets.yaml" in str(caught.value)


def test_a_notebook_of_another_kind_is_named(tmp_path):
    path = tmp_path / "01_other.ipynb"
    nbformat.write(nb.new_notebook(cells=[nb.new_markdown_cell("Hello")]), path)
    with pytest.raises(PaperError, match=r"01_other\.ipynb is no notebook of this series"):
        Cells(path)
