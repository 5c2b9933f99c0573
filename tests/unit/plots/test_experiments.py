"""The drawings of experiments are tested by the data they plot."""

import pytest

from mnist_helpers import plots
from mnist_helpers.experiments import Comparison


def compared(low, high, *values):
    mean = sum(values) / len(values)
    return Comparison("dropout", "as it is", "accuracy", dict(enumerate(values)), mean, low, high)


def test_differences_are_drawn_with_their_mean_and_interval():
    figure, caption, *_ = plots.differences(
        {"all": compared(-0.01, 0.03, 0.0, 0.02), "half": compared(0.02, 0.04, 0.02, 0.04)}
    )
    (ax,) = figure.axes
    assert [label.get_text() for label in ax.get_yticklabels()] == ["all", "half"]
    first, second = (line for line in ax.lines if line.get_alpha())
    assert list(first.get_xdata()) == pytest.approx([0, 2]) and set(first.get_ydata()) == {0}
    assert list(second.get_xdata()) == pytest.approx([2, 4]) and set(second.get_ydata()) == {1}
    ends = [container.lines[2][0].get_segments()[0][:, 0] for container in ax.containers]
    assert list(ends[0]) == pytest.approx([-1, 3]) and list(ends[1]) == pytest.approx([2, 4])
    markers = [container.lines[0].get_marker() for container in ax.containers]
    assert markers == ["o", "s"], "an interval without 0 has another mark, and another colour"
    low, high = ax.get_ylim()
    assert low > high, "the first one stands at the top"
    assert "all +1.00 (-1.00 to +3.00); half +3.00 (+2.00 to +4.00)" in caption
    assert caption.endswith("Orange squares, whose intervals do not contain 0: half.")


def test_the_caption_says_that_nothing_is_decided():
    _, caption, *_ = plots.differences({"all": compared(-0.01, 0.03, 0.0, 0.02)})
    assert caption.endswith("Every interval contains 0.")


def test_the_caption_of_many_is_short():
    many = {f"option {place}": compared(-0.01, 0.03, 0.0, place / 100) for place in range(6)}
    _, caption, *_ = plots.differences(many)
    assert "intervals: 6, from +0.00 to +2.50. Every" in caption
