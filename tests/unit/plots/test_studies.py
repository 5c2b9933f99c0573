"""What is drawn of searches."""

import numpy as np

from mnist_helpers.plots import studies


def test_draws_stand_in_rows_and_are_counted():
    drawn = {"evenly": [0.01, 0.02, 0.004], "on a log scale": [0.001, 0.002, 0.03]}
    figure, caption, *_ = studies.draws(drawn, 0.005, "rate")
    (ax,) = figure.axes
    assert ax.get_xscale() == "log" and ax.get_xlabel() == "rate"
    for place, (line, values) in enumerate(zip(ax.lines, drawn.values(), strict=False)):
        assert list(line.get_xdata()) == values
        assert np.all(np.abs(np.asarray(line.get_ydata()) - place) < 0.3)
    assert [label.get_text() for label in ax.get_yticklabels()] == list(drawn)
    assert "evenly, 1 of 3 are below 0.005" in caption
    assert "on a log scale, 2 of 3 are below 0.005 (dashed line)." in caption


def test_proposals_stand_trial_by_trial_beside_the_best_value():
    proposed = {"at random": [1, 0.01, 5, 0.1], "TPE": [1, 0.01, 0.12, 0.1]}
    figure, caption, *_ = studies.proposals(proposed, 0.1, "rate")
    for ax, (way, values) in zip(figure.axes, proposed.items(), strict=True):
        best, dots = ax.lines
        assert ax.get_title(loc="left") == way and ax.get_yscale() == "log"
        assert set(best.get_ydata()) == {0.1} and list(dots.get_ydata()) == values
        assert list(dots.get_xdata()) == [1, 2, 3, 4]
    assert caption.endswith("lie: at random, 1 of the last 2 trials; TPE, 2 of the last 2 trials.")
