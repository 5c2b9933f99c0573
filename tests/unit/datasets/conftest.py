"""Archives in MNIST's form, and a server that sends them, more or less well."""

import dataclasses
import functools
import gzip
import hashlib
import http.server
import math
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from mnist_helpers.datasets import files, mnist
from tests.conftest import replace_urls

KEYS = ("x_train", "y_train", "x_test", "y_test")


def shapes(description=mnist.DESCRIPTION):
    return {key: description.array_shape(key) for key in KEYS}


def write_npz(path: Path, **changes) -> Path:
    """Write an archive in MNIST's form, all zeros, with some arrays changed or (None) left out."""
    arrays = {name: np.zeros(shape, np.uint8) for name, shape in shapes().items()} | changes
    np.savez_compressed(path, **{k: v for k, v in arrays.items() if v is not None})
    return path


def write_idx(folder: Path, packed=True) -> Path:
    """Write a folder of IDX files in MNIST's form, all zeros."""
    folder.mkdir(parents=True, exist_ok=True)
    for key, name in files.IDX_NAMES.items():
        content = idx_of_zeros(shapes()[key])
        if packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content, 1, mtime=0))
        else:
            (folder / name).write_bytes(content)
    return folder


def idx_of_zeros(shape) -> bytes:
    return np.array([2048 + len(shape), *shape], ">u4").tobytes() + bytes(math.prod(shape))


@functools.cache
def md5_of_zeros(shape):
    return hashlib.md5(idx_of_zeros(shape)).hexdigest()


@pytest.fixture(scope="session")
def zeros(tmp_path_factory):
    return write_npz(tmp_path_factory.mktemp("data") / "zeros.npz")


def count_zeros_as(module, monkeypatch):
    """Let arrays of zeros count as the data set."""
    digests = tuple((key, md5_of_zeros(shape)) for key, shape in shapes().items())
    description = dataclasses.replace(module.DESCRIPTION, digests=digests)
    monkeypatch.setattr(module, "DESCRIPTION", description)


@pytest.fixture
def zeros_are_mnist(clean_settings, zeros):
    """Let the archive of zeros count as MNIST, also where its published hash is asked for."""
    count_zeros_as(mnist, clean_settings)
    digest = f"sha256:{hashlib.sha256(zeros.read_bytes()).hexdigest()}"
    (published,) = mnist.DESCRIPTION.files
    description = dataclasses.replace(
        mnist.DESCRIPTION, files=(dataclasses.replace(published, hash=digest),)
    )
    clean_settings.setattr(mnist, "DESCRIPTION", description)
    return clean_settings


class Server(http.server.BaseHTTPRequestHandler):
    """Answers /right/…, /wrong/…, /cut/…, /stall/… and /trickle/… with the bytes of `body`."""

    bodies: dict[str, bytes] = {}  # noqa: RUF012 (one server at a time)

    def do_GET(self):
        _, way, name = self.path.split("/")
        body = b"wrong" * 100 if way == "wrong" else self.bodies.get(name, b"")
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        half = len(body) // 2
        self.wfile.write(body[:half])
        if way == "cut":
            return
        try:
            if way == "stall":
                time.sleep(3)
            if way == "trickle":
                for start in range(half, half + 3000, 100):
                    self.wfile.write(body[start : start + 100])
                    time.sleep(0.1)
            self.wfile.write(body[half:])
        except OSError:  # the client has given up, as it should
            pass

    def log_message(self, *_):
        pass


@pytest.fixture
def serve_from():
    """Start the server, and let a data set be fetched from it, in one or several ways."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()

        def serve_from(monkeypatch, module, bodies, ways):
            Server.bodies = bodies
            base = f"http://127.0.0.1:{running.server_port}"
            replace_urls(monkeypatch, module, [f"{base}/{way}/" for way in ways])

        yield serve_from
        running.shutdown()


@pytest.fixture
def server(serve_from, zeros_are_mnist, zeros):
    """MNIST from the server, in one or several ways: server("cut", "right")."""
    bodies = {"mnist.npz": zeros.read_bytes()}
    return lambda *ways: serve_from(zeros_are_mnist, mnist, bodies, ways)
