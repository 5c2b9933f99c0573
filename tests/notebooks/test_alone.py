"""Each notebook runs alone, in a clean clone without artifacts/; those that save, twice in a row.

It runs as a learner's copy with all exercises answered; of two runs, the first is unanswered.
A process of its own does that while the notebooks run in order; these tests, the last, wait for
it. On real MNIST only with --every-way.
"""

import copy_notebooks
import nbformat
import pytest

from mnist_helpers.exercises import core, saved
from tests.conftest import NOTEBOOKS
from tests.notebooks.reading import outputs

SAVE = ("03", "06", "11", "12")  # those that write results, which a second run finds
TIMES = {path: 2 if path.name.startswith(SAVE) else 1 for path in NOTEBOOKS}


@pytest.mark.runs_alone
@pytest.mark.data_matters
@pytest.mark.parametrize("source", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_alone(source, alone):
    clone = alone.wait(source)
    assert (clone / "error.txt").read_text("utf-8") == ""
    notebook = nbformat.read(clone / copy_notebooks.MINE / source.name, as_version=4)
    streams = [output for output in outputs(notebook) if output.get("name") == "stderr"]
    assert not streams
    number = source.name[:2]
    expected = [name for name in core.names() if name.startswith(number)]
    right = [saved.Claim(name, "right", "claimed") for name in expected]
    assert list(saved.claims(notebook)) == right
    trained = {file.name for file in clone.glob("artifacts/run-*/*.*")}
    expected = {"mnist_cnn_model.keras", "mnist_cnn_model.h5", "training_history.json"}
    assert (expected <= trained) == (number == "03")
