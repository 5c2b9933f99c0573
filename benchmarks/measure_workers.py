"""Measure what a step takes, alone and shared by two workers on this computer (notebook 15).

Three networks. Alone: a step with 128 images and with 64, 32, … 2, as each of 1 to 64 machines
would compute it. Shared: two processes, each with half of the 128 images: directly connected, and
by lines that let only 1 Gbit or 100 Mbit pass in a second each way (`slow_line`), as between two
computers. All compute with one thread each, so that two workers have twice the hardware of one, as
two machines have. What many machines would save is computed (`mnist_helpers.distributed.speed`).

The median of the steps counts; the first ones, in which TensorFlow traces, are left out. No
accuracy is measured, and no test set read. An interrupted run goes on where it was. Needs at least
two cores and, unless --quick is given, real MNIST.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import recording
import slow_line
import tables_of_workers as tables

from mnist_helpers.datasets import mnist
from mnist_helpers.distributed import speed
from mnist_helpers.distributed.cluster import free_ports
from mnist_helpers.quiet import quiet_stderr

SEEDS = (0, 1, 2)
THREADS = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}
STEPS, SHARED_STEPS, LEFT_OUT = 100, 40, 10  # the last: before them, as `loop.FIRST` has it
QUICK_STEPS = 4


def settings(quick: bool) -> dict[str, dict[str, Any]]:
    """Return what is measured, by name."""
    if quick:
        network, *_ = tables.NETWORKS
        few = {"network": network, "batches": tables.BATCHES[:2]}
        slow = {"network": network, "bits_per_second": 1e8}
        return {f"{network}, alone": few, f"{network}, 100 Mbit/s": slow}
    rows: dict[str, dict[str, Any]] = {}
    for network in tables.NETWORKS:
        rows[f"{network}, alone"] = {"network": network, "batches": tables.BATCHES}
        for name, bits in {"direct": None, **tables.MEASURED}.items():
            rows[f"{network}, {name}"] = {"network": network, "bits_per_second": bits}
    return rows


def measure(given: dict[str, Any], seed: int) -> dict[str, Any]:
    """Measure one row."""
    os.environ.update(THREADS)
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    if "batches" in given:
        return alone(given["network"], given["batches"], seed, given["quick"])
    return shared(given["network"], given["bits_per_second"], seed, given["quick"])


def alone(network: str, batches: Sequence[int], seed: int, quick: bool) -> dict[str, Any]:
    """Measure the steps of one worker, and count the bytes of its gradients."""
    with quiet_stderr():
        from mnist_helpers.distributed.loop import measure_steps

    count = QUICK_STEPS if quick else STEPS
    found = measure_steps([network], batches, mnist.load_training(), count, seed)[network]
    return {
        "workers": 1,
        "bytes": found.size,
        "batches": list(batches),
        "alone_s": [found.alone[batch] for batch in batches],
    }


def shared(network: str, bits: float | None, seed: int, quick: bool) -> dict[str, Any]:
    """Measure the steps of two workers with half of the batch each."""
    from mnist_helpers.distributed import Workers, load

    count = QUICK_STEPS if quick else SHARED_STEPS
    options = {
        "network": network,
        "batch": speed.BATCH,
        "epochs": 1,
        "images": speed.BATCH * (count + LEFT_OUT),
        "seed": seed,
    }
    words = [word for key, value in options.items() for word in (f"--{key}", str(value))]
    with tempfile.TemporaryDirectory() as folder, connected(folder, words, bits) as commands:
        with Workers(commands) as workers:
            codes = workers.wait()
        if any(codes):
            raise RuntimeError(f"the workers ended with {codes}: {workers.lines}")
        found = load(Path(folder))
        assert found
        history = found.history[0]
        return {
            "workers": 2,
            "bits_per_second": bits or 0,  # 0: not slowed
            "step_s": history["step_s"],
            "computing_s": history["computing_s"],
        }


@contextmanager
def connected(folder: str, words: list[str], bits: float | None) -> Iterator[list[list[str]]]:
    """Give the commands of two workers, which reach each other directly or by a slow line."""
    from mnist_helpers.distributed import launch

    first, second = ports = tuple(free_ports(2))
    line = slow_line.between((first, second), bits) if bits else nullcontext(ports)
    with line as (to_first, to_second):
        lists = (first, to_second), (to_first, second)  # its own port, and the way to the other's
        yield [launch.command(folder, index, lists[index], *words) for index in (0, 1)]


def main() -> None:
    """Measure every row with each seed, and record it."""
    options = recording.parser(__doc__).parse_args()
    data = recording.real_mnist(options)
    kept = recording.Recording(options, data, ("tensorflow", "keras", "numpy"))
    kept.measure(measure, settings(options.quick), SEEDS[: 1 if options.quick else None])
    kept.finish(tables.steps(kept.result))


if __name__ == "__main__":
    main()
