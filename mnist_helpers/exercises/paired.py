"""How exercises 08.3 and 08.4 are judged: intervals of paired differences, and their seeds."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from mnist_helpers.exercises.core import Wrong, as_array, as_function, as_whole, call

Results = Mapping[int, float]  # seed → accuracy
# (s, reach): with few seeds and with many, and one where the least number there is suffices.
SPREADS = ((0.15, 0.1), (0.1, 0.1), (0.3, 0.06), (0.01, 1.0))


def check_interval(answer: Any) -> None:
    """Raise `Wrong` unless the answer is a function that gives the ends of the paired interval."""
    function = as_function(answer)
    same = {0: 0.9851, 1: 0.9872, 2: 0.9843, 3: 0.9868, 4: 0.9859}
    ours = {0: 0.9866, 1: 0.9870, 2: 0.9874, 3: 0.9881, 4: 0.9862}
    shuffled = {8: 0.9832} | {seed: ours[seed] for seed in (3, 0, 4, 1)}  # 2, 7, 8: no partner
    for option, baseline in ((ours, same), (shuffled, {7: 0.9731} | same)):
        given = call(function, dict(option), dict(baseline))
        found = as_array(given)
        if found.shape != (2,):
            raise Wrong(
                "Two numbers are asked for, the lower and the upper end: "
                "`return mean - reach, mean + reach`."
            )
        _compare(found, option, baseline)


def _compare(found: np.ndarray, option: Results, baseline: Results) -> None:
    values = [option[seed] - baseline[seed] for seed in option if seed in baseline]
    right = _ends(values)
    if np.allclose(found, right, rtol=1e-4, atol=1e-7):
        return
    paired = {"option": option, "baseline": baseline}
    for reply, mistaken in _mistaken(values, **paired).items():
        if np.allclose(found, mistaken, rtol=1e-4, atol=1e-7):
            raise Wrong(reply)
    low, high = right
    raise Wrong(
        f"For {dict(option)} and {dict(baseline)} the interval goes from {low:+.5f} to "
        f"{high:+.5f}; yours goes from {found[0]:+.5f} to {found[1]:+.5f}."
    )


def _ends(
    values: list[float], factor: float | None = None, ddof: int = 1, root: float | None = None
) -> tuple[float, float]:
    count = len(values)
    factor = stats.t.ppf(0.975, count - 1) if factor is None else factor
    reach = factor * np.std(values, ddof=ddof) / (math.sqrt(count) if root is None else root)
    return float(np.mean(values) - reach), float(np.mean(values) + reach)


def _mistaken(values: list[float], option: Results, baseline: Results) -> dict[str, Sequence[Any]]:
    """Return what typical mistakes give, by what is said of each."""
    count, (low, high) = len(values), _ends(values)
    pairs = zip(option.values(), baseline.values(), strict=False)
    in_order = [ours - theirs for ours, theirs in pairs]
    ours, theirs = list(option.values()), list(baseline.values())
    apart = math.sqrt(np.var(ours, ddof=1) / len(ours) + np.var(theirs, ddof=1) / len(theirs))
    middle = np.mean(ours) - np.mean(theirs)
    wide = float(stats.t.ppf(0.975, count - 1)) * apart
    return {
        "The lower end comes first.": (high, low),
        "This is baseline minus option: the other way round is asked for.": (-high, -low),
        "The dictionaries may have their seeds in different orders, and not all of them in common: "
        "go through the seeds of one, and take those that the other has, too.": _ends(in_order),
        "`np.std` divides by n unless you say `ddof=1`: differences lie nearer to their own mean "
        "than to the true one.": _ends(values, ddof=0),
        "The factor 1.96 is that of very many seeds. With few it is larger: "
        "`stats.t.ppf(0.975, n - 1)`.": _ends(values, factor=1.96),
        "The factor 2 is that of many seeds. With few it is larger: "
        "`stats.t.ppf(0.975, n - 1)`.": _ends(values, factor=2),
        "With n differences the factor takes n − 1.": _ends(values, stats.t.ppf(0.975, count)),
        "This holds 90%: 5% are cut off at each side. Cut off 2.5%: 0.975.": _ends(
            values, stats.t.ppf(0.95, count - 1)
        ),
        "This is the interval of a single difference. Chance moves the mean of n less: divide by "
        "√n.": _ends(values, root=1),
        "Divide by √n, not by n.": _ends(values, root=count),
        "The factor is missing: one standard deviation of the mean is too short a reach.": _ends(
            values, factor=1
        ),
        "This compares two groups. Here each seed is a pair: take the differences first, then "
        "their standard deviation.": (middle - wide, middle + wide),
        "This is the reach to each side; put the mean difference between them.": (
            low - np.mean(values),
            high - np.mean(values),
        ),
    }


def check_seeds(answer: Any) -> None:
    """Raise `Wrong` unless the answer is a function that gives the least number of seeds."""
    function = as_function(answer)
    given = [as_whole(call(function, s, reach)) for s, reach in SPREADS]
    wanted = [least_seeds(s, reach) for s, reach in SPREADS]
    if given == wanted:
        return
    for reply, mistaken in MISTAKEN.items():
        if given == [mistaken(s, reach) for s, reach in SPREADS]:
            raise Wrong(reply)
    (s, reach), found, right = next(
        (case, ours, theirs)
        for case, ours, theirs in zip(SPREADS, given, wanted, strict=True)
        if ours != theirs
    )
    if found < 2:
        raise Wrong(f"With s = {s:g} and reach = {reach:g} yours is {found}; it takes two.")
    raise Wrong(
        f"With s = {s:g}, {right} seeds reach {reached(s, right):.3g}, which is at most "
        f"{reach:g}, and fewer do not; your answer is {found}, which reaches "
        f"{reached(s, found):.3g}."
    )


def reached(s: float, count: int, freedom: int | None = None) -> float:
    """Return how far the 95% interval of the mean of so many differences reaches."""
    factor = float(stats.t.ppf(0.975, count - 1 if freedom is None else freedom))
    return factor * s / math.sqrt(count)


def least_seeds(s: float, reach: float) -> int:
    """Return the smallest number of seeds, from two, whose interval reaches no further."""
    return _least(lambda count: reached(s, count) <= reach)


def _least(is_enough: Callable[[int], bool], first: int = 2) -> int:
    while not is_enough(first):
        first += 1
    return first


def _fixed(factor: float) -> Callable[[float, float], int]:
    return lambda s, reach: max(2, math.ceil((factor * s / reach) ** 2))


MISTAKEN: dict[str, Callable[[float, float], int]] = {  # what is said → what the mistake gives
    "The factor 2 is that of many seeds, so this is too few. Try numbers of seeds one after the "
    "other, each with its own factor.": _fixed(2),
    "The factor 1.96 is that of very many seeds, so this is too few. Try numbers of seeds one "
    "after the other, each with its own factor.": _fixed(1.96),
    "The factor 2.78 is that of five seeds. Each number of seeds has its own.": _fixed(
        float(stats.t.ppf(0.975, 4))
    ),
    "With n seeds the factor takes n − 1.": lambda s, reach: _least(
        lambda count: reached(s, count, count) <= reach
    ),
    "One too many: this is the first number *after* the one that is enough.": lambda s, reach: (
        least_seeds(s, reach) + 1
    ),
    "One too few: this is the last number that is *not* enough.": lambda s, reach: (
        least_seeds(s, reach) - 1
    ),
    "The √ is missing: the mean of n differences is uncertain by s / √n, not by s / n.": (
        lambda s, reach: _least(lambda count: reached(s, count) / math.sqrt(count) <= reach)
    ),
    "This holds 90%: 5% are cut off at each side. Cut off 2.5%: 0.975.": lambda s, reach: _least(
        lambda count: stats.t.ppf(0.95, count - 1) * s / math.sqrt(count) <= reach
    ),
    "`reach` is the way to *each* side; the whole interval is twice as wide.": lambda s, reach: (
        least_seeds(s, reach / 2)
    ),
}
