import functools
import hashlib
import http.server
import math
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from mnist_helpers import data

REAL_SHAPES = {name: shape for name, (shape, _) in data.ARRAYS.items()}


def write_npz(path: Path, **changes) -> Path:
    """Write an archive in MNIST's form, all zeros, with some arrays changed or (None) left out."""
    arrays = {name: np.zeros(shape, np.uint8) for name, shape in REAL_SHAPES.items()} | changes
    np.savez_compressed(path, **{k: v for k, v in arrays.items() if v is not None})
    return path


@pytest.fixture(scope="module")
def zeros(tmp_path_factory):
    return write_npz(tmp_path_factory.mktemp("data") / "zeros.npz")


@functools.cache
def md5_of_zeros(shape):
    header = np.array([2048 + len(shape), *shape], ">u4").tobytes()
    return hashlib.md5(header + bytes(math.prod(shape))).hexdigest()


@pytest.fixture
def zeros_are_mnist(clean_settings, zeros):
    """Let the archive of zeros count as MNIST."""
    arrays = {k: (shape, md5_of_zeros(shape)) for k, shape in REAL_SHAPES.items()}
    clean_settings.setattr(data, "ARRAYS", arrays)
    clean_settings.setattr(data, "SHA256", hashlib.sha256(zeros.read_bytes()).hexdigest())
    return clean_settings


def test_whatever_is_found_has_the_promised_form():
    source = data.find()
    images, labels, val_images, val_labels = data.load_training()
    assert len(images) + len(val_images) == source.counts[0]
    assert len(val_images) == source.counts[0] // 12
    test_images, test_labels = data.load_test()
    assert len(test_images) == source.counts[1]
    for array in (images, val_images, test_images):
        assert array.dtype == np.uint8 and array.shape[1:] == (28, 28)
    for array in (labels, val_labels, test_labels):
        assert array.dtype == np.int64 and set(array) == set(range(10))


def test_validation_images_are_the_same_each_time_and_none_is_trained_on(sample):
    first, second = data.load_training(), data.load_training()
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    train = {image.tobytes() for image in first.images}
    overlap = [image for image in first.validation_images if image.tobytes() in train]
    assert not overlap
    assert not np.array_equal(data.load_training(seed=1).validation_labels, first.validation_labels)


def test_test_images_are_not_among_those_for_training(sample):
    training, (test_images, _) = data.load_training(), data.load_test()
    known = {image.tobytes() for image in (*training.images, *training.validation_images)}
    assert not [image for image in test_images if image.tobytes() in known]


def test_sample_looks_like_mnist(sample):
    images, _ = data.load_test()
    assert images.max() == 255
    rows, columns = (np.flatnonzero(images.any(axis=axes)) for axes in ((0, 2), (0, 1)))
    assert np.ptp(rows) < 28 and np.ptp(columns) < 28
    for image in images[:20]:  # the ink fills a box of 20×20, centred by mass
        ys, xs = np.nonzero(image)
        assert np.ptp(ys) < 20 and np.ptp(xs) < 20
        weights = image / image.sum()
        assert abs((weights.sum(axis=1) * np.arange(28)).sum() - 13.5) <= 4


def test_scale():
    images = np.array([[[0, 51], [255, 102]]], np.uint8)
    scaled = data.scale(images)
    assert scaled.dtype == np.float32 and scaled.shape == (1, 2, 2, 1)
    assert np.allclose(scaled[0, :, :, 0], [[0, 0.2], [1, 0.4]])


@pytest.mark.parametrize("wrong", [np.zeros((2, 28, 28), np.float32), np.zeros((28, 28), np.uint8)])
def test_scale_refuses_images_scaled_already_or_of_other_shape(wrong):
    with pytest.raises(ValueError, match="takes uint8 images"):
        data.scale(wrong)


def test_a_right_file_is_read(zeros_are_mnist, zeros):
    zeros_are_mnist.setenv("MNIST_PATH", str(zeros))
    assert data.find().is_mnist
    assert data.load_test()[0].shape == (10_000, 28, 28)


def save_single_array(path):
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    return path


def broken_files():
    small = np.zeros((60_000, 14, 14), np.uint8)
    return {
        "does not exist": lambda p: p,
        "is a directory": lambda p: p.mkdir() or p,
        "no npz archive": lambda p: p.write_text("<html>Please log in</html>") and p,
        "no npz archive, or a truncated one": lambda p: save_single_array(p),
        "pickled objects": lambda p: write_npz(p, x_train=np.array([{}, {}], dtype=object)),
        "no y_test": lambda p: write_npz(p, y_test=None),
        r"x_train is uint8 \(60000, 14, 14\)": lambda p: write_npz(p, x_train=small),
        "y_train is int64": lambda p: write_npz(p, y_train=np.zeros(60_000, np.int64)),
        "other contents": lambda p: write_npz(p, y_test=np.ones(10_000, np.uint8)),
    }


@pytest.mark.parametrize("message", broken_files())
def test_a_wrong_mnist_path_is_refused_and_left_as_it_was(message, zeros_are_mnist, tmp_path):
    path = broken_files()[message](tmp_path / "mnist.npz")
    before = path.read_bytes() if path.is_file() else None
    zeros_are_mnist.setenv("MNIST_PATH", str(path))
    with pytest.raises(data.DataError, match=message) as caught:
        data.find()
    assert str(path) in str(caught.value) and "unset MNIST_PATH" in str(caught.value)
    assert "load it unsafely" not in str(caught.value)
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.parametrize("share", [0.2, 0.5, 0.99])
def test_a_truncated_file_is_refused(share, clean_settings, zeros, tmp_path):
    path = tmp_path / "mnist.npz"
    path.write_bytes(zeros.read_bytes()[: int(share * zeros.stat().st_size)])
    clean_settings.setenv("MNIST_PATH", str(path))
    with pytest.raises(data.DataError, match="truncated"):
        data.find()


def test_sample_is_forced_even_where_mnist_is_named(clean_settings, zeros):
    clean_settings.setenv("MNIST_PATH", str(zeros))
    clean_settings.setenv("MNIST_SOURCE", "sample")
    assert data.find().name == data.SAMPLE


def test_an_unknown_source_is_refused(clean_settings):
    clean_settings.setenv("MNIST_SOURCE", "smaple")
    with pytest.raises(data.DataError, match="set it to 'sample'"):
        data.find()


def test_without_a_network_the_sample_is_used_and_the_reason_given(clean_settings, tmp_path):
    source = data.find()
    assert not source.is_mnist and source.path is None
    assert "could not be downloaded" in source.note
    assert not list(tmp_path.rglob("*mnist*"))


class Server(http.server.BaseHTTPRequestHandler):
    """Answers /right, /wrong, /cut, /stall and /trickle with the bytes of `body`."""

    body = b""

    def do_GET(self):
        body = b"wrong" * 100 if self.path == "/wrong" else self.body
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        half = len(body) // 2
        self.wfile.write(body[:half])
        if self.path == "/cut":
            return
        try:
            if self.path == "/stall":
                time.sleep(3)
            if self.path == "/trickle":
                for start in range(half, half + 3000, 100):
                    self.wfile.write(body[start : start + 100])
                    time.sleep(0.1)
            self.wfile.write(body[half:])
        except OSError:  # the client has given up, as it should
            pass

    def log_message(self, *_):
        pass


@pytest.fixture
def server(zeros_are_mnist, zeros):
    Server.body = zeros.read_bytes()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield lambda *ways: zeros_are_mnist.setattr(
            data, "URLS", [f"http://127.0.0.1:{running.server_port}/{way}" for way in ways]
        )
        running.shutdown()


@pytest.mark.parametrize("first", ["wrong", "cut", "stall", "trickle"])
def test_the_mirror_helps_when_the_first_server_fails(first, server, clean_settings, tmp_path):
    clean_settings.setattr(data, "DEADLINE", 2)
    server(first, "right")
    source = data.find()
    assert source.is_mnist and source.path == tmp_path / "keras" / "datasets" / "mnist.npz"
    assert [file.name for file in source.path.parent.iterdir()] == ["mnist.npz"]


FAILURES = {"wrong": "hash", "cut": "Error", "stall": "ConnectionError", "trickle": "TimeoutError"}


@pytest.mark.parametrize("way", FAILURES)
def test_a_failed_download_leaves_no_file(way, server, clean_settings, tmp_path):
    clean_settings.setattr(data, "DEADLINE", 2)
    server(way)
    source = data.find()
    assert not source.is_mnist and "127.0.0.1" in source.note and FAILURES[way] in source.note
    assert not list((tmp_path / "keras" / "datasets").iterdir())


def test_a_cached_file_is_used_without_a_network(zeros_are_mnist, zeros, tmp_path):
    cached = tmp_path / "keras" / "datasets" / "mnist.npz"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(zeros.read_bytes())
    assert data.find().path == cached


def test_a_cached_file_with_a_wrong_hash_is_replaced_only_by_the_right_one(
    server, clean_settings, tmp_path
):
    cached = tmp_path / "keras" / "datasets" / "mnist.npz"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"damaged")
    server("wrong")
    assert not data.find().is_mnist
    assert cached.read_bytes() == b"damaged"
    data._find.cache_clear()
    server("right")
    assert data.find().is_mnist
    assert cached.read_bytes() == Server.body


def test_a_cache_that_cannot_be_written_is_a_clear_error(server, tmp_path):
    (tmp_path / "keras").write_text("a file where the folder should be")
    server("right")
    with pytest.raises(data.DataError, match="set KERAS_HOME to a folder"):
        data.find()


def test_a_full_disk_is_a_clear_error_and_leaves_no_file(server, clean_settings, tmp_path):
    resource = pytest.importorskip("resource", reason="limits of file size are POSIX's")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    server("right")
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(data.DataError, match="free some space"):
            data.find()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not list((tmp_path / "keras" / "datasets").iterdir())
