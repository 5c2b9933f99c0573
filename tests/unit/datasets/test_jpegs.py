"""CIFAR-10 as a copy in JPEG files: found, named so, and read only when it is the known one."""

import dataclasses
import hashlib
import io
import os
import tarfile

import numpy as np
import pytest
from PIL import Image

from mnist_helpers.datasets import DataError, cifar10, files, jpegs
from tests.conftest import ROOT

EACH = {"train": 12, "test": 2}  # pictures of a class


def jpeg(shade, size=(32, 32)):
    stream = io.BytesIO()
    Image.new("RGB", size, (shade, 255 - shade, 128)).save(stream, "JPEG")
    return stream.getvalue()


def describe(contents):
    digests = []
    for part in EACH:
        own = {name: content for name, content in contents.items() if name.startswith(part)}
        joined = b"".join(name.encode() + own[name] for name in sorted(own))
        digests.append((part, hashlib.md5(joined).hexdigest()))
    counts = tuple(10 * each for each in EACH.values())
    return dataclasses.replace(cifar10.JPEG_COPY, counts=counts, digests=tuple(digests))


@pytest.fixture
def contents(clean_settings):
    """The files of a small copy; the shade of red tells the class."""
    found = {
        f"{part}/{name}/{number:04}.jpg": jpeg(25 * label + number)
        for part, each in EACH.items()
        for label, name in enumerate(cifar10.DESCRIPTION.classes)
        for number in range(each)
    }
    clean_settings.setattr(cifar10, "JPEG_COPY", describe(found))
    return found


def write(contents, path, form):
    if form == "folder":
        for name, content in contents.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
        return path
    with tarfile.open(path, "w:xz") as tar:
        for name, content in {"README.md": b"", **contents}.items():
            member = tarfile.TarInfo(f"inside/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


@pytest.mark.parametrize("form", ["folder", "archive"])
def test_it_is_read_and_its_name_says_what_it_is(form, contents, clean_settings, tmp_path):
    path = write(contents, tmp_path / "copy", form)
    clean_settings.setenv("CIFAR10_PATH", str(path))
    source = cifar10.find()
    assert source.name == "CIFAR-10 (JPEG copy)" and source.path == path
    training, (images, labels) = cifar10.load_training(), cifar10.load_test()
    assert images.shape == (20, 32, 32, 3) and images.dtype == np.uint8
    assert training.images.shape == (108, 32, 32, 3) and labels.dtype == np.int64
    assert np.bincount(training.labels).min() == 10 and len(training.validation_labels) == 12
    for some, own in ((images, labels), (training.images, training.labels)):
        red = np.round(some[:, 0, 0, 0].astype(int) / 25 - 0.2).astype(int)
        assert np.array_equal(red, own)
    assert not np.array_equal(labels, np.sort(labels))  # not class after class
    assert np.array_equal(cifar10.load_test()[1], labels)


@pytest.mark.parametrize("form", ["folder", "archive"])
@pytest.mark.parametrize("change", ["one less", "other pixels", "other class"])
def test_another_copy_is_refused(change, form, contents, clean_settings, tmp_path):
    if change == "one less":
        contents.pop("test/cat/0001.jpg")
    elif change == "other pixels":
        contents["test/cat/0001.jpg"] = jpeg(200)
    else:
        contents["test/dog/0009.jpg"] = contents.pop("test/cat/0001.jpg")
    path = write(contents, tmp_path / "copy", form)
    clean_settings.setenv("CIFAR10_PATH", str(path))
    with pytest.raises(DataError, match=r"test/ holds .* and they are not the 20") as caught:
        cifar10.find()
    assert str(path) in str(caught.value) and "unset CIFAR10_PATH" in str(caught.value)


@pytest.fixture
def archive(contents, clean_settings, tmp_path):
    """A small copy, packed and named; without a check made before."""
    path = write(contents, tmp_path / "copy.tar.xz", "archive")
    clean_settings.setenv("CIFAR10_PATH", str(path))
    return path


def kept(tmp_path):
    return sorted((tmp_path / "keras" / "datasets").glob("*"))


def test_an_archive_is_unpacked_once(archive, clean_settings, tmp_path):
    first = cifar10.load_training().images
    (place,) = kept(tmp_path)
    clean_settings.setattr(jpegs, "_read", None)  # nothing is unpacked any more
    files._find.cache_clear()
    assert np.array_equal(cifar10.load_training().images, first)
    assert cifar10.load_test()[0].shape == (20, 32, 32, 3) and place.suffix == ".npz"


def test_another_archive_does_not_get_the_pixels_of_this_one(contents, archive, tmp_path):
    cifar10.find()
    contents["test/cat/0001.jpg"] = jpeg(200)
    write(contents, archive, "archive")
    files._find.cache_clear()
    with pytest.raises(DataError, match="they are not the 20"):
        cifar10.find()
    assert len(kept(tmp_path)) == 1


@pytest.mark.parametrize("damage", ["cut", "one byte", "no archive"])
def test_kept_pixels_that_are_damaged_are_unpacked_anew(damage, archive, tmp_path):
    images, _ = cifar10.load_test()
    (place,) = kept(tmp_path)
    whole = place.read_bytes()
    middle = len(whole) // 2
    changed = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    place.write_bytes({"cut": whole[:middle], "one byte": changed, "no archive": b"?"}[damage])
    for _ in range(2):
        files._find.cache_clear()
        assert np.array_equal(cifar10.load_test()[0], images)
        cifar10.load_training()
    files._find.cache_clear()
    cifar10.find()
    assert place.read_bytes() == whole


def test_without_room_for_the_pixels_the_copy_is_read_all_the_same(archive, tmp_path):
    (tmp_path / "keras").write_text("a file where a folder is to be")
    assert len(cifar10.load_test()[0]) == 20 and len(cifar10.load_training().images) == 108


def test_what_a_kernel_left_behind_is_removed(archive, tmp_path):
    cifar10.find()
    (place,) = kept(tmp_path)
    old, new = (place.with_suffix(f".{number}.part") for number in (1, 2))
    for file in (old, new):
        file.touch()
    os.utime(old, (0, 0))
    place.unlink()
    files._find.cache_clear()
    cifar10.find()
    assert kept(tmp_path) == [new, place]


def test_a_file_of_another_kind_or_size_is_a_clear_error(contents, clean_settings, tmp_path):
    for number, content in enumerate((jpeg(0, (16, 16)), b"no JPEG")):
        contents["test/cat/0001.jpg"] = content
        clean_settings.setattr(cifar10, "JPEG_COPY", describe(contents))
        path = write(contents, tmp_path / f"copy {number}", "folder")
        clean_settings.setenv("CIFAR10_PATH", str(path))
        with pytest.raises(DataError, match="Download cifar-10"):
            cifar10.load_test()


def test_the_copy_that_is_known_is_recognised_where_it_is_at_hand(clean_settings):
    path = ROOT.parent / "shared" / "data" / "cifar10_jpeg.tar.xz"
    if not path.is_file():
        pytest.skip("the JPEG copy is not at hand")
    clean_settings.setenv("CIFAR10_PATH", str(path))
    clean_settings.setattr(jpegs, "_decode", lambda *_: (np.empty(0), np.empty(0)))  # in no time
    assert cifar10.find().name == "CIFAR-10 (JPEG copy)"
