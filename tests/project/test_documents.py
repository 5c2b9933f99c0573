"""What the documents name is there."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
TEXT = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in DOCUMENTS}
README = TEXT["README.md"]
CI = {name: (ROOT / name).read_text("utf-8") for name in (".ci/run", ".github/workflows/ci.yml")}


def commands(text):
    """Return the lines of the code blocks, without comments."""
    blocks = re.findall(r"^ *```\w+\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    return [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("name", TEXT)
def test_every_link_leads_somewhere(name):
    folder = (ROOT / name).parent
    for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", TEXT[name]):
        assert (folder / target).exists(), target
    for target in re.findall(r'src="(?!https?:)([^"]+)"', TEXT[name]):
        assert (folder / target).exists(), target


def test_the_readme_names_every_notebook():
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        assert f"notebooks/{notebook.name}" in README


def targets():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    return set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))


@pytest.mark.parametrize("name", TEXT)
def test_only_targets_are_named_that_the_makefile_has(name):
    named = re.findall(r"`make ([a-z-]+)", TEXT[name])
    named += [line.split()[1] for line in commands(TEXT[name]) if line.startswith("make ")]
    assert set(named) <= targets()


@pytest.mark.parametrize("name", CI)
def test_ci_lints_and_tests_on_both_data_sets(name):
    lines = re.findall(r"^(?:.*run: |time )?make ([a-z -]+)", CI[name], re.MULTILINE)
    named = " ".join(lines).split()
    assert named == ["lint", "slides", "paper", "site", "test", "test-sample"]
    assert set(named) < targets()
    for file in re.findall(r" -r (\S+)", CI[name]):
        assert (ROOT / file).is_file()


@pytest.mark.parametrize("name", TEXT)
def test_only_files_are_named_in_commands_that_are_there(name):
    for line in commands(TEXT[name]):
        for path in re.findall(r"(?:-r|--file) ([^/\s]\S*)|\b(\S+/\S+\.(?:ipynb|py))\b", line):
            assert (ROOT / "".join(path)).is_file(), line


def test_the_readme_installs_with_plain_pip_what_make_lab_installs():
    lines = commands(README)
    for line in (
        "python -m pip install --require-hashes -r requirements.lock",
        "python -m pip install --no-build-isolation --no-deps --editable .",
        "python tools/start_lab.py",
    ):
        assert line in lines, line


def test_the_version_is_the_same_everywhere():
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    version = pyproject["project"]["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    newest, date = re.search(r"^## (\d\S+) – (\S+)$", TEXT["CHANGELOG.md"], re.MULTILINE).groups()
    assert citation["version"] == newest == version
    assert str(citation["date-released"]) == date
