"""The drawings of the preparation are tested by what they plot."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import StepPatch
from scipy import ndimage

from mnist_helpers import pictures, plots
from mnist_helpers.plots import figures
from mnist_helpers.plots.pictures import closing_steps, row_middles

ROW, INK = [9, 9, 4, 9, 9, 3, 3, 1, 3, 3], [2, 7]


@pytest.mark.parametrize("window", [1, 3, 5])
def test_the_ground_is_the_closing(window):
    row, lightest, ground, missing = closing_steps(ROW, window).values()
    assert row.tolist() == ROW
    assert (lightest == ndimage.grey_dilation(row, window)).all()
    assert (ground == ndimage.grey_closing(row, window)).all()
    assert missing == pytest.approx((ground - row) / ground)


def test_closing_draws_each_step_over_the_row_and_both_thresholds():
    figure, caption, *_ = plots.closing(ROW, INK)
    steps = closing_steps(ROW, 3)
    for ax, (name, values) in zip(figure.axes, steps.items(), strict=True):
        lines = [patch for patch in ax.patches if isinstance(patch, StepPatch)]
        assert ax.get_title("left") == name
        assert lines[-1].get_data().values.tolist() == values.tolist()
        dots = [line for line in ax.lines if line.get_marker() == "o"]
        assert [list(dot.get_ydata()) for dot in dots] == [values[INK].tolist()]
        assert ax.get_ylim()[0] == 0 and ax.get_ylabel()
    levels = [
        {line.get_ydata()[0] for line in figure.axes[n].lines if line.get_linestyle() == "--"}
        for n in (0, 3)
    ]
    assert levels == [{5}, {0.5}]
    assert (
        "2 of 10 pixels. In the row itself 6 pixels" in caption and "after step 3, 2 lie" in caption
    )


def test_a_black_row_has_a_closing_too():
    assert np.isfinite(closing_steps([0, 0, 0], 3)["3. the share of light that is missing"]).all()


def leaning(by):
    ys, xs = np.indices((60, 60)) - 30
    return (abs(xs - by * ys) < 5).astype(float)


def test_slants_draws_the_line_that_the_preparation_finds():
    before, after = leaning(-0.6), leaning(-0.2)
    figure, caption, *_ = plots.slants(before, after)
    assert len(figure.axes) == 3
    for ax, image in zip(figure.axes[1:], (before, after), strict=True):
        (line,) = [line for line in ax.lines if to_hex(line.get_color()).upper() == figures.ORANGE
                   and line.get_linestyle() == "-"]  # fmt: skip
        (left, right), (top, bottom) = line.get_xdata(), line.get_ydata()
        assert (right - left) / (bottom - top) == pytest.approx(pictures.slant(image))
    assert not any(line.get_linestyle() == "-" for line in figure.axes[0].lines)
    assert f"{pictures.slant(before):+.2f} columns before" in caption
    assert f"{pictures.slant(after):+.2f} after" in caption


def test_row_middles_leave_empty_rows_out():
    image = np.zeros((5, 5))
    image[1, 1:4] = 1
    image[3, 4] = 0.5
    rows, middles, middle = row_middles(image)
    assert rows.tolist() == [1, 3] and middles.tolist() == [2, 4]
    assert middle == pytest.approx(ndimage.center_of_mass(image))
