"""What is drawn of several workers."""

import numpy as np

from mnist_helpers import distributed, plots
from mnist_helpers.plots.figures import ORANGE


def test_the_ring_shows_every_piece_of_every_round():
    states = distributed.ring(3)
    figure, caption, *_ = plots.ring(states)
    circle, *panels = figure.axes
    assert [text.get_text() for text in circle.texts if text.get_text()] == ["0", "1", "2"]
    for number, (ax, state) in enumerate(zip(panels, states, strict=True)):
        assert [int(text.get_text()) for text in ax.texts] == state.ravel().tolist()
        framed = [p for p in ax.patches if not p.get_fill()]
        assert len(framed) == (3 if number else 0), "each worker has got one piece"
    assert [ax.get_title("center") for ax in panels] == ["before"] + [
        f"round {number}" for number in range(1, 5)
    ]
    assert "After 2 rounds each worker has one sum of all 3; after 4 it has all" in caption


def test_frames_are_where_something_has_come_in():
    states = [np.ones((2, 2), int), np.array([[1, 2], [1, 1]])]
    figure, *_ = plots.ring(states)
    (frame,) = [p for p in figure.axes[2].patches if not p.get_fill()]
    assert (round(frame.get_x()), round(frame.get_y())) == (1, 0)


def test_speed_ups_are_drawn_on_the_same_axes_with_what_was_measured():
    computed = {
        "small": {"fast": {1: 1, 2: 1.5, 4: 2.5}, "slow": {1: 1, 2: 0.5, 4: 0.4}},
        "large": {"fast": {1: 1, 2: 1.9, 4: 3.5}, "slow": {1: 1, 2: 1.2, 4: 1.1}},
    }
    figure, caption, *_ = plots.speed_ups(computed, {"small": {"slow": {2: 0.55}}})
    for ax, (network, curves) in zip(figure.axes, computed.items(), strict=True):
        assert ax.get_title("left") == network
        assert ax.get_xscale() == ax.get_yscale() == "log"
        ideal, *rest = ax.lines
        assert list(ideal.get_xdata()) == list(ideal.get_ydata()) == [1, 2, 4]
        lines = [line for line in rest if len(line.get_xdata()) == 3]
        for line, curve in zip(lines, curves.values(), strict=True):
            assert dict(zip(*line.get_data(), strict=True)) == curve
    (point,) = [line for line in figure.axes[0].lines if list(line.get_xdata()) == [2]]
    assert list(point.get_ydata()) == [0.55] and point.get_color() == ORANGE
    assert len({ax.get_xlim() + ax.get_ylim() for ax in figure.axes}) == 1
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == [
        "n machines, n times as fast",
        "fast",
        "slow",
        "measured, slow",
    ]
    assert "small, at most 2.5 times as fast (4 machines, fast); large, at most 3.5" in caption


def test_a_network_that_gains_nothing_is_named():
    _, caption, *_ = plots.speed_ups({"small": {"slow": {1: 1, 2: 0.5}}}, {})
    assert "small, never faster than with one machine." in caption
