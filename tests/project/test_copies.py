"""The learner's copies: made when missing, never overwritten, and told when they are outdated."""

import errno
import json
import os
import re
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import copy_notebooks
import nbformat
import nbformat.v4 as nb
import pytest
from copy_notebooks import HANDOUT, MINE, SOLUTIONS, CopyError

from mnist_helpers import artifacts, copies
from tests.conftest import NOTEBOOKS, ROOT, run_code, run_code_on_a_full_disk

CHECK = 'mh.exercises.check("98.1", total)'
BLANK = f"# Add.\ntotal = ...\n\n{CHECK}"
MAGIC = "%env A=1"
FUNCTION = 'def double(number):\n    return ...\n\n\nmh.exercises.check("98.2", double)'


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with two notebooks, one of them with exercises."""
    exercises = [
        SimpleNamespace(name="98.1", code="total = 2 + 2\n"),
        SimpleNamespace(name="98.2", code="def double(number):\n    return 2 * number"),
    ]
    module = SimpleNamespace(EXERCISES=exercises)
    monkeypatch.setitem(sys.modules, "mnist_helpers.exercises.notebook_98", module)
    (tmp_path / "notebooks").mkdir()
    for name, cells in {"97_look": ["count = 1"], "98_solve_it": [BLANK, FUNCTION, MAGIC]}.items():
        kernel = {"name": "python3", "display_name": "Python 3"}
        notebook = nb.new_notebook(metadata={"kernelspec": kernel})
        notebook.cells = [nb.new_markdown_cell(f"# {name} · ½")]
        for number, cell in enumerate(cells, 1):
            output = nb.new_output("stream", text="shown\n")
            notebook.cells.append(nb.new_code_cell(cell, outputs=[output], execution_count=number))
        nbformat.write(notebook, tmp_path / "notebooks" / f"{name}.ipynb")
    return tmp_path


def change(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def sources(path):
    return [cell.source for cell in nbformat.read(path, as_version=4).cells]


def test_copies_are_the_notebooks_without_outputs(project):
    (said,) = copy_notebooks.make(project)
    assert said.startswith("Copied 2 notebooks to my_notebooks/")
    assert sorted(files(project / MINE)) == ["97_look.ipynb", "98_solve_it.ipynb"]
    for path in (project / MINE).iterdir():
        copy = nbformat.read(path, as_version=4)
        nbformat.validate(copy)
        original = project / "notebooks" / path.name
        assert sources(path) == sources(original) and copy.metadata.kernelspec.name == "python3"
        for cell in copy.cells[1:]:
            assert cell.outputs == [] and cell.execution_count is None
        assert nbformat.read(original, as_version=4).cells[1].outputs, "the original stays executed"


def test_the_text_of_a_copy_is_that_of_jupyter(project):
    copy_notebooks.make(project)
    path = project / MINE / "98_solve_it.ipynb"
    before = path.read_bytes()
    nbformat.write(nbformat.read(path, as_version=4), path)
    assert path.read_bytes() == before and b"\r" not in before


def test_a_copy_that_is_there_is_never_overwritten(project):
    copy_notebooks.make(project)
    mine = project / MINE / "97_look.ipynb"
    mine.write_text("my work", "utf-8")
    (project / MINE / "98_solve_it.ipynb").unlink()
    assert copy_notebooks.make(project)[0].startswith("Copied 1 notebook to")
    assert mine.read_text("utf-8") == "my work"
    assert copy_notebooks.make(project) == []


@pytest.mark.parametrize(
    "name",
    [
        *("98", "098", " 98 ", "98_solve_it", "98_solve", "98_solve_it.ipynb"),
        *("my_notebooks/98_solve_it.ipynb", "my_notebooks\\98_solve_it.ipynb"),
    ],
)
def test_a_fresh_copy_keeps_the_one_before_under_another_name(project, name):
    copy_notebooks.make(project)
    mine = project / MINE / "98_solve_it.ipynb"
    fresh = mine.read_bytes()
    for work in ("first", "second"):
        mine.write_text(work, "utf-8")
        said = copy_notebooks.fresh(project, name)
        assert "98_solve_it.kept-" in said[1] and "Reload" in said[2]
    found = files(project / MINE)
    assert found["98_solve_it.ipynb"] == fresh
    assert found["98_solve_it.kept-1.ipynb"] == b"first"
    assert found["98_solve_it.kept-2.ipynb"] == b"second" and len(found) == 4


def test_a_fresh_copy_is_made_where_there_is_none_and_keeps_nothing_needlessly(project):
    for _ in range(2):
        assert len(copy_notebooks.fresh(project, "97")) == 1
    assert list(files(project / MINE)) == ["97_look.ipynb"]


@pytest.mark.parametrize("name", ["", "99", "look", "9", "97_look.kept-1.ipynb", "9٧", ".."])
def test_a_name_that_is_no_notebook_is_refused_and_those_that_are_there_listed(project, name):
    with pytest.raises(CopyError, match=r"Which notebook is.*\n  97  97_look\n  98  98_solve"):
        copy_notebooks.fresh(project, name)
    assert not (project / MINE).exists()


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"cells": [1]}', '{"cells": [{"source": 1}]}', "<<<<<<< HEAD\n{}"]
)
def test_an_original_that_is_no_notebook_is_an_error_that_says_how_to_mend_it(project, damage):
    (project / "notebooks" / "98_solve_it.ipynb").write_text(damage, "utf-8")
    with pytest.raises(CopyError, match=r"git checkout notebooks/98_solve_it\.ipynb"):
        copy_notebooks.make(project)
    assert list(files(project / MINE)) == ["97_look.ipynb"]


def test_without_notebooks_it_says_so(tmp_path):
    with pytest.raises(CopyError, match="no notebooks in"):
        copy_notebooks.make(tmp_path)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_what_cannot_be_written_leaves_all_as_it_was(project, monkeypatch, number):
    copy_notebooks.make(project)
    change(project / MINE / "97_look.ipynb", "count = 1", "count = 2")
    before = files(project / MINE)

    def refuse(self, *_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(CopyError, match=r"cannot be written \(.*Make room .*Nothing was lost"):
        copy_notebooks.fresh(project, "97")
    assert files(project / MINE) == before


def test_on_a_disk_that_fills_half_way_all_stays_as_it_was(project):
    copy_notebooks.make(project)
    change(project / MINE / "97_look.ipynb", "count = 1", "count = 2")
    before = files(project / MINE)
    code = (
        "import sys; sys.path.append(sys.argv[2]); import copy_notebooks\n"
        "from pathlib import Path\n"
        "fill_disk()\ncopy_notebooks.fresh(Path(sys.argv[1]), '97')"
    )
    done = run_code_on_a_full_disk(code, 200, project, ROOT / "tools")
    assert "CopyError" in done.stderr and "Nothing was lost" in done.stderr
    assert files(project / MINE) == before


def test_where_a_file_has_the_name_of_the_folder_it_says_so(project):
    (project / MINE).write_text("a file", "utf-8")
    with pytest.raises(CopyError, match=r"my_notebooks is a file.*rename the file"):
        copy_notebooks.make(project)
    assert (project / MINE).read_text("utf-8") == "a file"


def test_a_copy_is_outdated_when_its_original_says_something_else(project):
    copy_notebooks.make(project)
    path, original = project / MINE / "97_look.ipynb", project / "notebooks" / "97_look.ipynb"
    change(path, "count = 1", "count = 2")  # the learner's own work
    change(original, "shown", "seen")  # executed anew
    assert copy_notebooks.make(project) == []
    change(original, "count = 1", "count = 3")
    (said,) = copy_notebooks.make(project)
    assert said.startswith("my_notebooks/97_look.ipynb: notebooks/97_look.ipynb has changed")
    assert "make fresh NOTEBOOK=97, or python tools/copy_notebooks.py fresh 97" in said
    renamed = path.rename(path.with_name("mine.ipynb"))
    assert copies.outdated(renamed), "a copy under another name knows its original"
    copy_notebooks.fresh(project, "97")
    assert copies.outdated(path) is None and "count = 3" in sources(path)[1]


@pytest.mark.parametrize("damage", ["", "[]", '{"cells": []}', '{"cells": [], "metadata": 3}'])
def test_what_is_no_copy_is_not_outdated(project, damage):
    copy_notebooks.make(project)
    path = project / MINE / "97_look.ipynb"
    path.write_text(damage, "utf-8")
    assert copies.outdated(path) is None and copies.outdated(project) is None
    assert copies.outdated(project / "notebooks" / "97_look.ipynb") is None
    assert copy_notebooks.make(project) == []


def test_a_cell_stored_as_lines_is_the_same_as_one_stored_as_text(project):
    path = project / "notebooks" / "98_solve_it.ipynb"
    notebook = copies.read(path)
    assert isinstance(notebook["cells"][1]["source"], list)
    before = copies.fingerprint(notebook)
    notebook["cells"][1]["source"] = copies.source(notebook["cells"][1])
    assert copies.fingerprint(notebook) == before


def test_an_instructor_gets_copies_without_and_with_solutions(project):
    said = copy_notebooks.hand_out(project)
    assert [line.partition(":")[0] for line in said] == ["handout/", "handout_solutions/"]
    assert sources(project / HANDOUT / "98_solve_it.ipynb")[1:] == [BLANK, FUNCTION, MAGIC]
    path = project / SOLUTIONS / "98_solve_it.ipynb"
    solved = nbformat.read(path, as_version=4)
    nbformat.validate(solved)
    folded = [cell.metadata.get("jupyter", {}).get("source_hidden") for cell in solved.cells]
    assert folded == [None, True, True, None], "in class a click opens a solution"
    assert sources(path)[1:] == [
        f"total = 2 + 2\n\n{CHECK}",
        FUNCTION.replace("...", "2 * number"),
        MAGIC,
    ]
    assert copy_notebooks.hand_out(project) == said, "what is the same is not kept twice"
    change(path, "2 + 2", "1 + 3")
    assert "98_solve_it.kept-1.ipynb" in copy_notebooks.hand_out(project)[1]


@pytest.mark.parametrize(
    ("before", "solution", "after"),
    [
        ("x = ...", "x = 1", "x = 1"),
        ("# Think.\nx = ...\n# yes", "x = 1", "x = 1"),
        ("data = [\n    1,\n]\nx = ...", "x = 1", "data = [\n    1,\n]\n\nx = 1"),
        ("data = 1\nx = ...", "data = 2\nx = 1", "data = 2\nx = 1"),
        ("import os\n\nx = ...", "import os\n\nx = 1", "import os\n\nx = 1"),
        ("image = a[..., 0]\nx = ...", "x = 1", "image = a[..., 0]\n\nx = 1"),
        ("x, y = ..., ...\nlater = 3", "x, y = 1, 2", "x, y = 1, 2"),
    ],
)
def test_a_solution_takes_the_place_of_the_blanks_and_leaves_what_is_given(before, solution, after):
    assert copy_notebooks.fill_in(f"{before}\n\n{CHECK}", solution) == f"{after}\n\n{CHECK}"


def test_an_exercise_that_there_is_not_is_an_error(project):
    change(project / "notebooks" / "98_solve_it.ipynb", "98.2", "98.7")
    with pytest.raises(CopyError, match=r"98_solve_it\.ipynb: There is no exercise '98\.7'"):
        copy_notebooks.hand_out(project)


@pytest.mark.parametrize(
    "code",
    [
        *("", MAGIC, "count = 1", "check('98.1', 1)", "x = mh.exercises.check('98.1', 1)"),
        *("mh.exercises.hint('98.1')", "mh.exercises.check(name, 1)", f"{CHECK}\nprint()"),
    ],
)
def test_other_cells_are_no_exercises(code):
    assert copy_notebooks.exercise_in(code) is None


def test_results_of_copies_go_to_the_same_folder(project, monkeypatch):
    monkeypatch.delenv("MNIST_ARTIFACTS")
    copy_notebooks.hand_out(project)
    copy_notebooks.make(project)
    for folder in ("notebooks", MINE, HANDOUT, SOLUTIONS):
        monkeypatch.chdir(project / folder)
        assert artifacts.folder() == project / "artifacts"


@pytest.mark.parametrize("source", NOTEBOOKS, ids=lambda path: path.stem)
def test_links_and_pictures_of_the_series_lead_somewhere_from_its_copies(source):
    cells = copy_notebooks.blank(source)["cells"]
    text = "\n".join(map(copies.source, cells))
    for target in re.findall(r"\]\((?!http|attachment:)([^)#]+)\)|src=\"(?!http)([^\"]+)\"", text):
        target = "".join(target)
        if target.startswith("../"):
            assert (ROOT / target.removeprefix("../")).exists(), target
        else:
            assert target in {path.name for path in NOTEBOOKS}, target


def test_git_ignores_copies():
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert {f"/{folder}/" for folder in (MINE, HANDOUT, SOLUTIONS)} <= set(ignored)


def test_the_command_says_what_it_did_and_fails_without_a_traceback(project):
    tools = project / "tools"
    tools.mkdir()
    shutil.copy(copy_notebooks.__file__, tools)
    command = "import runpy, sys; runpy.run_path(sys.argv.pop(1), run_name='__main__')"

    def run(*arguments):
        return run_code(command, tools / "copy_notebooks.py", *arguments)

    for said in ("Copied 2 notebooks", "my_notebooks/ has a copy of each notebook."):
        assert said in run().stdout
    assert "is a fresh copy" in run("fresh", "97").stdout
    unknown = run("handout").stderr  # to that process
    assert unknown.startswith("notebooks/98_solve_it.ipynb: There is no exercise '98.1'; there")
    refused = run("fresh")
    assert refused.returncode == 1 and refused.stderr.startswith("Which notebook is meant by ''?")


def test_metadata_of_a_copy_survives_being_saved_by_jupyter(project):
    copy_notebooks.make(project)
    path = project / MINE / "97_look.ipynb"
    note = json.loads(path.read_text("utf-8"))["metadata"]["mnist_helpers"]
    assert note["copy_of"] == "97_look.ipynb" and note["original"].startswith("sha256:")
    nbformat.write(nbformat.read(path, as_version=4), path)
    assert copies.outdated(path) is None
