"""Each notebook runs alone, in a clean clone without artifacts/; those that save, twice in a row.

A process of its own does that while the notebooks run in order; these tests, the last, wait for
it. On real MNIST only with --every-way.
"""

import nbformat
import pytest

from tests.conftest import NOTEBOOKS

SAVE = ("03", "06")  # those that write results, which a second run finds
TIMES = {path: 2 if path.name.startswith(SAVE) else 1 for path in NOTEBOOKS}


@pytest.mark.runs_alone
@pytest.mark.data_matters
@pytest.mark.parametrize("source", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_alone(source, alone):
    clone = alone.wait(source)
    assert (clone / "error.txt").read_text("utf-8") == ""
    streams = [
        output.text
        for cell in nbformat.read(clone / "notebooks" / source.name, as_version=4).cells
        for output in cell.get("outputs", [])
        if output.get("name") == "stderr"
    ]
    assert not streams
    trained = {file.name for file in clone.glob("artifacts/run-*/*.*")}
    expected = {"mnist_cnn_model.keras", "mnist_cnn_model.h5", "training_history.json"}
    assert (expected <= trained) == source.name.startswith("03")
