"""Running a learner's code with a limit of time, on every system.

It protects from mistakes, not from intent. What cannot be done in the same process: to silence what
is written past Python's streams (`os.write(1, ...)`, `sys.__stdout__`), to end a thread that the
code starts itself, or to end one call into C that keeps the interpreter's lock until it returns.
"""

import contextlib
import ctypes
import io
import os
import random
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

GRACE = 1.0  # seconds in which code is told to stop again and again


class Wrong(Exception):  # noqa: N818 - it is an answer that is wrong, not the program
    """What is wrong with an answer, in a sentence for the learner."""


class Unanswered(Exception):  # noqa: N818
    """There is a blank left in the answer."""


class TooSlow(Exception):  # noqa: N818
    """It did not end in time."""


class Stop(BaseException):
    """Ends a learner's code from outside; no `except Exception` catches it."""


class _Nowhere(io.TextIOBase):
    """A stream that forgets what is written, so that a print in a loop fills nothing."""

    buffer = property(lambda self: io.BytesIO())  # for bytes, as sys.stdout has one

    def write(self, text: str) -> int:
        return len(text)


@contextlib.contextmanager
def restored() -> Iterator[None]:
    """Put back what a learner's code may change for the whole kernel.

    These are the states of both global random generators, limits of the interpreter, the working
    directory, and the filters of warnings.
    """
    drawn, drawn_by_numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    depth, interval = sys.getrecursionlimit(), sys.getswitchinterval()
    try:
        folder = os.getcwd()  # noqa: PTH109
    except OSError:  # it is deleted
        folder = None
    try:
        with warnings.catch_warnings():
            yield
    finally:
        random.setstate(drawn)
        np.random.set_state(drawn_by_numpy)  # noqa: NPY002
        sys.setrecursionlimit(depth)
        sys.setswitchinterval(interval)
        if folder is not None:
            with contextlib.suppress(OSError):
                os.chdir(folder)


def run_limited(function: Callable[[], Any], seconds: float) -> Any:
    """Call `function` in a thread of its own, without its output, and return what it returns.

    Code in Python that goes on for longer is stopped: the thread gets an exception
    (PyThreadState_SetAsyncExc of Python's C API), which needs no signals and so works on Windows,
    too. Code that waits inside a C function ends when that function returns.

    Raises:
        TooSlow: It did not return in time.
        BaseException: What `function` raised.
    """
    outcome: list[Any] = []
    failure: list[BaseException] = []

    def work() -> None:
        try:
            outcome.append(function())
        except BaseException as error:  # `SystemExit` too: nothing of it ends the kernel
            failure.append(error)

    thread = threading.Thread(target=work, daemon=True)
    with contextlib.redirect_stdout(_Nowhere()), contextlib.redirect_stderr(_Nowhere()):
        thread.start()
        try:
            thread.join(seconds)
        finally:  # also when the learner interrupts the cell
            stopped = _stop(thread) if thread.is_alive() else True
    if failure and not isinstance(failure[0], Stop):
        raise failure[0]
    if outcome:
        return outcome[0]
    text = (
        f"It did not return within {seconds:g} seconds: is there a loop that never ends, or one "
        "that does in many small steps what NumPy does in one?"
    )
    if not stopped:
        text += " It could not be stopped, either: restart the kernel."
    raise TooSlow(text)


def _stop(thread: threading.Thread) -> bool:
    """Raise `Stop` in the thread until it ends; a bare `except` may catch it a few times."""
    deadline, usual = time.monotonic() + GRACE, sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # so that it strikes anywhere, and not only inside a `try`
    try:
        while thread.is_alive() and time.monotonic() < deadline:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread.ident or 0), ctypes.py_object(Stop)
            )
            thread.join(1e-5)
    finally:
        sys.setswitchinterval(usual)
    return not thread.is_alive()
