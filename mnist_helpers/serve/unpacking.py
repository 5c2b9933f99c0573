"""Pictures are unpacked in processes of their own, which end when one takes too long.

So a picture that crashes a decoder, or keeps it busy, harms nobody else; and there are never more
of them at work than there are processes, whether their clients still wait or not.
"""

import asyncio
import collections
import concurrent.futures
import contextlib
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable

import numpy as np

from mnist_helpers.datasets import mnist
from mnist_helpers.pictures.errors import PictureError
from mnist_helpers.serve import limits
from mnist_helpers.serve.shares import Turns
from mnist_helpers.serve.unpacker import ANSWER, REFUSALS, SIZE

# Of the processes. The second, on Linux, gives the memory of a picture back to the system.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_MMAP_THRESHOLD_": "1000000"}
PROGRAM = "mnist_helpers.serve.unpacker"
FAILED = "The picture cannot be read in time, or at all: give another, or a smaller one."


class Unpacker:
    """One process; it starts when it is first needed, and again after it has ended."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._process: subprocess.Popen | None = None
        self._changing = threading.RLock()  # else the end would miss one that is being started

    def prepare(self, picture: bytes | bytearray) -> np.ndarray:
        """Prepare a picture there; return its image, float32 (28, 28) in [0, 1].

        Raises:
            PictureError: As `pictures.prepare`; the texts hold nothing of the picture.
        """
        process = self._running()
        assert process.stdin and process.stdout  # pipes
        try:
            process.stdin.write(SIZE.pack(len(picture)))
            process.stdin.write(picture)
            process.stdin.flush()
            kind, size = ANSWER.unpack(process.stdout.read(ANSWER.size))
            answer = process.stdout.read(size)
        except (OSError, ValueError, struct.error) as error:  # it has ended
            self.end()
            raise PictureError(FAILED) from error
        if kind < len(REFUSALS):
            raise REFUSALS[kind](answer.decode())
        return np.frombuffer(answer, np.float32).reshape(mnist.DESCRIPTION.image_shape[:2])

    def end(self) -> None:
        """End the process, whatever it is doing."""
        with self._changing:
            process, self._process = self._process, None
        if process:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):  # a picture of which it has taken a part
                    pipe.close()  # type: ignore[union-attr]

    def _running(self) -> subprocess.Popen:
        with self._changing:
            if self._process and self._process.poll() is not None:
                self.end()
            if not self._process:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", PROGRAM, str(limits.UNPACKING_TIME)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,  # decoders may print what they have read
                    env=os.environ | ENVIRONMENT,
                )
            return self._process


def _call(loop: asyncio.AbstractEventLoop, function: Callable[[str], None], text: str) -> None:
    """Call a function in a loop, if that has not ended."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(function, text)


class Unpackers:
    """As many processes as may work at a time; a picture waits until one of them is free."""

    def __init__(self, count: int) -> None:
        """Start nothing yet.

        Args:
            count: How many processes there may be.
        """
        self._all = [Unpacker() for _ in range(count)]
        self._idle = collections.deque(self._all)
        self._turns = Turns(count)
        self._threads: concurrent.futures.ThreadPoolExecutor | None = None

    async def prepare(self, picture: bytes | bytearray, address: str = "") -> np.ndarray:
        """Prepare a picture of somebody at an address as `Unpacker.prepare` does.

        When this is cancelled, a picture that waits is forgotten. One that is at work keeps its
        process until that has done, or has ended: nothing begins in its place before.
        """
        await self._turns.take(address)  # not in the queue of the threads, which forgets nothing
        loop = asyncio.get_running_loop()
        if not self._threads:
            self._threads = concurrent.futures.ThreadPoolExecutor(len(self._all), "unpacker")
        work = self._threads.submit(self._prepare, picture)
        work.add_done_callback(lambda _: _call(loop, self._turns.end, address))
        try:
            return await asyncio.wrap_future(work)
        finally:
            del work  # else its error, and so the picture, would wait for the garbage collector

    def close(self) -> None:
        """End all processes."""
        if self._threads:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None
        for unpacker in self._all:
            unpacker.end()

    def _prepare(self, picture: bytes | bytearray) -> np.ndarray:
        unpacker = self._idle.pop()  # the one used last, so that few are started
        try:
            return unpacker.prepare(picture)
        finally:
            self._idle.append(unpacker)
