"""Tables of notebook 15: the time of a step, of sending, and the speed-up by several machines."""

import statistics
from collections.abc import Mapping

from tables import _joined, _measured, _seeds, _table

from mnist_helpers.distributed import speed

NETWORKS = ("small", "series", "wide")  # as mnist_helpers.distributed.options has them
BATCHES = (128, 64, 32, 16, 8, 4, 2)  # images of a step on 1, 2, 4, … 64 machines
CONNECTIONS = {"100 Mbit/s": 1e8, "1 Gbit/s": 1e9, "10 Gbit/s": 1e10}
LATENCY = 1e-4  # seconds; usual between machines of one room


def steps(result: dict) -> str:
    """Show the time of a step alone, shared by two here, and what sending takes."""
    rows = []
    for network in _networks(result):
        size = _size(result, network)
        whole, half = (_median(result, f"{network}, {batch} alone") for batch in BATCHES[:2])
        shared = _median(result, f"{network}, {BATCHES[0]} shared")
        rows.append(
            (
                network,
                f"{size / 4:,.0f}",
                f"{size / 1e6:.2f} MB",
                *(f"{1000 * seconds:.1f} ms" for seconds in (whole, half, shared)),
                f"{1000 * (shared - half):.1f} ms",
                f"{whole / shared:.2f}",
            )
        )
    head = (
        "network",
        "parameters",
        "gradients",
        f"{BATCHES[0]} images, alone",
        f"{BATCHES[1]} images, alone",
        f"{BATCHES[0]} images, two workers",
        "of it for sending, here",
        "times as fast",
    )
    return _joined(_measured(result, _seeds(result)), _table(head, rows))


def speed_ups(result: dict) -> str:
    """Show the computed speed-up by the number of machines, network and connection."""
    counts = [BATCHES[0] // batch for batch in BATCHES]
    rows = [
        (f"{network}, {name}", *(f"{value:.2f}" for value in values.values()))
        for network in _networks(result)
        for name, bits in CONNECTIONS.items()
        if (values := curve(result, network, bits))
    ]
    head = ("machines", *map(str, counts))
    return _joined(_measured(result, _seeds(result)), _table(head, rows))


def curve(result: dict, network: str, bits_per_second: float) -> Mapping[int, float]:
    """Return the computed speed-up by the number of machines that share a batch."""
    size = _size(result, network)
    whole = _median(result, f"{network}, {BATCHES[0]} alone")
    return {
        BATCHES[0] // batch: speed.speed_up(
            BATCHES[0] // batch,
            whole,
            _median(result, f"{network}, {batch} alone"),
            size,
            bits_per_second,
            LATENCY if batch < BATCHES[0] else 0,
        )
        for batch in BATCHES
        if _found(result, f"{network}, {batch} alone")
    }


def _networks(result: dict) -> list[str]:
    return [name for name in NETWORKS if _found(result, f"{name}, {BATCHES[0]} alone")]


def _found(result: dict, recipe: str) -> list[dict]:
    return [trial for trial in result["trials"] if trial["recipe"] == recipe]


def _median(result: dict, recipe: str) -> float:
    return statistics.median(trial["step_s"] for trial in _found(result, recipe))


def _size(result: dict, network: str) -> float:
    return _found(result, f"{network}, {BATCHES[0]} alone")[0]["bytes"]
