"""Execute the notebooks in order, each in its own kernel, and show the progress cell by cell.

Copies go to artifacts/executed/; --in-place rewrites the notebooks themselves, on real MNIST only,
and keeps in benchmarks/results/ how long each took.
"""

import argparse
import datetime
import importlib.metadata
import os
import platform
import shutil
import sys
import time
from pathlib import Path

import nbclient
import nbformat

from mnist_helpers import artifacts
from mnist_helpers.datasets import DataError, Source, cifar10, cifar100, fashion_mnist, mnist

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import recording

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
CELL_TIMEOUT = 600  # seconds


def settle_data() -> Source:
    """Find MNIST once for all kernels, whose working directory is another.

    Raises:
        DataError: The data that the user named is not there or not right.
    """
    modules = mnist, fashion_mnist, cifar10, cifar100
    variables = [module.DESCRIPTION.variable for module in modules]
    for variable in (*variables, "KERAS_HOME", "MY_PICTURES"):
        if named := os.environ.get(variable):
            os.environ[variable] = str(Path(named).expanduser().resolve())
    source = mnist.find()
    if source.is_sample:
        os.environ["MNIST_SOURCE"] = "sample"  # no kernel waits for the network again
    return source


def choose(last: str | None) -> list[Path]:
    """Choose the notebooks to run, in order: all of them, or those up to a number.

    Args:
        last: The number of the last one, as the user wrote it, such as "5" or "05".

    Raises:
        ValueError: No notebook has this number; the message says which there are.
    """
    notebooks = {int(path.name[:2]): path for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))}
    if last is None:
        return list(notebooks.values())
    number = int(last) if last.isascii() and last.isdigit() else None
    if number not in notebooks:
        known = ", ".join(f"{number:02}" for number in notebooks)
        raise ValueError(f"no notebook has the number {last!r}; there are {known}")
    return [path for one, path in notebooks.items() if one <= number]


def execute(path: Path, progress: bool = True) -> nbformat.NotebookNode:
    """Run one notebook in a fresh kernel and return it with its outputs.

    Args:
        path: The notebook; its folder is the working directory.
        progress: Whether to print how far it is.

    Raises:
        nbclient.exceptions.CellExecutionError: A cell failed; the message shows which and how.
    """
    notebook = nbformat.read(path, as_version=4)
    total = sum(cell.cell_type == "code" for cell in notebook.cells)
    done = 0

    def report(cell: nbformat.NotebookNode, **_: object) -> None:
        nonlocal done
        done += cell.cell_type == "code"
        if sys.stdout.isatty():
            print(f"\r{path.name}: cell {done} of {total}", end="", flush=True)
        elif done % 5 == 0:
            print(f"{path.name}: cell {done} of {total}", flush=True)

    nbclient.NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--log-level=ERROR"],
        record_timing=False,
        shutdown_kernel="immediate",  # all is done; TensorFlow takes a second to take leave
        on_cell_executed=report if progress else None,
    ).execute()
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        # A widget lives in the kernel that has ended; its still picture stays.
        output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    notebook.metadata = {  # without the version of this machine's Python
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return notebook


def keep_times(seconds: dict[str, float], data: str) -> None:
    """Keep how long each notebook ran, for the table of lessons: name → seconds."""
    versions = {name: importlib.metadata.version(name) for name in ("tensorflow", "keras")}
    result = {
        "name": "run_notebooks",
        "command": "make notebooks",
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": recording.machine(),
        "versions": {"python": platform.python_version()} | versions,
        "data": data,
        "trials": [{"notebook": name, "seconds": round(s, 1)} for name, s in seconds.items()],
    }
    recording.write(recording.RESULTS / "run_notebooks.json", result)


def main() -> None:
    """Run the notebooks; stop at the first that fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--in-place", action="store_true", help="rewrite the notebooks themselves")
    parser.add_argument("--last", metavar="NN", help="stop after notebook NN")
    options = parser.parse_args()
    in_place = options.in_place
    try:
        notebooks = choose(options.last)
    except ValueError as error:
        parser.error(f"--last: {error}")
    try:
        source = settle_data()
    except DataError as error:
        sys.exit(str(error))
    if in_place and source.is_sample:
        sys.exit(f"The committed notebooks show real MNIST only, and here is: {source.note}")
    print(f"data: {source.name}; {source.note}")
    os.chdir(NOTEBOOKS)
    if in_place:  # begin at the first epoch, whatever was interrupted
        for backup in artifacts.folder().glob("backup-*"):
            shutil.rmtree(backup)
    target = NOTEBOOKS if in_place else artifacts.folder() / "executed"
    target.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    seconds = {}
    for path in notebooks:
        begun = time.monotonic()
        try:
            notebook = execute(path)
        except (nbclient.exceptions.CellExecutionError, RuntimeError, TimeoutError) as error:
            sys.exit(f"\n{path.name} stopped:\n{error}")
        fresh = target / f"{path.name}.new"  # the old copy stays until the new one is complete
        nbformat.write(notebook, fresh)
        fresh.replace(target / path.name)
        seconds[path.stem] = time.monotonic() - begun
        print(f"\r{path.name}: finished in {seconds[path.stem]:.0f} s", flush=True)
    if in_place and options.last is None:
        keep_times(seconds, source.name)
    print(f"all finished in {time.monotonic() - started:.0f} s; executed copies: {target}")


if __name__ == "__main__":
    main()
