"""Images drawn by a program: like MNIST's in form, all different, the same for one seed."""

import numpy as np
import pytest

from mnist_helpers.pictures import drawn


@pytest.fixture(scope="module")
def forms():
    return drawn.draw_forms(20)


def test_forms_are_images_as_mnist_has_them(forms):
    images, labels = forms
    assert images.shape == (20 * len(drawn.FORMS), 28, 28) and images.dtype == np.uint8
    assert labels.dtype == np.int64 and len(labels) == len(images)
    ys, xs = np.indices((28, 28))
    for image in images:
        rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
        longer = max(np.ptp(rows), np.ptp(columns)) + 1
        assert 18 <= longer <= 22, "in a box of 20×20"
        centre = [np.average(at, weights=image) for at in (ys, xs)]
        assert np.abs(np.array(centre) - 14).max() <= 1.5
        assert image.max() == 255 and 0.02 < (image > 76).mean() < 0.35


def test_the_european_forms_are_there(forms):
    _, labels = forms
    assert {1, 4, 7, 9} <= set(labels.tolist())
    assert (labels[:20] == 1).all(), "each form as often as asked for, in their order"


def test_no_two_images_are_alike_and_a_seed_gives_the_same_ones(forms):
    images, _ = forms
    assert len(np.unique(images, axis=0)) == len(images)
    again, _ = drawn.draw_forms(20)
    other, _ = drawn.draw_forms(20, seed=1)
    assert (again == images).all() and (other != images).any()


def test_a_point_that_strokes_share_stays_shared():
    """The stem of a 1 begins where its flag ends: all its ink is of one piece."""
    from scipy import ndimage

    images, labels = drawn.draw_forms(20, seed=2)
    for image in images[labels == 1][:20]:
        assert ndimage.label(image > 100, np.ones((3, 3)))[1] == 1


def test_images_without_a_digit_are_as_many_as_asked_for_and_all_different():
    images = drawn.draw_no_digits(101)
    assert images.shape == (101, 28, 28) and images.dtype == np.uint8
    assert len(np.unique(images, axis=0)) > 90, "some are all black"
    assert (drawn.draw_no_digits(101) == images).all()
    assert (drawn.draw_no_digits(101, seed=1) != images).any()
