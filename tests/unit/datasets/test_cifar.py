"""CIFAR-10 and CIFAR-100, on small files in the form in which Keras publishes and caches them."""

import io
import pickle
import tarfile
from types import SimpleNamespace

import numpy as np
import pytest

from mnist_helpers.datasets import DataError, cifar, cifar10, cifar100, fashion_mnist, files
from mnist_helpers.datasets.spec import NotFoundError
from tests.conftest import run_code_on_a_full_disk
from tests.unit.datasets.batches import (
    INSIDE,
    describe,
    make_batches,
    pack,
    pickle_of_python2,
)

SETS = {"CIFAR-10": (cifar10, 2), "CIFAR-100": (cifar100, 10)}


@pytest.fixture(scope="session")
def made():
    """For each data set: batches, arrays and the archive, made once."""
    found = {}
    for name, (module, of_each) in SETS.items():
        contents, arrays = make_batches(module.DESCRIPTION, of_each)
        found[name] = contents, arrays, pack(module.DESCRIPTION, contents)
    return found


def use(name, made, monkeypatch):
    module, of_each = SETS[name]
    contents, arrays, archive = made[name]
    data = describe(module.DESCRIPTION, contents, archive, of_each)
    monkeypatch.setattr(module, "DESCRIPTION", data)
    return SimpleNamespace(
        module=module, data=data, contents=contents, arrays=arrays, archive=archive
    )


@pytest.fixture(params=SETS)
def small(request, made, clean_settings):
    return use(request.param, made, clean_settings)


@pytest.fixture
def small10(made, clean_settings):
    return use("CIFAR-10", made, clean_settings)


def expected(small, part):
    parts = [
        arrays
        for name, arrays in small.arrays.items()
        if name.startswith("test") == (part == "test")
    ]
    return tuple(np.concatenate(arrays) for arrays in zip(*parts, strict=True))


def write_folder(small, folder):
    folder.mkdir(parents=True)
    for name, content in small.contents.items():
        (folder / name).write_bytes(content)
    return folder


def assert_it_is_read(small):
    images, labels = small.module.load_test()
    right_images, right_labels = expected(small, "test")
    assert images.dtype == np.uint8 and labels.dtype == np.int64
    assert np.array_equal(images, right_images) and np.array_equal(labels, right_labels)


def test_the_small_files_are_of_the_form_that_numpy_and_pickle_know(small):
    """So that what is tested here is what a batch is; CIFAR's own begin with the same bytes."""
    for name, content in small.contents.items():
        assert content.startswith(b"\x80\x02}q\x00(U\x0bbatch_label")
        assert b"cnumpy.core.multiarray\n_reconstruct\n" in content
        batch = pickle.loads(content, encoding="bytes")
        images, labels = small.arrays[name]
        assert batch[b"data"].shape == (len(images), 3072)
        assert np.array_equal(batch[b"data"][0, :1024], images[0, :, :, 0].ravel())  # red first
        assert labels.tolist() in batch.values()


def test_keras_s_archive_is_read_where_it_lies(small, tmp_path):
    place = tmp_path / "keras" / "datasets" / f"{INSIDE[small.data.name]}-target_archive"
    place.parent.mkdir(parents=True)
    place.write_bytes(small.archive)
    source = small.module.find()
    assert source.path == place and source.note == "Keras's cache"
    assert source.name == small.data.name and source.counts == small.data.counts
    assert_it_is_read(small)
    assert list(place.parent.iterdir()) == [place]  # nothing is unpacked


@pytest.mark.parametrize("form", ["Keras 3 unpacked", "Keras 2 packed", "Keras 2 unpacked"])
def test_other_forms_in_keras_s_cache_are_found(form, small10, tmp_path):
    cache, name = tmp_path / "keras" / "datasets", INSIDE["CIFAR-10"]
    if form == "Keras 2 packed":
        cache.mkdir(parents=True)
        (cache / f"{name}.tar.gz").write_bytes(small10.archive)
    else:
        inner = f"{name}-target/{name}" if form == "Keras 3 unpacked" else name
        write_folder(small10, cache / inner)
    assert small10.module.find().note == "Keras's cache"
    assert_it_is_read(small10)


@pytest.mark.parametrize("form", ["archive", "folder", "folder around it"])
def test_its_variable_names_an_archive_or_a_folder(form, small, clean_settings, tmp_path):
    if form == "archive":
        path = tmp_path / "mine.tgz"
        path.write_bytes(small.archive)
    else:
        path = write_folder(small, tmp_path / "around" / "inside")
        path = path.parent if form == "folder around it" else path
    clean_settings.setenv(small.data.variable, str(path))
    assert small.module.find().path == path
    assert_it_is_read(small)


def test_one_tenth_of_each_class_is_held_out(small, clean_settings, tmp_path):
    path = tmp_path / "archive"
    path.write_bytes(small.archive)
    clean_settings.setenv(small.data.variable, str(path))
    first, again, other = (small.module.load_training(seed) for seed in (0, 0, 1))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first.validation_images, other.validation_images)
    classes, total = len(small.data.classes), small.data.counts[0]
    assert np.bincount(first.validation_labels).tolist() == [total // 10 // classes] * classes
    assert len(first.images) == total - total // 10
    images, labels = expected(small, "train")
    known = {image.tobytes(): label for image, label in zip(images, labels, strict=True)}
    parts = [*zip(first.images, first.labels, strict=True)]
    parts += zip(first.validation_images, first.validation_labels, strict=True)
    assert {image.tobytes(): label for image, label in parts} == known  # all, each once, unmixed


def refusals(small):
    """What → content of an archive that is refused, and what the message says."""
    missing = dict(small.contents)
    missing.pop("data_batch_3")
    other = small.contents | {"test_batch": small.contents["data_batch_1"]}
    return {
        "missing": (pack(small.data, missing), "there is no data_batch_3"),
        "other": (pack(small.data, other), "test_batch is not the one of CIFAR-10"),
        "cut": (small.archive[: len(small.archive) // 2], "is no archive, or a damaged one"),
        "empty": (b"", "is no archive"),
        "page": (b"<html>Please log in</html>", "is no archive"),
    }


@pytest.mark.parametrize("what", ["missing", "other", "cut", "empty", "page"])
def test_what_its_variable_names_is_refused_when_it_is_wrong(
    what, small10, clean_settings, tmp_path
):
    path = tmp_path / "cifar.tar.gz"
    content, message = refusals(small10)[what]
    path.write_bytes(content)
    clean_settings.setenv("CIFAR10_PATH", str(path))
    with pytest.raises(DataError, match=message) as caught:
        cifar10.find()
    assert str(path) in str(caught.value) and "unset CIFAR10_PATH" in str(caught.value)
    assert not isinstance(caught.value, NotFoundError)
    assert path.read_bytes() == content


def test_a_path_that_is_not_there_and_an_empty_folder_are_refused(clean_settings, tmp_path):
    clean_settings.setenv("CIFAR100_PATH", str(tmp_path / "nothing"))
    with pytest.raises(DataError, match="does not exist"):
        cifar100.find()
    clean_settings.setenv("CIFAR100_PATH", str(tmp_path))
    with pytest.raises(DataError, match="there is no test and no train"):
        cifar100.find()


def test_cifar_100_is_not_taken_for_cifar_10(made, clean_settings, tmp_path):
    use("CIFAR-10", made, clean_settings)
    (tmp_path / "100").write_bytes(made["CIFAR-100"][2])
    clean_settings.setenv("CIFAR10_PATH", str(tmp_path / "100"))
    with pytest.raises(DataError, match="there is no data_batch_1"):
        cifar10.find()


def test_an_archive_that_unpacks_to_too_much_is_refused(small10, clean_settings, tmp_path):
    (tmp_path / "bomb").write_bytes(small10.archive)
    clean_settings.setattr(cifar, "MAX_UNPACKED", 100_000)
    clean_settings.setenv("CIFAR10_PATH", str(tmp_path / "bomb"))
    with pytest.raises(DataError, match="unpacks to more than"):
        cifar10.find()


def test_a_link_in_an_archive_is_not_followed(small10, clean_settings, tmp_path):
    (tmp_path / "data_batch_1").write_bytes(small10.contents["data_batch_1"])
    others = {name: c for name, c in small10.contents.items() if name != "data_batch_1"}
    stream = io.BytesIO(pack(small10.data, others))
    with tarfile.open(tmp_path / "links.tar", "w") as tar, tarfile.open(fileobj=stream) as old:
        for member in old:
            tar.addfile(member, old.extractfile(member) if member.isreg() else None)
        link = tarfile.TarInfo("data_batch_1")
        link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path / "data_batch_1")
        tar.addfile(link)
    clean_settings.setenv("CIFAR10_PATH", str(tmp_path / "links.tar"))
    with pytest.raises(DataError, match="there is no data_batch_1"):
        cifar10.find()


class Hostile:
    """Makes a file when it is unpickled as pickle does it."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("is_known", [False, True], ids=["unknown", "with the right MD5"])
def test_a_hostile_pickle_is_refused_and_nothing_is_executed(
    is_known, protocol, small10, clean_settings, tmp_path
):
    bait = tmp_path / "executed"
    hostile = {b"data": Hostile(bait), b"labels": [0]}
    contents = small10.contents | {"test_batch": pickle.dumps(hostile, protocol)}
    archive = pack(small10.data, contents)
    if is_known:
        data = describe(small10.data, contents, archive)
        clean_settings.setattr(cifar10, "DESCRIPTION", data)
    (tmp_path / "hostile").write_bytes(archive)
    clean_settings.setenv("CIFAR10_PATH", str(tmp_path / "hostile"))
    with pytest.raises(DataError, match="no batch needs" if is_known else "other contents"):
        cifar10.load_test()
    assert not bait.exists()
    pickle.loads(contents["test_batch"]).get(b"data").close()  # the bait works
    assert bait.exists()


def shaped(**changes):
    rows = np.zeros((2, 3072), np.uint8)
    return pickle_of_python2(
        {b"data": rows, b"labels": [0, 9]} | {key.encode(): value for key, value in changes.items()}
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        pickle.dumps([1, 2]),
        pickle.dumps({b"data": b"", b"labels": []}),
        shaped(data=np.zeros((2, 3071), np.uint8)),
        shaped(data=np.zeros((2, 3072), np.float32)),
        shaped(data=np.zeros((3, 3072), np.uint8)),
        shaped(labels=[0, 10]),
        shaped(labels=[0, -1]),
        shaped(labels=[0]),
        shaped(labels=[[0], [1]]),
        shaped(labels=None),
        b"\x80\x02cnumpy\ndtype\n}U\x04nameU\x01xsb.",  # sets a state on the class itself
        b"\x80\x02cnumpy.core.multiarray\nfromfile\nU\x04/etc\x85R.",
        b"\x80\x02cbuiltins\neval\nU\x011\x85R.",
        shaped()[:-100],
    ],
    ids=range(16),
)
def test_what_is_no_batch_is_a_clear_error(content):
    with pytest.raises(DataError, match="a batch cannot be read"):
        cifar.read_batch(content, cifar10.DESCRIPTION)
    assert not hasattr(cifar._Part, "name")


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_batch_is_read_whatever_the_order_of_its_numbers(order):
    rows = np.arange(2 * 3072, dtype=np.uint32).astype(np.uint8).reshape(2, 3072)
    rows = np.asarray(rows * np.array([[1], [3]], np.uint8), order=order)
    images, labels = cifar.read_batch(shaped(data=rows), cifar10.DESCRIPTION)
    assert np.array_equal(images.transpose(0, 3, 1, 2).reshape(2, -1), rows)
    assert labels.tolist() == [0, 9]


def test_without_a_network_it_says_how_to_get_it(clean_settings, tmp_path):
    for module, variable in ((cifar10, "CIFAR10_PATH"), (cifar100, "CIFAR100_PATH")):
        with pytest.raises(NotFoundError) as caught:
            module.find()
        for part in ("could not be downloaded", f"set {variable} to", module.DESCRIPTION.name):
            assert part in str(caught.value)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("module", [cifar10, cifar100, fashion_mnist])
def test_it_can_be_looked_for_without_a_download(clean_settings, module):
    clean_settings.setattr(files, "download", lambda *_: pytest.fail("a download"))
    with pytest.raises(NotFoundError, match=rf"{module.DESCRIPTION.name} is not on this computer"):
        module.find(may_download=False)


def test_it_is_downloaded_to_where_keras_looks_for_it(small, serve_from, clean_settings, tmp_path):
    name = f"{INSIDE[small.data.name]}-target_archive"
    serve_from(clean_settings, small.module, {name: small.archive}, ["wrong"])
    with pytest.raises(NotFoundError, match="wrong hash"):
        small.module.find()
    files._find.cache_clear()
    serve_from(clean_settings, small.module, {name: small.archive}, ["cut", "right"])
    source = small.module.find()
    assert source.path == tmp_path / "keras" / "datasets" / name
    assert source.note == "downloaded into Keras's cache"
    assert source.path.read_bytes() == small.archive
    assert_it_is_read(small)


def test_a_damaged_archive_in_the_cache_is_downloaded_anew(
    small10, serve_from, clean_settings, tmp_path
):
    name = f"{INSIDE['CIFAR-10']}-target_archive"
    place = tmp_path / "keras" / "datasets" / name
    place.parent.mkdir(parents=True)
    place.write_bytes(small10.archive[:-1000])
    serve_from(clean_settings, cifar10, {name: small10.archive}, ["right"])
    assert cifar10.find().path == place and place.read_bytes() == small10.archive


FETCH = """
import dataclasses, sys
from mnist_helpers.datasets import cifar10
server, digest = sys.argv[1:]
file = dataclasses.replace(cifar10.DESCRIPTION.files[0], urls=(server,), hash=digest)
cifar10.DESCRIPTION = dataclasses.replace(cifar10.DESCRIPTION, files=(file,))
fill_disk()
cifar10.find()
"""


def test_a_full_disk_is_a_clear_error_and_leaves_no_file(
    small10, serve_from, clean_settings, tmp_path
):
    name = f"{INSIDE['CIFAR-10']}-target_archive"
    serve_from(clean_settings, cifar10, {name: small10.archive}, ["right"])
    (file,) = cifar10.DESCRIPTION.files
    done = run_code_on_a_full_disk(FETCH, 1000, *file.urls, file.hash)
    assert "CIFAR-10 cannot be stored" in done.stderr and "free some space" in done.stderr
    assert not list((tmp_path / "keras" / "datasets").iterdir())


def test_names_and_hashes_are_those_of_keras():
    """Keras's own modules name where it downloads from, to where, and the archive's SHA-256."""
    import importlib.util
    from pathlib import Path

    keras = Path(importlib.util.find_spec("keras").origin).parent / "src" / "datasets"
    for module, name in ((cifar10, "cifar10"), (cifar100, "cifar100")):
        text = (keras / f"{name}.py").read_text("utf-8")
        (file,) = module.DESCRIPTION.files
        for part in (file.urls[0], file.hash.removeprefix("sha256:")):
            assert f'"{part}"' in text
        assert f'dirname = "{file.name.removesuffix("_archive")}"' in text  # what it then adds
        assert module.DESCRIPTION.cached == file.name
        assert module.DESCRIPTION.places[0] == file.name.removesuffix("_archive")


def test_the_descriptions():
    assert len(cifar10.DESCRIPTION.classes) == 10
    assert len(set(cifar100.DESCRIPTION.classes)) == 100
    assert list(cifar100.DESCRIPTION.classes) == sorted(cifar100.DESCRIPTION.classes)
    assert "pickup truck" in cifar100.DESCRIPTION.classes
    for module in (cifar10, cifar100):
        assert module.DESCRIPTION.array_shape("x_train") == (50_000, 32, 32, 3)
        assert module.DESCRIPTION.array_shape("y_test") == (10_000,)
