"""Running a learner's code with a limit of time, on every system."""

import contextlib
import ctypes
import io
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

GRACE = 1.0  # seconds in which code is told to stop again and again


class Wrong(Exception):  # noqa: N818 - it is an answer that is wrong, not the program
    """What is wrong with an answer, in a sentence for the learner."""


class Unanswered(Exception):  # noqa: N818
    """There is a blank left in the answer."""


class TooSlow(Exception):  # noqa: N818
    """It did not end in time."""


class _Stop(BaseException):
    """Ends a learner's code from outside; no `except Exception` catches it."""


class _Nowhere(io.TextIOBase):
    """A stream that forgets what is written, so that a print in a loop fills nothing."""

    def write(self, text: str) -> int:
        return len(text)


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
    if failure and not isinstance(failure[0], _Stop):
        raise failure[0]
    if outcome:
        return outcome[0]
    text = f"It did not return within {seconds:g} seconds: is there a loop that never ends?"
    if not stopped:
        text += " It could not be stopped, either: restart the kernel."
    raise TooSlow(text)


def _stop(thread: threading.Thread) -> bool:
    """Raise `_Stop` in the thread until it ends; a bare `except` may catch it a few times."""
    deadline, usual = time.monotonic() + GRACE, sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # so that it strikes anywhere, and not only inside a `try`
    try:
        while thread.is_alive() and time.monotonic() < deadline:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_Stop)
            )
            thread.join(1e-5)
    finally:
        sys.setswitchinterval(usual)
    return not thread.is_alive()
