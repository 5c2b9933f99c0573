import numpy as np
import pytest

from mnist_helpers import datasets
from mnist_helpers.datasets import spec


def test_scale():
    images = np.array([[[0, 51], [255, 102]]], np.uint8)
    scaled = datasets.scale(images)
    assert scaled.dtype == np.float32 and scaled.shape == (1, 2, 2, 1)
    assert np.allclose(scaled[0, :, :, 0], [[0, 0.2], [1, 0.4]])


@pytest.mark.parametrize("wrong", [np.zeros((2, 28, 28), np.float32), np.zeros((28, 28), np.uint8)])
def test_scale_refuses_images_scaled_already_or_of_other_shape(wrong):
    with pytest.raises(ValueError, match="takes uint8 images"):
        datasets.scale(wrong)


def test_scale_keeps_colours():
    images = np.arange(2 * 32 * 32 * 3).reshape(2, 32, 32, 3).astype(np.uint8)
    scaled = datasets.scale(images)
    assert scaled.shape == images.shape and scaled.dtype == np.float32
    assert np.array_equal((255 * scaled).round(), images)


def test_a_description_in_colour_has_the_shapes_of_its_arrays():
    cifar = spec.DataSet("CIFAR-10", (32, 32, 3), tuple("abcdefghij"), (50_000, 10_000), "")
    assert cifar.array_shape("x_train") == (50_000, 32, 32, 3)
    assert cifar.array_shape("x_test") == (10_000, 32, 32, 3)
    assert cifar.array_shape("y_test") == (10_000,)
