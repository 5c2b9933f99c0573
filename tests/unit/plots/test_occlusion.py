"""What is drawn of squares that cover a picture."""

import numpy as np
import pytest

from mnist_helpers import occlusion
from mnist_helpers.plots.occlusion import covered


@pytest.mark.parametrize("channels", [1, 3])
def test_the_map_is_dark_where_covering_costs_most_and_a_frame_says_where(channels):
    image = np.random.default_rng(0).random((12, 9, channels))
    _, places = occlusion.occlude(image, 3, 3)
    kept = [0.1 if place == (6, 3) else 0.9 for place in places]
    figure, caption, *_ = covered(image, places, 3, kept)
    _, ax, *_ = figure.axes
    shades = np.asarray(ax.images[0].get_array())
    assert shades.shape == (12, 9)
    dark = np.zeros((12, 9), bool)
    dark[6:9, 3:6] = True
    assert np.allclose(shades, np.where(dark, 0.1, 0.9))
    for one in figure.axes[:2]:
        (frame,) = one.patches
        assert frame.get_xy() == (2.5, 5.5) and frame.get_width() == frame.get_height() == 3
    assert "10%, with the framed square covered: rows 6 to 8, columns 3 to 5." in caption
    assert caption.endswith("It is at most 90%.")
