"""Keeps what a benchmark measures: every trial, with machine and versions, as JSON.

The full form of a benchmark writes `results/NAME.json`; --quick writes nothing there. After each
trial, those that are finished go to `NAME.partial.json`: an interrupted run loses no trial, and
leaves the last complete result as it was. Trials of `Recording.measure` go to `NAME.trials.json`,
and the next run goes on with them.
"""

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mnist_helpers import experiments
from mnist_helpers.datasets import mnist

RESULTS = Path(__file__).parent / "results"
TRAINING = ("tensorflow", "keras", "numpy")  # packages whose versions change what it gives
KEYS = ("name", "command", "date", "machine", "versions", "data", "trials")


class ResultError(Exception):
    """A result is not there, or not right; the message says how to get it."""


def parser(
    description: str | None, out: str = "write the JSON there, not to benchmarks/results/"
) -> argparse.ArgumentParser:
    """Make a parser for the options that all benchmarks have; `out` says what --out does."""
    options = argparse.ArgumentParser(description=description)
    options.add_argument(
        "--quick", action="store_true", help="try the script in seconds; its numbers mean nothing"
    )
    options.add_argument("--out", type=Path, metavar="FILE", help=out)
    return options


def real_mnist(options: argparse.Namespace) -> str:
    """Return the name of the data, for `Recording`; a full run without real MNIST ends here."""
    source = mnist.find()
    if not options.quick and source.is_sample:
        sys.exit(f"This measures on real MNIST, and here is: {source.note}")
    return source.name


class Recording:
    """The result of one run in the making.

    Attributes:
        result: What the file will hold.
        path: The file, or None if nothing is kept.
    """

    def __init__(
        self,
        options: argparse.Namespace,
        data: str,
        packages: Iterable[str],
        arguments: Sequence[str] | None = None,
    ) -> None:
        """Note the command, the time, the machine and the versions.

        Args:
            options: As `parser` reads them.
            data: Name of the data set.
            packages: The installed packages whose versions matter.
            arguments: For data of the user's own, which only --out keeps: what to note of the
                command line.
        """
        name = Path(sys.argv[0]).stem
        self.quick = options.quick
        nowhere = options.quick or arguments is not None
        self.path = options.out or (None if nowhere else RESULTS / f"{name}.json")
        noted = sys.argv[1:] if arguments is None else arguments
        versions = {package: importlib.metadata.version(package) for package in packages}
        self.result: dict[str, Any] = {
            "name": name,
            "command": shlex.join(["python", f"benchmarks/{name}.py", *noted]),
            "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "versions": {"python": platform.python_version()} | versions,
            "data": data,
            "trials": [],
        }
        if self.path:  # so that a folder that cannot be written shows before the first trial
            write(self._partial, self.result)

    @property
    def _partial(self) -> Path:
        assert self.path
        return self.path.with_suffix(".partial.json")

    def add(self, **trial: object) -> None:
        """Show and keep one trial: its option and seed, and every number measured."""
        self.result["trials"].append(trial)
        print(", ".join(f"{key} {_brief(value)}" for key, value in trial.items()), flush=True)
        if self.path:
            write(self._partial, self.result)

    def measure(
        self,
        measure: Callable[[Any, int], Mapping[str, Any]],
        recipes: Mapping[str, Mapping[str, Any]],
        seeds: Iterable[int],
    ) -> None:
        """Measure every recipe with every seed, seed by seed, each in a process of its own.

        So all meet the same noise of the machine. A run that was interrupted goes on where it
        was. The quick form measures all in this process, where TensorFlow starts once; what was
        not measured, the memory, is 0 there.

        Args:
            measure: A function of the script; it gets the recipe's settings, with `quick` added,
                and the seed.
            recipes: Settings by name.
            seeds: The seeds.
        """
        options = {name: {**settings, "quick": self.quick} for name, settings in recipes.items()}
        file = self.path and self.path.with_suffix(".trials.json")
        about = {key: self.result[key] for key in ("data", "machine")}
        try:
            trials = experiments.run(
                measure, options, seeds, file, fresh=not self.quick, about=about
            )
        except experiments.ExperimentError as error:
            sys.exit(str(error))
        more = {"memory": 0.0} if self.quick else {}
        for trial in trials:
            self.result["trials"].append(
                {"recipe": trial.option, "seed": trial.seed, **more, **trial.results}
            )

    def finish(self, table: str) -> None:
        """Print the table, and give the complete result its name."""
        print(f"\n{table}")
        if self.quick:
            print("\nThe quick form only shows that the script works: the numbers mean nothing.")
        if self.path:
            write(self._partial, self.result)
            self._partial.replace(self.path)
            name = self.path.with_suffix(".trials.json").name
            for kept in (name, f".{name}.lock"):
                (self.path.parent / kept).unlink(missing_ok=True)
            print(f"\nAll trials: {self.path}")


def machine() -> dict[str, str | int | None]:
    """Describe this computer, without its name."""
    return {
        "cores": os.cpu_count(),
        "system": platform.system(),
        "machine": platform.machine(),
        "processor": _processor(),
    }


def write(path: Path, result: dict) -> None:
    """Write a result as a whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    text = json.dumps(result, indent=1, ensure_ascii=False, default=_plain)
    fresh.write_text(text + "\n", encoding="utf-8")
    fresh.replace(path)


def read(path: Path, command: str | None = None) -> dict:
    """Read a complete result.

    Args:
        path: Its file.
        command: What writes it; without it, the benchmark of the same name.

    Raises:
        ResultError: It is missing, or no such file.
    """
    how = f"run `{command or f'python benchmarks/{path.stem}.py'}`, which writes it"
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ResultError(f"{path} is missing: {how}.") from error
    except ValueError as error:
        raise ResultError(f"{path} is no JSON ({error}): {how} anew.") from error
    if not isinstance(result, dict) or (missing := [key for key in KEYS if key not in result]):
        what = ", ".join(missing) if isinstance(result, dict) else "all of it"
        raise ResultError(f"{path} is not complete ({what} is missing): {how} anew.")
    return result


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")  # on Linux, where platform knows no name
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def _brief(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _plain(value: object) -> object:
    """Turn a NumPy number into one of Python's."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value).__name__} does not belong into a result")
