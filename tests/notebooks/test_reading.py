"""The rules for exercises and guesses find what is wrong, in a made-up notebook."""

import dataclasses

import nbformat.v4 as nb
import pytest

from mnist_helpers.exercises.core import Exercise
from tests.notebooks.reading import verdicts, wrong_exercises, wrong_guesses

CELLS = (
    "# Look at a made-up notebook",
    "How many?\n\n`guess_count` is yours.",
    "guess_count = ...  # from 0 to 10",
    "Which?",
    "guess_kind = ...",
    "Now look.",
    'count = 3\nmh.exercises.guess("how many", guess_count, count, within=1)\nprint(count)',
    "And the kind.",
    'mh.exercises.guess("which kind", guess_kind, outcome="a")',
    "## Recap",
    "print(count)\nmh.exercises.guesses()",
    "## Exercises\n\nThey answer.\n\n### 09.1 A sum (5 minutes)\n\nAdd.",
    'total = ...\n\nmh.exercises.check("09.1", total)',
    "### 09.2 A function (10 minutes)",
    'def double(number):\n    return ...\n\n\nmh.exercises.check("09.2", double)',
    "**Go further**",
)
EXERCISES = (
    Exercise("09.1", "A sum", print, "", (), "total = 4", ""),
    Exercise("09.2", "A function", print, "", (), "def double(number):\n    return 2 * number", ""),
)


def made(changes=()):
    """The notebook, with some texts replaced by others."""
    cells = []
    for place, text in enumerate(CELLS):
        for old, new in changes:
            text = text.replace(old, new)
        is_code = place in {2, 4, 6, 8, 10, 12, 14}
        cells.append(nb.new_code_cell(text) if is_code else nb.new_markdown_cell(text))
    return nb.new_notebook(cells=cells)


def test_a_task_may_take_several_cells():
    notebook = made()
    notebook.cells.insert(12, nb.new_code_cell("draw()"))
    notebook.cells.insert(13, nb.new_markdown_cell("The rest of the task."))
    assert wrong_exercises(notebook, "09", EXERCISES) == []


def test_values_that_are_given_may_stand_before_the_first_blank():
    given = made([("total = ...", "given = [2,\n  2]\ntotal = ...")])
    assert wrong_exercises(given, "09", EXERCISES) == []


def test_what_is_right_has_no_problem():
    assert wrong_exercises(made(), "09", EXERCISES) == []
    assert wrong_guesses(made()) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("09.2", "09.3", "asked: ['09.1', '09.3']"),
        ('"09.1", total', '"09.2", total', "asked: ['09.2', '09.2']"),
        ("### 09.1 A sum (5 minutes)", "### 09.1 A sum", "no heading"),
        ("(5 minutes)", "(25 minutes)", "no heading"),
        ("### 09.1", "### 09.2", "no heading"),
        ('mh.exercises.check("09.1", total)', "total", "asked: ['09.2']"),
        ('check("09.1", total)', 'check("09.1", total)\nprint()', "not the last statement"),
        ("total = ...", 'mh.exercises.check("09.1", ...)', "not alone"),
        ("total = ...\n\n", "total = ...; ", "shares a line"),
        ("total = ...", "total = 0", "no blank in its cell"),
        ("total = ...", "total, other = ..., 1", "does not define other"),
        ("total = ...", "total = ...\nother = 1", "does not define other"),
        ("def double", "def twice", "does not define twice"),
        ("    return ...", "    return number", "no blank in its cell"),
    ],
)
def test_an_exercise_that_is_wrong_is_found(old, new, problem):
    found = wrong_exercises(made([(old, new)]), "09", EXERCISES)
    assert any(problem in each for each in found), found


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("total = ...", "a blank in its solution"),
        ("total = " + "+".join("1" * 40), "longer than 80"),
        ("four = 4", "does not define total"),
    ],
)
def test_a_solution_that_is_wrong_is_found(code, problem):
    first = dataclasses.replace(EXERCISES[0], code=code)
    found = wrong_exercises(made(), "09", (first, EXERCISES[1]))
    assert any(problem in each for each in found), found


@pytest.mark.parametrize("count", [0, 1, 5])
def test_there_are_two_to_four_exercises(count):
    exercises = [
        dataclasses.replace(EXERCISES[0], name=f"09.{place}") for place in range(1, count + 1)
    ]
    assert wrong_exercises(made(), "09", exercises)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("guess_kind = ...", 'guess_kind = "a"', "guess_kind: not left blank"),
        ("guess_kind = ...", "kind = ...", "1 guesses"),
        ("guess_kind = ...", "guess_a, guess_b = ..., ...", "guess_kind: no cell before"),
        ("kind, outcome", "sort, outcome", "guess_kind: what came out is not told"),
        ("guess_kind = ...", "guess_kind = guess_x = guess_y = ...", "4 guesses"),
        ("mh.exercises.guesses()", "", "or the count of guesses, miss"),
        ("## Recap", "## Look back", "the headings “## Recap” and"),
        ("count = 3", "guess_count = ...", "guess_count: no cell before"),
    ],
)
def test_a_guess_that_is_wrong_is_found(old, new, problem):
    found = wrong_guesses(made([(old, new)]))
    assert any(problem in each for each in found), found


def test_an_outcome_after_the_recap_is_found():
    notebook = made()
    notebook.cells.insert(-1, notebook.cells.pop(8))
    assert wrong_guesses(notebook) == ["an outcome is told after the recap"]


def test_guesses_that_are_counted_before_the_recap_are_found():
    notebook = made()
    notebook.cells.insert(8, notebook.cells.pop(10))
    assert "the recap does not show the guesses" in wrong_guesses(notebook)


def test_the_verdicts_of_checks_are_read_from_their_outputs():
    notebook = made()
    note = {"mnist_helpers": {"exercise": "09.1", "verdict": "right", "cell": "sha256:0"}}
    notebook.cells[12].outputs = [
        nb.new_output("stream", text="other"),
        nb.new_output("display_data", {"text/plain": "Right."}, metadata=note),
    ]
    assert verdicts(notebook) == [("09.1", "right")]
