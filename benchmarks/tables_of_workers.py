"""Tables of notebook 15: the time of a step, of sending, and the speed-up by several machines."""

import math

from tables import _joined, _measured, _seeds, _table

from mnist_helpers.distributed import speed

NETWORKS = ("small", "series", "wide")  # as mnist_helpers.distributed.options has them
BATCHES = (128, 64, 32, 16, 8, 4, 2)  # images of a step on 1, 2, 4, … 64 machines
MEASURED = {"1 Gbit/s": 1e9, "100 Mbit/s": 1e8}  # by lines that were slowed
CONNECTIONS = {"10 Gbit/s": 1e10, **MEASURED}


def steps(result: dict) -> str:
    """Show the time of a step alone and shared by two, beside what was computed for two."""
    rows = []
    for network, found in speed.read(result).items():
        whole, half = (found.alone[batch] for batch in BATCHES[:2])
        cells = [network, f"{found.size / 4:,.0f}", f"{found.size / 1e6:.2f} MB"]
        cells += [_ms(whole), _ms(half)]
        cells.append(_ms(found.shared[math.inf]) if math.inf in found.shared else "–")
        for bits in MEASURED.values():
            computed = half + speed.sending_seconds(2, found.size, bits, speed.LATENCY)
            measured = _ms(found.shared[bits]) if bits in found.shared else "–"
            cells += [measured, _ms(computed)]
        rows.append(tuple(cells))
    head = [
        "network",
        "parameters",
        "gradients",
        f"one worker, {BATCHES[0]} images",
        f"one worker, {BATCHES[1]} images",
        f"two workers, {BATCHES[1]} images each",
    ]
    for name in MEASURED:
        head += [f"at {name}", "computed"]
    return _joined(_measured(result, _seeds(result)), _table(tuple(head), rows))


def speed_ups(result: dict) -> str:
    """Show the computed speed-up by the number of machines, network and connection."""
    rows = [
        (f"{network}, {name}", *(f"{value:.2f}" for value in values.values()))
        for network, found in speed.read(result).items()
        for name, bits in CONNECTIONS.items()
        if (values := speed.curve(found, bits))
    ]
    head = ("machines", *(str(BATCHES[0] // batch) for batch in BATCHES))
    return _joined(_measured(result, _seeds(result)), _table(head, rows))


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms"
