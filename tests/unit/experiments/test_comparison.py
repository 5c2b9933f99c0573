"""Comparisons in pairs: interval, verdict, and what cannot be compared."""

import math

import numpy as np
import pytest
from scipy import stats

from mnist_helpers.experiments import ExperimentError, Trial, compare, table


def trials(metric="accuracy", **options):
    """A trial for each value: the seeds count from 0."""
    return [
        Trial(option, seed, {metric: value})
        for option, values in options.items()
        for seed, value in enumerate(values)
    ]


def test_the_interval_is_students_for_the_differences():
    ours, theirs = [0.991, 0.989, 0.993, 0.990], [0.988, 0.989, 0.990, 0.986]
    found = compare(trials(a=ours, b=theirs), "a", "b")
    wanted = stats.ttest_rel(ours, theirs).confidence_interval(0.95)
    assert found.mean == pytest.approx(np.mean(ours) - np.mean(theirs))
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high))
    assert found.differences == pytest.approx({0: 0.003, 1: 0, 2: 0.003, 3: 0.004})


@pytest.mark.parametrize(
    ("metric", "ours", "theirs", "verdict"),
    [
        ("accuracy", [0.99, 0.98, 0.99], [0.95, 0.94, 0.96], "better"),
        ("accuracy", [0.95, 0.94, 0.96], [0.99, 0.98, 0.99], "worse"),
        ("accuracy", [0.99, 0.98, 0.97], [0.98, 0.99, 0.98], "undecided"),
        ("accuracy", [0.99, 0.98], [0.99, 0.98], "undecided"),
        ("validation_accuracy", [0.99, 0.98, 0.99], [0.95, 0.94, 0.96], "better"),
        ("loss", [0.1, 0.12, 0.1], [0.5, 0.51, 0.49], "better"),
        ("seconds", [50, 51, 52], [10, 12, 11], "worse"),
        ("memory", [50, 51, 52], [10, 12, 11], "worse"),
        ("peak_memory_mb", [50, 51, 52], [10, 12, 11], "worse"),
        ("training_s", [10, 12, 11], [50, 51, 52], "better"),
        ("test_error", [10, 12, 11], [50, 51, 52], "better"),
        ("epochs", [50, 51, 52], [10, 12, 11], "greater"),
        ("parameters", [10, 12, 11], [50, 51, 52], "smaller"),
    ],
)
def test_the_verdict_follows_from_the_interval_and_from_what_is_good(metric, ours, theirs, verdict):
    assert compare(trials(metric, a=ours, b=theirs), "a", "b", metric).verdict == verdict


def test_only_common_seeds_count():
    found = compare(trials(a=[0.5, 0.6, 0.9], b=[0.4, 0.4]), "a", "b")
    assert set(found.differences) == {0, 1}


def test_an_accuracy_is_compared_in_points_and_a_loss_as_it_is():
    shown = str(compare(trials(a=[0.992, 0.993], b=[0.991, 0.991]), "a", "b"))
    assert shown == "+0.15 points (95% interval -0.49 to +0.79): undecided"
    shown = str(compare(trials("loss", a=[0.2, 0.2], b=[0.3, 0.3]), "a", "b", "loss"))
    assert shown == "-0.100 (95% interval -0.100 to -0.100): better"


def test_about_95_of_100_intervals_hold_the_true_difference():
    draws = np.random.default_rng(0).normal(0.3, 1, (2000, 5))
    zeros = [0.0] * 5
    held = 0
    for row in draws:
        found = compare(trials("gain", a=row.tolist(), b=zeros), "a", "b", "gain")
        held += found.low <= 0.3 <= found.high
    assert 0.935 < held / len(draws) < 0.965


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (trials(b=[1, 2]), r"no option 'a'. There are: 'b'"),
        ([], "no option 'a'. There are: none"),
        (trials(a=[1], b=[1, 2]), "1 seeds in common"),
        (trials(a=[1, 2], b=[1, 2]) * 2, "two trials with seed 0"),
        (trials(a=[math.nan, 2], b=[1, 2]), "seed 0 is nan, no finite number"),
        (trials(a=[[1], 2], b=[1, 2]), r"is \[1\], no finite number"),
        (trials("loss", a=[1, 2], b=[1, 2]), "has no 'accuracy', only: loss"),
    ],
)
def test_what_cannot_be_compared_is_said(given, said):
    with pytest.raises(ExperimentError, match=said):
        compare(given, "a", "b")


def test_the_table_sets_every_option_beside_the_baseline():
    rows = table(trials(b=[0.95, 0.96], a=[0.98, 0.99]), "b").data.splitlines()
    assert rows[2] == "| b | 95.50% |  |  | the baseline |"
    assert rows[3] == "| a | 98.50% | +3.00 | +3.00 to +3.00 | better |"


def test_a_table_is_of_the_same_seeds():
    with pytest.raises(ExperimentError, match=r"'a' was tried with the seeds \[0, 1, 2\], 'b'"):
        table(trials(b=[0.95, 0.96], a=[0.98, 0.99, 0.97]), "b")


def test_a_name_with_a_bar_keeps_its_row_whole():
    named = {"a|b": [0.98, 0.99], "c": [0.95, 0.96]}
    assert table(trials(**named), "c").data.splitlines()[2].startswith("| a\\|b | 98.50% |")


def test_a_table_needs_its_baseline():
    with pytest.raises(ExperimentError, match="no option 'c'"):
        table(trials(b=[0.95, 0.96]), "c")
