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

DAMAGED = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
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

    def __init__(
        self, file: Path | str | None, options: Mapping[str, Any], about: Mapping[str, Any]
    ) -> None:
        """Describe the experiment; the file is read when it is claimed.

        Args:
            file: The file; None keeps the trials in memory.
            options: Settings by name, as JSON can hold them.
            about: What else must be the same when the experiment is taken up again.

        Raises:
            ExperimentError: JSON cannot hold the options, or the file is a folder.
        """
        # Resolved, so that a change of the working folder, or a link, does not make it another.
        self.path = path = None if file is None else Path(file).expanduser().resolve()
        if path and path.is_dir():
            raise ExperimentError(f"{path} is a folder: name a file in it, such as trials.json.")
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
            f"{self.path} cannot be written ({error.strerror or error}): free some space, get the "
            "right to write there, or name another file, and run this again. The trials that were "
            "kept before are safe and will not be run twice."
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
            named = {name: dict(kept[name]) for name in ("versions", "about", "options")}
            trials = [
                Trial(t["option"], t["seed"], dict(t["results"])) for t in list(kept["trials"])
            ]
            keys = [(trial.option, trial.seed) for trial in trials]
            if len(set(keys)) < len(keys):
                raise ValueError("a trial is in it twice")
            if any(type(seed) is not int or name not in named["options"] for name, seed in keys):
                raise ValueError("a trial has no right seed or option")
            if any(_plain(value) is None for trial in trials for value in trial.results.values()):
                raise ValueError("a trial has a result that is no number")
        except OSError as error:
            raise ExperimentError(f"{path} cannot be read ({error.strerror}).") from error
        except DAMAGED as error:
            raise ExperimentError(
                f"{path} is damaged, or no file of an experiment ({type(error).__name__}: "
                f"{error}). Nothing in it was changed: rename it to keep it, or delete it, and "
                "run this again."
            ) from error
        for name, there in named.items():
            here = self.head[name]
            # Options may join, and need not all be asked for; nothing else may differ.
            keys = there.keys() & here.keys() if name == "options" else there.keys() | here.keys()
            for key in sorted(keys):
                if there.get(key) != here.get(key):
                    raise ExperimentError(
                        f"{path} holds trials with other {name}: {key} was {there.get(key)!r} "
                        f"there and is {here.get(key)!r} here. Their results must not be mixed: "
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
        return json.loads(json.dumps(dict(value), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise ExperimentError(
            f"{value!r} cannot be written as JSON ({error}): use numbers, texts, lists and "
            "dictionaries."
        ) from error


def numbers(results: Any, what: str) -> dict[str, Any]:
    """Return results as plain numbers of Python, or lists of them.

    Args:
        results: Numbers by name, also NumPy's, or lists or arrays of numbers.
        what: The trial that they come from, for the message.

    Raises:
        ExperimentError: They are no dictionary, none at all, or no numbers.
    """
    example = 'For example: {"accuracy": 0.98, "seconds": 12.5}.'
    if not isinstance(results, Mapping) or not results:
        raise ExperimentError(
            f"`measure` must return a dictionary of numbers; from {what} came {results!r}. "
            f"{example}"
        )
    plain = {str(name): _plain(value) for name, value in results.items()}
    for name, value in plain.items():
        if value is None:
            kind = type(results[name]).__name__
            raise ExperimentError(
                f"`measure` must return a dictionary of numbers, or of lists of numbers; from "
                f"{what} came {name!r} as a {kind}. {example}"
            )
    return plain


def _plain(value: Any) -> Any:
    """Return a number, or a list of numbers, without NumPy's types; None for anything else."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, list | tuple):
        items = [_plain(item) for item in value]
        return None if any(item is None for item in items) else items
    return value if isinstance(value, int | float) else None
