"""Which export is taken, and that one which is not of the model trained last is never silent."""

import json
import shutil

import pytest

from mnist_helpers import artifacts
from mnist_helpers.datasets import Source, mnist, sample
from tests.conftest import run_code

TOLD = "not the one that you trained last"


@pytest.fixture(autouse=True)
def _on_the_sample(bundled):
    pass


def train(content):
    with artifacts.saving({"loss": [1]}) as folder:
        (folder / artifacts.MODEL).write_bytes(content)


def export(content, run=None):
    with artifacts.exporting(run or artifacts.find_run()) as path:
        path.write_bytes(content)


def test_after_training_anew_the_old_export_is_not_taken_silently(results, capsys):
    train(b"first")
    export(b"of the first")
    assert not artifacts.find_export().is_stale and TOLD not in capsys.readouterr().out
    train(b"second")
    found = artifacts.find_export()
    assert found.path.read_bytes() == b"of the first" and found.is_stale
    told = capsys.readouterr().out
    assert told == f"Model: your last export, {TOLD}: notebook 06 exports that one.\n"
    export(b"of the second")
    assert not artifacts.find_export().is_stale and TOLD not in capsys.readouterr().out


def test_without_an_export_the_reader_is_not_taken_silently_after_training(results, capsys):
    assert not artifacts.find_export().is_stale and capsys.readouterr().out == ""
    train(b"first")
    found = artifacts.find_export()
    assert found.is_shipped and found.is_stale
    assert (
        f"Model: the reader of handwriting that ships with the series, {TOLD}"
        in capsys.readouterr().out
    )
    assert not artifacts.find_export(artifacts.REFERENCE).is_stale, "it was asked for"


def test_a_model_that_is_trained_while_another_is_exported_makes_the_export_stale(results):
    train(b"first")
    run = artifacts.find_run()
    with artifacts.exporting(run) as path:
        train(b"second")
        path.write_bytes(b"of the first")
    assert artifacts.find_export().is_stale


def test_the_reference_exported_in_place_of_a_model_for_other_data_is_not_stale(results, capsys):
    train(b"on the sample")
    export(b"of the reference", artifacts.find_run(mnist_source()))
    found = artifacts.find_export()
    assert found.trained_on == mnist.DESCRIPTION.name and not found.is_stale
    train(b"on the sample, again")
    assert artifacts.find_export().is_stale
    export(b"of the sample")
    found = artifacts.find_export()
    assert found.trained_on == sample.DESCRIPTION.name and not found.is_stale


def mnist_source():
    """MNIST, as if it were in use."""
    return Source(mnist.DESCRIPTION, None, "for a test")


@pytest.mark.parametrize("damage", ["missing", "another"])
def test_a_damaged_run_does_not_keep_the_export_from_being_taken(damage, results, capsys):
    train(b"first")
    export(b"of the first")
    model = results / "run-1" / artifacts.MODEL
    model.unlink() if damage == "missing" else model.write_bytes(b"another")
    found = artifacts.find_export()
    assert found.path.read_bytes() == b"of the first" and found.is_stale
    assert TOLD in capsys.readouterr().out


def test_an_export_of_version_1_is_taken_and_known_to_be_old(results):
    train(b"first")
    export(b"of the first")
    for path in (results / "export-1").iterdir():
        path.rename(results / path.name)
    (results / "export-1").rmdir()
    note = json.loads((results / artifacts.EXPORT_NOTE).read_text("utf-8"))
    del note["instead_of"]  # which it did not have
    (results / artifacts.EXPORT_NOTE).write_text(json.dumps(note), "utf-8")
    found = artifacts.find_export()
    assert found.path == results / artifacts.EXPORTED and not found.is_stale
    train(b"second")
    assert artifacts.find_export().is_stale
    export(b"of the second")
    assert artifacts.find_export().path.read_bytes() == b"of the second"
    assert not (results / artifacts.EXPORTED).exists()


def test_the_service_says_at_its_start_that_its_model_is_not_the_one_trained_last(results):
    train(b"first")
    shutil.copytree(artifacts.REFERENCE, results / "export-1")
    code = "import runpy; runpy.run_module('mnist_helpers.serve', run_name='__main__')"
    done = run_code(code, "--port=0", "--stop-with-stdin", input="")
    assert done.returncode == 0, done.stderr
    assert TOLD in done.stdout and "Serving on" in done.stdout


def test_an_export_of_another_kind_of_run_is_stale_only_when_notebook_03_trains_anew(results):
    train(b"of the lessons")
    with artifacts.saving({"loss": [1]}, kind="accurate") as folder:
        (folder / artifacts.MODEL).write_bytes(b"other")
    export(b"of the other", artifacts.newest_run("accurate"))
    assert not artifacts.find_export().is_stale
    train(b"anew")
    assert artifacts.find_export().is_stale


def test_an_export_can_have_bounds_of_its_own(results):
    train(b"first")
    with artifacts.exporting(artifacts.find_run(), {"sure": 0.5}) as path:
        path.write_bytes(b"of the first")
    assert artifacts.find_export().bounds == {"sure": 0.5}
