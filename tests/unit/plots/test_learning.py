"""The drawings of how learning works are tested by the data they plot."""

import numpy as np
import pytest

from mnist_helpers import plots


def parabola(w):
    return (w - 2) ** 2 + 0.5


def test_slopes_are_drawn_as_lines_that_touch_the_curve():
    figure, caption, *_ = plots.slopes(parabola, {1: -2.0, 3: 2.0}, 0, 4)
    (ax,) = figure.axes
    curve, first, _, second, _ = ax.lines
    assert curve.get_ydata() == pytest.approx([parabola(w) for w in curve.get_xdata()])
    for line, w, slope in ((first, 1, -2), (second, 3, 2)):
        (x0, x1), (y0, y1) = line.get_data()
        assert x0 < w < x1 and (y1 - y0) / (x1 - x0) == pytest.approx(slope)
        assert (y0 + y1) / 2 == pytest.approx(parabola(w))
    assert [text.get_text() for text in ax.texts] == ["slope −2.00", "slope +2.00"]
    assert ax.get_ylim()[0] == 0, "a loss begins at zero"
    assert "lowest near w = 2.0" in caption and "slope −2.00 at w = 1" in caption


def test_a_slope_of_zero_is_level():
    figure, *_ = plots.slopes(parabola, {2: 0.0}, 0, 4)
    assert np.ptp(figure.axes[0].lines[1].get_ydata()) == 0


def test_descents_have_the_same_axes_and_every_step():
    paths = {"small": [0, 0.1, 0.2], "large": [0, 6, -1]}
    figure, caption, *_ = plots.descents(parabola, paths)
    assert [ax.get_title("left") for ax in figure.axes] == list(paths)
    for ax, path in zip(figure.axes, paths.values(), strict=True):
        steps = ax.lines[1]
        assert list(steps.get_xdata()) == path
        assert steps.get_ydata() == pytest.approx([parabola(w) for w in path])
        assert [text.get_text() for text in ax.texts] == ["start", "end"]
        low, high = ax.get_xlim()
        assert low < -1 and high > 6 and ax.get_ylim()[1] > parabola(6)
    assert len({ax.get_xlim() + ax.get_ylim() for ax in figure.axes}) == 1
    assert caption == "After 2 steps: small: loss 3.74 at w = 0.2; large: loss 9.50 at w = -1.0."


def test_the_learning_rate_is_drawn_by_step_with_its_peak_and_epochs():
    rates = {0: 0, 1: 0.1, 2: 0.2, 3: 0.1, 4: 0}
    figure, caption, *_ = plots.learning_rate(rates, steps_per_epoch=2)
    (ax,) = figure.axes
    curve, peak, *ends = ax.lines
    assert dict(zip(*curve.get_data(), strict=True)) == rates
    assert (peak.get_xdata()[0], peak.get_ydata()[0]) == (2, 0.2)
    assert [end.get_xdata()[0] for end in ends] == [2, 4]
    texts = [text.get_text() for text in ax.texts]
    assert texts == ["peak 0.2\nat step 2", "epoch 1", "epoch 2"]
    assert caption == "The learning rate is 0 at first, 0.2 at step 2, and 0 at step 4."


def test_the_learning_rate_without_epochs():
    figure, *_ = plots.learning_rate({0: 0.1, 10: 0.2})
    assert len(figure.axes[0].lines) == 2
