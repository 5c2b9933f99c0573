"""What several tests need."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mnist_helpers import imagenet
from mnist_helpers.datasets import cifar10, cifar100, download, fashion_mnist, files, mnist

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SETS = (mnist, fashion_mnist, cifar10, cifar100)
SETTINGS = (
    *("MNIST_SOURCE", "KERAS_HOME", imagenet.VARIABLE),
    *(module.DESCRIPTION.variable for module in SETS),
)


@pytest.fixture
def clean_settings(monkeypatch, tmp_path):
    """No data named, an empty cache, nothing installed, and no server to download from."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(download, "TIMEOUT", (2, 1))
    for module in (*SETS, imagenet):
        replace_urls(monkeypatch, module, ["http://127.0.0.1:9/"])  # refused at once
    for module in SETS:
        places = tuple(p for p in module.DESCRIPTION.places if not Path(p).is_absolute())
        monkeypatch.setattr(
            module, "DESCRIPTION", dataclasses.replace(module.DESCRIPTION, places=places)
        )
    for found in (files._find, imagenet._find):
        found.cache_clear()
    yield monkeypatch
    for found in (files._find, imagenet._find):
        found.cache_clear()


def replace_urls(monkeypatch, module, servers):
    """Let a data set be fetched from these addresses; each ends with the file's name."""
    changed = [
        dataclasses.replace(file, urls=tuple(server + Path(file.name).name for server in servers))
        for file in module.DESCRIPTION.files
    ]
    description = dataclasses.replace(module.DESCRIPTION, files=tuple(changed))
    monkeypatch.setattr(module, "DESCRIPTION", description)


@pytest.fixture
def bundled(monkeypatch):
    """The bundled digits, whatever data there are."""
    monkeypatch.setenv("MNIST_SOURCE", "sample")


@pytest.fixture
def results(monkeypatch, tmp_path):
    """A folder for results, for one test."""
    monkeypatch.setenv("MNIST_ARTIFACTS", str(tmp_path / "artifacts"))
    return tmp_path / "artifacts"


def run_code(code, *arguments, **options):
    """Run Python code in a process of its own, and wait for it."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1"} | options.pop("env", {}),
        timeout=300,
        **options,
    )


def run_code_on_a_full_disk(code, limit, *arguments):
    """Run code in a process that can write no file larger than so many bytes."""
    pytest.importorskip("resource", reason="limits of file size are POSIX's")
    fill = "import resource\n_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)\n"
    fill += f"def fill_disk(): resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, hard))\n"
    not_measured = {"COVERAGE_PROCESS_CONFIG": "", "COVERAGE_PROCESS_START": ""}
    return run_code(fill + code, *arguments, env=not_measured)


@pytest.fixture(scope="session")
def stroke():
    """A dark 7 on light paper, off centre: uint8 (120, 90)."""
    page = np.full((120, 90), 230, np.uint8)
    page[20:28, 20:60] = 20
    for row in range(28, 90):
        right = 60 - (row - 28) // 3
        page[row, right - 8 : right] = 20
    return page
