"""The package stays small, and what is known of a data set stands in its description only."""

import ast
import re

import grimp
import nbformat
import pytest

import mnist_helpers as mh
from tests.conftest import NOTEBOOKS, ROOT

PACKAGE = ROOT / "mnist_helpers"
MODULES = sorted(PACKAGE.rglob("*.py"))
# Where the facts belong: the descriptions, and the frame of MNIST's images as LeCun describes it.
# Exercises ask about this very data set.
FACTS = (
    *("datasets/mnist.py", "datasets/fashion_mnist.py", "datasets/sample.py", "pictures/"),
    *("datasets/cifar10.py", "datasets/cifar100.py", "exercises/notebook_"),
)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_is_read_in_a_few_minutes(path):
    assert len(path.read_text("utf-8").splitlines()) <= 300


def modules_named_in(notebook):
    """Return the modules behind every `mh.NAME…` of a notebook's code."""
    cells = nbformat.read(notebook, as_version=4).cells
    source = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    found = set()
    for name in set(re.findall(r"\bmh((?:\.\w+)+)", source)):
        thing = mh
        for part in name.split(".")[1:]:
            thing = getattr(thing, part, None)
            module = getattr(thing, "__module__", None) or getattr(thing, "__name__", "")
            if str(module).startswith("mnist_helpers"):
                found.add(module)
    return found


def test_what_the_first_five_notebooks_share_is_small():
    """Counted with docstrings; what one lesson alone needs lies in modules of its own.

    Exercises and figures to play with are not counted: nothing else of a lesson is built on them.
    """
    graph = grimp.build_graph("mnist_helpers")
    uses = []
    for notebook in NOTEBOOKS[:5]:
        named = modules_named_in(notebook)
        named = {name for name in named if not name.startswith("mnist_helpers.play")}
        needed = set(named).union(*(graph.find_upstream_modules(name) for name in named))
        packages = {name.rsplit(".", count)[0] for name in needed for count in (1, 2)}
        uses.append(needed | (packages & graph.modules))
    everything = set().union(*uses)
    shared = {name for name in everything if sum(name in used for used in uses) > 1}
    assert "mnist_helpers.datasets.files" in shared and "mnist_helpers.evaluation" in shared
    assert not any(name.startswith("mnist_helpers.serve") for name in shared)
    shared -= {name for name in shared if name.startswith("mnist_helpers.exercises")}
    assert lines_of(shared) <= 1500, {name: lines_of({name}) for name in sorted(shared)}


def lines_of(names):
    """Count the lines of modules and, of packages, of their `__init__` and its stub."""
    count = 0
    for name in names:
        path = ROOT.joinpath(*name.split("."))
        files = [path.with_suffix(".py"), path / "__init__.py", path / "__init__.pyi"]
        count += sum(len(file.read_text("utf-8").splitlines()) for file in files if file.is_file())
    return count


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_facts_of_a_data_set_stand_in_its_description_only(path):
    """No 28, no 784, no count of images, no name, except where such facts belong."""
    if str(path.relative_to(PACKAGE).as_posix()).startswith(FACTS):
        return
    tree = ast.parse(path.read_text("utf-8"))
    found = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    numbers = {value for value in found if type(value) is int}
    assert not numbers & {28, 784, 10_000, 50_000, 55_000, 60_000}
    assert not {"MNIST", "Fashion-MNIST", "CIFAR-10", "CIFAR-100"} & set(found)
