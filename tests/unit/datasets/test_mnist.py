import numpy as np
import pytest

from mnist_helpers.datasets import DataError, download, files, mnist, sample
from tests.conftest import run_code_on_a_full_disk
from tests.unit.datasets.conftest import Server, write_idx, write_npz


@pytest.mark.data_matters
def test_whatever_is_found_has_the_promised_form():
    source = mnist.find()
    images, labels, val_images, val_labels = mnist.load_training()
    assert len(images) + len(val_images) == source.counts[0]
    assert len(val_images) == source.counts[0] // 12
    test_images, test_labels = mnist.load_test()
    assert len(test_images) == source.counts[1]
    for array in (images, val_images, test_images):
        assert array.dtype == np.uint8 and array.shape[1:] == (28, 28)
    for array in (labels, val_labels, test_labels):
        assert array.dtype == np.int64 and set(array) == set(range(10))


def test_validation_images_are_the_same_each_time_and_none_is_trained_on(bundled):
    first, second = mnist.load_training(), mnist.load_training()
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    train = {image.tobytes() for image in first.images}
    overlap = [image for image in first.validation_images if image.tobytes() in train]
    assert not overlap
    assert not np.array_equal(
        mnist.load_training(seed=1).validation_labels, first.validation_labels
    )


def test_test_images_are_not_among_those_for_training(bundled):
    training, (test_images, _) = mnist.load_training(), mnist.load_test()
    known = {image.tobytes() for image in (*training.images, *training.validation_images)}
    assert not [image for image in test_images if image.tobytes() in known]


def test_sample_looks_like_mnist(bundled):
    images, _ = mnist.load_test()
    assert images.max() == 255
    assert images.dtype == np.uint8 and images.shape[1:] == (28, 28)
    for image in images[:20]:  # the ink fills a box of 20×20, centred by mass
        ys, xs = np.nonzero(image)
        assert np.ptp(ys) < 20 and np.ptp(xs) < 20
        weights = image / image.sum()
        assert abs((weights.sum(axis=1) * np.arange(28)).sum() - 13.5) <= 4


def test_a_right_file_is_read(zeros_are_mnist, zeros):
    zeros_are_mnist.setenv("MNIST_PATH", str(zeros))
    assert not mnist.find().is_sample
    assert mnist.load_test()[0].shape == (10_000, 28, 28)


def save_single_array(path):
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    return path


def broken_files():
    small = np.zeros((60_000, 14, 14), np.uint8)
    return {
        "does not exist": lambda p: p,
        "holds neither train-images": lambda p: p.mkdir() or p,
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
    with pytest.raises(DataError, match=message) as caught:
        mnist.find()
    assert str(path) in str(caught.value) and "unset MNIST_PATH" in str(caught.value)
    assert "load it unsafely" not in str(caught.value)
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.parametrize("share", [0.2, 0.5, 0.99])
def test_a_truncated_file_is_refused(share, clean_settings, zeros, tmp_path):
    path = tmp_path / "mnist.npz"
    path.write_bytes(zeros.read_bytes()[: int(share * zeros.stat().st_size)])
    clean_settings.setenv("MNIST_PATH", str(path))
    with pytest.raises(DataError, match="truncated"):
        mnist.find()


def test_sample_is_forced_even_where_mnist_is_named(clean_settings, zeros):
    clean_settings.setenv("MNIST_PATH", str(zeros))
    clean_settings.setenv("MNIST_SOURCE", "sample")
    assert mnist.find().name == sample.DESCRIPTION.name


def test_an_unknown_source_is_refused(clean_settings):
    clean_settings.setenv("MNIST_SOURCE", "smaple")
    with pytest.raises(DataError, match="set it to 'sample'"):
        mnist.find()


def test_without_a_network_the_sample_is_used_and_the_reason_given(clean_settings, tmp_path):
    source = mnist.find()
    assert source.is_sample and source.path is None
    assert "could not be downloaded" in source.note
    assert not list(tmp_path.rglob("*mnist*"))


@pytest.mark.parametrize("first", ["wrong", "cut", "stall", "trickle"])
def test_the_mirror_helps_when_the_first_server_fails(first, server, clean_settings, tmp_path):
    clean_settings.setattr(download, "DEADLINE", 2)
    server(first, "right")
    source = mnist.find()
    assert not source.is_sample and source.path == tmp_path / "keras" / "datasets" / "mnist.npz"
    assert [file.name for file in source.path.parent.iterdir()] == ["mnist.npz"]


FAILURES = {"wrong": "hash", "cut": "Error", "stall": "ConnectionError", "trickle": "TimeoutError"}


@pytest.mark.parametrize("way", FAILURES)
def test_a_failed_download_leaves_no_file(way, server, clean_settings, tmp_path):
    clean_settings.setattr(download, "DEADLINE", 2)
    server(way)
    source = mnist.find()
    assert source.is_sample and "127.0.0.1" in source.note and FAILURES[way] in source.note
    assert not list((tmp_path / "keras" / "datasets").iterdir())


def test_a_cached_file_is_used_without_a_network(zeros_are_mnist, zeros, tmp_path):
    cached = tmp_path / "keras" / "datasets" / "mnist.npz"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(zeros.read_bytes())
    assert mnist.find().path == cached


def test_a_cached_file_with_a_wrong_hash_is_replaced_only_by_the_right_one(
    server, clean_settings, tmp_path
):
    cached = tmp_path / "keras" / "datasets" / "mnist.npz"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"damaged")
    server("wrong")
    assert mnist.find().is_sample
    assert cached.read_bytes() == b"damaged"
    files._find.cache_clear()
    server("right")
    assert not mnist.find().is_sample
    assert cached.read_bytes() == Server.bodies["mnist.npz"]


def test_a_cache_that_cannot_be_written_is_a_clear_error(server, tmp_path):
    (tmp_path / "keras").write_text("a file where the folder should be")
    server("right")
    with pytest.raises(DataError, match="set KERAS_HOME to a folder"):
        mnist.find()


FETCH = """
import dataclasses, json, sys
from mnist_helpers.datasets import mnist
server, digest = sys.argv[1:]
file = dataclasses.replace(mnist.DESCRIPTION.files[0], urls=(server,), hash=digest)
mnist.DESCRIPTION = dataclasses.replace(mnist.DESCRIPTION, files=(file,))
fill_disk()
mnist.find()
"""


def test_a_full_disk_is_a_clear_error_and_leaves_no_file(server, tmp_path):
    server("right")
    (file,) = mnist.DESCRIPTION.files
    done = run_code_on_a_full_disk(FETCH, 1000, *file.urls, file.hash)
    assert "DataError: MNIST cannot be stored" in done.stderr and "free some space" in done.stderr
    assert not list((tmp_path / "keras" / "datasets").iterdir())


def test_a_folder_of_idx_files_is_read_packed_or_not(zeros_are_mnist, tmp_path):
    for packed in (True, False):
        folder = write_idx(tmp_path / f"packed {packed}", packed)
        zeros_are_mnist.setenv("MNIST_PATH", str(folder))
        assert mnist.find().path == folder
        assert mnist.load_test()[0].shape == (10_000, 28, 28)


def test_an_idx_file_that_is_cut_or_empty_is_refused(zeros_are_mnist, tmp_path):
    folder = write_idx(tmp_path / "idx")
    zeros_are_mnist.setenv("MNIST_PATH", str(folder))
    file = folder / "train-images-idx3-ubyte.gz"
    whole = file.read_bytes()
    for content in (b"", whole[:30], whole[:-20], b"hello"):
        file.write_bytes(content)
        files._find.cache_clear()
        with pytest.raises(DataError, match=r"x_train .*Download .* anew"):
            mnist.find()


def test_the_description_agrees_with_the_preparation_of_pictures():
    from mnist_helpers.pictures import preparation

    assert mnist.DESCRIPTION.image_shape == (preparation.SIDE, preparation.SIDE, 1)
    assert sample.DESCRIPTION.image_shape == mnist.DESCRIPTION.image_shape
    assert sample.DESCRIPTION.classes == mnist.DESCRIPTION.classes
