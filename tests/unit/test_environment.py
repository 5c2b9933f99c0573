import importlib
import re
import sys
from pathlib import Path

import pytest

from mnist_helpers import environment
from mnist_helpers.datasets import sample
from tests.conftest import run_code


def test_start_is_quiet_and_says_in_one_line_what_it_found():
    done = run_code("import mnist_helpers as mh; mh.start(7)", env={"MNIST_SOURCE": "sample"})
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    banner, line = done.stdout.splitlines()
    assert "NOT MNIST'S DIGITS" in banner
    for part in ("Python 3.", "TensorFlow 2.", "Keras 3.", "seed 7", sample.DESCRIPTION.name):
        assert part in line


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
