"""A trial in a process of its own: fresh memory, a fresh TensorFlow, and its peak of memory."""

import multiprocessing
import os
import pickle
import platform
import re
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from mnist_helpers.experiments.store import ExperimentError, numbers

GRACE = 10  # seconds that a process has to end after its answer
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
    inner = getattr(measure, "func", measure)  # of a functools.partial
    named = getattr(inner, "__name__", repr(inner))
    if inner.__module__ == "__main__" and not hasattr(sys.modules["__main__"], "__file__"):
        raise ExperimentError(
            f"`{named}` was written in a notebook, where a new process cannot find it: "
            "leave out `fresh=True`, or put the function into a file and import it."
        )
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(theirs, measure, settings, seed), daemon=True)
    try:
        process.start()
        theirs.close()  # else nobody would notice that the process has ended
        results, error = ours.recv()
        process.join(GRACE)  # while it writes what it has printed, and clears up
    except (pickle.PicklingError, AttributeError, TypeError) as refused:
        raise ExperimentError(
            f"`{named}` or the settings of {what} cannot be sent to a new process ({refused}): use "
            "a function of a module or a script, and plain settings."
        ) from refused
    except EOFError:
        process.join()
        raise ExperimentError(
            f"The process of {what} was ended {_cause(process.exitcode)} before it had a result. "
            "The trials before it are safe: mend the cause, and run this again to go on with it."
        ) from None
    finally:
        ours.close()
        if process.pid is not None:
            process.kill()  # after an interruption
            process.join()
    if error:
        raise ExperimentError(f"{what} went wrong:\n\n{error}")
    return results


def peak_memory() -> float:
    """Return the peak memory of this process, in MB."""
    if platform.system() == "Windows":
        import psutil

        return psutil.Process().memory_info().peak_wset / 1e6
    if platform.system() == "Linux":  # whose `ru_maxrss` begins with the peak of the parent
        status = Path("/proc/self/status").read_text("utf-8", errors="replace")
        found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
        if found:
            return int(found[1]) * 1024 / 1e6
    import resource

    unit = 1 if platform.system() == "Darwin" else 1024  # bytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def refuse_unguarded_script() -> None:
    """Say what is missing when a new process, still reading the script, would run trials itself.

    Raises:
        ExperimentError: It is so.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise ExperimentError(
            "A new process reads this script from its beginning: put the call of `run` below "
            '`if __name__ == "__main__":`, and run the script again.'
        )


def _answer(answers: Connection, measure: Measure, settings: object, seed: int) -> None:
    """Measure in the new process, and send the results, or the error as text."""
    done = threading.Event()
    watch = threading.Thread(target=_end_with_parent, args=(done,), daemon=True)
    watch.start()
    try:
        results = numbers(measure(settings, seed), "it")
        answers.send((results | {"memory": peak_memory()}, None))
    except BaseException:  # `sys.exit`, too: its text says why
        answers.send((None, traceback.format_exc()))
    finally:
        done.set()
        watch.join()


def _end_with_parent(done: threading.Event) -> None:
    """End this process if its parent is gone, so that no trial runs on for nobody."""
    parent = multiprocessing.parent_process()
    assert parent
    while not done.wait(1):
        if not parent.is_alive():
            os._exit(1)


def _cause(code: int | None) -> str:
    """Say in words why a process ended."""
    if code is None or code >= 0:
        return f"with the exit code {code}"
    name = signal.Signals(-code).name
    hint = ", perhaps because memory ran out" if name == "SIGKILL" else ""
    return f"by the signal {name}{hint}"
