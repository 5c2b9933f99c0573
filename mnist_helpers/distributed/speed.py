"""What several machines save, computed: the time of a step, and the time for sending."""

import json
import math
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

BATCH = 128  # images of a step, of all machines together
LATENCY = 1e-4  # seconds; usual between machines of one room
RECORDED = Path(__file__).parents[2] / "benchmarks" / "results" / "measure_workers.json"


class Steps(NamedTuple):
    """What a step of a network takes, measured."""

    size: float  # bytes of all gradients
    alone: Mapping[int, float]  # images in the step → seconds, with one worker
    # Bits per second between two workers with half of BATCH each → seconds; infinite: not slowed,
    # within one computer.
    shared: Mapping[float, float]


def ring(workers: int) -> list[np.ndarray]:
    """Follow the rounds in which workers in a ring add up their gradients.

    Each parts its gradients into as many pieces as there are workers, and in each round sends one
    of them to the next worker, all at the same time: first to be added there, then as a sum that
    is done.

    Returns:
        One array for the beginning and for each round after it, (workers, pieces): of how many
        workers the piece is the sum.
    """
    states = [np.ones((workers, workers), int)]
    for number in range(2 * (workers - 1)):
        before, after = states[-1], states[-1].copy()
        for worker in range(workers):
            following = (worker + 1) % workers
            if number < workers - 1:
                piece = (worker - number) % workers
                after[following, piece] = before[following, piece] + before[worker, piece]
            else:
                piece = (following - (number - workers + 1)) % workers
                after[following, piece] = before[worker, piece]
        states.append(after)
    return states


def sending_seconds(
    workers: int, size: float, bits_per_second: float, latency: float = 0.0
) -> float:
    """Return the time in which workers in a ring add up their gradients.

    Each sends 2 · (n - 1) parts, each of one n-th: in n - 1 rounds the parts are added up, in n - 1
    more the sums go round (Patarasuk and Yuan 2009, https://doi.org/10.1016/j.jpdc.2008.09.002).

    Args:
        workers: How many there are, n.
        size: Bytes of all gradients together.
        bits_per_second: What a connection carries.
        latency: Seconds until the first byte of a part is there.
    """
    rounds = 2 * (workers - 1)
    return rounds * (size / workers * 8 / bits_per_second + latency)


def speed_up(
    workers: int,
    whole_seconds: float,
    part_seconds: float,
    size: float,
    bits_per_second: float,
    latency: float = 0.0,
) -> float:
    """Return how many times sooner a step is done when workers share its batch.

    Args:
        workers: How many there are.
        whole_seconds: What one worker computes for the whole batch.
        part_seconds: What it computes for its part of the batch; more than its share, because
            some of a step does not depend on the number of images.
        size: Bytes of all gradients together.
        bits_per_second: What a connection carries.
        latency: Seconds until the first byte of a part is there.
    """
    sending = sending_seconds(workers, size, bits_per_second, latency)
    return whole_seconds / (part_seconds + sending)


def curve(steps: Steps, bits_per_second: float, latency: float = LATENCY) -> dict[int, float]:
    """Return number of machines → computed speed-up, for each part of the batch that was measured.

    Args:
        steps: What a step takes; BATCH images and parts of them.
        bits_per_second: What a connection carries.
        latency: Seconds until the first byte of a part is there.
    """
    whole, size = steps.alone[BATCH], steps.size
    return {
        BATCH // batch: speed_up(BATCH // batch, whole, part, size, bits_per_second, latency)
        for batch, part in steps.alone.items()
    }


def read(result: Mapping[str, Any]) -> dict[str, Steps]:
    """Take network → steps from what `benchmarks/measure_workers.py` has recorded."""
    trials: dict[str, list[Mapping]] = {}
    for trial in result["trials"]:
        network, _, _ = trial["recipe"].partition(",")  # such as "series, alone"
        trials.setdefault(network, []).append(trial)
    found = {}
    for network, own in trials.items():
        alone = [trial for trial in own if trial["workers"] == 1]
        shared: dict[float, list[float]] = {}
        for trial in own:
            if trial["workers"] == 2:
                bits = trial["bits_per_second"] or math.inf
                shared.setdefault(bits, []).append(trial["step_s"])
        found[network] = Steps(
            alone[0]["bytes"],
            {
                batch: statistics.median(trial["alone_s"][place] for trial in alone)
                for place, batch in enumerate(alone[0]["batches"])
            },
            {bits: statistics.median(seconds) for bits, seconds in shared.items()},
        )
    return found


def recorded(path: Path = RECORDED) -> dict[str, Steps] | None:
    """Return network → steps as recorded; None where the result is not there."""
    try:
        return read(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
