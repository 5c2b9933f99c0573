"""Small batches in the form in which CIFAR is published: pickles of Python 2, in a tar archive."""

import dataclasses
import hashlib
import io
import pickle
import struct
import tarfile

import numpy as np

INSIDE = {"CIFAR-10": "cifar-10-batches-py", "CIFAR-100": "cifar-100-python"}


class PicklerOfPython2(pickle._Pickler):
    """Writes bytes and names as Python 2 wrote its strings."""

    dispatch = dict(pickle._Pickler.dispatch)  # noqa: RUF012 (as pickle has it)

    def save_string(self, text):
        content = text.encode("ascii") if isinstance(text, str) else text
        short = len(content) < 256
        head = b"U" + bytes([len(content)]) if short else b"T" + struct.pack("<i", len(content))
        self.write(head + content)
        self.memoize(text)

    dispatch[bytes] = dispatch[str] = save_string


def pickle_of_python2(thing) -> bytes:
    stream = io.BytesIO()
    PicklerOfPython2(stream, protocol=2).dump(thing)
    return stream.getvalue().replace(b"numpy._core.", b"numpy.core.")


def make_batches(data, images_of_each=2):
    """Return name → content of each batch, with so many images of each class in it; and the arrays.

    The arrays are name → (images (n, 32, 32, 3), labels (n,)).
    """
    rng = np.random.default_rng(0)
    contents, arrays = {}, {}
    for name, _ in data.digests:
        labels = rng.permutation(np.repeat(np.arange(len(data.classes)), images_of_each))
        images = rng.integers(0, 256, (len(labels), *data.image_shape), np.uint8)
        rows = np.ascontiguousarray(images.transpose(0, 3, 1, 2).reshape(len(labels), -1))
        key = b"labels" if len(data.classes) == 10 else b"fine_labels"
        batch = {b"batch_label": b"made for a test", key: labels.tolist(), b"data": rows}
        contents[name], arrays[name] = pickle_of_python2(batch), (images, labels)
    return contents, arrays


def describe(data, contents, archive, images_of_each=2):
    """Return the data set's description, made to fit small batches and their archive."""
    count = images_of_each * len(data.classes)
    tests = sum(name.startswith("test") for name in contents)
    digests = tuple((name, hashlib.md5(content).hexdigest()) for name, content in contents.items())
    (file,) = data.files
    file = dataclasses.replace(file, hash=f"sha256:{hashlib.sha256(archive).hexdigest()}")
    counts = (count * (len(contents) - tests), count * tests)
    return dataclasses.replace(data, counts=counts, digests=digests, files=(file,))


def pack(data, contents) -> bytes:
    """Return an archive as it is published: a folder, the batches and two other files."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=1) as tar:
        folder = tarfile.TarInfo(INSIDE[data.name])
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
        others = {"readme.html": b"", "batches.meta": b"not read"}
        for name, content in (others | dict(reversed(contents.items()))).items():
            member = tarfile.TarInfo(f"{INSIDE[data.name]}/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return stream.getvalue()
