"""Measure what each learner takes of a computer that a class shares: memory, processor, disk.

Each notebook runs in a kernel as JupyterLab starts it, alone, from its first cell to its last; the
processes that it starts count, too. Then several learners run notebook 03, which trains, at the
same time. On Linux, memory that several processes share is counted once (their "proportional set
size"), elsewhere once for each.
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbclient
import nbformat
import psutil
import recording
import tables_of_learners

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

import check_computer

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("[0-9][0-9]_*.ipynb"))
TOGETHER: tuple[int, ...] = (2, 4)  # learners
INTERVAL = 0.3  # seconds between two looks at the processes


class Watch:
    """Looks at the processes that this one has started while a block runs.

    Attributes:
        memory: Their peak together, in MB.
    """

    def __enter__(self) -> "Watch":
        """Begin to look."""
        self.memory = 0.0
        self._used: dict[int, float] = {}  # process → seconds on the processor
        self._end = threading.Event()
        self._before = {process.pid for process in psutil.Process().children(recursive=True)}
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._end.set()
        self._thread.join()

    @property
    def processor(self) -> float:
        """Their time on the processor together, in seconds."""
        return sum(self._used.values())

    def _look(self) -> None:
        while not self._end.wait(INTERVAL):
            sizes = []
            for process in psutil.Process().children(recursive=True):
                if process.pid in self._before:
                    continue
                try:
                    memory, times = process.memory_full_info(), process.cpu_times()
                except psutil.Error:  # it has just ended
                    continue
                sizes.append(getattr(memory, "pss", memory.rss) / 1e6)
                self._used[process.pid] = times.user + times.system
            self.memory = max(self.memory, sum(sizes))


def run(path: Path, last: int | None, folder: Path) -> None:
    """Run a notebook in a kernel of its own, with a folder for its results.

    Args:
        path: The notebook.
        last: How many of its cells; None for all.
        folder: Where its results go.
    """
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = notebook.cells[:last]
    client = nbclient.NotebookClient(
        notebook,
        timeout=1200,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--log-level=ERROR"],
        shutdown_kernel="immediate",
    )
    client.execute(env=os.environ | {"MNIST_ARTIFACTS": str(folder)})


def measure(path: Path, last: int | None, learners: int) -> dict[str, float]:
    """Let so many learners run a notebook at the same time."""
    with tempfile.TemporaryDirectory() as temporary:
        folders = [Path(temporary, str(number)) for number in range(learners)]
        begun = time.perf_counter()
        with Watch() as watch, ThreadPoolExecutor(learners) as pool:
            for done in [pool.submit(run, path, last, folder) for folder in folders]:
                done.result()
        seconds = time.perf_counter() - begun
        files = [file for file in folders[0].rglob("*") if file.is_file()]
        disk = sum(file.stat().st_size for file in files) / 1e6
    return {
        "memory_mb": watch.memory,
        "processor_s": watch.processor / learners,
        "seconds": seconds,
        "results_mb": disk,
    }


def jupyterlab(rest: float) -> dict[str, float]:
    """Start JupyterLab, and look at its memory after some seconds of rest."""
    with tempfile.TemporaryDirectory() as temporary, Watch() as watch:
        folder = Path(temporary)
        with check_computer.lab(folder) as server:
            answers: Callable = lambda: check_computer.running(folder)  # noqa: E731
            if not check_computer.wait(answers, 120, server):
                sys.exit(f"JupyterLab does not start: {(folder / 'log').read_text()[-500:]}")
            time.sleep(rest)
    return {"memory_mb": watch.memory}


def training(notebooks: Sequence[Path]) -> Path:
    """Choose the notebook that several learners run at the same time."""
    return next((path for path in notebooks if path.name.startswith("03")), notebooks[0])


def main() -> None:
    """Measure all, and record it."""
    options = recording.parser(__doc__).parse_args()
    data = recording.real_mnist(options)
    notebooks, together, rest = NOTEBOOKS, TOGETHER, 10.0
    last = None
    if options.quick:
        notebooks, last, together, rest = NOTEBOOKS[:1], 4, TOGETHER[:1], 1.0
    kept = recording.Recording(options, data, ("tensorflow", "jupyterlab", "ipykernel", "numpy"))
    kept.add(measure="JupyterLab", learners=1, **jupyterlab(rest))
    for path in notebooks:
        kept.add(measure="notebook", name=path.stem, learners=1, **measure(path, last, 1))
    path = training(notebooks)
    for learners in together:
        found = measure(path, last, learners)
        kept.add(measure="together", name=path.stem, learners=learners, **found)
    kept.finish(tables_of_learners.learners(kept.result))


if __name__ == "__main__":
    main()
