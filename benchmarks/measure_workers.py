"""Measure what a step takes, alone and shared by two workers on this computer (notebook 15).

Three networks. Alone: a step with 128 images and with 64, 32, … 2, as each of 1 to 64 machines
would compute it. Shared: two processes, each with half of the 128 images. All compute with one
thread each, so that two workers have twice the hardware of one, as two machines have. What a shared
step takes longer than one worker's step with 64 images is the time for sending here, inside one
computer; what it would take between computers is computed (`mnist_helpers.distributed.speed`).

The median of the steps counts; the first ones, in which TensorFlow traces, are left out. No
accuracy is measured, and no test set read. An interrupted run goes on where it was. Needs at least
two cores and, unless --quick is given, real MNIST.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import recording
import tables_of_workers as tables

from mnist_helpers.datasets import Training, mnist
from mnist_helpers.quiet import quiet_stderr

SEEDS = (0, 1, 2)
THREADS = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}
STEPS, LEFT_OUT = 100, 10  # measured, and before them, as `loop.FIRST` has it
QUICK_STEPS = 4


def settings(quick: bool) -> dict[str, dict[str, Any]]:
    """Return what is measured, by name."""
    networks, batches = tables.NETWORKS, tables.BATCHES
    if quick:
        networks, batches = networks[:1], batches[:2]
    rows = {}
    for network in networks:
        for batch in batches:
            rows[f"{network}, {batch} alone"] = {"network": network, "batch": batch, "workers": 1}
        rows[f"{network}, {batches[0]} shared"] = {
            "network": network,
            "batch": batches[0],
            "workers": 2,
        }
    return rows


def measure(given: dict[str, Any], seed: int) -> dict[str, Any]:
    """Measure one row."""
    os.environ.update(THREADS)
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    count = QUICK_STEPS if given["quick"] else STEPS
    found = shared(given, seed, count) if given["workers"] > 1 else alone(given, seed, count)
    return {**{key: given[key] for key in ("batch", "workers")}, **found}


def alone(given: dict[str, Any], seed: int, count: int) -> dict[str, Any]:
    """Measure the steps of one worker, and count the bytes of its gradients."""
    with quiet_stderr():
        from mnist_helpers.distributed.cluster import Cluster
        from mnist_helpers.distributed.loop import FIRST, Trainer
        from mnist_helpers.recipes import Recipe

    data = mnist.load_training()
    wanted = given["batch"] * (count + FIRST)
    data = first(data, wanted)
    recipe = Recipe(epochs=1, batch_size=given["batch"])
    classes = len(mnist.DESCRIPTION.classes)
    trainer = Trainer(Cluster(), data, given["network"], classes, recipe, seed)
    measured = trainer.epoch(1, lambda _: None)
    return {"step_s": measured["step_s"], "bytes": 4 * trainer.model.count_params()}


def first(data: Training, wanted: int) -> Training:
    """Return the first training images, and hardly any for validation, which is not measured."""
    return Training(
        *(part[:count] for part, count in zip(data, (wanted, wanted, 2, 2), strict=True))
    )


def shared(given: dict[str, Any], seed: int, count: int) -> dict[str, Any]:
    """Measure the steps of two workers with half of the batch each."""
    from mnist_helpers.distributed import Workers, commands, load

    with tempfile.TemporaryDirectory() as folder:
        options = {
            "network": given["network"],
            "batch": given["batch"],
            "epochs": 1,
            "images": given["batch"] * (count + LEFT_OUT),
            "seed": seed,
        }
        words = [word for key, value in options.items() for word in (f"--{key}", str(value))]
        begun = time.perf_counter()
        with Workers(commands(given["workers"], folder, *words)) as workers:
            codes = workers.wait()
        if any(codes):
            raise RuntimeError(f"the workers ended with {codes}: {workers.lines}")
        found = load(Path(folder))
        assert found
        return {
            "step_s": found.history[0]["step_s"],
            "all_s": time.perf_counter() - begun,
        }


def main() -> None:
    """Measure every row with each seed, and record it."""
    options = recording.parser(__doc__).parse_args()
    source = mnist.find()
    if not options.quick and source.is_sample:
        sys.exit(f"This measures on real MNIST, and here is: {source.note}")
    kept = recording.Recording(options, source.name, ("tensorflow", "keras", "numpy"))
    kept.measure(measure, settings(options.quick), SEEDS[: 1 if options.quick else None])
    kept.finish(tables.steps(kept.result))


if __name__ == "__main__":
    main()
