"""Running the trials of an experiment, with what is left to do in view."""

import copy
import operator
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from IPython import get_ipython
from IPython.display import Markdown, display

from mnist_helpers.experiments.processes import (
    Measure,
    measured_afresh,
    refuse_unguarded_script,
)
from mnist_helpers.experiments.store import ExperimentError, Store, Trial, numbers


def run(
    measure: Measure,
    options: Mapping[str, Any],
    seeds: Iterable[int],
    file: Path | str | None = None,
    *,
    fresh: bool = False,
    about: Mapping[str, Any] | None = None,
) -> list[Trial]:
    """Measure each option with each seed, seed by seed; a trial that is finished is kept.

    All options meet a seed before the next seed begins, so that a noise of the machine that comes
    and goes meets all of them.

    Args:
        measure: Called with the settings of an option and a seed; returns what came out: numbers
            by name, such as `accuracy`, `loss`, `seconds`, `epochs`, or lists of numbers. It must
            build everything anew, and derive every random number from the seed.
        options: Settings by name, in the order of the table. JSON can hold them.
        seeds: Whole numbers from 0, each once.
        file: Where the trials are kept, one by one. Those that it holds already are not run
            again, even if `measure` was changed since: name another file then. None keeps them
            in memory.
        fresh: Run each trial in a process of its own, and note its peak memory in MB as `memory`.
            `measure` must then belong to a module or a script.
        about: What else must be the same for all trials in the file, such as the data.

    Returns:
        The trials of these options and seeds, seed by seed.

    Raises:
        ExperimentError: An argument, a trial or the file is not right; what was finished before
            is kept.
    """
    if fresh:
        refuse_unguarded_script()
    seeds = _checked(options, seeds)
    store = Store(file, options, about or {})
    wanted = [(option, seed) for seed in seeds for option in options]
    with store.claimed():
        missing = [key for key in wanted if key not in store]
        progress = _Progress(len(wanted), len(missing))
        for option, seed in missing:
            what = f"option {option!r} with seed {seed}"
            progress.begin(what)
            if fresh:
                results = measured_afresh(measure, options[option], seed, what)
            else:
                results = numbers(measure(copy.deepcopy(options[option]), seed), what)
            trial = Trial(option, seed, results)
            store.add(trial)
            progress.end(trial)
        progress.finish()
    found = {(trial.option, trial.seed): trial for trial in store.trials}
    return [found[key] for key in wanted]


class _Progress:
    """One line in a notebook that changes; in a terminal, a line for each finished trial."""

    def __init__(self, count: int, missing: int) -> None:
        self.count, self.missing, self.done = count, missing, 0
        self.started = time.monotonic()
        self.handle: Any = None

    def begin(self, what: str) -> None:
        number = self.count - self.missing + self.done + 1
        self._show(f"trial {number} of {self.count}: {what}{self._left()}")

    def end(self, trial: Trial) -> None:
        self.done += 1
        if not _in_notebook():
            shown = [f"{k} {v:.4g}" for k, v in trial.results.items() if not isinstance(v, list)]
            print(f"  {', '.join(shown)}", flush=True)

    def finish(self) -> None:
        seconds = time.monotonic() - self.started
        kept = self.count - self.missing
        before = f" ({kept} of them were kept from before)" if kept else ""
        self._show(f"{self.count} trials, finished after {seconds:.0f} s{before}")

    def _left(self) -> str:
        if not self.done:
            return ""
        each = (time.monotonic() - self.started) / self.done
        return f" · about {_duration(each * (self.missing - self.done))} left"

    def _show(self, text: str) -> None:
        if not _in_notebook():
            print(text, flush=True)
        elif self.handle is None:
            self.handle = display(Markdown(text), display_id=True)
        else:
            self.handle.update(Markdown(text))


def _checked(options: Mapping[str, Any], seeds: Iterable[int]) -> list[int]:
    """Return the seeds as whole numbers, if there is something to try."""
    if not isinstance(options, Mapping) or not all(isinstance(name, str) for name in options):
        raise ExperimentError(
            'Options are a dictionary: settings by name, such as {"small": {"filters": 8}}.'
        )
    try:
        seeds = [operator.index(seed) for seed in seeds]
    except TypeError as error:
        raise ExperimentError(f"Seeds are a list of whole numbers ({error}).") from error
    if not options or not seeds:
        raise ExperimentError("There is nothing to try: give at least one option and one seed.")
    if min(seeds) < 0:
        raise ExperimentError(f"{min(seeds)} is no seed: seeds are whole numbers from 0.")
    if twice := sorted({seed for seed in seeds if seeds.count(seed) > 1}):
        raise ExperimentError(
            f"Seed {twice[0]} is there twice. The same seed again says nothing new: take another."
        )
    return seeds


def _in_notebook() -> bool:
    """Tell whether a line that is shown can be changed: not so in IPython's terminal."""
    return hasattr(get_ipython(), "kernel")


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} minutes"
