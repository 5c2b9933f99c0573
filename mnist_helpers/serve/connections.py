"""How long a connection may wait, and which one has to go when there are too many.

uvicorn limits neither the time until the first request is complete nor that until an answer is
taken; this protocol does. When all places are taken, a newcomer gets that of the connection that
has waited longest for its client, of the address that has most such connections: connections cost
those that open many, and never shut out a newcomer, not even one behind the same router.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle, h11
from uvicorn.server import ServerState

from mnist_helpers.serve import limits
from mnist_helpers.serve.shares import household

NO_HTTP = "This is no HTTP/1.1 request that can be read, or its body comes in too small pieces."
REFUSAL = (
    b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
    b"Connection: close\r\n\r\n%b"
)


class Connection(H11Protocol):
    """HTTP/1.1 over one connection, within limits of time and number."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        proxies: Collection[str] = (),
    ) -> None:
        """Begin as uvicorn does; a proxy's connections are never closed for a newcomer."""
        super().__init__(config, server_state, app_state, _loop)
        self._proxies = proxies
        self._timer: asyncio.TimerHandle | None = None
        self._phase: tuple[RequestResponseCycle, bool] | None = None  # a request; has it a rest?
        self._has_ended = False  # whether the last answer has been given
        self._refused = 0  # bytes that came after a refusal
        self._pieces = self._bytes = 0  # of the body that comes
        self._next_event = self.conn.next_event
        self.conn.next_event = self._next_bounded_event  # type: ignore[method-assign]
        self.address = ""
        self.since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a place, if need be another's, and wait for a request."""
        super().connection_made(transport)
        self.address = household(self.client[0] if self.client else "")
        self._allow(limits.HEAD_TIME)
        others = [c for c in self.connections if isinstance(c, Connection) and c is not self]
        if len(others) >= limits.MAX_CONNECTIONS and (last := longest_waiting(others)):
            last.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back, and the memory, for which else the garbage collector would wait."""
        super().connection_lost(exc)
        if self.cycle:
            self.cycle.body = bytearray()
        if self._timer:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Take what has come; after a refusal only to let the client listen, and not for ever."""
        if self._has_ended or (
            self.cycle and self.cycle.response_complete and self.cycle.more_body
        ):
            self._refused += len(data)
            if self._refused > limits.MAX_REFUSED:
                return self.transport.abort()
        return None if self._has_ended else super().data_received(data)

    def _next_bounded_event(self) -> Any:
        """Take the next event, unless a body comes in small pieces, each of which costs time."""
        event = self._next_event()
        if isinstance(event, h11.Data):
            self._pieces += 1
            self._bytes += len(event.data)
            if self._pieces > limits.FREE_PIECES + self._bytes / limits.MIN_PIECE:
                raise h11.RemoteProtocolError("too small pieces")
        elif isinstance(event, h11.Request):
            self._pieces = self._bytes = 0
        return event

    def handle_events(self) -> None:
        """Handle what has come; a body has its time, and then its answer."""
        super().handle_events()
        cycle = self.cycle
        if cycle and not cycle.response_complete and self._phase != (cycle, cycle.more_body):
            self._phase = cycle, cycle.more_body
            self._allow(limits.PATIENCE if cycle.more_body else limits.ANSWER_TIME)

    def on_response_complete(self) -> None:
        """Wait for the next request, and for the client to take this answer."""
        super().on_response_complete()
        if self.cycle.response_complete:  # else the next one has begun by now
            self._allow(limits.PATIENCE if self.cycle.more_body else limits.HEAD_TIME)

    def send_400_response(self, msg: str) -> None:
        """Refuse in JSON what is no HTTP."""
        self._refuse(b"400 Bad Request", NO_HTTP)

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for its client: to send a request, to end it, or to take the answer."""
        if self.client and self.client[0] in self._proxies:
            return False
        cycle = self.cycle
        is_working = cycle and not cycle.more_body and not cycle.response_complete
        return not is_working or self.flow.write_paused

    def _allow(self, seconds: float) -> None:
        """Give the client so much time from now on."""
        if self._timer:
            self._timer.cancel()
        self.since = self.loop.time()
        self._timer = self.loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        """End the connection, if need be with an answer."""
        cycle = self.cycle
        is_late = cycle and cycle.more_body and not cycle.response_started
        if is_late and not self._has_ended:
            self.logger.warning("A body has not come in time.")
            text = f"The body was not complete after {limits.PATIENCE:.0f} s."
            self._refuse(b"408 Request Timeout", text)
        else:
            self.transport.abort()

    def _refuse(self, status: bytes, text: str) -> None:
        """Answer in place of the application, if it has not begun to, and hang up."""
        if cycle := self.cycle:
            if cycle.response_started and (cycle.more_body or not cycle.response_complete):
                return self.transport.abort()
            cycle.disconnected = True  # for the application
            cycle.message_event.set()
        body = json.dumps({"detail": text}, separators=(",", ":")).encode()
        self.transport.write(REFUSAL % (status, len(body), body))
        self.transport.write_eof()
        self._has_ended = True
        return self._allow(limits.HEAD_TIME)  # to take it


def longest_waiting(connections: Iterable[Connection]) -> Connection | None:
    """Choose the one to close: of the address with most waiting ones, that which waits longest."""
    waiting = [connection for connection in connections if connection.is_waiting]
    counts = Counter(connection.address for connection in waiting)
    return min(waiting, key=lambda c: (-counts[c.address], c.since), default=None)
