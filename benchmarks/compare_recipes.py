"""Compare the reference recipe with that of notebook 03: time, peak memory, accuracy.

Each training has a process of its own, and the two recipes alternate, so that both meet the same
noise of the machine. At last notebooks 01 to 05 run, each in its own kernel. Writes results.md
beside this file. Needs real MNIST.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from mnist_helpers import data

HERE = Path(__file__).parent
EPOCHS, SEEDS = 5, (0, 1, 2)


def reference_data() -> tuple:
    """All 60,000 images for training, as float64; the test set for validation."""
    with np.load(data.find().path) as archive:
        x_train, y_train, x_test, y_test = (archive[key] for key in data.ARRAYS)
    return (x_train / 255)[..., None], y_train, (x_test / 255)[..., None], y_test


def series_data() -> tuple:
    """Images without the 5,000 for validation, as float32."""
    images, labels, val_images, val_labels = data.load_training()
    return data.scale(images), labels, data.scale(val_images), val_labels


def train(recipe: str, seed: int) -> dict:
    """Import, load, train and evaluate, as one script would; return what was measured."""
    started = time.perf_counter()
    import keras

    from mnist_helpers import models

    keras.utils.set_random_seed(seed)
    x, y, x_val, y_val = (reference_data if recipe == "reference" else series_data)()
    batch = 32 if recipe == "reference" else 128
    steps = EPOCHS * -(-len(x) // batch)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, steps - steps // 10, warmup_target=6e-3, warmup_steps=steps // 10
    )
    model = models.build_cnn()
    model.compile(
        keras.optimizers.Adam() if recipe == "reference" else keras.optimizers.Adam(schedule),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=1 if recipe == "reference" else 10,
    )
    fitting = time.perf_counter()
    model.fit(x, y, batch, EPOCHS, verbose=0, validation_data=(x_val, y_val))
    fitted = time.perf_counter()
    peak = peak_memory()
    test_images, test_labels = data.load_test()
    loss, accuracy = model.evaluate(data.scale(test_images), test_labels, verbose=0)
    return {
        "training time": fitted - fitting,
        "whole script": time.perf_counter() - started,
        "peak memory": peak,
        "test accuracy": accuracy,
        "test loss": loss,
    }


def peak_memory() -> float:
    """Peak memory of this process, in MB."""
    if platform.system() == "Windows":
        import psutil

        return psutil.Process().memory_info().peak_wset / 1e6
    import resource

    unit = 1e6 if platform.system() == "Darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main() -> None:
    """Run everything and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=2, metavar=("RECIPE", "SEED"), help=argparse.SUPPRESS)
    if one := parser.parse_args().one:
        print(json.dumps(train(one[0], int(one[1]))))
        return
    if not data.find().is_mnist:
        sys.exit(f"This compares on real MNIST, and here is: {data.find().note}")
    measured = {"reference": [], "series": []}
    for seed in SEEDS:
        for recipe, results in measured.items():
            command = [sys.executable, __file__, "--one", recipe, str(seed)]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
            results.append(json.loads(done.stdout.splitlines()[-1]))
            print(recipe, seed, results[-1], flush=True)
    started = time.perf_counter()
    runner = [sys.executable, HERE.parent / "tools" / "run_notebooks.py", "--last=05"]
    environment = os.environ | {"MNIST_ARTIFACTS": str(HERE / "artifacts")}
    subprocess.run(runner, check=True, env=environment)
    notebooks = time.perf_counter() - started

    lines = [
        f"Measured by `benchmarks/compare_recipes.py` on {os.cpu_count()} cores "
        f"({platform.system()} {platform.machine()}), seeds {SEEDS}, Python "
        f"{platform.python_version()}. Seconds depend on the machine; compare the ratios.\n",
        "| mean over the seeds | reference recipe | this series | ratio |",
        "|---|---:|---:|---:|",
    ]
    for name, form in (
        ("training time", "{:.0f} s"),
        ("peak memory", "{:.0f} MB"),
        ("test accuracy", "{:.2%}"),
        ("test loss", "{:.4f}"),
    ):
        means = [np.mean([run[name] for run in runs]) for runs in measured.values()]
        ratio = f"{means[1] / means[0]:.2f}" if name in ("training time", "peak memory") else ""
        lines.append(f"| {name} | {' | '.join(form.format(m) for m in means)} | {ratio} |")
    script = np.mean([run["whole script"] for run in measured["reference"]])
    lines += [
        f"| whole script; notebooks 01 to 05 | {script:.0f} s | {notebooks:.0f} s | "
        f"{notebooks / script:.2f} |",
        "\nTest accuracy by seed: "
        + "; ".join(
            recipe + " " + ", ".join(f"{run['test accuracy']:.2%}" for run in runs)
            for recipe, runs in measured.items()
        )
        + ".",
    ]
    (HERE / "results.md").write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
