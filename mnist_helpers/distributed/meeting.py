"""The workers meet before the training: all there, the same data, settings and versions?

They meet on the chief's own port, which TensorFlow takes over afterwards, so that no other has to
be open between the hosts. A worker that cannot take part is named before TensorFlow starts to wait.
"""

import contextlib
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

from mnist_helpers.distributed.cluster import Cluster, ClusterError
from mnist_helpers.distributed.line import Line, LostError

Facts = Mapping[str, Any]
PAUSE = 0.2  # seconds between two attempts
HELLO = 5.0  # seconds in which a worker says who it is, or is none


def meet(
    cluster: Cluster,
    facts: Facts,
    patience: float,
    start: Callable[[], tuple[dict[str, Any], bytes]],
    say: Callable[[str], None] = print,
) -> tuple[dict[int, Line], dict[str, Any], bytes]:
    """Wait until all workers are there and agree; the chief then says where to begin.

    Args:
        cluster: Who takes part.
        facts: What must be the same for all, by the name that a message gives it.
        patience: Seconds to wait for the others.
        start: Called at the chief: what all shall know, and bytes.
        say: Called with a line of progress.

    Returns:
        The lines to the others (of a worker: the one to the chief), and what the chief sent.

    Raises:
        ClusterError: It does not come about; the message says why. All who came get it.
    """
    listener = _listen(cluster)
    if cluster.index == 0:
        with listener:
            lines = _gather(cluster, facts, patience, listener, say)
        try:
            known, payload = start()
            for line in lines.values():
                line.send("begin", payload, known=known)
        except LostError as error:
            raise _refusal(lines, f"A worker left before the training began ({error}).") from error
        except Exception as error:
            raise _refusal(lines, str(error)) from error
        return lines, known, payload
    listener.close()  # it was opened only to see whether the port is free
    return _join(cluster, facts, patience, say)


def _listen(cluster: Cluster) -> socket.socket:
    """Open this worker's port."""
    host, port = cluster.address(cluster.index)
    try:
        return socket.create_server(("", port), backlog=128)
    except OSError as error:
        raise ClusterError(
            f"{cluster.name} cannot use port {port} of this computer ({error.strerror or error}): "
            f"another program, or an earlier training, uses it. End that one, or write another "
            f"port for {host} into the list of every worker."
        ) from error


def _gather(
    cluster: Cluster, facts: Facts, patience: float, listener: socket.socket, say: Callable
) -> dict[int, Line]:
    """At the chief: wait for all workers, and compare what they bring."""
    lines: dict[int, Line] = {}
    until = time.monotonic() + patience
    while missing := [i for i in range(1, cluster.count) if i not in lines]:
        say(f"waiting for {', '.join(cluster.name_of(i) for i in missing)}")
        listener.settimeout(max(0.01, until - time.monotonic()))
        try:
            connection, (place, *_) = listener.accept()
        except TimeoutError:
            names = " and ".join(cluster.name_of(index) for index in missing)
            raise _refusal(
                lines,
                f"{names} did not come within {patience:.0f} s. Start all workers within that "
                "time, or give more with --wait; are the addresses right, and is the port of "
                f"worker 0, {cluster.workers[0]}, open for the others (firewall)?",
            ) from None
        line = Line(connection)
        connection.settimeout(HELLO)
        try:
            hello = line.receive()
            index, theirs = int(hello["index"]), dict(hello["facts"])
        except (ClusterError, LostError, ValueError, KeyError, TypeError) as error:
            say(f"somebody at {place} was no worker ({error})")
            line.close()
            continue
        if difference := _difference(cluster, facts, theirs, index):
            raise _refusal({**lines, -1: line}, difference)
        if index in lines or not 0 < index < cluster.count:
            line_text = f"Two workers say that they are worker {index}: give each its own --index."
            raise _refusal({**lines, -1: line}, line_text)
        lines[index] = line
    return lines


def _join(
    cluster: Cluster, facts: Facts, patience: float, say: Callable
) -> tuple[dict[int, Line], dict[str, Any], bytes]:
    """At another worker: find the chief, and wait for its word."""
    until = time.monotonic() + patience
    chief, reason = cluster.name_of(0), ""
    say(f"looking for {chief}, the chief")
    while True:
        try:
            left = max(0.1, until - time.monotonic())
            line = Line(socket.create_connection(cluster.address(0), timeout=min(left, 5)))
            break
        except OSError as error:
            reason = error.strerror or str(error)
        if time.monotonic() > until:
            raise ClusterError(
                f"{cluster.name} could not reach {chief}, the chief, within {patience:.0f} s "
                f"({reason}). Is it started, is its address right, and is its port open (firewall)?"
            )
        time.sleep(PAUSE)
    line.connection.settimeout(patience + 30)  # the chief may wait for others so long
    try:
        line.send("hello", index=cluster.index, facts=dict(facts))
        answer = line.receive()
    except (LostError, ClusterError) as error:
        raise ClusterError(f"{chief}, the chief, broke off the meeting: {error}.") from error
    if answer["kind"] == "refused":
        line.close()
        raise ClusterError(answer["text"])
    return {0: Line(line.connection)}, answer["known"], answer["payload"]


def _difference(cluster: Cluster, ours: Facts, theirs: Facts, index: int) -> str:
    """Say in what a worker differs from the chief, or nothing."""
    for name in {**ours, **theirs}:
        here, there = ours.get(name), theirs.get(name)
        if here != there:
            who = cluster.name_of(index) if 0 < index < cluster.count else f"worker {index}"
            return (
                f"{who} differs from worker 0 in its {name}: {there!r} there, {here!r} at worker "
                "0. All must have the same, or they would not train one network: make them equal, "
                "and start all again."
            )
    return ""


def _refusal(lines: Mapping[int, Line], text: str) -> ClusterError:
    """Tell all who came why there is no training; return it as an error."""
    for line in lines.values():
        with contextlib.suppress(LostError, OSError):  # it has left already
            line.send("refused", text=text)
            line.connection.shutdown(socket.SHUT_WR)
        line.connection.close()
    return ClusterError(text)
