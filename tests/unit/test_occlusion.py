"""Squares that cover a picture, one place after the other."""

import numpy as np
import pytest

from mnist_helpers import occlusion


def test_each_pixel_is_covered_by_the_mean_and_nothing_else_changes():
    image = np.random.default_rng(0).random((10, 7, 3)).astype(np.float32)
    covered, places = occlusion.occlude(image, 3, 2)
    assert [row for row, column in places if column == 0] == [0, 2, 4, 6, 7]
    assert [column for row, column in places if row == 0] == [0, 2, 4]
    changed = np.zeros((10, 7), int)
    for one, (row, column) in zip(covered, places, strict=True):
        square = np.zeros((10, 7), bool)
        square[row : row + 3, column : column + 3] = True
        assert np.allclose(one[square], image.mean(axis=(0, 1)))
        assert (one[~square] == image[~square]).all()
        changed += square
    assert changed.min() >= 1 and covered.dtype == np.float32


@pytest.mark.parametrize(("side", "step"), [(0, 1), (8, 1), (3, 0)])
def test_a_square_that_does_not_fit_is_refused(side, step):
    with pytest.raises(ValueError, match=f"a square of {side} by steps of {step} does not fit"):
        occlusion.occlude(np.zeros((10, 7, 1)), side, step)
