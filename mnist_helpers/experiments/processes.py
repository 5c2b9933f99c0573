"""A trial in a process of its own: fresh memory, a fresh TensorFlow, and its peak of memory."""

import multiprocessing
import platform
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any

from mnist_helpers.experiments.store import ExperimentError

Measure = Callable[[Any, int], Mapping[str, Any]]


def measured_afresh(measure: Measure, settings: object, seed: int, what: str) -> dict[str, Any]:
    """Call `measure(settings, seed)` in a new process.

    Args:
        measure: A function of a module or a script, so that the new process can import it.
        settings: What it gets, together with the seed; must be picklable.
        seed: The seed.
        what: The trial, for messages.

    Returns:
        What it returned, and the peak memory of its process in MB, as `memory`.

    Raises:
        ExperimentError: It raised an error, its process was ended, or it belongs to a notebook.
    """
    if measure.__module__ == "__main__" and not hasattr(sys.modules["__main__"], "__file__"):
        raise ExperimentError(
            f"`{measure.__name__}` was written in a notebook, where a new process cannot find it: "
            "leave out `fresh=True`, or put the function into a file and import it."
        )
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(theirs, measure, settings, seed), daemon=True)
    try:
        process.start()
        theirs.close()  # else nobody would notice that the process has ended
        results, error = ours.recv()
    except EOFError:
        process.join()
        raise ExperimentError(
            f"The process of {what} was ended {_cause(process.exitcode)} before it had a result. "
            "The trials before it are safe: run this again to go on with it."
        ) from None
    finally:
        ours.close()
        if process.pid is not None:
            process.kill()  # after an interruption; one that has answered has nothing left to do
            process.join()
    if error:
        raise ExperimentError(f"{what} went wrong:\n\n{error}")
    return results


def peak_memory() -> float:
    """Return the peak memory of this process, in MB."""
    if platform.system() == "Windows":
        import psutil

        return psutil.Process().memory_info().peak_wset / 1e6
    import resource

    unit = 1e6 if platform.system() == "Darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _answer(answers: Connection, measure: Measure, settings: object, seed: int) -> None:
    """Measure in the new process, and send the results, or the error as text."""
    try:
        results = dict(measure(settings, seed))
        answers.send((results | {"memory": peak_memory()}, None))
    except Exception:
        answers.send((None, traceback.format_exc()))


def _cause(code: int | None) -> str:
    """Say in words why a process ended."""
    if code is None or code >= 0:
        return f"with the exit code {code}"
    name = signal.Signals(-code).name
    hint = ", perhaps because memory ran out" if name == "SIGKILL" else ""
    return f"by the signal {name}{hint}"
