"""The computed speed-up."""

import itertools

import pytest

from mnist_helpers.distributed import speed

MBIT = 1e6


def test_one_worker_sends_nothing():
    assert speed.sending_seconds(1, 1e6, 100 * MBIT, latency=1) == 0
    assert speed.speed_up(1, 0.03, 0.03, 1e6, 100 * MBIT) == 1


def test_two_workers_send_all_gradients_once():
    """0.49 MB at 100 Mbit/s: half to the other one, and half of the sums back."""
    assert speed.sending_seconds(2, 4 * 121_930, 100 * MBIT) == pytest.approx(0.039, abs=5e-4)


def test_many_workers_send_them_twice():
    assert speed.sending_seconds(1000, 1e6, 8e6) == pytest.approx(2, abs=0.01)


def test_without_sending_only_the_computing_counts():
    assert speed.speed_up(8, 0.08, 0.02, 1e6, float("inf")) == pytest.approx(4)


def test_with_small_steps_and_a_slow_network_two_are_slower_than_one():
    size = 4 * 121_930
    assert speed.speed_up(2, 0.03, 0.015, size, 100 * MBIT) < 1
    assert speed.speed_up(2, 0.03, 0.015, size, 10_000 * MBIT) > 1.9


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 7])
def test_in_the_ring_all_get_every_sum_after_twice_as_many_rounds(workers):
    states = speed.ring(workers)
    assert len(states) == 2 * (workers - 1) + 1
    assert (states[0] == 1).all() and (states[-1] == workers).all()
    assert workers == 1 or not (states[-2] == workers).all()


def test_in_each_round_each_worker_gets_one_piece():
    states = speed.ring(5)
    for before, after in itertools.pairwise(states):
        assert (before != after).sum(axis=1).tolist() == [1] * 5


def test_half_way_each_worker_has_one_sum():
    half = speed.ring(4)[3]
    assert ((half == 4).sum(axis=0) == 1).all() and ((half == 4).sum(axis=1) == 1).all()


def test_without_a_result_nothing_is_recorded(tmp_path):
    assert speed.recorded(tmp_path / "result.json") is None
