import os
import subprocess
import sys

import pytest

from mnist_helpers import data, environment


def run(code, **settings):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1"} | settings,
        timeout=300,
    )


def test_start_is_quiet_and_says_in_one_line_what_it_found():
    done = run("import mnist_helpers as mh; mh.environment.start(7)", MNIST_SOURCE="sample")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    banner, line = done.stdout.splitlines()
    assert "NOT MNIST'S DIGITS" in banner
    for part in ("Python 3.", "TensorFlow 2.", "Keras 3.", "seed 7", data.SAMPLE):
        assert part in line


def test_importing_the_package_imports_nothing_heavy():
    done = run("import sys, mnist_helpers; print(*sys.modules)")
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
    done = run(code)
    assert done.stderr.startswith("heard. the reason. Traceback")


def test_without_tensorflow_the_error_says_what_to_do():
    hide = "import sys; sys.modules['tensorflow'] = None"
    done = run(f"{hide}; import mnist_helpers as mh; mh.environment.start()")
    assert "requirements.lock" in done.stderr


def test_on_an_intel_mac_the_error_says_so(monkeypatch):
    monkeypatch.setattr(environment.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(environment.platform, "machine", lambda: "x86_64")
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ImportError, match="no build for Intel Macs"):
        environment._import_tensorflow()


def test_unknown_rooms_are_named():
    import mnist_helpers

    with pytest.raises(AttributeError, match="it has quiet, images, data"):
        _ = mnist_helpers.kitchen
    assert "plots" in dir(mnist_helpers)
