"""Workers meet over real connections, without TensorFlow."""

import contextlib
import socket
import threading
import time

from mnist_helpers.distributed import meeting
from mnist_helpers.distributed.cluster import Cluster, ClusterError, free_ports

SAME = {"version of keras": "3.15", "batch": 128}


def together(*facts, patience=5, disturb=lambda address: None):
    """Let workers meet in threads; return what each got: its answer, or the error's text."""
    workers = tuple(f"localhost:{port}" for port in free_ports(len(facts)))
    got = [None] * len(facts)

    def take_part(index):
        try:
            place = Cluster(workers, index)
            arguments = (facts[index], patience, lambda: ({"from": 3}, b"weights"))
            lines, known, payload = meeting.meet(place, *arguments, say=lambda _: None)
            got[index] = sorted(lines), known, payload
        except ClusterError as error:
            got[index] = str(error)

    threads = [threading.Thread(target=take_part, args=(index,)) for index in range(len(facts))]
    threads[0].start()
    disturb(Cluster(workers).address(0))
    for thread in threads[1:]:
        thread.start()
    for thread in threads:
        thread.join(30)
    return got


def test_all_get_what_the_chief_sends():
    answers = together(SAME, SAME, SAME)
    assert answers == [(lines, {"from": 3}, b"weights") for lines in ([1, 2], [0], [0])]


def test_another_version_is_named_at_both():
    for text in together(SAME, {**SAME, "version of keras": "3.10"}):
        assert "differs from worker 0 in its version of keras: '3.10' there, '3.15' at" in text


def test_a_stranger_is_turned_away():
    """Such as a browser, or a scan of ports."""

    def ask(address):
        until = time.monotonic() + 5
        while True:
            try:
                stranger = socket.create_connection(address, timeout=5)
                break
            except OSError:
                assert time.monotonic() < until
        with stranger:
            stranger.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            with contextlib.suppress(OSError):  # hung up, or reset
                assert not stranger.recv(1)

    assert [answer[1] for answer in together(SAME, SAME, disturb=ask)] == [{"from": 3}] * 2
