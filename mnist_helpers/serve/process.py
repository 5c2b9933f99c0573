"""The service as a process of its own, for notebooks, tests and benchmarks."""

import subprocess
import sys
from typing import IO

from mnist_helpers.serve.limits import PATIENCE


class Service(subprocess.Popen):
    """The service as a process of its own, on a free port; it ends with this process at the latest.

    Attributes:
        url: Its address, such as http://127.0.0.1:54321.
    """

    def __init__(self, *options: str, log: IO | int = subprocess.DEVNULL) -> None:
        """Start it with more command-line options, and wait until it listens.

        Args:
            options: As of `python -m mnist_helpers.serve`.
            log: An open file for its log.

        Raises:
            RuntimeError: It did not start; the reason is in the log.
        """
        command = [sys.executable, "-m", "mnist_helpers.serve", "--port=0", "--stop-with-stdin"]
        # A group of its own: what interrupts a notebook's cell shall not stop the service.
        new_group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)  # on Windows
        super().__init__(
            [*command, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            encoding="utf-8",
            start_new_session=not new_group,
            creationflags=new_group,
        )
        assert self.stdout  # a pipe
        lines = iter(self.stdout.readline, "")
        self.url = next((x.split()[-1] for x in lines if x.startswith("Serving on")), "")
        if not self.url:
            raise RuntimeError(f"The service did not start (exit code {self.wait()}): see its log.")

    def stop(self) -> int:
        """Let it finish the requests that it has begun, and end; return its exit code."""
        assert self.stdin  # a pipe
        self.stdin.close()
        return self.wait(2 * PATIENCE)
