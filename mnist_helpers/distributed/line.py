"""A line between the chief and a worker: short notes in JSON, each perhaps with bytes after it.

It has no password and nothing secret, as TensorFlow's own connections between workers: use it in
a network that you trust.
"""

import contextlib
import json
import socket
import struct
import threading
from typing import Any

from mnist_helpers.distributed.cluster import ClusterError

MARK = b"mhd1"  # also the version of this format
HEAD = struct.Struct("!4sII")
LONGEST = 1 << 20, 1 << 30  # bytes of a note, and of what comes with it
ALIVE = 2.0  # seconds between two signs of life
SILENCE = 20.0  # seconds without one, and the other is lost


class LostError(Exception):
    """The other end has gone, or says nothing any more."""


class Line:
    """One connection; several threads may send, one receives."""

    def __init__(self, connection: socket.socket) -> None:
        """Take over an open connection."""
        self.connection = connection
        self._sending = threading.Lock()
        connection.settimeout(SILENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, kind: str, payload: bytes = b"", **fields: Any) -> None:
        """Send a note; bytes may go with it.

        Raises:
            LostError: The other end is gone.
        """
        note = json.dumps({"kind": kind, **fields}).encode()
        try:
            with self._sending:
                self.connection.sendall(HEAD.pack(MARK, len(note), len(payload)) + note + payload)
        except OSError as error:
            raise LostError(error.strerror or str(error)) from error

    def receive(self) -> dict[str, Any]:
        """Wait for a note; its bytes are its `payload`.

        Raises:
            LostError: The other end is gone, or said nothing for too long.
            ClusterError: What came is no such note: something else uses the address.
        """
        mark, size, extra = HEAD.unpack(self._bytes(HEAD.size))
        if mark != MARK or size > LONGEST[0] or extra > LONGEST[1]:
            raise ClusterError("another program answers there, or another version of mnist_helpers")
        note = json.loads(self._bytes(size))
        return {**note, "payload": self._bytes(extra)}

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()

    def _bytes(self, count: int) -> bytes:
        parts, left = [], count
        while left:
            try:
                part = self.connection.recv(min(left, 1 << 20))
            except TimeoutError as error:
                raise LostError(
                    f"it has said nothing for {self.connection.gettimeout():.0f} s"
                ) from error
            except OSError as error:
                raise LostError(error.strerror or str(error)) from error
            if not part:
                raise LostError("its connection was closed")
            parts.append(part)
            left -= len(part)
        return b"".join(parts)
