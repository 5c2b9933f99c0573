"""What a training is told on the command line, and what it must be told alike everywhere."""

import argparse
import contextlib
import hashlib
import importlib.metadata
import math
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mnist_helpers.datasets import Training

NETWORKS = ("series", "fast", "small", "wide")
PACKAGES = ("tensorflow", "keras", "numpy")


def read(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m mnist_helpers.distributed",
        description="Train on one or several workers. Start the same command on each computer, "
        "with another --index; worker 0, the chief, reports and saves.",
        epilog="Instead of --workers and --index, TF_CONFIG may say who takes part.",
    )
    parser.add_argument("--workers", metavar="HOST:PORT,…", help="addresses of all, in one order")
    parser.add_argument("--index", type=int, help="which of them this is, from 0")
    parser.add_argument("--folder", type=Path, required=True, help="where the chief saves")
    parser.add_argument("--epochs", type=_whole(1), default=5, help="times over the images (5)")
    parser.add_argument("--batch", type=_whole(1), default=128, help="images in a step, all (128)")
    parser.add_argument("--peak", type=_positive, help="highest learning rate (else Adam's)")
    parser.add_argument("--network", choices=NETWORKS, default="series", help="(series)")
    parser.add_argument("--images", type=_whole(1), help="train on the first ones only")
    parser.add_argument("--seed", type=_whole(0), default=42, help="of everything random (42)")
    parser.add_argument("--wait", type=_positive, default=60, help="seconds for all to come (60)")
    parser.add_argument(
        "--stop-with-stdin", action="store_true", help="stop when standard input is closed"
    )
    return parser.parse_args(arguments)


def settings(given: argparse.Namespace, data: Training) -> dict[str, Any]:
    """Return what must be the same for all workers, and when a training goes on."""
    digest = hashlib.sha256()
    for array in data:
        digest.update(f"{array.dtype} {array.shape}".encode())
        digest.update(array.tobytes())
    return {
        "data (their SHA-256)": digest.hexdigest()[:16],
        "number of training images": len(data.images),
        "network": given.network,
        "epochs": given.epochs,
        "batch": given.batch,
        "peak": given.peak,
        "seed": given.seed,
    }


def versions() -> dict[str, str]:
    """Return what else must be the same for all workers."""
    found = {f"version of {name}": _version(name) for name in PACKAGES}
    return {"version of Python": ".".join(platform.python_version_tuple()[:2]), **found}


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:  # such as tensorflow-cpu
        return importlib.import_module(name).__version__


def _whole(least: int) -> Callable[[str], int]:
    """Return a function that reads a whole number, `least` or more."""

    def read(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} on")
        return int(text)

    return read


def _positive(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 < (number := float(text)) < math.inf:
            return number
    raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
