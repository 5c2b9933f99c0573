"""What is drawn of few labels."""

import numpy as np
import pytest

from mnist_helpers import transfer
from mnist_helpers.plots.transfer import by_labels


def test_each_way_is_drawn_with_its_means_intervals_and_draws():
    results = {
        "from scratch": {1: [0.3, 0.5], 10: [0.7, 0.8]},
        "frozen": {1: [0.5, 0.6], 10: [0.8, 0.84]},
    }
    figure, caption, *_ = by_labels(results, classes=5)
    (ax,) = figure.axes
    assert ax.get_xscale() == "log" and ax.get_ylim()[0] == 0
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1", "10"]
    for container, (way, found) in zip(ax.containers, results.items(), strict=True):
        assert container.get_label() == way
        line, _, (bars,) = container
        assert line.get_ydata() == pytest.approx([np.mean(found[count]) for count in (1, 10)])
        for segment, count in zip(bars.get_segments(), (1, 10), strict=True):
            expected = transfer.mean(found[count])
            assert segment[:, 1] == pytest.approx([expected.low, expected.high])
    dots = [line.get_ydata() for line in ax.lines if line.get_marker() == "."]
    assert [0.3, 0.5] in [list(values) for values in dots]
    assert "from scratch 40%, 75%; frozen 55%, 82%" in caption
    assert "1, 10 labelled images a class" in caption


def test_more_labels_for_one_way_than_for_another_are_drawn():
    figure, *_ = by_labels({"a": {1: [0.1, 0.2], 5: [0.3, 0.3]}, "b": {5: [0.2, 0.4]}}, classes=10)
    assert [len(container[0].get_xdata()) for container in figure.axes[0].containers] == [2, 1]
