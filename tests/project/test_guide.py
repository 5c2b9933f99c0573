"""The instructor's guide: its minutes are the README's, its plans fit, and its cells are there."""

import re
from pathlib import Path

import guide
import guide_pages
import lessons
import nbformat
import nbformat.v4 as nb
import pytest
import quizzes
import write_tables
from cells import PaperError
from lessons import TableError

from tests.conftest import NOTEBOOKS, ROOT

FOLDER = ROOT / "docs" / "teaching"
TOLD = guide.told(ROOT)
ROW = r"^\| \[{} .*\| (\d+) \| \d+ \| (\d+) \| \d+ s \|$"  # of README's table: minutes
WORDS = 1000  # of a page: five minutes, at 200 a minute


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name[:2])
def test_each_notebook_has_a_page(path):
    number, page = path.name[:2], FOLDER / f"{path.stem}.md"
    assert number in TOLD, f"guide.yaml lacks “{number}”, with {', '.join(guide.Page.model_fields)}"
    assert page.is_file(), f"docs/teaching/{page.name} is missing: begin it as the others do"
    title = TOLD[number].cells.title
    text = page.read_text("utf-8")
    assert text.startswith(f"# {number} {title}: for instructors\n")
    assert f"](../../notebooks/{path.name})" in text and f"<!-- table: guide {number} -->" in text
    assert lessons.words_in(text) <= WORDS, "too long to be read in five minutes before class"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.stem)
def test_the_pages_are_up_to_date(path):
    assert write_tables.renewed(ROOT, path, path.read_text("utf-8"), write=False)[1] == []


@pytest.mark.parametrize("number", TOLD)
def test_the_minutes_of_sections_and_exercises_add_up_to_those_of_the_readme(number):
    lesson = TOLD[number]
    notebook = nbformat.read(ROOT / "notebooks" / f"{lesson.stem}.ipynb", as_version=4)
    reading = sum(lesson.sections.values())
    answering = sum(minutes for _, minutes in lesson.exercises.values())
    assert reading == lessons.reading(notebook)
    assert answering == sum(lessons.exercises(notebook))
    readme = (ROOT / "README.md").read_text("utf-8")
    for row in re.finditer(ROW.format(number), readme, re.MULTILINE):  # none: not measured yet
        assert (reading, answering) == (int(row[1]), int(row[2]))


@pytest.mark.parametrize("number", TOLD)
def test_a_session_uses_its_time_and_keeps_a_reserve(number):
    lesson = TOLD[number]
    minutes = guide.taken(lesson.session())
    assert 60 <= minutes <= guide.SESSION - guide.RESERVE
    shown = sum(minutes for heading, minutes in lesson.sections.items())
    reading, answering = lesson.at_home()
    done = sum(lesson.exercises[name][1] for name in lesson.page.exercises)
    asked = guide.QUESTION * len(lesson.page.ask)
    assert minutes == guide.OPENING + (shown - reading) + asked + done
    assert done + answering == sum(each for _, each in lesson.exercises.values())


@pytest.mark.parametrize("number", TOLD)
def test_questions_come_in_the_order_of_the_notebook_and_guesses_are_asked(number):
    lesson, page = TOLD[number], TOLD[number].page
    cells = nbformat.read(ROOT / "notebooks" / f"{lesson.stem}.ipynb", as_version=4).cells
    sources = [cell.source for cell in cells]
    places = [sources.index(lesson.cells.find(each.cell).cell.source) for each in page.ask]
    assert places == sorted(places)
    guesses = [each for each in page.ask if each.cell.startswith("guess_")]
    assert len(guesses) >= 2
    assert len(lesson.outcomes) == len(lesson.cells.guesses()), "each guess has its outcome"
    assert all(lesson.outcomes[each.cell] for each in guesses)


@pytest.mark.parametrize("number", TOLD)
def test_misconceptions_have_a_question_and_a_section(number):
    quiz = quizzes.read(ROOT)[number]
    asked = [wrong for question in quiz for wrong in question.wrong if wrong.ask]
    assert 3 <= len(asked) <= 6
    assert all(wrong.ask.endswith("?") for wrong in asked)
    rows = guide_pages.page(TOLD[number], quiz).split("## Misconceptions")[1].split("## ")[0]
    assert rows.count("\n| ") == 1 + len(asked)


def test_what_came_out_is_told_where_it_is_no_time():
    lines = guide_pages.page(TOLD["05"], []).splitlines()
    place = next(line for line in lines if "`guess_cost = ...`" in line)
    times = next(line for line in lines if "`guess_times = ...`" in line)
    assert place.endswith("(Committed notebook: place.)")
    assert TOLD["05"].outcomes["guess_times = ..."] and "Committed notebook" not in times


def test_the_plans_reach_every_notebook_and_the_day_the_five_that_others_need():
    seven, term = guide_pages.made(ROOT, "sessions"), guide_pages.made(ROOT, "further")
    assert re.findall(r"^\| \[(\d\d) ", seven + "\n" + term, re.MULTILINE) == list(TOLD)
    assert seven.count("| [") == 7
    day = guide.read(ROOT).day
    assert {"01", "02", "03", "04", "05"} <= {number for block in day for number in block.show}
    assert guide_pages.made(ROOT, "day").count("### Block") == len(day) == 4


@pytest.mark.parametrize(
    ("words", "minutes"),
    [((100, 100), (5, 5)), ((299, 701), (3, 7)), ((10, 990), (0, 10)), ((333, 667), (3, 7))],
)
def test_minutes_are_shared_out_by_words(words, minutes):
    cells = [nb.new_markdown_cell("# Title")]
    for place, count in enumerate(words):
        cells.append(nb.new_markdown_cell(f"## H{place}\n\n" + "word " * (count - 1)))
    if sum(words) == 200:
        cells[2:2] = [nb.new_code_cell("one = 1") for _ in range(4)]
        cells += [nb.new_code_cell("one = 1") for _ in range(4)]
    shared = lessons.sections(nb.new_notebook(cells=cells))
    assert shared == dict(zip(("H0", "H1"), minutes, strict=True))


def test_what_is_left_by_rounding_goes_where_most_was_lost():
    cells = [nb.new_markdown_cell(f"## H{place}\n\n" + "word " * 332) for place in range(3)]
    shared = lessons.sections(nb.new_notebook(cells=cells))
    assert shared == {"H0": 4, "H1": 3, "H2": 3}, "10 minutes, in three equal parts"


def test_exercises_count_to_no_section():
    task = "## Two\n\n### 01.1 A sum (5 minutes)\n\n" + "many words " * 500
    cells = [
        nb.new_markdown_cell("## One\n\n" + "word " * 499),
        nb.new_markdown_cell(task),
        nb.new_code_cell('total = ...\nmh.exercises.check("01.1", total)'),
        nb.new_markdown_cell("word " * 500),
    ]
    assert lessons.sections(nb.new_notebook(cells=cells)) == {"One": 5, "Two": 5}


GUIDE = """
notebooks:
  "01":
    aim: To look.
    prepare: [Nothing.]
    exercises: {"01.1": Look}
    home: [Rest]
    late: [Look]
    ask:
    - {cell: one, ask: "What is one?", expect: "1"}
    - {cell: one, ask: "What is it?", expect: "1"}
    - {cell: one, ask: "And now?", expect: "1"}
    stuck:
    - {cell: one, why: It is long., do: Wait.}
    - {cell: two, why: It is long., do: Wait.}
    leave: Nothing.
day:
- about: Looking
  show: {"01": [Look]}
  exercises: {}
"""


@pytest.fixture
def project(tmp_path):
    """A notebook with two sections and an exercise; `write` writes its guide."""
    first = "# Look\n\n**What you'll learn**\n\n- to see.\n\n**What you'll need.** Eyes."
    cells = [nb.new_markdown_cell(first), nb.new_markdown_cell("## Look\n\nAt one.")]
    cells += [nb.new_code_cell(f"look({place})") for place in range(12)]
    cells += [
        nb.new_markdown_cell("## Rest\n\nIn two.\n\n### 01.1 A sum (5 minutes)"),
        nb.new_code_cell('total = ...\nmh.exercises.check("01.1", total)'),
        nb.new_markdown_cell("word " * 300),
    ]
    (tmp_path / "notebooks").mkdir()
    nbformat.write(nb.new_notebook(cells=cells), tmp_path / "notebooks" / "01_look.ipynb")
    (tmp_path / guide.FILE).parent.mkdir(parents=True)

    def write(old="", new=""):
        assert old in GUIDE
        (tmp_path / guide.FILE).write_text(GUIDE.replace(old, new), "utf-8")
        return tmp_path

    return write


def test_a_plan_has_a_clock(project):
    root = project()
    assert guide.told(root)["01"].sections == {"Look": 12, "Rest": 3}
    assert guide_pages.made(root, "day").split("\n")[2:] == [
        "| at | minutes | what | ask |",
        "|---:|---:|---|---|",
        "| 0 | 5 | *Opening* |  |",
        "| 5 | 18 | 01 · Look | 1, 2, 3 |",
        "| 23 | 67 | *Free* |  |",
    ]
    row = "| [01 Look](01_look.md) | 28 | 01.1 | 3 min | 0 min |"
    assert guide_pages.made(root, "sessions").endswith(row)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("home: [Rest]", "home: [Resting]", "01: there is no “Resting”, but Look, Rest"),
        ('{"01.1": Look}', '{"01.9": Look}', "there is no “01.9”, but 01.1"),
        ('{"01.1": Look}', '{"01.1": Lock}', "there is no “Lock”"),
        ("late: [Look]", "late: [Rest]", "there is no “Rest”, but Look, 01.1"),
        ("late: [Look]", 'late: ["01.1"]', "late: 5 minutes; name sections until 10"),
        ("home: [Rest]", "home: [Look]", "there is no “Look”, but 01.1"),
        ('{cell: one, ask: "What is one', '{cell: two, ask: "What is one', "which is not shown"),
        ('{cell: one, ask: "What is one', '{cell: six, ask: "What is one', "has the words “six”"),
        ('"01":\n    aim', '"02":\n    aim', "notebooks that are not there: {'02'}"),
        ("aim: To look.", "", "aim: Field required"),
        ("aim:", "aims:", "aim: Field required"),
        ("[Look]}", "[Resting]}", "there is no “Resting”"),
        ('show: {"01"', 'show: {"07"', "day, block 1: there is no {'07'}"),
    ],
)
def test_a_mistake_in_the_file_is_named(project, old, new, said):
    root = project(old, new)
    with pytest.raises(TableError) as caught:
        for name in ("sessions", "day"):
            guide_pages.made(root, name)
    assert said in str(caught.value)


def test_a_plan_that_does_not_fit_is_an_error(project, monkeypatch):
    monkeypatch.setattr(guide, "SESSION", 30)
    with pytest.raises(TableError, match=r"01: 28 minutes are planned, of 25: leave more for home"):
        guide_pages.made(project(), "sessions")
    monkeypatch.setattr(guide, "SESSION", 27)
    with pytest.raises(TableError, match=r"day, block 1: 23 minutes are planned, of 22"):
        guide_pages.made(project("exercises: {}", "exercises: {}"), "day")


def test_a_part_of_the_guide_that_there_is_not_is_an_error(project):
    with pytest.raises(TableError, match="has nothing for “99”"):
        guide_pages.made(project(), "99")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PaperError, match=r"guide\.yaml cannot be read"):
        guide.read(tmp_path)
    with pytest.raises(TableError, match=r"guide\.yaml cannot be read"):
        guide_pages.made(Path(tmp_path), "day")
