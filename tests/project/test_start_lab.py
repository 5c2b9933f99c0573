"""JupyterLab opens on the learner's copy of the first notebook, and asks nothing."""

import importlib.util
import os
import sys
from pathlib import Path

import copy_notebooks
import pytest
import start_lab
from jupyterlab.labapp import LabApp

from tests.conftest import NOTEBOOKS, ROOT


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project; its JupyterLab only notes how it was started."""
    (tmp_path / "notebooks").mkdir()
    name = NOTEBOOKS[0].name
    (tmp_path / "notebooks" / name).write_bytes(NOTEBOOKS[0].read_bytes())
    started = []
    monkeypatch.setattr(start_lab, "ROOT", tmp_path)
    monkeypatch.setattr(LabApp, "launch_instance", started.append)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/their/own")
    monkeypatch.setattr(sys, "argv", ["start_lab.py", "--no-browser"])
    monkeypatch.chdir(ROOT)
    return tmp_path, started


def test_it_says_what_it_does_and_opens_the_copy_of_the_first_notebook(project, capsys):
    root, started = project
    start_lab.main()
    said = capsys.readouterr().out
    assert "Copied 1 notebook to my_notebooks/" in said and "seconds" in said and "Ctrl+C" in said
    ((opened, *options),) = started
    assert Path.cwd() == root and Path(opened).is_file()
    assert opened == str(Path("my_notebooks", NOTEBOOKS[0].name))
    assert f"--ServerApp.root_dir={root}" in options and options[-1] == "--no-browser"
    assert "--log-level=WARN" in options
    assert os.environ["JUPYTER_CONFIG_PATH"].split(os.pathsep)[0] == "/their/own"


def test_an_option_of_the_learner_goes_first(project, monkeypatch):
    _, started = project
    monkeypatch.setattr(sys, "argv", ["start_lab.py", "--log-level=INFO"])
    start_lab.main()
    assert [option for option in started[0] if "log-level" in option] == ["--log-level=INFO"]


def test_it_tells_which_copies_are_older_than_their_originals(project, capsys):
    root, _ = project
    copy_notebooks.make(root)
    original = root / "notebooks" / NOTEBOOKS[0].name
    original.write_text(original.read_text("utf-8").replace("**What", "**Guess what", 1), "utf-8")
    start_lab.main()
    assert "make fresh NOTEBOOK=01" in capsys.readouterr().out


def test_what_cannot_be_copied_is_told_and_jupyterlab_does_not_start(project):
    root, started = project
    (root / "my_notebooks").touch()
    with pytest.raises(SystemExit, match="is a file"):
        start_lab.main()
    assert started == []


@pytest.mark.parametrize("missing", start_lab.NEEDED)
def test_without_the_environment_it_says_what_to_do(project, monkeypatch, missing):
    there = importlib.util.find_spec
    found = lambda name: None if name == missing else there(name)  # noqa: E731
    monkeypatch.setattr(importlib.util, "find_spec", found)
    with pytest.raises(SystemExit, match=f"{missing} cannot be found .*or run `make lab`"):
        start_lab.main()


def test_jupyterlab_does_not_ask_about_news(monkeypatch, tmp_path):
    """And what the learner has chosen goes first."""
    plugin = "@jupyterlab/apputils-extension:notification"
    places = {name: str(tmp_path / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")}
    for name, place in places.items():
        monkeypatch.setenv(name, place)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "")
    schemas = Path(sys.prefix, "share", "jupyter", "lab", "schemas")

    settings = pytest.importorskip("jupyterlab_server.settings_utils")  # JupyterLab brings it

    def default():
        found, _ = settings.get_settings(
            str(tmp_path), str(schemas), str(tmp_path), schema_name=plugin
        )
        return found["schema"]["properties"]["fetchNews"]["default"]

    assert default() == "none"
    start_lab.quiet()
    assert default() == "false"
