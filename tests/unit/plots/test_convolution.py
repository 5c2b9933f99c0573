"""The drawings of a convolution show the numbers that it gives."""

import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch, Rectangle

from mnist_helpers import plots
from mnist_helpers.plots import convolution

WINDOW = np.array([[0, 0, 0.2], [0, 0.1, 0.7], [0, 0.6, 1]])
KERNEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_products_show_all_three_grids_and_their_sum():
    figure, caption, *_ = plots.products(WINDOW, KERNEL)
    said = texts(figure)
    assert said[:9] == ["0", "0", "0.2", "0", "0.1", "0.7", "0", "0.6", "1"]
    assert said[9:13] == ["window", "×", "−1", "0"]
    products = said[said.index("=") + 1 : said.index("products")]
    assert products == ["0", "0", "0.2", "0", "0", "1.4", "0", "0", "1"]
    assert said[-1] == "2.6" and caption.endswith("the 9 products add up to 2.6.")


def test_sliding_shows_each_window_and_where_its_sum_goes():
    image = np.arange(24).reshape(4, 6) / 24
    places = [(0, 0), (0, 1), (1, 3)]
    figure, caption, *_ = plots.sliding(image, KERNEL, places)
    (ax,) = figure.axes
    frames = [p for p in ax.patches if isinstance(p, Rectangle) and not p.get_fill()]
    assert len(frames) == 2 * len(places)
    wide, small = frames[::2], frames[1::2]
    assert [round(frame.get_width(), 2) for frame in wide] == [3, 2.84, 2.68]
    assert all(frame.get_width() == 1 for frame in small)
    steps = [(b.get_x() - small[0].get_x(), b.get_y() - small[0].get_y()) for b in small]
    assert steps == [pytest.approx((column, row)) for row, column in places]
    assert len({frame.get_linestyle() for frame in wide}) == 3, "and not by colour alone"
    assert sum(isinstance(patch, FancyArrowPatch) for patch in ax.patches) == 3
    said = texts(figure)
    assert [said.count(number) for number in "123"] >= [1, 1, 1]
    assert "4×6 pixels give 2×4 numbers" in caption
    sums = said[said.index("image") - 9 : said.index("image") - 1]
    assert sums == ["0.3"] * 8, "everywhere 8 steps of 1/24 to the right"


def test_signed_maps_share_one_scale_with_grey_for_zero():
    maps = {"one": np.array([[-3.0, 0], [1, 2]]), "two": np.zeros((2, 2))}
    figure, caption, *_ = plots.signed_maps(maps, "Two maps.", image=np.eye(4))
    image, one, two, bar = figure.axes
    assert caption == "Two maps."
    assert [ax.get_title(loc="center") for ax in (image, one, two)] == ["image", "one", "two"]
    assert image.images[0].get_clim() == (0, 1)
    assert one.images[0].get_clim() == two.images[0].get_clim() == (-3, 3)
    assert np.array_equal(one.images[0].get_array(), maps["one"])
    assert bar.get_ylabel() == "value in the map"


def test_maps_of_zeros_can_be_drawn():
    figure, *_ = plots.signed_maps({"nothing": np.zeros((2, 2))}, "Nothing.")
    assert figure.axes[0].images[0].get_clim() == (-1, 1)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (-0.0, "0"), (-0.04, "0"), (2, "2"), (-1.26, "−1.3"), (0.95, "0.9"), (3.04, "3")],
)
def test_numbers_are_short(value, text):
    assert convolution._number(value) == text
