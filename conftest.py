"""How pytest treats the notebooks' cells, which nbval collects as tests; options and markers."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
import run_notebooks
from xdist.scheduler import LoadScopeScheduling

from mnist_helpers import imagenet
from mnist_helpers.datasets import DataError, mnist
from tests.notebooks.alone import Alone
from tests.notebooks.test_alone import TIMES

# With two workers (make test), one has all the tests that measure times or start many processes.
TOGETHER = {"service", "browser", "test_benchmarks.py", "test_alone.py"}

# The tests never touch the results in a learner's artifacts/; kernels inherit this setting.
_artifacts = pytest.StashKey[str]()


def pytest_addoption(parser):
    parser.addoption(
        "--every-way",
        action="store_true",
        help="run the notebooks alone and twice on real MNIST, too, and look at the slides of each",
    )


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "data_matters: runs on real MNIST and on the bundled digits (make test-sample)"
    )
    config.addinivalue_line(
        "markers", "runs_alone: waits for a notebook that runs in a process of its own"
    )
    try:
        run_notebooks.settle_data()
    except DataError as error:
        raise pytest.UsageError(str(error)) from error
    os.environ[imagenet.VARIABLE] = "cache"  # neither tests nor kernels fetch weights
    config.stash[_artifacts] = os.environ["MNIST_ARTIFACTS"] = tempfile.mkdtemp(prefix="mnist-")


def pytest_unconfigure(config):
    if hasattr(config, "alone"):
        config.alone.stop()
    shutil.rmtree(config.stash[_artifacts], ignore_errors=True)


def _tags(item):
    cell = getattr(item, "cell", None)
    return cell.metadata.get("tags", []) if cell is not None else []


def pytest_collection_modifyitems(config, items):
    """Choose and order the tests; compare outputs that hold for real MNIST, such as counts."""
    is_sample = mnist.find().is_sample
    for item in items:
        if hasattr(item, "cell"):
            item.add_marker("data_matters")
        if "mnist-check-output" in _tags(item) and not is_sample:
            item.options["check"] = True
    left_out = []
    if not (is_sample or config.getoption("--every-way")):
        left_out = [item for item in items if item.get_closest_marker("runs_alone")]
    # What runs alone begins with the notebooks, and is waited for last.
    items[:] = sorted((item for item in items if item not in left_out), key=_turn)
    config.hook.pytest_deselected(items=left_out)
    waiting = [item for item in items if item.get_closest_marker("runs_alone")]
    orders = {source: TIMES[source] for source in (i.callspec.params["source"] for i in waiting)}
    config.alone = Alone(orders, Path(config.stash[_artifacts], "alone"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give each file of tests to one worker, and those of `TOGETHER` all to the same one."""

    class Scheduler(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            path = nodeid.split("::")[0]
            return "together" if TOGETHER & {*path.split("/")} else path

    return Scheduler(config, log)


def _turn(item):
    if item.get_closest_marker("runs_alone"):
        return 3
    if hasattr(item, "cell"):
        return 1
    return 2 if item.get_closest_marker("data_matters") else 0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Remember the first cell of a notebook that failed."""
    report = yield
    if report.failed and hasattr(item, "cell"):
        item.parent.failed_cell = getattr(item.parent, "failed_cell", item.name)
    return report


def pytest_runtest_setup(item):
    """Skip the cells after a failed one: they would only repeat its failure."""
    if hasattr(item, "cell"):
        item.config.alone.start()  # not sooner: it would disturb the tests of the service
        if failed := getattr(item.parent, "failed_cell", None):
            pytest.skip(f"{failed} failed")
