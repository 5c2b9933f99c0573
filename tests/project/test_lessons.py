"""The table of lessons, and what each notebook says of its minutes."""

import json
import re
from pathlib import Path

import lessons
import nbformat
import nbformat.v4 as nb
import pytest
import write_tables

from tests.project.lessons_made_up import CHECK, SECONDS, TASK, make_notebooks

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path):
    """Made-up notebooks, and how long they ran."""
    trials = [{"notebook": name, "seconds": seconds} for name, seconds in SECONDS.items()]
    result = {"name": "run_notebooks", "command": "make notebooks", "date": "2025-02-03T04:05:06"}
    result |= {"machine": {"cores": 2, "system": "Linux", "machine": "x86_64"}, "versions": {}}
    results = tmp_path / "benchmarks" / "results"
    results.mkdir(parents=True)
    text = json.dumps(result | {"data": "MNIST", "trials": trials})
    (results / "run_notebooks.json").write_text(text, "utf-8")
    make_notebooks(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").touch()
    return tmp_path


def first(project):
    return min((project / "notebooks").glob("*.ipynb"))


def replace(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize(
    ("page", "folder"), [("README.md", "notebooks/"), ("docs/page.md", "../notebooks/")]
)
def test_the_lessons_are_linked_from_where_the_page_is(project, page, folder):
    text = lessons.table(project, project / page)
    for path in (project / "notebooks").glob("*.ipynb"):
        assert f"| [{path.name[:2]} Look at {path.name[:2]}]({folder}{path.name}) | " in text
    assert "one for every 100 words of text and one for each cell of code" in text
    assert "on 2 cores (Linux x86_64), 2025-02-03." in text


def test_the_sums_are_those_of_the_rows(project):
    rows = lessons.table(project, project / "README.md").split("\n")[2:]
    numbers = [re.findall(r"\| (\d+)(?: s)?(?= \|)", row) for row in rows if row.startswith("|")]
    *each, together = [[int(number) for number in row] for row in numbers]
    assert each[0] == [5, 1, 5, 12] and len(each) == len(SECONDS)
    assert together == [sum(column) for column in zip(*each, strict=True)]


def test_every_notebook_of_the_series_has_minutes_and_exercises():
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        one = lessons.lesson(ROOT, path)
        assert 5 <= one.reading <= 90 and one.reading % 5 == 0, path.name
        assert 2 <= one.exercises <= 4 and 4 <= one.answering <= 80, path.name
        assert 1 < one.running < 600, path.name


def test_a_notebook_without_a_line_in_the_table_is_an_error(project):
    first(project).rename(first(project).with_name("99_another.ipynb"))
    with pytest.raises(lessons.TableError, match="99_another"):
        lessons.table(project, project / "README.md")


def test_a_check_without_a_heading_is_an_error(project):
    replace(first(project), "(5 minutes)", "(short)")
    with pytest.raises(lessons.TableError, match=f"{first(project).name}: its exercises and the"):
        lessons.table(project, project / "README.md")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"01_explore', '"another', r"notebooks/01_\w+\.ipynb was not measured: run `make note"),
        ('"seconds": 12.4', '"seconds": "long"', "is damaged .* run `make notebooks`"),
        ('"trials"', '"other"', "trials is missing.*: run `make notebooks`"),
    ],
)
def test_a_notebook_that_was_not_measured_is_an_error(project, old, new, message):
    replace(project / "benchmarks" / "results" / "run_notebooks.json", old, new)
    with pytest.raises(lessons.TableError, match=message):
        lessons.table(project, project / "README.md")


@pytest.mark.parametrize(
    ("words", "cells", "minutes"), [(249, 10, 10), (250, 10, 15), (749, 0, 5), (1000, 20, 30)]
)
def test_minutes_count_words_and_cells_of_code_but_no_exercises(words, cells, minutes):
    prose = nb.new_markdown_cell("word " * words + "\nAbout 7 minutes to read, it\nruns.")
    code = [nb.new_code_cell("one = two + three  # and many more words") for _ in range(cells)]
    task = nb.new_markdown_cell(TASK.format(number="01") + " many words" * 500)
    more = nb.new_markdown_cell("many words" * 500)
    check = nb.new_code_cell(CHECK.format(number="01"))
    notebook = nb.new_notebook(cells=[prose, task, more, check, *code])
    assert lessons.reading(notebook) == minutes
    assert lessons.exercises(notebook) == [5]


@pytest.mark.parametrize(
    ("markdown", "count"),
    [
        ("# Two words\n\n- and *three* more", 5),
        ("a [link of four](https://example.org/a page) b", 5),
        ("before\n```python\nnot = these\n```\nafter", 2),
        ("| a | b |\n|---|---|\n| 1 | 2 |", 4),
        ("<details>\n<summary>One</summary> two – three", 3),
    ],
)
def test_words_are_those_of_prose(markdown, count):
    assert lessons.words_in(markdown) == count


@pytest.mark.parametrize(
    ("answering", "seconds", "sentence"),
    [
        (0, 49, "reading (estimated); it runs in less than a minute."),
        (25, 55, "reading and 25 for the exercises (estimated); it runs in about a minute."),
        (25, 100, "reading and 25 for the exercises (estimated); it runs in about 2 minutes."),
    ],
)
def test_a_notebook_says_how_long_it_takes(answering, seconds, sentence):
    one = lessons.Lesson("Title", 30, 3 if answering else 0, answering, seconds)
    assert lessons.stated(one) == f"About 30 minutes for a first {sentence}"


@pytest.mark.parametrize(
    "old",
    [
        "About 15 minutes to read; it runs in\nless than a minute.",
        "About MINUTES minutes (estimated). It runs in\nhalf a minute.",
        "About 20\nminutes.",
    ],
)
def test_the_sentence_takes_the_place_of_any_like_it(project, old):
    path = first(project)
    new = lessons.stated(lessons.lesson(project, path))
    text = lessons.with_minutes(project, path, f"Python. {old} More words.")
    assert text == f"Python. {new} More words."


def test_what_a_notebook_says_of_its_minutes_is_kept_up_to_date(project):
    assert write_tables.update(project, write=False) == []
    path = first(project)
    before = nbformat.read(path, as_version=4)
    assert (
        "newer. About 5 minutes for a first reading and 5 for the exercises (est"
        in before.cells[0].source
    )
    replace(path, "About 5", "About 55")
    assert write_tables.update(project, write=False) == [
        f"notebooks/{path.name}, minutes: stale; run tools/write_tables.py"
    ]
    assert write_tables.update(project, write=True) == []
    assert nbformat.read(path, as_version=4) == before


@pytest.mark.parametrize("text", ["", "About 5 minutes to read. About 6 minutes to read."])
def test_a_notebook_that_says_nothing_of_its_minutes_is_an_error(project, text):
    notebook = nbformat.read(first(project), as_version=4)
    notebook.cells[0].source = f"# Look at 01\n\n{text}"
    nbformat.write(notebook, first(project))
    (problem,) = write_tables.update(project, write=True)
    assert problem.startswith(f"notebooks/{first(project).name}: one sentence of its first cell")
