"""Each notebook runs alone, in a clean clone without artifacts/, and twice in a row in place."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
import run_notebooks

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """For each notebook, a clone of its own in which it is run twice; two at a time."""

    def run_twice(source):
        clone = tmp_path_factory.mktemp(source.stem)
        (clone / "notebooks").mkdir()
        path = Path(shutil.copy(source, clone / "notebooks"))
        for _ in range(2):
            nbformat.write(run_notebooks.execute(path, progress=False), path)
        return path

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as pool:
        patch.delenv("MNIST_ARTIFACTS", raising=False)  # artifacts/ lies in each clone
        yield {source: pool.submit(run_twice, source) for source in NOTEBOOKS}


@pytest.mark.parametrize("source", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_alone_and_twice_in_place(source, runs):
    path = runs[source].result()
    streams = [
        output
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", [])
        if output.get("name") == "stderr"
    ]
    assert not streams
    trained = {file.name for file in path.parents[1].glob("artifacts/*.*")}
    expected = {"mnist_cnn_model.keras", "mnist_cnn_model.h5", "training_history.json"}
    assert (expected <= trained) == (source.name.startswith("03"))
