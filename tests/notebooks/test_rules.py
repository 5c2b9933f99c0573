"""The rules that every committed notebook keeps."""

import ast
import itertools
import re

import nbformat
import pytest

from mnist_helpers.exercises import core
from tests.conftest import NOTEBOOKS
from tests.notebooks.reading import code, outputs, verdicts, wrong_exercises, wrong_guesses

MACHINE_PATH = re.compile(
    r"(?<![\w.:/\-])/(?:home|Users|root|tmp|work|[\w.\-]+/[\w.\-]+/)|[A-Z]:\\"
)
MAX_BYTES = 1_000_000
TABLE = re.compile(r"<!-- table: .*?<!-- end of table -->", re.DOTALL)  # of numbers, no prose

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def test_is_valid_small_and_uses_the_common_kernel(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert path.stat().st_size < MAX_BYTES
    assert notebook.metadata.kernelspec.name == "python3"


def test_was_executed_in_order_on_mnist(path):
    notebook = read(path)
    cells = code(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert "data: MNIST (60,000 training and 10,000 test images)" in cells[0].outputs[0].text


def test_has_no_error_no_stderr_and_no_path_of_a_machine(path):
    for output in outputs(read(path)):
        assert output.output_type != "error"
        assert output.get("name") != "stderr"
        texts = [output.get("text", "")]
        texts += [v for k, v in output.get("data", {}).items() if k.startswith("text/")]
        assert not any(MACHINE_PATH.search(text) for text in texts)


def test_cells_that_are_compared_have_an_output_to_compare(path):
    for cell in code(read(path)):
        if any("check-output" in tag for tag in cell.metadata.get("tags", [])):
            assert cell.outputs


def test_has_the_anatomy(path):
    cells = read(path).cells
    first = cells[0].source
    assert first.startswith("# ")
    assert (
        sum(bool(re.match(r"# ", cell.source)) for cell in cells if cell.cell_type == "markdown")
        == 1
    )
    for part in ("**What you'll do.**", "**What you'll learn**", "**What you'll need.**"):
        assert part in first
    headings = [cell.source for cell in cells if "## Recap" in cell.source]
    assert len(headings) == 1
    last = cells[-1].source
    assert "**Go further**" in last and "**Further reading**" in last
    position = NOTEBOOKS.index(path)
    neighbours = NOTEBOOKS[max(0, position - 1) : position + 2]
    assert all(f"]({other.name})" in last for other in neighbours if other != path)


def test_has_two_to_four_exercises_that_can_be_answered(path):
    number = path.name[:2]
    names = [name for name in core.names() if name.startswith(f"{number}.")]
    assert wrong_exercises(read(path), number, [core.find(name) for name in names]) == []


def test_its_exercises_are_left_to_the_learner(path):
    names = [name for name in core.names() if name.startswith(f"{path.name[:2]}.")]
    assert verdicts(read(path)) == [(name, "unanswered") for name in names]


def test_has_two_or_three_guesses_beside_what_came_out(path):
    assert wrong_guesses(read(path)) == []


def test_begins_with_the_same_set_up_cell(path):
    assert code(read(path))[0].source == code(read(NOTEBOOKS[0]))[0].source


def test_has_prose_around_every_code_cell(path):
    kinds = [cell.cell_type for cell in read(path).cells]
    assert ("code", "code") not in list(itertools.pairwise(kinds))
    assert kinds[0] == kinds[-1] == "markdown"


def test_cells_are_short(path):
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            assert len(TABLE.sub("", cell.source).split()) <= 130, cell.source
        else:
            statements = [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.stmt)]
            assert len(statements) <= 14, cell.source
            assert len(cell.source.splitlines()) <= 25, cell.source


def test_code_fits_a_slide_and_a_phone(path):
    for cell in code(read(path)):
        assert max(map(len, cell.source.splitlines())) <= 80, cell.source


def test_opens_the_test_set_in_notebooks_04_and_05_only(path):
    source = "\n".join(cell.source for cell in code(read(path)))
    names = {
        getattr(node, "attr", getattr(node, "id", None)) for node in ast.walk(ast.parse(source))
    }
    opens = bool(names & {"load_test", "_read", "read_part", "files"}) or "load_data" in names
    assert opens == (path.name[:2] in {"04", "05"})


def test_shows_every_picture_with_a_caption(path):
    pictures = [output for output in outputs(read(path)) if "image/png" in output.get("data", {})]
    assert pictures
    for picture in pictures:
        assert len(picture.metadata["image/png"]["alt"]) > 20


def test_links_lead_to_notebooks_that_exist(path):
    text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    for target in re.findall(r"\]\((?!http)([^)]+)\)", text):
        assert (path.parent / target).exists(), target
