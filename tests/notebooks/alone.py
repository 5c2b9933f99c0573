"""The notebooks alone: a process of its own runs them beside those in order."""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import ROOT

RUNNER = Path(__file__).with_name("run_alone.py")


class Alone:
    """Runs notebooks one after the other, each in a clean clone, some of them twice."""

    def __init__(self, orders: dict[Path, int], folder: Path) -> None:
        """Remember what to run: notebook → how often; and where."""
        self.orders, self.folder = orders, folder
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start, unless that was done."""
        if self.process or not self.orders:
            return
        settings = {k: v for k, v in os.environ.items() if k != "MNIST_ARTIFACTS"}
        settings["PYTHONPATH"] = os.pathsep.join(map(str, (ROOT, ROOT / "tools")))
        orders = [f"{times}:{source}" for source, times in self.orders.items()]
        command = [sys.executable, RUNNER, self.folder, *orders]
        self.process = subprocess.Popen(command, env=settings)

    def wait(self, source: Path) -> Path:
        """Wait until a notebook has run; return its clone, with error.txt inside."""
        self.start()
        assert self.process
        clone = self.folder / source.stem
        while not (clone / "error.txt").exists():
            ended = self.process.poll() is not None
            assert not ended or (clone / "error.txt").exists(), "run_alone.py ended too early"
            time.sleep(0.2)
        return clone

    def stop(self) -> None:
        """End it, if it still runs."""
        if self.process:
            self.process.kill()
            self.process.wait()
