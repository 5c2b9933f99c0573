"""The file of an experiment: each trial is added as soon as it is finished, whole or not at all."""

import contextlib
import importlib.metadata
import json
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import filelock

FORMAT = 1  # of the file; another number says that this version cannot read it
PACKAGES = ("tensorflow", "keras", "numpy")  # whose versions change results


class ExperimentError(Exception):
    """An experiment cannot be run, or compared; the message says how to mend it."""


@dataclass(frozen=True)
class Trial:
    """One option, tried with one seed.

    Attributes:
        option: Its name.
        seed: The number from which its random numbers came.
        results: What came out: numbers by name, such as accuracy, loss, seconds, memory, epochs;
            or lists of numbers, such as a curve by epoch.
    """

    option: str
    seed: int
    results: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        """Return one of the results.

        Raises:
            ExperimentError: There is none of this name.
        """
        if name not in self.results:
            raise ExperimentError(
                f"The trial of {self.option!r} with seed {self.seed} has no {name!r}, only: "
                f"{', '.join(self.results)}."
            )
        return self.results[name]


class Store:
    """The trials of one experiment, in memory or in a file that is never left half-written.

    Attributes:
        trials: Those that are finished, in the order in which they were added.
    """

    def __init__(self, path: Path | None, options: Mapping[str, Any], about: Mapping[str, Any]):
        """Describe the experiment; the file is read when it is claimed.

        Args:
            path: The file; None keeps the trials in memory.
            options: Settings by name, as JSON can hold them.
            about: What else must be the same when the experiment is taken up again.

        Raises:
            ExperimentError: JSON cannot hold the options.
        """
        self.path = path
        versions = {package: importlib.metadata.version(package) for package in PACKAGES}
        self.head: dict[str, Any] = {
            "format": FORMAT,
            "versions": {"python": platform.python_version()} | versions,
            "about": _as_json(about),
            "options": _as_json(options),
        }
        self.trials: list[Trial] = []

    def __contains__(self, key: tuple[str, int]) -> bool:
        return any((trial.option, trial.seed) == key for trial in self.trials)

    @contextlib.contextmanager
    def claimed(self) -> Iterator[Self]:
        """Read the file, and keep every other process away from it until the block is through.

        Raises:
            ExperimentError: Another process has it, it cannot be written, it is damaged, or it is
                of another version or experiment.
        """
        if self.path is None:
            yield self
            return
        lock = filelock.FileLock(self.path.with_name(f".{self.path.name}.lock"), timeout=0)
        with contextlib.ExitStack() as held:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                held.enter_context(lock)
            except filelock.Timeout as error:
                raise ExperimentError(
                    f"Another process is at work on {self.path}: wait until it has finished, or "
                    "end it, and run this again. What it has finished will not be run twice."
                ) from error
            except OSError as error:
                raise self._cannot_write(error) from error
            if self.path.exists():
                self._read(self.path)
            self._write()  # a place that cannot be written shows before the first trial
            yield self

    def add(self, trial: Trial) -> None:
        """Keep a finished trial.

        Raises:
            ExperimentError: The file cannot be written; the trials before this one are safe.
        """
        self.trials.append(trial)
        if self.path:
            try:
                self._write()
            except ExperimentError:
                self.trials.pop()
                raise

    def _write(self) -> None:
        assert self.path
        fresh = self.path.with_name(f".{self.path.name}.new")
        trials = [
            {"option": trial.option, "seed": trial.seed, "results": trial.results}
            for trial in self.trials
        ]
        text = json.dumps(self.head | {"trials": trials}, indent=1, ensure_ascii=False)
        try:
            with fresh.open("w", encoding="utf-8") as file:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self.path)
        except OSError as error:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
            raise self._cannot_write(error) from error

    def _cannot_write(self, error: OSError) -> ExperimentError:
        return ExperimentError(
            f"{self.path} cannot be written ({error.strerror or error}): free some space, or name "
            "another file, and run this again. The trials that it holds are safe and will not be "
            "run twice."
        )

    def _read(self, path: Path) -> None:
        """Take the trials of a file, if it belongs to this experiment."""
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            if kept["format"] != FORMAT:
                raise ExperimentError(
                    f"{path} was written by another version of mnist_helpers (format "
                    f"{kept['format']!r}, here {FORMAT}). Nothing in it was changed: name another "
                    "file, and run this again."
                )
            trials = [Trial(t["option"], t["seed"], dict(t["results"])) for t in kept["trials"]]
            named = {name: dict(kept[name]) for name in ("versions", "about", "options")}
        except OSError as error:
            raise ExperimentError(f"{path} cannot be read ({error.strerror}).") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ExperimentError(
                f"{path} is damaged, or no file of an experiment ({type(error).__name__}: "
                f"{error}). Nothing in it was changed: rename it to keep it, or delete it, and "
                "run this again."
            ) from error
        for name, there in named.items():
            for key in there.keys() & self.head[name].keys():
                if there[key] != self.head[name][key]:
                    raise ExperimentError(
                        f"{path} holds trials with other {name}: {key} was {there[key]!r} there "
                        f"and is {self.head[name][key]!r} here. Their results must not be mixed: "
                        "name another file, or delete this one, and run this again."
                    )
        self.head["options"] = named["options"] | self.head["options"]
        self.trials = trials


def _as_json(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping as it is read back from JSON.

    Raises:
        ExperimentError: JSON cannot hold it.
    """
    try:
        return json.loads(json.dumps(dict(value)))
    except (TypeError, ValueError) as error:
        raise ExperimentError(
            f"{value!r} cannot be written as JSON ({error}): use numbers, texts, lists and "
            "dictionaries."
        ) from error
