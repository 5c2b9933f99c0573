"""How pytest treats the notebooks' cells, which nbval collects as tests."""

import os
import shutil
import tempfile

import pytest
import run_notebooks

from mnist_helpers import data

# The tests never touch the results in a learner's artifacts/; kernels inherit this setting.
_artifacts = pytest.StashKey[str]()


def pytest_configure(config):
    try:
        run_notebooks.settle_data()
    except data.DataError as error:
        raise pytest.UsageError(str(error)) from error
    config.stash[_artifacts] = os.environ["MNIST_ARTIFACTS"] = tempfile.mkdtemp(prefix="mnist-")


def pytest_unconfigure(config):
    shutil.rmtree(config.stash[_artifacts], ignore_errors=True)


def _tags(item):
    cell = getattr(item, "cell", None)
    return cell.metadata.get("tags", []) if cell is not None else []


def pytest_collection_modifyitems(items):
    """Compare outputs that hold for real MNIST, such as counts, on it only; order the tests."""
    items.sort(key=lambda item: "runs_alone" in item.name)  # last: they run beside the others
    marked = [item for item in items if "mnist-check-output" in _tags(item)]
    if data.find().is_mnist:
        for item in marked:
            item.options["check"] = True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Remember the first cell of a notebook that failed."""
    report = yield
    if report.failed and hasattr(item, "cell"):
        item.parent.failed_cell = getattr(item.parent, "failed_cell", item.name)
    return report


def pytest_runtest_setup(item):
    """Skip the cells after a failed one: they would only repeat its failure."""
    if hasattr(item, "cell") and (failed := getattr(item.parent, "failed_cell", None)):
        pytest.skip(f"{failed} failed")
