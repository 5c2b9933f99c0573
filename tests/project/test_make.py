"""make sets up what a target needs, and no more; by uv, or else by pip."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV, LEARNER, CONTRIBUTOR = (f"requirements{kind}.lock" for kind in ("-uv", "", "-contributor"))
OF_LEARNERS = (
    *("lab", "fresh", "handout", "collect", "slides", "run", "serve"),
    *("check", "stick"),
)
OF_CONTRIBUTORS = (
    *("test", "test-sample", "lint", "format"),
    *("paper", "site", "serve-site", "notebooks", "reference", "benchmark", "lock"),
)
STAMPS = {LEARNER: ".venv/ready", CONTRIBUTOR: ".venv/ready-contributor"}

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or not shutil.which("make"), reason="there is no make"
)


@pytest.fixture
def clone(tmp_path):
    """The files that set-up reads, and programs that only write down how they were called."""
    for name in ("Makefile", UV, LEARNER, CONTRIBUTOR, "package-lock.json"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "bin").mkdir()
    for name in ("python", "ruff", "lint-imports", "deptry", "mypy"):
        program(tmp_path, name)
    return tmp_path


def program(clone, name, line="", code=0):
    """Make a program that writes its arguments to `calls`, runs one more line, and ends."""
    path = clone / "bin" / name
    path.write_text(f'#!/bin/sh\necho "{name} $*" >> calls\n{line}\nexit {code}\n', "utf-8")
    path.chmod(0o755)


def make(clone, *arguments, **settings):
    outer = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MNIST_SOURCE", "CI"} | {
        *("OPTIONS", "COVERAGE", "UPGRADE", "NOTEBOOK", "FOLDER")
    }
    env = {name: value for name, value in os.environ.items() if name not in outer} | settings
    command = ["make", "BIN=bin", "PYTHON=bin/python", *arguments]
    return subprocess.run(command, cwd=clone, env=env, capture_output=True, encoding="utf-8")


def set_up(clone, *locks):
    """Leave the stamps of a set-up, newer than everything else."""
    (clone / ".venv").mkdir(exist_ok=True)
    for age, lock in enumerate(reversed(locks)):
        (clone / STAMPS[lock]).touch()
        newer = (clone / lock).stat().st_mtime + 100 - age
        os.utime(clone / STAMPS[lock], (newer, newer))


def planned(clone, target):
    """Return the locks that a target would install, and whether it would begin with a new .venv."""
    text = make(clone, "-n", target).stdout
    return set(re.findall(r"--require-hashes -r (\S+?)[;\s]", text)), "-m venv --clear" in text


def calls(clone):
    return (clone / "calls").read_text("utf-8").splitlines()


@pytest.mark.parametrize("target", OF_LEARNERS)
def test_a_learner_gets_the_lock_of_learners_only(target, clone):
    assert planned(clone, target) == ({UV, LEARNER}, True)


@pytest.mark.parametrize("target", OF_CONTRIBUTORS)
def test_a_contributor_gets_both(target, clone):
    assert planned(clone, target) == ({UV, LEARNER, CONTRIBUTOR}, True)


@pytest.mark.parametrize("target", sorted({*OF_CONTRIBUTORS} - {"lock"}))
def test_what_a_learner_has_is_kept_when_the_rest_is_added(target, clone):
    set_up(clone, LEARNER)
    assert planned(clone, "lab") == (set(), False)
    assert planned(clone, target) == ({CONTRIBUTOR}, False)


@pytest.mark.parametrize("target", ["lab", "test"])
def test_nothing_is_installed_twice(target, clone):
    set_up(clone, LEARNER, CONTRIBUTOR)
    assert planned(clone, target) == (set(), False)


@pytest.mark.parametrize(
    ("newer", "expected"),
    [(LEARNER, ({UV, LEARNER, CONTRIBUTOR}, True)), (CONTRIBUTOR, ({CONTRIBUTOR}, False))],
)
def test_a_new_lock_is_installed(newer, expected, clone):
    set_up(clone, LEARNER, CONTRIBUTOR)
    os.utime(clone / newer, (2e10, 2e10))
    assert planned(clone, "test") == expected


def test_no_target_is_missing_here():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert {*OF_LEARNERS, *OF_CONTRIBUTORS, "clean"} == set(
        re.search(r"^\.PHONY: (.*)", makefile, re.MULTILINE)[1].split()
    )


def test_uv_installs_where_it_can_be_had(clone):
    program(clone, "python", line="mkdir -p .venv")
    program(clone, "uv")
    done = make(clone, ".venv/ready-contributor")
    assert done.returncode == 0 and "cannot be had" not in done.stdout
    installs = [call for call in calls(clone) if "install" in call]
    assert [re.search(r"^python|^uv", call)[0] for call in installs] == [
        "python",
        "uv",
        "python",
        "uv",
    ]
    for call, lock in ((installs[1], LEARNER), (installs[3], CONTRIBUTOR)):
        assert "--python .venv" in call and f"--require-hashes -r {lock}" in call
    assert "--editable ." in installs[2]
    assert (clone / STAMPS[LEARNER]).exists() and (clone / STAMPS[CONTRIBUTOR]).exists()


def test_pip_installs_where_uv_cannot_be_had(clone):
    without_uv = f'case "$*" in *{UV}*) exit 1;; esac; mkdir -p .venv'
    program(clone, "python", line=without_uv)
    done = make(clone, ".venv/ready")
    assert done.returncode == 0 and "uv cannot be had here" in done.stdout
    assert any("pip install" in call and f"-r {LEARNER}" in call for call in calls(clone))


def test_pip_installs_where_uv_fails(clone):
    program(clone, "python", line="mkdir -p .venv")
    program(clone, "uv", line='test "$1" = --version && exit 0', code=1)
    done = make(clone, ".venv/ready")
    assert done.returncode == 0 and "uv could not install them; now pip tries" in done.stdout
    tried = [call.split()[0] for call in calls(clone) if f"-r {LEARNER}" in call]
    assert tried == ["uv", "python"]


def test_a_set_up_that_failed_is_not_taken_for_done(clone):
    program(clone, "python", line=f'case "$*" in *{LEARNER}*) exit 1;; esac; mkdir -p .venv')
    assert make(clone, "lab").returncode != 0
    assert not (clone / STAMPS[LEARNER]).exists()


def test_without_a_fitting_python_the_message_says_what_to_do(clone):
    program(clone, "python", code=1)
    done = make(clone, "lab")
    assert done.returncode != 0 and not (clone / ".venv").exists()
    assert "needs Python 3.11, 3.12 or 3.13" in done.stdout and "PYTHON=python3.12" in done.stdout


def test_the_sample_is_for_test_sample_only_and_options_reach_pytest(clone):
    set_up(clone, LEARNER, CONTRIBUTOR)
    program(clone, "python", line='echo "source=$MNIST_SOURCE" >> calls')
    make(clone, "test", "OPTIONS=--every-way")
    make(clone, "test-sample", OPTIONS="-x")
    assert calls(clone) == [
        "python -m pytest tests --numprocesses=2 --every-way",
        "source=",
        "python -m pytest notebooks --every-way",
        "source=",
        "python -m pytest -m data_matters -x",
        "source=sample",
    ]


def test_copies_are_made_by_one_command_each(clone):
    set_up(clone, LEARNER)
    for arguments in (["lab"], ["fresh", "NOTEBOOK=02"], ["fresh"], ["handout"]):
        make(clone, *arguments)
    assert [call.rstrip() for call in calls(clone)] == [
        "python tools/start_lab.py",
        "python tools/copy_notebooks.py fresh 02",
        "python tools/copy_notebooks.py fresh",
        "python tools/copy_notebooks.py handout",
    ]


def test_a_class_is_collected_by_one_command_whatever_its_folder_is_called(clone):
    set_up(clone, LEARNER)
    program(clone, "python", line='printf "<%s>" "$@" >> calls; echo >> calls')
    for arguments in (["collect", "FOLDER=my class"], ["collect"]):
        make(clone, *arguments)
    assert calls(clone)[1::2] == [
        "<tools/collect_answers.py><my class>",
        "<tools/collect_answers.py>",
    ]


def test_a_stick_gets_its_folder_and_its_options(clone):
    set_up(clone, LEARNER)
    program(clone, "python", line='printf "<%s>" "$@" >> calls; echo >> calls')
    for arguments in (["stick", "FOLDER=my stick", "OPTIONS=--for linux"], ["stick"], ["check"]):
        make(clone, *arguments)
    assert calls(clone)[1::2] == [
        "<tools/make_stick.py><my stick><--for><linux>",
        "<tools/make_stick.py>",
        "<tools/check_computer.py>",
    ]


def test_slides_are_made_of_all_notebooks_or_of_one(clone):
    set_up(clone, LEARNER)
    for arguments in (["slides"], ["slides", "NOTEBOOK=03"]):
        make(clone, *arguments, "NPM=")
    assert [call.rstrip() for call in calls(clone)] == [
        "python tools/make_slides.py",
        "python tools/make_slides.py 03",
    ]


def test_the_site_is_made_and_shown_by_one_command_each(clone):
    set_up(clone, LEARNER, CONTRIBUTOR)
    for target in ("site", "serve-site"):
        make(clone, target, "NPM=")
    assert calls(clone) == [
        "python tools/make_site.py",
        "python tools/make_site.py --serve 8080",
    ]


def test_the_set_up_says_first_what_it_does_and_how_long_that_takes(clone):
    program(clone, "python", line="mkdir -p .venv")
    said = make(clone, "lab").stdout.splitlines()
    assert said[0].startswith("First the set-up") and "GB" in said[1] and "minutes" in said[1]


def test_lint_says_when_javascript_was_not_checked(clone):
    set_up(clone, LEARNER, CONTRIBUTOR)
    for settings, code in (({}, 0), ({"CI": "true"}, 2)):
        done = make(clone, "lint", "NPM=", **settings)
        assert done.returncode == code
        assert done.stdout.count("NOT checked: npm is missing") == 1


@pytest.mark.parametrize("broken", ["ruff", "lint-imports", "deptry", "mypy"])
def test_lint_fails_when_one_of_its_checks_does(broken, clone):
    set_up(clone, LEARNER, CONTRIBUTOR)
    program(clone, broken, code=1)
    assert make(clone, "lint", "NPM=").returncode != 0
