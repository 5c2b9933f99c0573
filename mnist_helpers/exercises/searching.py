"""How exercises 12.2 to 12.4 are judged: draws on a log scale, a report, a pruner."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mnist_helpers.exercises.core import Wrong, as_function, as_number, call, short

DRAWS = ((0.001, 10.0, 0.25), (0.0005, 0.05, 0.8), (2.0, 512.0, 0.5), (1e-5, 0.1, 0.0))


def _log(low: float, high: float, u: float) -> float:
    return low * (high / low) ** u


MISTAKEN_DRAWS: dict[str, Callable[[float, float, float], float]] = {  # what is said → the mistake
    "This is a draw on an ordinary scale: most draws then lie near the upper end.": (
        lambda low, high, u: low + u * (high - low)
    ),
    "This is still the logarithm: `np.exp` leads back to the value itself.": (
        lambda low, high, u: np.log(low) + u * (np.log(high) - np.log(low))
    ),
    "You took the logarithm to base 10 and came back with `np.exp`, or the other way round: the "
    "two must belong together.": (
        lambda low, high, u: np.exp(np.log10(low) + u * (np.log10(high) - np.log10(low)))
    ),
    "The ends have changed places: u = 0 must give `low`, and u = 1 must give `high`.": (
        lambda low, high, u: high * (low / high) ** u
    ),
    "Between the logarithms of the ends lies `end - start`; you added `u * end`.": (
        lambda low, high, u: np.exp(np.log(low) + u * np.log(high))
    ),
}


def check_draw(answer: Any) -> None:
    """Raise `Wrong` unless the answer is a function that puts u on a log scale."""
    function = as_function(answer)
    given = [as_number(call(function, *case)) for case in DRAWS]
    wanted = [_log(*case) for case in DRAWS]
    if np.allclose(given, wanted, rtol=1e-4, atol=0):
        return
    for reply, mistaken in MISTAKEN_DRAWS.items():
        if np.allclose(given, [mistaken(*case) for case in DRAWS], rtol=1e-4, atol=1e-12):
            raise Wrong(reply)
    (low, high, u), ours, right = next(
        (case, ours, right)
        for case, ours, right in zip(DRAWS, given, wanted, strict=True)
        if not np.isclose(ours, right, rtol=1e-4, atol=0)
    )
    raise Wrong(
        f"For low = {low:g}, high = {high:g} and u = {u:g} it is {right:.4g}; yours is {ours:.4g}."
    )


# Accuracies on the images that choose, and on those that report, trial by trial.
REPORTS: tuple[tuple[list[float], list[float]], ...] = (
    ([0.981, 0.990, 0.985, 0.987], [0.984, 0.982, 0.979, 0.988]),
    ([0.962, 0.955, 0.948], [0.941, 0.957, 0.960]),
    ([0.970, 0.972, 0.969, 0.975, 0.971], [0.974, 0.973, 0.966, 0.968, 0.975]),
)
MISTAKEN_REPORTS: dict[str, Callable[[list[float], list[float]], float]] = {
    "This is the number that chose: the highest of several, and so a lucky one.": (
        lambda choose, report: max(choose)
    ),
    "This lets the images to report choose, too: it is their highest number.": (
        lambda choose, report: max(report)
    ),
    "This is the place of the winner. What do the other images say of the trial there?": (
        lambda choose, report: choose.index(max(choose))
    ),
    "This is the mean of all trials; asked is for the winner.": (
        lambda choose, report: float(np.mean(report))
    ),
    "This is the mean of the winner's two numbers; one of them had a part in the choice.": (
        lambda choose, report: (max(choose) + report[choose.index(max(choose))]) / 2
    ),
    "Here the images to report have chosen, and those to choose by report: the other way round.": (
        lambda choose, report: choose[report.index(max(report))]
    ),
    "This is what the *worst* trial gets: the winner is the one with the highest accuracy.": (
        lambda choose, report: report[choose.index(min(choose))]
    ),
}


def check_report(answer: Any) -> None:
    """Raise `Wrong` unless the answer is a function that reports by images that did not choose."""
    function = as_function(answer)
    given = [as_number(call(function, *case)) for case in REPORTS]
    wanted = [report[choose.index(max(choose))] for choose, report in REPORTS]
    if np.allclose(given, wanted):
        return
    for reply, mistaken in MISTAKEN_REPORTS.items():
        if np.allclose(given, [mistaken(*case) for case in REPORTS]):
            raise Wrong(reply)
    (choose, report), ours, right = next(
        (case, ours, right)
        for case, ours, right in zip(REPORTS, given, wanted, strict=True)
        if not np.isclose(ours, right)
    )
    raise Wrong(f"For choose = {choose} and report = {report} it is {right:g}; yours is {ours:g}.")


def _curve(*percent: float) -> list[float]:
    return [value / 100 for value in percent]


FINISHED = [
    _curve(90, 95, 96.0),
    _curve(91, 94, 97.0),
    _curve(60, 93, 98.0),
    _curve(88, 96, 97.5),
    _curve(86, 94.5, 96.5),
]
# A trial so far, those that are finished; each tells one of the mistakes from the rule.
CASES: tuple[tuple[list[float], list[list[float]]], ...] = (
    (_curve(80), FINISHED),  # ended
    (_curve(89), FINISHED),  # above the median after one epoch, far below every last one
    (_curve(92), FINISHED),  # above all of them then, and below each one epoch later
    (_curve(95.8), FINISHED),  # below the last ones only
    (_curve(85), FINISHED),  # below the median, above the mean
    (_curve(95, 93.8), FINISHED),  # its best epoch counts, not its last
    (_curve(80), FINISHED[:4]),  # too few to compare with
    (_curve(88), FINISHED),  # equal is not below
    (_curve(80, 94), FINISHED),  # ended after the second epoch
)


def _ended(running: Sequence[float], finished: Sequence[Sequence[float]]) -> bool:
    then = [curve[len(running) - 1] for curve in finished]
    return len(finished) >= 5 and max(running) < float(np.median(then))


MISTAKEN_PRUNERS: dict[str, Callable[[Any, Any], bool]] = {
    "The answer is upside down: True ends the trial.": lambda r, f: not _ended(r, f),
    "Compare at the same epoch: after one epoch with what the others had after one, not with what "
    "they reached at the end.": lambda r, f: (
        len(f) >= 5 and max(r) < np.median([curve[-1] for curve in f])
    ),
    "This compares with the mean. One bad trial pulls it down; the median stays.": lambda r, f: (
        len(f) >= 5 and max(r) < np.mean([curve[len(r) - 1] for curve in f])
    ),
    "This compares with the best of the finished trials; asked is for their median.": lambda r, f: (
        len(f) >= 5 and max(r) < max(curve[len(r) - 1] for curve in f)
    ),
    "Of the running trial its *best* epoch counts, not its last one.": lambda r, f: (
        len(f) >= 5 and r[-1] < np.median([curve[len(r) - 1] for curve in f])
    ),
    "With fewer than five finished trials it is too early to compare: False.": lambda r, f: (
        max(r) < np.median([curve[len(r) - 1] for curve in f])
    ),
    "A trial that is just at the median goes on: *below* it, so `<`.": lambda r, f: (
        len(f) >= 5 and max(r) <= np.median([curve[len(r) - 1] for curve in f])
    ),
    "`curve[len(running)]` is one epoch later: the first epoch stands at 0.": lambda r, f: (
        len(f) >= 5 and max(r) < np.median([curve[len(r)] for curve in f])
    ),
}


def check_pruner(answer: Any) -> None:
    """Raise `Wrong` unless the answer is a function that ends trials by the rule of the median."""
    function = as_function(answer)
    given = [_as_bool(call(function, *case)) for case in CASES]
    wanted = [_ended(*case) for case in CASES]
    if given == wanted:
        return
    for reply, mistaken in MISTAKEN_PRUNERS.items():
        if given == [bool(mistaken(*case)) for case in CASES]:
            raise Wrong(reply)
    (running, finished), ours, right = next(
        (case, ours, right)
        for case, ours, right in zip(CASES, given, wanted, strict=True)
        if ours != right
    )
    epochs = len(running)
    then = [curve[epochs - 1] for curve in finished]
    raise Wrong(
        f"For running = {running}, with {len(finished)} finished trials that had {then} after "
        f"as many epochs, it is {right}; yours is {ours}."
    )


def _as_bool(given: Any) -> bool:
    if isinstance(given, bool | np.bool_):
        return bool(given)
    raise Wrong(f"True or False is asked for, not {short(given)}.")
