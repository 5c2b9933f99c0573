"""The computed speed-up."""

import pytest

from mnist_helpers.distributed import speed

MBIT = 1e6


def test_one_worker_sends_nothing():
    assert speed.sending_seconds(1, 1e6, 100 * MBIT, latency=1) == 0
    assert speed.speed_up(1, 0.03, 1e6, 100 * MBIT) == 1


def test_two_workers_send_all_gradients_once():
    """0.49 MB at 100 Mbit/s: half to the other one, and half of the sums back."""
    assert speed.sending_seconds(2, 4 * 121_930, 100 * MBIT) == pytest.approx(0.039, abs=5e-4)


def test_many_workers_send_them_twice():
    assert speed.sending_seconds(1000, 1e6, 8e6) == pytest.approx(2, abs=0.01)


def test_without_sending_the_batch_is_divided_for_nothing_but_the_fixed_part():
    free = float("inf")
    assert speed.speed_up(8, 0.03, 1e6, free) == pytest.approx(8)
    assert speed.speed_up(8, 0.03, 1e6, free, fixed_seconds=0.03) == pytest.approx(1)


def test_with_small_steps_and_a_slow_network_two_are_slower_than_one():
    assert speed.speed_up(2, 0.03, 4 * 121_930, 100 * MBIT) < 1 < speed.speed_up(2, 0.3, 1e5, 1e9)
