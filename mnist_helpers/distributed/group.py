"""The workers during the training: who is gone is noticed, and all others end and say so.

A worker that waits for numbers of another one waits inside TensorFlow, for minutes. So a thread of
each process watches, and ends the process: the last checkpoint is what counts.
"""

import contextlib
import os
import queue
import socket
import sys
import threading
import time
from typing import Any, NoReturn

from mnist_helpers.distributed.cluster import Cluster, ClusterError
from mnist_helpers.distributed.line import ALIVE, SILENCE, Line, LostError

FAILED = 3  # exit code when another worker was the cause
STARTING = 300.0  # seconds that a slow worker may be behind
WAIT_FOR_WATCH = SILENCE + 2  # seconds until a watch has noticed what TensorFlow complains of
LAST_WORDS = 0.3  # seconds for a message to reach the others


class Group:
    """The lines of a worker to the others; of the chief to all, of the others to the chief."""

    def __init__(self, cluster: Cluster, lines: dict[int, Line]) -> None:
        """Begin to watch."""
        self.cluster, self.lines = cluster, lines
        self._notes = {index: queue.SimpleQueue[dict[str, Any]]() for index in lines}
        self._closing, self._ending = threading.Event(), threading.Lock()
        for index in lines:
            threading.Thread(target=self._watch, args=(index,), daemon=True).start()
        threading.Thread(target=self._live, daemon=True).start()

    @property
    def is_chief(self) -> bool:
        """Whether this worker is the one that reports and saves."""
        return self.cluster.index == 0

    def wait_for_all(self) -> None:
        """Go on when all workers are here."""
        self.gather(None)
        self.wait_for_chief()

    def gather(self, value: Any) -> list[Any]:
        """Bring a value of each worker to the chief; nothing comes back to the others."""
        if not self.is_chief:
            self._send(0, "value", value=value)
            return []
        return [value, *(self._next(index)["value"] for index in sorted(self.lines))]

    def wait_for_chief(self) -> None:
        """Go on when the chief says so, such as after it has saved."""
        if self.is_chief:
            for index in self.lines:
                self._send(index, "go")
        elif self.lines:
            self._next(0)

    def close(self) -> None:
        """Leave in peace, after all have called this."""
        self.gather(None)
        if self.is_chief:
            self._closing.set()
            for index in self.lines:
                self._send(index, "end")
        else:
            self._next(0)

    def fail(self, text: str, code: int = FAILED) -> NoReturn:
        """End this process and all others, with the same message."""
        with self._ending:  # forever: the first message is the one that counts
            self._closing.set()
            for line in self.lines.values():
                try:
                    line.send("failed", text=text)
                    line.connection.shutdown(socket.SHUT_WR)
                except (LostError, OSError):
                    continue
            with contextlib.suppress(OSError):  # nobody reads it any more: a terminal was closed
                print(text, file=sys.stderr, flush=True)
                sys.stdout.flush()
            time.sleep(LAST_WORDS)
            os._exit(code)

    def _send(self, index: int, kind: str, **fields: Any) -> None:
        try:
            self.lines[index].send(kind, **fields)
        except LostError as error:
            if kind == "alive" and self._closing.is_set():
                return  # all have said goodbye
            self.fail(self._loss(index, error))

    def _next(self, index: int) -> dict[str, Any]:
        try:
            return self._notes[index].get(timeout=STARTING)
        except queue.Empty:
            name = self.cluster.name_of(index)
            self.fail(f"{name} is alive, but has not kept up for {STARTING:.0f} s.")

    def _watch(self, index: int) -> None:
        """Take what a worker sends, and notice when it is gone."""
        line = self.lines[index]
        line.connection.settimeout(STARTING)  # it may be loading TensorFlow
        while True:
            try:
                note = line.receive()
                line.connection.settimeout(SILENCE)
            except (LostError, ClusterError, ValueError) as error:
                if not self._closing.is_set():
                    self.fail(self._loss(index, error))
                return
            if note["kind"] == "end":
                self._closing.set()
            if note["kind"] == "failed":
                self.fail(note["text"])
            elif note["kind"] != "alive":
                self._notes[index].put(note)

    def _live(self) -> None:
        """Send signs of life."""
        while not self._closing.wait(ALIVE):
            for index in self.lines:
                self._send(index, "alive")

    def _loss(self, index: int, error: Exception) -> str:
        return (
            f"{self.cluster.name_of(index)} is lost ({error}), so the training has stopped. "
            "Nothing is lost but the epoch that was not finished: start all workers again, with "
            "the same options, and it goes on from the last checkpoint."
        )
