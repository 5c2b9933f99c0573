"""tools/run_notebooks.py runs the notebooks that it is asked to, with the data that it found."""

import os
import sys
from pathlib import Path

import pytest
import run_notebooks

from mnist_helpers.datasets import Source, mnist, sample
from tests.conftest import SETTINGS

ALL = sorted(path.name for path in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


def names(last):
    return [path.name for path in run_notebooks.choose(last)]


def test_without_a_number_all_notebooks_run_in_order():
    assert names(None) == ALL and len(ALL) >= 7


@pytest.mark.parametrize(
    ("last", "count"), [("5", 5), ("05", 5), ("03", 3), ("005", 5), ("1", 1), ("07", 7)]
)
def test_the_last_one_is_a_number_with_or_without_zeros(last, count):
    assert names(last) == ALL[:count]


@pytest.mark.parametrize("last", ["99", "0", "", "five", "-1", "5.0", "0x3", "٣", "1_0", " 3 "])
def test_what_is_no_notebook_is_refused(last):
    with pytest.raises(ValueError, match=r"no notebook has the number .*; there are 01, 02, 03"):
        run_notebooks.choose(last)


@pytest.mark.parametrize("last", ["five", "99"])
def test_a_wrong_number_ends_the_command_before_anything_runs(last, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["run_notebooks.py", f"--last={last}"])
    monkeypatch.setattr(run_notebooks, "execute", lambda *_: pytest.fail("a notebook ran"))
    monkeypatch.setattr(run_notebooks, "settle_data", lambda: pytest.fail("data were looked for"))
    with pytest.raises(SystemExit) as ended:
        run_notebooks.main()
    assert ended.value.code == 2
    assert f"--last: no notebook has the number '{last}'; there are 01" in capsys.readouterr().err


def test_the_command_runs_no_more_than_it_is_asked_to(monkeypatch, tmp_path, capsys):
    ran = []

    def execute(path):
        ran.append(path.name)
        return run_notebooks.nbformat.v4.new_notebook()

    monkeypatch.setattr(sys, "argv", ["run_notebooks.py", "--last=5"])
    monkeypatch.setattr(run_notebooks, "execute", execute)
    monkeypatch.setenv("MNIST_SOURCE", "sample")
    monkeypatch.setenv("MNIST_ARTIFACTS", str(tmp_path))
    monkeypatch.chdir(tmp_path)  # the command leaves for the notebooks' folder
    run_notebooks.main()
    assert ran == ALL[:5]
    assert sorted(path.name for path in (tmp_path / "executed").iterdir()) == ALL[:5]
    assert "all finished" in capsys.readouterr().out


def test_in_place_execution_refuses_other_data_than_mnist(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["run_notebooks.py", "--in-place"])
    monkeypatch.setattr(run_notebooks, "execute", lambda *_: pytest.fail("a notebook ran"))
    monkeypatch.setenv("MNIST_SOURCE", "sample")
    with pytest.raises(SystemExit, match="real MNIST only, and here is: MNIST_SOURCE=sample"):
        run_notebooks.main()


def test_in_place_execution_keeps_how_long_each_notebook_ran(monkeypatch, tmp_path):
    for name in ("01_a", "02_b"):
        (tmp_path / f"{name}.ipynb").touch()
    found = Source(mnist.DESCRIPTION, tmp_path, "found")
    monkeypatch.setattr(run_notebooks, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(run_notebooks, "settle_data", lambda: found)
    monkeypatch.setattr(
        run_notebooks, "execute", lambda _: run_notebooks.nbformat.v4.new_notebook()
    )
    monkeypatch.setattr(run_notebooks.recording, "RESULTS", tmp_path / "results")
    monkeypatch.setenv("MNIST_ARTIFACTS", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    kept = tmp_path / "results" / "run_notebooks.json"
    for options in ([], ["--in-place", "--last=1"]):
        monkeypatch.setattr(sys, "argv", ["run_notebooks.py", *options])
        run_notebooks.main()
        assert not kept.exists(), "only all of them, and those that are committed"
    monkeypatch.setattr(sys, "argv", ["run_notebooks.py", "--in-place"])
    run_notebooks.main()
    result = run_notebooks.recording.read(kept)
    assert [trial["notebook"] for trial in result["trials"]] == ["01_a", "02_b"]
    assert all(0 <= trial["seconds"] < 10 for trial in result["trials"])
    assert result["command"] == "make notebooks" and result["data"] == "MNIST"


def test_other_notebooks_beside_the_series_are_left_alone(monkeypatch, tmp_path):
    for name in ("02_b.ipynb", "01_a.ipynb", "Untitled.ipynb", "notes.md"):
        (tmp_path / name).touch()
    monkeypatch.setattr(run_notebooks, "NOTEBOOKS", tmp_path)
    assert names(None) == ["01_a.ipynb", "02_b.ipynb"]


@pytest.fixture
def settings(monkeypatch, tmp_path):
    """No data named; what a test sets is taken back."""
    for name in SETTINGS:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


@pytest.mark.parametrize("name", [name for name in SETTINGS if not name.endswith("_SOURCE")])
def test_a_relative_path_holds_for_kernels_in_another_folder(name, settings, tmp_path):
    (tmp_path / "data").mkdir()  # a file or a folder
    settings.setenv(name, "data")
    found = Source(mnist.DESCRIPTION, tmp_path / "data", "found")
    settings.setattr(run_notebooks.mnist, "find", lambda: found)
    assert run_notebooks.settle_data() is found
    assert os.environ[name] == str(tmp_path / "data") and "MNIST_SOURCE" not in os.environ


def test_without_mnist_no_kernel_looks_for_it_again(settings):
    found = Source(sample.DESCRIPTION, None, "no network")
    settings.setattr(run_notebooks.mnist, "find", lambda: found)
    run_notebooks.settle_data()
    assert os.environ["MNIST_SOURCE"] == "sample"
