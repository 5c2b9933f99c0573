"""Compare the reference recipe with that of notebook 03: time, peak memory, accuracy.

Each training has a process of its own, and the two recipes alternate, so that both meet the same
noise of the machine. At last notebooks 01 to 05 run, each in its own kernel. Needs real MNIST,
unless --quick is given, which also leaves the notebooks out.
"""

import argparse
import dataclasses
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import recording
import tables

from mnist_helpers import datasets
from mnist_helpers.datasets import files, mnist, sample
from mnist_helpers.quiet import quiet_stderr

HERE = Path(__file__).parent
SEEDS, LAST = (0, 1, 2), "05"
QUICK = 500  # images of each kind


def reference_data() -> tuple[np.ndarray, ...]:
    """All 60,000 images for training, as float64; the test set for validation."""
    source, shape = mnist.find(), mnist.DESCRIPTION.image_shape
    if source.path is None:
        parts = [*sample.read_part("train"), *sample.read_part("test")]
    else:
        keys = ("x_train", "y_train", "x_test", "y_test")
        parts = [files.read(source.path, key, mnist.DESCRIPTION) for key in keys]
    return tuple(
        (part / 255).reshape(-1, *shape) if part.ndim > 1 else part  # as float64
        for part in parts
    )


def series_data() -> tuple[np.ndarray, ...]:
    """Images without those for validation, as float32."""
    images, labels, val_images, val_labels = mnist.load_training()
    return datasets.scale(images), labels, datasets.scale(val_images), val_labels


@quiet_stderr()  # TensorFlow tells at its start what it finds
def train(name: str, seed: int, quick: bool) -> dict[str, float]:
    """Import, load, train and evaluate, as one script would; return what was measured."""
    started = time.perf_counter()
    import keras

    from mnist_helpers import models, recipes

    keras.utils.set_random_seed(seed)
    x, y, x_val, y_val = (reference_data if name == "reference" else series_data)()
    recipe = recipes.REFERENCE if name == "reference" else recipes.SERIES
    if quick:
        x, y, x_val, y_val = (array[:QUICK] for array in (x, y, x_val, y_val))
        recipe = dataclasses.replace(recipe, epochs=1)
    model = models.build_cnn()
    model.compile(**recipe.compile_arguments(len(x)))
    fitting = time.perf_counter()
    model.fit(x, y, **recipe.fit_arguments(), verbose=0, validation_data=(x_val, y_val))
    fitted = time.perf_counter()
    peak = peak_memory()
    images, labels = (array[: QUICK if quick else None] for array in mnist.load_test())
    loss, accuracy = model.evaluate(datasets.scale(images), labels, verbose=0)
    return {
        "training_s": fitted - fitting,
        "script_s": time.perf_counter() - started,
        "peak_memory_mb": peak,
        "test_accuracy": accuracy,
        "test_loss": loss,
    }


def peak_memory() -> float:
    """Peak memory of this process, in MB."""
    if platform.system() == "Windows":
        import psutil

        return psutil.Process().memory_info().peak_wset / 1e6
    import resource

    unit = 1e6 if platform.system() == "Darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def run_notebooks() -> float:
    """Run notebooks 01 to 05, with a folder for results of their own; return the seconds."""
    started = time.perf_counter()
    runner = [sys.executable, str(HERE.parent / "tools" / "run_notebooks.py"), f"--last={LAST}"]
    environment = os.environ | {"MNIST_ARTIFACTS": str(HERE / "artifacts")}
    subprocess.run(runner, check=True, env=environment)
    return time.perf_counter() - started


def main() -> None:
    """Run everything, and record it."""
    parser = recording.parser(__doc__)
    parser.add_argument("--one", nargs=2, metavar=("RECIPE", "SEED"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(train(options.one[0], int(options.one[1]), options.quick)))
        return
    source = mnist.find()
    if not options.quick and source.is_sample:
        sys.exit(f"This compares on real MNIST, and here is: {source.note}")
    kept = recording.Recording(options, source.name, ("tensorflow", "keras", "numpy"))
    for seed in SEEDS[: 1 if options.quick else None]:
        for recipe in ("reference", "series"):
            command = [sys.executable, __file__, "--one", recipe, str(seed)]
            command += ["--quick"] * options.quick
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
            kept.add(recipe=recipe, seed=seed, **json.loads(done.stdout.splitlines()[-1]))
    if not options.quick:
        kept.add(recipe="notebooks", what=f"notebooks 01 to {LAST}", script_s=run_notebooks())
    kept.finish(tables.recipes(kept.result))


if __name__ == "__main__":
    main()
