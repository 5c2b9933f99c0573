"""The computed speed-up."""

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
