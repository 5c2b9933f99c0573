"""The network for harder images: its shapes, the changes to its images, its training."""

import dataclasses

import keras
import numpy as np
import pytest

from mnist_helpers import photos
from mnist_helpers.datasets import cifar10, cifar100, fashion_mnist, mnist

SETS = (fashion_mnist, cifar10, cifar100)


@pytest.mark.parametrize("module", SETS)
def test_it_takes_each_data_set_and_stays_within_its_limit(module):
    shape, classes = module.DESCRIPTION.image_shape, len(module.DESCRIPTION.classes)
    model = photos.build(shape, classes)
    assert model.input_shape == (None, *shape) and model.output_shape == (None, classes)
    assert model.count_params() <= photos.PARAMETERS
    if module is cifar10:
        assert f"{model.count_params():,} parameters" in photos.build.__doc__


def test_each_image_is_moved_by_a_tenth_at_most_and_about_half_are_mirrored():
    keras.utils.set_random_seed(0)
    ys, xs = np.indices((20, 30)).astype(np.float32)
    images = np.repeat(np.stack([ys, xs], axis=-1)[np.newaxis], 400, axis=0)
    varied = np.array(photos.vary(images))
    assert varied.shape == images.shape and varied.dtype == np.float32
    is_mirrored = varied[:, 10, 20, 1] < varied[:, 10, 10, 1]
    assert 150 < is_mirrored.sum() < 250
    down = varied[:, 10, 15, 0] - 10
    plain = np.where(is_mirrored, varied[:, 10, 14, 1], varied[:, 10, 15, 1])
    assert set(down) == {-2, -1, 0, 1, 2} and set(plain - 15) == {*range(-3, 4)}
    for one in varied[:20]:  # rows and columns stay what they are
        assert (one[:, :1, 0] == one[:, :, 0]).all() and (one[:1, :, 1] == one[:, :, 1]).all()
    assert 0 in varied[..., 0] and varied[..., 0].max() == 19, "nothing comes in from outside"


def test_training_learns_grey_images_and_coloured_ones(bundled):
    images, labels, *_ = (part[:600] for part in mnist.load_training())
    recipe = dataclasses.replace(photos.RECIPE, epochs=6, batch_size=32)
    for pictures in (images, np.repeat(images[..., np.newaxis], 3, axis=-1)):
        model = photos.train(pictures, labels, 10, 0, recipe, steps=10)
        assert model.input_shape[1:3] == images.shape[1:]
        assert model.history.history["accuracy"][-1] > 0.5
