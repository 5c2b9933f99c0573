"""The files around the code agree with each other."""

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

import mnist_helpers

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DECLARED = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")


def test_the_lock_pins_everything_that_pyproject_asks_for():
    pins = dict(re.findall(r"^([\w.-]+)==([^ ;\\]+)", LOCK, re.MULTILINE))
    for requirement in map(Requirement, DECLARED):
        assert requirement.specifier.contains(pins[requirement.name]), requirement


def test_every_pin_of_the_lock_has_a_hash_and_no_address():
    entries = re.split(r"\n(?=\w)", LOCK.strip())
    assert len(entries) > 80
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)
    assert "://" not in LOCK and "index" not in LOCK


@pytest.mark.parametrize("name", ["pyzmq", "tensorflow"])
def test_the_lock_is_for_all_platforms(name):
    entry = next(e for e in re.split(r"\n(?=\w)", LOCK) if e.startswith(name + "=="))
    assert entry.count("--hash") > 10, "one hash for each platform and Python"


def test_environment_yml_agrees_with_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    python, pip, packages = environment["dependencies"]
    assert python == "python=3.12" and pip == "pip"
    assert packages["pip"] == [*DECLARED, "--editable ."]


def test_everything_imported_is_declared():
    names = {"sklearn": "scikit-learn", "PIL": "pillow", "yaml": "pyyaml", "IPython": "ipython"}
    declared = {Requirement(d).name for d in DECLARED}
    own = {"mnist_helpers", "run_notebooks", "make_reference", "resource"} | sys.stdlib_module_names
    for file in ROOT.glob("*/*.py"):
        if file.parts[-2] in {".venv", "build"}:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                modules = [node.module]
            for name in (module.split(".")[0] for module in modules):
                package = names.get(name, name.replace("_", "-"))
                assert name in own or package in declared, f"{file.name}: {name}"


def test_a_room_imports_only_from_rooms_before_it():
    for position, room in enumerate(mnist_helpers.ROOMS):
        text = (ROOT / "mnist_helpers" / f"{room}.py").read_text("utf-8")
        named = re.findall(r"from mnist_helpers(?:\.(\w+))? import ([\w, ]+)", text)
        used = {name for one, many in named for name in ([one] if one else many.split(", "))}
        assert used <= set(mnist_helpers.ROOMS[:position]), room


def test_the_installed_package_has_its_reference_model():
    found = importlib.util.find_spec("mnist_helpers").origin
    assert (Path(found).parent / "reference" / "mnist_cnn_model.keras").is_file()


def test_the_readme_names_every_notebook_and_every_link_leads_somewhere():
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        assert f"notebooks/{notebook.name}" in README
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", README):
        assert (ROOT / target).exists(), target


def test_the_readme_names_only_targets_that_the_makefile_has():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)`|^make ([a-z]+)", README, re.MULTILINE)) <= {
        pair for target in targets for pair in ((target, ""), ("", target))
    }


def test_in_place_execution_refuses_other_data_than_mnist(monkeypatch):
    monkeypatch.setenv("MNIST_SOURCE", "sample")
    script = ROOT / "tools" / "run_notebooks.py"
    before = {path: path.read_bytes() for path in (ROOT / "notebooks").glob("*.ipynb")}
    done = subprocess.run(
        [sys.executable, script, "--in-place"], capture_output=True, encoding="utf-8"
    )
    assert done.returncode != 0 and "real MNIST only" in done.stderr
    assert before == {path: path.read_bytes() for path in before}
