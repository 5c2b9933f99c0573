"""What it costs to load a model: `python -m mnist_helpers.serve.probe keras|litert FILE`."""

import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import psutil


class Cost(NamedTuple):
    """What a fresh process needs to import a library and to load a model with it."""

    seconds: float
    megabytes: float  # of memory that the process then has


def cost_of_loading(library: str, path: Path) -> Cost:
    """Load a model in a Python process of its own, and return what that costs.

    Args:
        library: "keras" or "litert".
        path: The model's file.

    Raises:
        RuntimeError: The model cannot be loaded so; with the end of what the process says.
    """
    command = [sys.executable, "-m", "mnist_helpers.serve.probe", library, str(path)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode:
        raise RuntimeError(f"{path} cannot be loaded with {library}: {done.stderr[-2000:]}")
    seconds, megabytes = map(float, done.stdout.split()[-2:])
    return Cost(seconds, megabytes)


def main() -> None:
    """Load the model, and print seconds and megabytes."""
    library, path = sys.argv[1:]
    start = time.perf_counter()
    if library == "keras":
        import keras

        model = keras.models.load_model(path)
    elif library == "litert":
        from ai_edge_litert.interpreter import Interpreter

        model = Interpreter(path)
        model.allocate_tensors()
    else:
        sys.exit(f"{library}: choose keras or litert.")
    seconds = time.perf_counter() - start
    print(seconds, psutil.Process().memory_info().rss / 1e6)
    del model  # it was in memory until here


if __name__ == "__main__":
    main()
