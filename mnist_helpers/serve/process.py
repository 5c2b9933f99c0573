"""The service as a process of its own, for notebooks, tests and benchmarks."""

import contextlib
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from pathlib import Path
from typing import IO, Self

import psutil

from mnist_helpers.serve.limits import PATIENCE

COMMAND = [sys.executable, "-m", "mnist_helpers.serve", "--port=0", "--stop-with-stdin"]
START = 30.0  # seconds until it listens
ASKED = 2 * PATIENCE  # seconds to end when it is asked to: more than it gives its requests
TOLD = 5.0  # seconds to end when the system tells it to


class Service:
    """The service as a process of its own, on a free port.

    It ends with `stop`, with its `with` block, when nothing refers to it any more, and with the
    process that started it.

    Attributes:
        url: Its address, such as http://127.0.0.1:54321.
        args: The command that started it.
        process: The process, and `pid` its number.
    """

    def __init__(self, *options: str, log: IO | int | None = None) -> None:
        """Start it with more command-line options, and wait until it listens.

        Args:
            options: As of `python -m mnist_helpers.serve`.
            log: An open file for its log; without it, one that is removed at the end.

        Raises:
            RuntimeError: It did not start, or not in time; with the end of its log.
        """
        self.url, self.args = "", [*COMMAND, *options]
        with tempfile.TemporaryFile() as unnamed:
            self._start(unnamed if log is None else log)

    def _start(self, log: IO | int) -> None:
        before = 0 if isinstance(log, int) else os.fstat(log.fileno()).st_size
        # A group of its own: what interrupts a notebook's cell shall not stop the service.
        new_group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)  # on Windows
        self.process = subprocess.Popen(
            self.args,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            encoding="utf-8",
            start_new_session=not new_group,
            creationflags=new_group,
        )
        self.pid = self.process.pid
        self._end = weakref.finalize(self, _end, self.process)  # at the interpreter's exit, too
        try:
            self.url = _address(self.process)
            code = self.process.poll()
        finally:
            if not self.url:  # it failed, or this was interrupted
                _end(self.process, asked=1)
        if not self.url:
            how = f"within {START:.0f} s" if code is None else f"(exit code {code})"
            raise RuntimeError(f"The service did not start {how}. {_last_lines(log, before)}")

    def stop(self) -> int:
        """Let it finish the requests that it has begun, and end; return its exit code.

        If it does not end in time, it is made to: the code then is negative.
        """
        self._end()
        return self.process.wait(ASKED + 2 * TOLD)  # another thread may be stopping it

    def poll(self) -> int | None:
        """Return its exit code, or None while it runs."""
        return self.process.poll()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _address(process: subprocess.Popen) -> str:
    """Wait for the line that names the address; "" if the process ends or the time is over."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read() -> None:
        assert process.stdout  # a pipe
        with process.stdout as output:
            for line in output:  # to the end, so that the pipe never fills
                lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    until = time.monotonic() + START
    with contextlib.suppress(queue.Empty, subprocess.TimeoutExpired):
        while line := lines.get(timeout=max(0, until - time.monotonic())):
            if line.startswith("Serving on"):
                return line.split()[-1]
        process.wait(max(0, until - time.monotonic()))
    return ""


def _end(process: subprocess.Popen, asked: float | None = None) -> None:
    """Ask a process to end, tell it to, and make it; each has a limit in time."""
    assert process.stdin  # a pipe
    started = _started_by(process)
    try:
        with contextlib.suppress(OSError):
            process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(ASKED if asked is None else asked)
        process.terminate()  # which does nothing if it has ended
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(TOLD)
    finally:  # when this is interrupted, too
        started += _started_by(process)
        process.kill()
        for child in started:
            with contextlib.suppress(psutil.Error):
                child.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(TOLD)


def _started_by(process: subprocess.Popen) -> list[psutil.Process]:
    """List what a process has started and what still runs; nothing if it has ended."""
    with contextlib.suppress(psutil.Error):
        if process.poll() is None:
            return psutil.Process(process.pid).children(recursive=True)
    return []


def _last_lines(log: IO | int, before: int) -> str:
    """Say how a log ends, as far as it was written since."""
    if isinstance(log, int):
        return "Give it a log to see why."
    text = b""
    with (
        contextlib.suppress(OSError, TypeError, AttributeError),  # none that can be read
        Path(log.name).open("rb") if isinstance(log.name, str) else log as file,
    ):
        file.seek(before)
        text = file.read()
    lines = text.decode(errors="replace").strip().splitlines()[-10:]
    return "Its log ends:\n" + "\n".join(lines)[-2000:] if lines else "Its log is empty."
