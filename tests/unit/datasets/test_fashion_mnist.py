"""The second data set, as the proof that others can join: the same doors, forms and refusals."""

import dataclasses
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from mnist_helpers import artifacts, models
from mnist_helpers.datasets import DataError, Source, fashion_mnist, files, mnist
from tests.conftest import ROOT
from tests.unit.datasets.conftest import count_zeros_as, md5_of_zeros, shapes, write_idx, write_npz


@pytest.fixture
def zeros_are_fashion(clean_settings):
    count_zeros_as(fashion_mnist, clean_settings)
    return clean_settings


def test_it_is_found_in_keras_s_cache_and_comes_in_the_promised_form(zeros_are_fashion, tmp_path):
    folder = write_idx(tmp_path / "keras" / "datasets" / "fashion-mnist")
    source = fashion_mnist.find()
    assert source.path == folder and source.name == "Fashion-MNIST" and not source.is_sample
    images, labels, val_images, val_labels = fashion_mnist.load_training()
    assert images.shape == (55_000, 28, 28) and val_images.shape == (5_000, 28, 28)
    assert labels.dtype == val_labels.dtype == np.int64
    assert fashion_mnist.load_test()[0].shape == (10_000, 28, 28)


def test_it_is_found_where_debian_puts_it(zeros_are_fashion, tmp_path):
    assert fashion_mnist.DEBIAN == "/usr/share/datasets/fashion-mnist"
    place = write_idx(tmp_path / "debian")
    description = dataclasses.replace(fashion_mnist.DESCRIPTION, places=(str(place),))
    zeros_are_fashion.setattr(fashion_mnist, "DESCRIPTION", description)
    assert fashion_mnist.find().path == place


@pytest.mark.parametrize("form", ["idx", "npz"])
def test_its_variable_names_a_folder_or_an_archive(form, zeros_are_fashion, tmp_path):
    path = tmp_path / form
    path = write_idx(path) if form == "idx" else write_npz(path.with_suffix(".npz"))
    zeros_are_fashion.setenv("FASHION_MNIST_PATH", str(path))
    assert fashion_mnist.find().path == path


def test_what_its_variable_names_is_refused_when_it_is_wrong(clean_settings, tmp_path):
    for path in (write_idx(tmp_path / "idx"), tmp_path / "nothing"):
        clean_settings.setenv("FASHION_MNIST_PATH", str(path))
        with pytest.raises(DataError, match=r"other contents|does not exist") as caught:
            fashion_mnist.find()
        assert "unset FASHION_MNIST_PATH" in str(caught.value) and str(path) in str(caught.value)


def test_mnist_is_not_taken_for_it_nor_it_for_mnist(zeros_are_fashion, tmp_path):
    folder = write_idx(tmp_path / "fashion")
    zeros_are_fashion.setenv("MNIST_PATH", str(folder))
    with pytest.raises(DataError, match="has the shape of MNIST, but other contents"):
        mnist.find()


def test_without_a_network_it_says_how_to_get_it(clean_settings, tmp_path):
    with pytest.raises(DataError) as caught:
        fashion_mnist.find()
    for part in ("could not be downloaded", "dataset-fashion-mnist", "FASHION_MNIST_PATH"):
        assert part in str(caught.value)
    assert not list(tmp_path.rglob("*ubyte*"))


def test_it_is_downloaded_file_by_file_each_checked(zeros_are_fashion, serve_from, tmp_path):
    import hashlib

    bodies = {file.name: file.read_bytes() for file in write_idx(tmp_path / "server").iterdir()}
    published = tuple(
        dataclasses.replace(f, hash=f"md5:{hashlib.md5(bodies[Path(f.name).name]).hexdigest()}")
        for f in fashion_mnist.DESCRIPTION.files
    )
    description = dataclasses.replace(fashion_mnist.DESCRIPTION, files=published)
    zeros_are_fashion.setattr(fashion_mnist, "DESCRIPTION", description)
    serve_from(zeros_are_fashion, fashion_mnist, bodies, ["wrong"])
    with pytest.raises(DataError, match="wrong hash"):
        fashion_mnist.find()
    files._find.cache_clear()
    serve_from(zeros_are_fashion, fashion_mnist, bodies, ["cut", "right"])
    found = fashion_mnist.find()
    assert found.path == tmp_path / "keras" / "datasets" / "fashion-mnist"
    assert sorted(file.name for file in found.path.iterdir()) == sorted(bodies)


def test_a_damaged_cache_is_not_used(zeros_are_fashion, tmp_path):
    folder = write_idx(tmp_path / "keras" / "datasets" / "fashion-mnist")
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(b"damaged")
    with pytest.raises(DataError, match="could not be downloaded"):
        fashion_mnist.find()


def test_the_form_of_the_arrays_is_mnist_s():
    assert shapes(fashion_mnist.DESCRIPTION) == shapes(mnist.DESCRIPTION)
    assert len(fashion_mnist.DESCRIPTION.classes) == 10
    assert all(
        digest != md5_of_zeros(s)
        for (_, digest), s in zip(fashion_mnist.DESCRIPTION.digests, shapes().values(), strict=True)
    )


def test_results_carry_its_name_and_a_model_for_it_is_loaded(clean_settings, results, tmp_path):
    source = Source(fashion_mnist.DESCRIPTION, tmp_path, "for a test")
    with artifacts.saving({"loss": [1.0]}, source) as folder:
        models.build_cnn(fashion_mnist.DESCRIPTION.image_shape).save(folder / artifacts.MODEL)
    run = artifacts.find_run(source)
    assert run.trained_on == "Fashion-MNIST" and not run.is_shipped
    assert artifacts.load_model(run.path, fashion_mnist.DESCRIPTION).count_params() == 121_930


def test_the_real_data_set_is_read_where_it_is_at_hand():
    """What Keras publishes: `../shared/data/keras_home`, or wherever it is found, offline."""
    settings = {k: v for k, v in os.environ.items() if k != "FASHION_MNIST_PATH"}
    at_hand = ROOT.parent / "shared" / "data" / "keras_home"
    if not at_hand.is_dir():
        pytest.skip("Fashion-MNIST is not at hand")
    code = (
        "from mnist_helpers.datasets import fashion_mnist\n"
        "import numpy as np\n"
        "images, labels = fashion_mnist.load_test()\n"
        "print(fashion_mnist.find().note, images.shape, np.bincount(labels).tolist())"
    )
    import sys

    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        env=settings | {"KERAS_HOME": str(at_hand)},
    )
    assert done.stdout.strip() == f"Keras's cache (10000, 28, 28) {[1000] * 10}", done.stderr
