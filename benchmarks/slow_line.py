"""A slow connection between two processes of one computer, in place of a cable between two.

It forwards what comes to a port, and lets only so many bits pass each second, in each direction.
Latency is not added. It is meant for measuring, with two workers that trust each other.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

PIECE = 1 << 15  # bytes that are passed on at once
CREDIT = 1e-3  # seconds that a direction may catch up, since no sleep ends on time
PATIENCE = 60.0  # seconds in which the other end must have opened its port


class Direction:
    """All that goes one way: it shares the bits per second."""

    def __init__(self, bits_per_second: float) -> None:
        """Begin with a free line."""
        self.bits_per_second, self._free, self._lock = bits_per_second, 0.0, threading.Lock()

    def take(self, size: int) -> None:
        """Wait as long as so many bytes take."""
        with self._lock:
            begun = max(self._free, time.perf_counter() - CREDIT)
            self._free = until = begun + size * 8 / self.bits_per_second
        if (left := until - time.perf_counter()) > 0:
            time.sleep(left)


@contextlib.contextmanager
def between(ports: tuple[int, int], bits_per_second: float) -> Iterator[tuple[int, int]]:
    """Give two ports, by which the owners of `ports` reach each other slowly, for a `with` block.

    Args:
        ports: Of the first process and of the second, on this computer.
        bits_per_second: What passes each way.

    Yields:
        The port by which the second reaches the first, and that by which the first reaches the
        second.
    """
    there, back = Direction(bits_per_second), Direction(bits_per_second)  # seen from the first
    listeners = [socket.create_server(("localhost", 0)) for _ in ports]
    for listener, port, ways in zip(listeners, ports, ((back, there), (there, back)), strict=True):
        _start(_accept, listener, port, ways)
    try:
        yield listeners[0].getsockname()[1], listeners[1].getsockname()[1]
    finally:
        for listener in listeners:
            listener.close()


def _accept(listener: socket.socket, port: int, ways: tuple[Direction, Direction]) -> None:
    with contextlib.suppress(OSError):  # closed: the block is through
        while True:
            connection, _ = listener.accept()
            _start(_connect, connection, port, ways)


def _connect(near: socket.socket, port: int, ways: tuple[Direction, Direction]) -> None:
    """Find the other end, which may come later, and pass on what comes, both ways."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            far = socket.create_connection(("localhost", port))
            break
        except OSError:
            if time.monotonic() > until:
                near.close()
                return
            time.sleep(0.05)
    for end in (near, far):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _start(_pass_on, far, near, ways[1])
    _pass_on(near, far, ways[0])


def _pass_on(source: socket.socket, sink: socket.socket, way: Direction) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(PIECE):
            way.take(len(piece))
            sink.sendall(piece)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _start(function, *arguments) -> None:
    threading.Thread(target=function, args=arguments, daemon=True).start()
