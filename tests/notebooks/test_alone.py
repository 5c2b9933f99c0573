"""Each notebook runs alone, in a clean clone without artifacts/, and twice in a row in place.

A process of its own does that while the other tests run; these tests, the last, wait for it.
"""

from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("source", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_alone_and_twice_in_place(source, runs_alone):
    clone = runs_alone(source)
    assert (clone / "error.txt").read_text("utf-8") == ""
    streams = [
        output.text
        for cell in nbformat.read(clone / "notebooks" / source.name, as_version=4).cells
        for output in cell.get("outputs", [])
        if output.get("name") == "stderr"
    ]
    assert not streams
    trained = {file.name for file in clone.glob("artifacts/*.*")}
    expected = {"mnist_cnn_model.keras", "mnist_cnn_model.h5", "training_history.json"}
    assert (expected <= trained) == source.name.startswith("03")
