"""Several workers on this computer, in place of several computers: for notebooks and tests."""

import contextlib
import os
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from mnist_helpers.distributed.cluster import free_ports

MODULE = [sys.executable, "-m", "mnist_helpers.distributed"]


def commands(count: int, folder: Path | str, *options: str) -> list[list[str]]:
    """Return the command of each worker, on free ports of this computer.

    Args:
        count: How many workers.
        folder: Where the chief saves.
        options: More, as of `python -m mnist_helpers.distributed`.
    """
    ports = free_ports(count) if count > 1 else []
    return [command(folder, index, ports, *options) for index in range(count)]


def command(folder: Path | str, index: int, ports: Sequence[int], *options: str) -> list[str]:
    """Return the command of one worker on this computer.

    Args:
        folder: Where the chief saves.
        index: Which worker it is.
        ports: Of all workers; none for a single one.
        options: More.
    """
    common = [*MODULE, "--folder", str(folder), "--stop-with-stdin", *options]
    if not ports:
        return common
    addresses = ",".join(f"localhost:{port}" for port in ports)
    return [*common, "--workers", addresses, "--index", str(index)]


class Workers:
    """Processes that train together.

    They end with their `with` block, when nothing refers to them any more, and with the process
    that started them.

    Attributes:
        lines: What each has written so far, line by line.
    """

    def __init__(
        self,
        commands: Sequence[Sequence[str]],
        say: Callable[[str], None] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Start them.

        Args:
            commands: The command of each; the chief's first.
            say: Called with each line that the chief writes.
            env: Environment variables for all of them, besides those of this process.
        """
        threads = str(max(1, (os.cpu_count() or 1) // len(commands)))  # for each its share
        shares = {"TF_NUM_INTRAOP_THREADS": threads, "OMP_NUM_THREADS": threads}
        environment = {**shares, **os.environ, "PYTHONUTF8": "1", **(env or {})}
        self.lines: list[list[str]] = [[] for _ in commands]
        self._processes: list[subprocess.Popen] = []
        self._readers: list[threading.Thread] = []
        self._end = weakref.finalize(self, _end, self._processes)
        for index, command in enumerate(commands):
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                env=environment,
            )
            self._processes.append(process)
            heard = say if index == 0 else None
            arguments = (process, self.lines[index], heard)
            reader = threading.Thread(target=_read, args=arguments, daemon=True)
            reader.start()
            self._readers.append(reader)

    def wait(self, seconds: float = 600) -> list[int]:
        """Wait until all have ended; return their exit codes, 0 for a training that is done.

        Raises:
            TimeoutError: One still runs.
        """
        until = time.monotonic() + seconds
        try:
            codes = [
                process.wait(max(0.01, until - time.monotonic())) for process in self._processes
            ]
        except subprocess.TimeoutExpired as error:
            raise TimeoutError(
                f"a worker still runs after {seconds:.0f} s: {self.lines}"
            ) from error
        for reader in self._readers:
            reader.join(5)
        return codes

    def wait_for(self, text: str, index: int = 0, seconds: float = 300) -> str:
        """Wait until a worker writes a line with this text, and return that line.

        Raises:
            TimeoutError: It does not.
        """
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            ended = self._processes[index].poll() is not None
            for line in list(self.lines[index]):
                if text in line:
                    return line
            if ended and not self._readers[index].is_alive():
                break
            time.sleep(0.01)
        raise TimeoutError(f"worker {index} has not written {text!r}, but {self.lines[index]}")

    def kill(self, index: int) -> None:
        """End a worker at once, without a last word, as if its computer had failed."""
        self._processes[index].kill()

    def ask_to_end(self, index: int) -> None:
        """Send a worker SIGTERM, as `kill` and many managers of jobs do; on Windows end it."""
        self._processes[index].terminate()

    def stop(self) -> None:
        """End all that still run."""
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _read(process: subprocess.Popen, lines: list[str], say: Callable[[str], None] | None) -> None:
    assert process.stdout  # a pipe
    with process.stdout as output:
        for line in output:
            lines.append(line.rstrip("\n"))
            if say:
                say(lines[-1])


def _end(processes: list[subprocess.Popen]) -> None:
    for process in processes:
        process.kill()
    for process in processes:
        process.wait()
        with contextlib.suppress(OSError):
            assert process.stdin  # a pipe
            process.stdin.close()
