"""What is asked for, what is pinned, and what conda installs agree with each other."""

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LEARNER = PROJECT["dependencies"]
CONTRIBUTOR = PROJECT["optional-dependencies"]["contribute"]
LOCKS = {
    name: (ROOT / name).read_text("utf-8")
    for name in ("requirements.lock", "requirements-contributor.lock", "requirements-uv.lock")
}


def entries(lock):
    return re.split(r"\n(?=\w)", LOCKS[lock].strip())


def pins(lock):
    """Return package → its version and marker."""
    return dict(re.match(r"([\w.-]+)==([^\\]+)", entry).groups() for entry in entries(lock))


@pytest.mark.parametrize(
    ("lock", "asked"),
    [
        ("requirements.lock", LEARNER),
        ("requirements-contributor.lock", [*LEARNER, *CONTRIBUTOR]),
        ("requirements-uv.lock", ["uv"]),
    ],
)
def test_a_lock_pins_everything_that_is_asked_for(lock, asked):
    pinned = pins(lock)
    for requirement in map(Requirement, asked):
        version = pinned[requirement.name].split(";")[0].strip()
        assert requirement.specifier.contains(version), requirement


def test_the_contributor_gets_what_the_learner_has_and_more():
    learner, contributor = pins("requirements.lock"), pins("requirements-contributor.lock")
    assert learner.items() < contributor.items()


def test_the_learner_gets_no_tools_of_contributors():
    only_tools = {Requirement(asked).name for asked in CONTRIBUTOR}
    # JupyterLab and matplotlib need them, too.
    only_tools -= {"packaging", "pyyaml", "httpx", "markupsafe"}
    assert {"pytest", "ruff", "mypy", "playwright"} < only_tools
    assert not only_tools & pins("requirements.lock").keys()


def test_the_learner_gets_what_builds_the_package():
    version = pins("requirements.lock")["setuptools"].strip()
    assert Requirement("setuptools>=77").specifier.contains(version), "pip builds without isolation"


@pytest.mark.parametrize(
    ("lock", "least"),
    [
        ("requirements.lock", 100),
        ("requirements-contributor.lock", 100),
        ("requirements-uv.lock", 1),
    ],
)
def test_every_pin_of_a_lock_has_a_hash_and_no_address(lock, least):
    assert len(entries(lock)) >= least
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in entries(lock))
    assert "://" not in LOCKS[lock] and not re.search("^[^a-z ]", LOCKS[lock], re.MULTILINE)


@pytest.mark.parametrize(
    ("lock", "name"),
    [
        ("requirements.lock", "tensorflow"),
        ("requirements.lock", "pyzmq"),
        ("requirements-contributor.lock", "mypy"),
        ("requirements-uv.lock", "uv"),
    ],
)
def test_a_lock_is_for_all_platforms(lock, name):
    entry = next(entry for entry in entries(lock) if entry.startswith(name + "=="))
    assert entry.count("--hash") > 10, "one hash for each platform and Python"


def test_environment_yml_agrees_with_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    python, pip, packages = environment["dependencies"]
    assert python == "python=3.12" and pip == "pip"
    assert packages["pip"] == [*LEARNER, *CONTRIBUTOR, "--editable ."]


def test_the_lock_of_npm_is_for_all_platforms_and_has_no_address():
    asked = json.loads((ROOT / "package.json").read_text("utf-8"))
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    project = lock.pop("")
    for kind in ("dependencies", "devDependencies"):
        assert project[kind] == asked[kind]
        for name, version in asked[kind].items():
            assert lock[f"node_modules/{name}"]["version"] == version, "a pin"
    programs = lock["node_modules/@biomejs/biome"]["optionalDependencies"]
    assert len(programs) >= 8, "one for each platform"
    assert {f"node_modules/{name}" for name in programs} < lock.keys()
    assert all(entry["integrity"].startswith("sha512-") for entry in lock.values())
    assert not any("resolved" in entry for entry in lock.values())
