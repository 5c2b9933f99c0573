"""What a check leaves in the saved notebook, and how it is read there."""

import json
from types import SimpleNamespace

import pytest

from mnist_helpers import copies, exercises
from mnist_helpers.exercises import saved
from mnist_helpers.exercises.saved import Claim

CODE = 'four = 4\n\n\nmh.exercises.check("99.1", four)'


@pytest.fixture
def run(monkeypatch, shown):
    """Run the check as a cell of this text does, and return the cell as it is saved."""

    def run(code, answer=4):
        history = SimpleNamespace(input_hist_raw=["before", code])
        shell = SimpleNamespace(history_manager=history)
        monkeypatch.setattr(saved, "get_ipython", lambda: shell)
        exercises.check("99.1", answer)
        output = {"output_type": "display_data", "metadata": shown[-1][1]}
        return {"cell_type": "code", "source": code, "outputs": [output]}

    return run


def claims(*cells):
    """Save cells to a file's text, and read it."""
    return list(saved.claims(copies.parse(json.dumps({"cells": cells}).encode())))


@pytest.mark.parametrize(("answer", "verdict"), [(4, "right"), (5, "wrong"), (..., "unanswered")])
def test_a_verdict_is_read_from_the_file_alone(run, answer, verdict):
    assert claims(run(CODE, answer)) == [Claim("99.1", verdict, "claimed")]


def test_a_change_of_the_cell_shows_and_one_that_is_taken_back_does_not(run):
    cell = run(CODE)
    assert claims(cell | {"source": CODE.replace("4\n", "5\n")}) == [
        Claim("99.1", "right", "stale")
    ]
    assert claims(cell | {"source": CODE}) == [Claim("99.1", "right", "claimed")]


@pytest.mark.parametrize(
    "source",
    [
        CODE.splitlines(keepends=True),
        [*CODE.splitlines(keepends=True), "\n", "  "],
        CODE.replace("\n", "\r\n"),
    ],
)
def test_how_an_editor_stores_a_cell_is_no_change(run, source):
    assert claims(run(CODE) | {"source": source}) == [Claim("99.1", "right", "claimed")]


def test_a_verdict_of_an_older_version_has_no_digest(run):
    cell = run(CODE)
    note = cell["outputs"][0]["metadata"]["mnist_helpers"]
    del note["cell"]
    note["answer"] = "sha256:0123456789abcdef"
    assert claims(cell) == [Claim("99.1", "right", "undated")]


def test_a_cell_that_was_not_run_or_lost_its_outputs_is_unchecked():
    cell = {"cell_type": "code", "source": CODE, "outputs": []}
    assert claims(cell, {"cell_type": "code", "source": "x = 1"}) == [
        Claim("99.1", None, "unchecked")
    ]
    assert claims(cell | {"cell_type": "markdown"}) == []


def test_outside_of_a_notebook_a_check_works_without_a_digest(shown):
    exercises.check("99.1", 4)
    assert shown[0][1] == {"mnist_helpers": {"exercise": "99.1", "verdict": "right"}}


@pytest.mark.parametrize(
    "outputs",
    [
        *(None, 3, "x", {}, [3], [None], [[]], [{}], [{"metadata": 3}]),
        *([{"metadata": {"mnist_helpers": note}}] for note in (None, [], "right", {})),
        [{"metadata": {"mnist_helpers": {"exercise": ["99.1"], "verdict": "right"}}}],
        [{"metadata": {"mnist_helpers": {"exercise": "99.1", "verdict": "excellent"}}}],
        [{"metadata": {"mnist_helpers": {"exercise": "99.1", "verdict": {"right": 1}}}}],
    ],
)
def test_what_is_no_verdict_is_passed_over(outputs):
    cell = {"cell_type": "code", "source": CODE, "outputs": outputs}
    assert claims(cell) == [Claim("99.1", None, "unchecked")]


@pytest.mark.parametrize("digest", [3, [], {}, "", "sha256:", "x" * 10**6])
def test_a_digest_of_any_kind_that_does_not_fit_is_stale(run, digest):
    cell = run(CODE)
    cell["outputs"][0]["metadata"]["mnist_helpers"]["cell"] = digest
    assert claims(cell) == [Claim("99.1", "right", "stale")]


@pytest.mark.parametrize("source", [None, 3, [1], [None]])
def test_a_cell_without_text_is_an_error(source):
    with pytest.raises(ValueError, match="no text"):
        claims({"cell_type": "code", "source": source})


def test_half_a_surrogate_is_text(run):
    code = CODE + "  # \ud800"
    assert claims(run(code)) == [Claim("99.1", "right", "claimed")]
