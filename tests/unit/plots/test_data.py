"""Figures of the data are tested by what they plot."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from mnist_helpers import evaluation, plots
from mnist_helpers.plots import figures


def boxes(figure):
    """Where the images stand: left, right, bottom and top of each."""
    return [image.get_extent() for image in figure.axes[0].images]


def test_rows_of_images_have_names_and_titles_and_nothing_overlaps():
    rows = {"one": [np.full((4, 4), n) for n in range(10)], "two\nlines": [np.eye(4)] * 3}
    titles = [[str(n) for n in range(10)], ["a", "b", "c"]]
    figure, caption, *_ = plots.image_rows(rows, titles, "Rows.")
    (ax,) = figure.axes
    assert caption == "Rows." and len(ax.images) == 13
    assert np.array_equal(ax.images[3].get_array(), rows["one"][3])
    assert {image.get_clim() for image in ax.images} == {(0, 9), (0, 1)}  # one range a row
    said = [text.get_text() for text in ax.texts]
    assert sorted(said) == sorted(["one", "two\nlines", *titles[0], *titles[1]])
    figure.canvas.draw()
    drawn = figure.bbox
    for text in ax.texts:
        box = text.get_window_extent()
        assert box.x0 >= 0 and box.x1 <= drawn.x1 and box.y0 >= 0 and box.y1 <= drawn.y1 + 1
    for left, right, bottom, top in boxes(figure):
        assert right - left == pytest.approx(bottom - top)  # square, as the image is
    tops = sorted({box[3] for box in boxes(figure)})
    first_row = [box for box in boxes(figure) if box[3] == tops[0]]
    assert first_row[0][2] < tops[1]
    assert first_row[0][1] < first_row[1][0]


def test_a_row_may_be_shorter_or_empty_of_titles():
    figure, *_ = plots.image_rows({"a": [np.eye(3)], "b": [np.eye(3)]}, [], "c")
    assert len(figure.axes[0].images) == 2
    assert len(figure.axes[0].texts) == 2


def test_the_enlarged_part_shows_its_values_and_its_place():
    image = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4
    figure, *_ = plots.magnified(image, slice(2, 5), slice(3, 7), "c")
    whole, detail = figure.axes
    assert np.array_equal(whole.images[0].get_array(), image)
    assert np.array_equal(detail.images[0].get_array(), image[2:5, 3:7])
    values = [int(text.get_text()) for text in detail.texts]
    assert values == image[2:5, 3:7].ravel().tolist()
    assert [label.get_text() for label in detail.get_xticklabels()] == ["3", "4", "5", "6"]
    assert [label.get_text() for label in detail.get_yticklabels()] == ["2", "3", "4"]
    (square,) = whole.patches
    assert square.get_xy() == (2.5, 1.5)
    assert (square.get_width(), square.get_height()) == (4, 3)


def test_intervals_that_miss_the_truth_are_marked_and_counted():
    inside = evaluation.Accuracy(0.78, 0.7, 0.85, 100)
    above = evaluation.Accuracy(0.9, 0.82, 0.95, 100)
    figure, caption, *_ = plots.intervals([inside, above, inside], 0.8)
    (ax,) = figure.axes
    hits, misses = (container.lines[0] for container in ax.containers)
    assert hits.get_xdata().tolist() == [1, 3] and misses.get_xdata().tolist() == [2]
    assert hits.get_marker() != misses.get_marker()
    assert to_hex(misses.get_color()).upper() == figures.ORANGE
    assert "2 of the 3 intervals contain 80.0%" in caption and "1 (the orange square)" in caption
    figure, caption, *_ = plots.intervals([inside] * 2, 0.8)
    assert "2 of the 2" in caption and "none misses it" in caption
    figure, caption, *_ = plots.intervals([above] * 2, 0.8)
    assert "2 (orange squares) do not" in caption
