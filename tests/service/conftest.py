"""What the tests of the service need."""

import contextlib
import socket
import threading

import pytest
import uvicorn

from mnist_helpers import artifacts, pictures, serve
from mnist_helpers.serve import classifier, limits, unpacking
from mnist_helpers.serve.connections import Connection


@pytest.fixture(scope="session")
def model():
    return classifier.load(artifacts.READER)


@contextlib.contextmanager
def in_a_thread(model):
    """Serve a model within this process; give the address."""
    listener = socket.create_server((limits.HOST, 0))
    server = uvicorn.Server(
        uvicorn.Config(serve.build_app(model), http=Connection, log_level="critical")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://{limits.HOST}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


class Blocked:
    """A process that has done with no picture before it is let go."""

    def __init__(self):
        self.is_free, self.count = threading.Event(), 0

    def prepare(self, picture):
        self.count += 1
        assert self.is_free.wait(20)
        raise pictures.NoDigitError("nothing")


@pytest.fixture
def blocked(monkeypatch):
    """In place of all processes that unpack pictures."""
    blocked = Blocked()
    monkeypatch.setattr(unpacking.Unpacker, "prepare", lambda _, picture: blocked.prepare(picture))
    yield blocked
    blocked.is_free.set()
