"""The weights that Keras publishes: found, fetched, or absent with one sentence."""

import dataclasses
import hashlib
import os
from pathlib import Path

import keras
import numpy as np
import pytest

from mnist_helpers import imagenet
from mnist_helpers.datasets import DataError, download
from mnist_helpers.datasets.spec import File


@pytest.fixture
def published(clean_settings, tmp_path):
    """An empty cache, no server, and a file of five bytes that counts as the weights."""
    hashed = f"sha256:{hashlib.sha256(b'right').hexdigest()}"
    (file,) = imagenet.DESCRIPTION.files
    changed = dataclasses.replace(file, hash=hashed)
    description = dataclasses.replace(imagenet.DESCRIPTION, files=(changed,))
    clean_settings.setattr(imagenet, "DESCRIPTION", description)
    return tmp_path / "keras" / "models" / imagenet.NAME


def test_weights_in_keras_s_cache_are_found(published):
    published.parent.mkdir(parents=True)
    published.write_bytes(b"right")
    assert imagenet.find() == published and imagenet.absence() == ""


@pytest.mark.parametrize("damaged", [False, True])
def test_without_a_network_one_sentence_says_how_to_get_them(published, damaged):
    if damaged:
        published.parent.mkdir(parents=True)
        published.write_bytes(b"wrong")
    said = imagenet.absence()
    assert "not on this computer" in said and imagenet.NAME in said and "connect" in said
    with pytest.raises(DataError):
        imagenet.build_base((28, 28, 1))


def test_they_are_downloaded_into_keras_s_cache(published, clean_settings):
    asked = []

    def fetch(description, cache):
        asked.extend(description.files)
        cache.mkdir(parents=True)
        (cache / imagenet.NAME).write_bytes(b"right")
        return ""

    clean_settings.setattr(download, "download", fetch)
    assert imagenet.find() == imagenet.find() == published
    assert [type(file) for file in asked] == [File] and asked[0].name == imagenet.NAME


def test_a_failure_is_not_remembered(published):
    assert imagenet.absence()
    published.parent.mkdir(parents=True, exist_ok=True)
    published.write_bytes(b"right")
    assert imagenet.absence() == ""


def test_a_download_can_be_forbidden(published, clean_settings):
    clean_settings.setenv(imagenet.VARIABLE, "cache")
    clean_settings.setattr(download, "download", lambda *_: pytest.fail("a download"))
    assert "IMAGENET_SOURCE=cache is set" in imagenet.absence()
    published.parent.mkdir(parents=True)
    published.write_bytes(b"right")
    assert imagenet.find() == published
    clean_settings.setenv(imagenet.VARIABLE, "elsewhere")
    with pytest.raises(DataError, match="'elsewhere' is not known"):
        imagenet.find()


def test_a_check_downloads_nothing(published, clean_settings):
    clean_settings.delenv(imagenet.VARIABLE, raising=False)
    clean_settings.setattr(download, "download", lambda *_: pytest.fail("a download"))
    with pytest.raises(DataError, match="no download was asked for"):
        imagenet.find(may_download=False)


def test_no_test_may_download_the_weights():
    assert os.environ[imagenet.VARIABLE] == "cache"


def test_keras_s_preparation_brings_0_to_255_to_one_around_0_and_works_in_place():
    """Notebook 14 says so: should Keras change it, the text has to change.

    https://keras.io/api/applications/mobilenet/#preprocess_input-function; in place: `mode="tf"` of
    keras/src/applications/imagenet_utils.py divides a float array with `/=`.
    """
    images = np.array([[[[0, 51, 255]]]], np.float32)
    prepared = keras.applications.mobilenet_v2.preprocess_input(images)
    assert prepared.ravel() == pytest.approx([-1, -0.6, 1])
    assert np.shares_memory(images, prepared) and images.min() == -1


@pytest.fixture
def at_hand():
    home = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    if not (home / "models" / imagenet.NAME).is_file():
        pytest.skip("MobileNetV2's weights are not in Keras's cache")


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 32, 3)])
def test_the_base_prepares_images_as_keras_does(at_hand, shape):
    images = np.random.default_rng(0).integers(0, 256, (2, *shape), np.uint8)
    base = imagenet.build_base(shape, side=64)
    ours = base.predict(images.astype(np.float32) / 255, verbose=0)
    assert ours.shape == (2, 1280) and base.count_params() == 410_208
    large = keras.ops.image.resize(images.astype(np.float32), (64, 64)).numpy()
    large = large if shape[2] == 3 else np.repeat(large, 3, axis=3)
    prepared = keras.applications.mobilenet_v2.preprocess_input(large)
    (network,) = [layer for layer in base.layers if isinstance(layer, keras.Model)]
    assert np.allclose(ours, network.predict(prepared, verbose=0), atol=1e-3)
