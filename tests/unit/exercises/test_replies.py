"""Check, hint and solution, guesses, and the progress across notebooks."""

import nbformat
import numpy as np
import pytest

from mnist_helpers import exercises
from mnist_helpers.exercises import saved


def test_check_says_the_verdict_and_leaves_it_in_the_output(shown):
    exercises.check("99.1", ...)
    exercises.check("99.1", 5)
    exercises.check("99.1", 4)
    texts = [text for text, _ in shown]
    assert texts[0].startswith("**99.1 · Not answered yet.** Put your answer")
    assert 'mh.exercises.hint("99.1")' in texts[0]
    assert texts[1] == "**99.1 · Not yet.** 5 is 2 + 3."
    assert texts[2] == "**99.1 · Right.** 2 + 2 = 4."
    notes = [metadata["mnist_helpers"] for _, metadata in shown]
    assert [note["verdict"] for note in notes] == ["unanswered", "wrong", "right"]
    assert {note["exercise"] for note in notes} == {"99.1"}


def test_hints_come_one_by_one(shown):
    for _ in range(3):
        exercises.hint("99.1")
    texts = [text for text, _ in shown]
    assert texts[0] == "**99.1 · Hint 1 of 2.** Add."
    assert texts[1].startswith("**99.1 · Hint 2 of 2.** Add 2.") and "solution" in texts[1]
    assert texts[2] == texts[1]


def test_the_solution_shows_code_and_reasoning(shown):
    exercises.solution("99.2")
    assert "```python\ndef double(number):\n" in shown[0][0] and "Two times." in shown[0][0]


def test_guesses_stand_beside_what_came_out(shown):
    exercises.guess("digits, of 100", ..., 80.0)
    exercises.guess("digits, of 100", 75, 80.0, within=10)  # the cell ran again
    exercises.guess("loss", np.float32(9), 2.3, within=0.5)
    exercises.guess("which fails", " A Shift", "a shift")
    exercises.guess("how much", "plenty", 0.12345)
    exercises.guess("why", ..., 1234567)
    exercises.guesses()
    texts = [text for text, _ in shown]
    assert texts[0] == "No guess yet. What came out: **80** (digits, of 100)."
    assert texts[1] == "Your guess: 75. What came out: **80** (digits, of 100): close."
    assert texts[2].endswith("not close.") and texts[3].endswith("as you guessed.")
    assert "`plenty`" in texts[4] and "0.1235" in texts[4]
    assert "| why | – | 1,234,567 |" in texts[6]
    assert texts[6].endswith("You guessed 4 of 5; 2 of them came out as guessed, or close to it.")


def test_a_number_in_quotes_is_read_and_the_quotes_are_remarked_on(shown):
    exercises.guess("a", " 11 ", 11.06, within=5)
    exercises.guess("b", "40", 11.06, within=5)
    exercises.guess("c", "nan", 11.06)
    exercises.guess("d", "1", "1")
    texts = [text for text, _ in shown]
    assert texts[0].startswith("Your guess: 11. ")
    assert texts[0].endswith(": close. A number needs no quotes.")
    assert texts[1].endswith(": not close. A number needs no quotes.")
    assert texts[2].endswith(": not close.")
    assert texts[3].endswith(": as you guessed.")  # one of the words to choose from


def test_no_guess_is_fine(shown):
    exercises.guess("a", ..., 1)
    exercises.guesses()
    assert shown[-1][0].endswith("You guessed 0 of 1.")


def checked(verdicts):
    """A notebook with saved verdicts; the cell of 99.3 has changed since."""
    notebook = nbformat.v4.new_notebook()
    for name, verdict in verdicts.items():
        source = f'mh.exercises.check("{name}", answer)'
        then = saved.digest(source + "  # before" * (name == "99.3"))
        note = {"exercise": name, "verdict": verdict, "cell": then}
        output = nbformat.v4.new_output("display_data", metadata={"mnist_helpers": note})
        notebook.cells.append(nbformat.v4.new_code_cell(source, outputs=[output]))
    return notebook


@pytest.fixture
def of_99(monkeypatch):
    monkeypatch.setattr("mnist_helpers.exercises.core.names", lambda: ["99.1", "99.2"])


def test_progress_reads_the_saved_notebooks_and_this_kernel(tmp_path, shown, of_99):
    nbformat.write(checked({"99.1": "right"}), tmp_path / "99_made_up.ipynb")
    nbformat.write(checked({"99.2": "right"}), tmp_path / "99_made_up-old.ipynb")
    exercises.progress(tmp_path)
    assert "| 99.1 | A sum | right |" in shown[0][0]
    assert "| 99.2 | A function | – |" in shown[0][0]
    assert shown[0][0].endswith("1 of 2 are right (99: 1 of 2).")
    exercises.check("99.2", lambda number: 2 * number)
    exercises.check("99.1", 7)  # since the notebook was saved
    exercises.progress(tmp_path)
    assert "| 99.1 | A sum | not yet |" in shown[-1][0]
    assert "| 99.2 | A function | right |" in shown[-1][0]


def test_progress_says_which_answers_have_changed_since_their_check(tmp_path, shown, monkeypatch):
    monkeypatch.setattr("mnist_helpers.exercises.core.names", lambda: ["99.1", "99.3"])
    nbformat.write(checked({"99.1": "right", "99.3": "right"}), tmp_path / "99_made_up.ipynb")
    exercises.progress(tmp_path)
    assert "| 99.1 | A sum | right |" in shown[0][0]
    assert "| 99.3 | A shape | changed since its check |" in shown[0][0]
    assert shown[0][0].endswith("1 of 2 are right (99: 1 of 2).")


def test_progress_goes_on_past_a_damaged_notebook(tmp_path, shown, of_99):
    (tmp_path / "98_broken.ipynb").write_text('{"cells": [', encoding="utf-8")
    (tmp_path / "97_strange.ipynb").write_text('{"cells": [3]}', encoding="utf-8")
    nbformat.write(checked({"99.1": "right", "99.2": 3}), tmp_path / "99_made_up.ipynb")
    exercises.progress(tmp_path)
    assert "1 of 2 are right" in shown[0][0]
    assert shown[0][0].endswith("Not read, because damaged: 97_strange.ipynb, 98_broken.ipynb.")
