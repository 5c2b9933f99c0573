"""Connections that wait too long are closed, and newcomers always find a place."""

import contextlib
import socket
import time
from types import SimpleNamespace
from urllib.parse import urlsplit

import httpx
import pytest

from mnist_helpers.serve import limits
from mnist_helpers.serve.connections import longest_waiting
from tests.service.conftest import in_a_thread

HEAD = b"GET /health HTTP/1.1\r\nHost: localhost\r\n"
POST = HEAD.replace(b"GET /health", b"POST /predict") + b"Content-Type: image/png\r\n"


@contextlib.contextmanager
def connect(url):
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        yield connection


def seconds_until_closed(connection, drop=b""):
    """Wait for the end of a connection, with a drop each 50 ms; return the time."""
    begun = time.monotonic()
    connection.settimeout(0.05)
    while time.monotonic() - begun < 10:
        try:
            if drop:
                connection.sendall(drop)
            if not connection.recv(65536):
                break
        except TimeoutError:
            continue
        except ConnectionError:
            break
    return time.monotonic() - begun


@pytest.fixture
def url(model, monkeypatch):
    monkeypatch.setattr(limits, "HEAD_TIME", 0.4)
    monkeypatch.setattr(limits, "ANSWER_TIME", 1.0)
    monkeypatch.setattr(limits, "PATIENCE", 0.8)
    with in_a_thread(model) as url:
        yield url


@pytest.mark.parametrize(
    ("first", "drop"),
    [(b"", b""), (b"", b"G"), (HEAD, b""), (HEAD, b"a"), (HEAD, b"A: a\r\n"), (b"", b"\r\n")],
)
def test_a_head_that_is_not_complete_in_time_ends_the_connection(first, drop, url):
    with connect(url) as connection:
        connection.sendall(first)
        assert seconds_until_closed(connection, drop) < 5


@pytest.mark.parametrize("drop", [b"", b"G", b"\r\n"])
def test_the_next_head_has_no_more_time(drop, url):
    with connect(url) as connection:
        connection.sendall(HEAD + b"\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        assert seconds_until_closed(connection, drop) < 5


def test_the_rest_of_a_body_after_the_answer_has_no_more_time(url):
    with connect(url) as connection:
        connection.sendall(HEAD + b"Content-Length: 1000000\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        assert seconds_until_closed(connection, b"a") < 5


def test_an_answer_that_is_not_taken_ends_the_connection(url):
    with connect(url) as connection:
        asked = HEAD.replace(b"/health", b"/static-offline-docs/swagger-ui-bundle.js") + b"\r\n"
        connection.sendall(asked * 50)
        time.sleep(2)  # longer than a request may take
        taken = 0
        with contextlib.suppress(ConnectionError):
            while piece := connection.recv(65536):
                taken += len(piece)
    assert taken < 50_000_000, "fifty answers would have 70 MB"


def test_a_connection_in_use_stays(url):
    with httpx.Client(base_url=url, trust_env=False) as client:
        for _ in range(8):
            assert client.get("/health").status_code == 200
            time.sleep(0.2)
    with connect(url) as connection:
        for _ in range(8):
            connection.sendall(HEAD + b"\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
            time.sleep(0.2)


def test_requests_that_come_together_are_all_answered(url):
    with connect(url) as connection:
        connection.sendall((HEAD + b"\r\n") * 20)
        answers, until = b"", time.monotonic() + 5
        while answers.count(b"HTTP/1.1 200") < 20 and time.monotonic() < until:
            answers += connection.recv(65536)
    assert answers.count(b'"status":"ok"') == 20


@pytest.mark.parametrize("first", [b"", HEAD, POST + b"Content-Length: 1000\r\n\r\na"])
def test_a_newcomer_gets_the_place_of_the_one_that_has_waited_longest(first, model, monkeypatch):
    monkeypatch.setattr(limits, "MAX_CONNECTIONS", 5)
    with in_a_thread(model) as url, contextlib.ExitStack() as stack:
        waiting = []
        for _ in range(5):
            waiting.append(stack.enter_context(connect(url)))
            waiting[-1].sendall(first)
            time.sleep(0.05)
        assert httpx.get(f"{url}/health").status_code == 200
        assert seconds_until_closed(waiting[0]) < 2, "the first has to go"
        for connection in waiting[1:]:
            connection.settimeout(0.1)
            with pytest.raises(TimeoutError):
                connection.recv(1)


def test_one_that_is_worked_for_keeps_its_place(model, blocked, monkeypatch):
    monkeypatch.setattr(limits, "MAX_CONNECTIONS", 2)
    with in_a_thread(model) as url, connect(url) as working, connect(url):
        working.sendall(POST + b"Content-Length: 1\r\n\r\na")
        while not blocked.count:
            time.sleep(0.01)
        for _ in range(5):
            assert httpx.get(f"{url}/health").status_code == 200
        blocked.is_free.set()
        assert working.recv(65536).startswith(b"HTTP/1.1 200")


def of(address, since, is_waiting=True):
    return SimpleNamespace(address=address, since=since, is_waiting=is_waiting)


def test_the_address_with_most_waiting_connections_gives_way():
    many, oldest = [of("many", since) for since in (5, 3, 4)], of("few", 1)
    assert longest_waiting([oldest, *many, of("many", 2, is_waiting=False)]) is many[1]
    assert longest_waiting([oldest, many[0]]) is oldest
    assert longest_waiting([of("a", 1, is_waiting=False)]) is None
    assert longest_waiting([]) is None


@pytest.mark.parametrize("content", [b"\x16\x03\x01\0", b"GET /\r\n\r\n", b"A" * 100_000])
def test_what_is_no_http_is_refused_in_json(content, url):
    with connect(url) as connection:
        connection.sendall(content)
        head, _, body = connection.recv(65536).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 ") and b"application/json" in head
        assert f"Content-Length: {len(body)}".encode() in head and body.startswith(b'{"detail":"')
        assert seconds_until_closed(connection) < 2


@pytest.mark.parametrize("count", [150, 100_000])
def test_a_body_in_many_small_pieces_is_refused(count, url):
    head = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    with connect(url) as connection:
        connection.sendall(head + b"1\r\na\r\n" * count)
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")
        assert seconds_until_closed(connection) < 0.3, "before its time is over"


def test_the_rest_of_a_refused_body_in_small_pieces_ends_the_connection(url):
    head = POST.replace(b"image/png", b"video/mp4") + b"Transfer-Encoding: chunked\r\n\r\n"
    with connect(url) as connection:
        connection.sendall(head)
        assert connection.recv(65536).startswith(b"HTTP/1.1 415 ")
        with contextlib.suppress(ConnectionError):
            connection.sendall(b"1\r\na\r\n" * 1000)
        assert seconds_until_closed(connection) < 0.3


def test_a_body_in_some_pieces_is_taken(model):
    head = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    # With the usual times: with the short ones a busy computer is "too busy to answer".
    with in_a_thread(model) as url, connect(url) as connection:
        connection.sendall(head + b"1\r\na\r\n" * 90)
        for _ in range(500):
            connection.sendall(b"258\r\n" + bytes(600) + b"\r\n")
        connection.sendall(b"0\r\n\r\n")
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 422 ") and b"no picture of a kind" in answer


def test_a_body_that_goes_wrong_ends_the_connection(url):
    with connect(url) as connection:
        connection.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        time.sleep(0.1)
        connection.sendall(b"no chunk\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")
        assert seconds_until_closed(connection) < 2
