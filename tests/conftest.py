"""What several tests need."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from mnist_helpers import data

SETTINGS = ("MNIST_SOURCE", "MNIST_PATH", "KERAS_HOME")


@pytest.fixture
def clean_settings(monkeypatch, tmp_path):
    """No data named, an empty cache, and no server to download from."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(data, "URLS", ("http://127.0.0.1:9/mnist.npz",))  # refused at once
    monkeypatch.setattr(data, "TIMEOUT", (2, 1))
    data._find.cache_clear()
    yield monkeypatch
    data._find.cache_clear()


@pytest.fixture
def sample(monkeypatch):
    """The bundled digits, whatever data there are."""
    monkeypatch.setenv("MNIST_SOURCE", "sample")


@pytest.fixture
def artifacts(monkeypatch, tmp_path):
    """A folder for results, for one test."""
    monkeypatch.setenv("MNIST_ARTIFACTS", str(tmp_path / "artifacts"))
    return tmp_path / "artifacts"


@pytest.fixture(scope="session")
def stroke():
    """A dark 7 on light paper, off centre: uint8 (120, 90)."""
    page = np.full((120, 90), 230, np.uint8)
    page[20:28, 20:60] = 20
    for row in range(28, 90):
        right = 60 - (row - 28) // 3
        page[row, right - 8 : right] = 20
    return page


@pytest.fixture(scope="session", autouse=True)
def runs_alone(request, tmp_path_factory):
    """Start tests/run_alone.py now, beside the other tests; return how to wait for a notebook."""
    asked = [item for item in request.session.items if "runs_alone" in item.name]
    if not asked:
        yield None
        return
    folder, here = tmp_path_factory.mktemp("alone"), Path(__file__).parent
    settings = {k: v for k, v in os.environ.items() if k != "MNIST_ARTIFACTS"}
    settings["PYTHONPATH"] = str(here.parent / "tools")
    command = [sys.executable, here / "run_alone.py", folder]
    command += [item.callspec.params["source"] for item in asked]

    def wait(source: Path) -> Path:
        while not (folder / source.stem / "error.txt").exists():
            assert process.poll() is None, "run_alone.py ended too early"
            time.sleep(0.2)
        return folder / source.stem

    with subprocess.Popen(command, env=settings) as process:
        yield wait
        process.kill()
