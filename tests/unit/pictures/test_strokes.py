import numpy as np
import pytest

from mnist_helpers.pictures import PictureError, image_of

MIDDLE = [[0.5, 0.2], [0.5, 0.8]]


def test_the_image_is_as_mnist_has_it():
    image = image_of([[[0.2, 0.2], [0.8, 0.25], [0.5, 0.9]]])
    assert image.shape == (28, 28) and image.dtype == np.float32
    assert image.min() == 0 and image.max() == 1
    rows = np.flatnonzero(image.max(axis=1) > 0.5)
    assert np.ptp(rows) + 1 in (19, 20)
    places = np.arange(28)
    for axis in (0, 1):
        assert image.sum(axis=axis) @ places / image.sum() == pytest.approx(14, abs=0.05)


def test_size_and_place_on_the_paper_do_not_matter_and_the_pen_does():
    half = [[[0.5 * x, 0.5 * y + 0.4] for x, y in MIDDLE]]
    assert np.abs(image_of([MIDDLE], 0.1) - image_of(half, 0.05)).max() < 1e-6
    assert image_of([MIDDLE], 0.15).sum() > 1.3 * image_of([MIDDLE], 0.1).sum()


def test_a_small_change_of_a_stroke_changes_little():
    """No step rounds: a digit never jumps by a pixel."""
    before = image_of([MIDDLE, [[0.3, 0.5], [0.7, 0.5]]])
    after = image_of([MIDDLE, [[0.3, 0.5], [0.7001, 0.5]]])
    assert 0 < np.abs(before - after).max() < 0.01


def test_a_dot_stays_a_dot_and_nothing_stays_black():
    assert 0 < (image_of([[[0.1, 0.9]]]) > 0.5).sum() < 60
    assert not image_of([]).any()


def test_a_dot_of_the_thinnest_pen_is_seen():
    image = image_of([[[0.5, 0.5]]], 0.001)
    assert image[14, 14] > 0.5 and np.isfinite(image).all()


@pytest.mark.parametrize(
    "strokes", [[[]], [[0.5, 0.2]], [[[0.5, 0.2, 0.1]]], [[[0.5, "x"]]], [[[0.5, np.nan]]]]
)
def test_what_is_no_stroke_is_refused(strokes):
    with pytest.raises(PictureError, match=r"list of points \[x, y\]"):
        image_of(strokes)


@pytest.mark.parametrize("pen", [0, -0.1, 2])
def test_a_pen_without_width_is_refused(pen):
    with pytest.raises(PictureError, match=r"such as 0\.1"):
        image_of([MIDDLE], pen)
