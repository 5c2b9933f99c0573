import importlib
import json
import os
import re
import shutil
import sys
from pathlib import Path

import copy_notebooks
import pytest

from mnist_helpers import copies, environment
from mnist_helpers.datasets import sample
from tests.conftest import NOTEBOOKS, run_code

WIDTH = 100  # characters that fit an output of JupyterLab in a window of 1280 pixels


def test_start_is_quiet_and_says_in_two_lines_what_it_found():
    done = run_code("import mnist_helpers as mh; mh.start(7)", env={"MNIST_SOURCE": "sample"})
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    banner, data, versions = done.stdout.splitlines()
    assert "NOT MNIST'S DIGITS" in banner
    assert f"data: {sample.DESCRIPTION.name} (1,500 training and 297 test images)" in data
    assert "seed 7" in data and len(data) <= WIDTH
    for part in ("Python 3.", "TensorFlow 2.", "Keras 3.", "PU"):
        assert part in versions and len(versions) <= WIDTH


def test_start_tells_when_the_copy_is_older_than_its_original(tmp_path, monkeypatch, capsys):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "my_notebooks").mkdir()
    longest = max(NOTEBOOKS, key=lambda path: len(path.name))
    original = Path(shutil.copy(longest, tmp_path / "notebooks"))
    copy = tmp_path / "my_notebooks" / original.name
    (note := copies.note(original))["original"] = "another state"
    copy.write_text(json.dumps({"cells": [], "metadata": {copies.NOTE: note}}), "utf-8")
    monkeypatch.chdir(copy.parent)
    monkeypatch.setenv("JPY_SESSION_NAME", str(copy))
    environment.start()
    *_, empty, first, second = capsys.readouterr().out.splitlines()
    assert not empty and first.startswith(f"notebooks/{copy.name} has changed since")
    assert f"make fresh NOTEBOOK={copy.name[:2]}, or" in second
    assert max(len(first), len(second)) <= WIDTH
    kept = copy_notebooks.put(copy_notebooks.blank(original), copy)
    environment.start()
    assert kept and "has changed" not in capsys.readouterr().out


@pytest.mark.parametrize("name", ["", "missing.ipynb", ".", "elsewhere/copy.ipynb"])
def test_a_session_that_is_not_of_this_folder_is_passed_over(name, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "copy.ipynb").touch()
    (tmp_path / "copy.ipynb").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", {"JPY_SESSION_NAME": name and str(tmp_path / name)})
    assert copies.opened() is None
    monkeypatch.setattr(os, "environ", {"JPY_SESSION_NAME": str(tmp_path / "copy.ipynb")})
    assert copies.opened() == tmp_path / "copy.ipynb"


def test_importing_the_package_imports_nothing_heavy():
    done = run_code("import sys, mnist_helpers; print(*sys.modules)")
    assert done.returncode == 0 and "mnist_helpers" in done.stdout.split(), done.stderr
    assert not {"tensorflow", "keras", "numpy", "matplotlib"} & set(done.stdout.split())


def test_the_seed_makes_runs_alike():
    import keras
    import numpy as np

    drawn = []
    for _ in range(2):
        environment.start(3)
        drawn.append((np.random.rand(), float(keras.random.uniform(()))))  # noqa: NPY002
    assert drawn[0] == drawn[1]


def test_what_is_written_during_the_start_is_replayed_only_after_a_failure():
    code = """
import os
from mnist_helpers.quiet import quiet_stderr
with quiet_stderr():
    os.write(2, b"chatter")
os.write(2, b"heard. ")
with quiet_stderr():
    os.write(2, b"the reason. ")
    raise RuntimeError
"""
    done = run_code(code)
    assert done.stderr.startswith("heard. the reason. Traceback")


def test_without_tensorflow_the_error_says_what_to_do():
    hide = "import sys; sys.modules['tensorflow'] = None"
    done = run_code(f"{hide}; import mnist_helpers as mh; mh.start()")
    assert "requirements.lock" in done.stderr


def test_on_an_intel_mac_the_error_says_so(monkeypatch):
    monkeypatch.setattr(environment.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(environment.platform, "machine", lambda: "x86_64")
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ImportError, match="no build for Intel Macs"):
        environment._import_tensorflow()


def test_what_the_package_offers_is_completed_and_what_it_lacks_is_named():
    import mnist_helpers as mh

    assert {"datasets", "plots", "training", "start"} <= set(dir(mh))
    assert {"bars", "table"} <= set(dir(mh.plots))
    assert {"mnist", "fashion_mnist", "scale"} <= set(dir(mh.datasets))
    with pytest.raises(AttributeError, match="kitchen"):
        _ = mh.kitchen


PACKAGE = Path(environment.__file__).parent


@pytest.mark.parametrize("stub", sorted(PACKAGE.rglob("*.pyi")), ids=lambda path: path.parent.name)
def test_everything_that_editors_complete_is_there(stub):
    name = ".".join(["mnist_helpers", *stub.relative_to(PACKAGE).parent.parts])
    package = importlib.import_module(name)
    names = re.findall(r"(\w+) as \1", stub.read_text("utf-8"))
    assert names and set(names) == set(package.__all__)
    for each in names:
        assert getattr(package, each) is not None
