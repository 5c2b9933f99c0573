"""The unit tests of the JavaScript, which node runs."""

import shutil
import subprocess

import pytest

from tests.conftest import ROOT


def test_the_javascript_does_what_its_own_tests_say():
    node = shutil.which("node")
    if not node:
        pytest.skip("no node: install Node.js, with which JavaScript is tested")
    tests = sorted((ROOT / "tests" / "web").glob("*.test.js"))
    assert tests
    done = subprocess.run([node, "--no-warnings", "--test", *tests], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
