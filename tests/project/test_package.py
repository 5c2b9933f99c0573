"""The package can be installed whole, and no module of it imports its own package."""

import ast
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "mnist_helpers"
MODULES = [path.relative_to(ROOT).as_posix() for path in PACKAGE.rglob("*.py")]


def test_a_wheel_holds_every_file_of_the_package(tmp_path):
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    left_out = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(PACKAGE, tmp_path / PACKAGE.name, ignore=left_out)
    files = {
        path.relative_to(tmp_path).as_posix()
        for path in (tmp_path / PACKAGE.name).rglob("*")
        if path.is_file()
    }
    assert "mnist_helpers/artifacts/reference/mnist_cnn_model.keras" in files
    assert "mnist_helpers/artifacts/reader/mnist_cnn_model.tflite" in files
    build = "from setuptools import build_meta; build_meta.build_wheel('dist')"
    subprocess.run([sys.executable, "-c", build], cwd=tmp_path, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == files


@pytest.mark.parametrize("module", MODULES)
def test_no_module_goes_through_the_package_that_it_is_in(module):
    """Packages find their names lazily: such an import would hide from the check of the order."""
    package = Path(module).parent.parts
    own = {".".join(package[:depth]) for depth in range(1, len(package) + 1)}
    for node in ast.walk(ast.parse((ROOT / module).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            assert not own & {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert not own & {f"{node.module}.{alias.name}" for alias in node.names}
