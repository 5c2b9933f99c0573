"""How exercise 04.3 is judged: an interval from answers that are drawn again."""

import time
from typing import Any

import numpy as np
from scipy import stats

from mnist_helpers.exercises.core import Wrong, as_array, as_function, call

SLOW = 0.5  # seconds for one call, as plain loops take them


def check(answer: Any) -> None:
    """Raise `Wrong` unless the answer is a function that gives the middle 95% of the draws."""
    function = as_function(answer)
    rng = np.random.default_rng(5)
    for count, hits in ((600, 480), (150, 135)):
        right = rng.permutation(np.arange(count) < hits)
        where = f"For {hits} right answers of {count}"
        # Draws differ from call to call; the mean of three has less chance in it. A function
        # with loops of its own would take too long for that.
        ends, begun = list[np.ndarray](), time.monotonic()
        while len(ends) < 3 and (not ends or time.monotonic() - begun < SLOW):
            ends.append(as_array(call(function, right), (2,)))
        low, high = np.mean(ends, axis=0)
        said = f"{where} your function gives {low:.3f} to {high:.3f}"
        share = hits / count
        spread = np.sqrt(share * (1 - share) / count)  # of one draw's accuracy
        wanted = stats.binom.ppf((0.025, 0.975), count, share) / count
        off = np.array([low, high]) - wanted
        # An end is one of the shares k/count, so it may be one of them off, and by chance a bit
        # more. An interval of 90% is off by 0.32 of the spread at each end.
        if (np.abs(off) < 0.15 * spread + 1 / count).all():
            continue
        is_right = np.abs(off) < 1.5 / count  # at most one of the shares off
        raise Wrong(f"{said}: {_what_is_wrong(low, high, share, spread, is_right)}")


def _what_is_wrong(
    low: float, high: float, share: float, spread: float, is_right: np.ndarray
) -> str:
    """Say what is wrong, in the part of a sentence; `is_right` holds which of the ends is right."""
    if max(low, high) > 1:
        return "shares between 0 and 1 are asked for, not counts or percentages."
    if low > high:
        return "the lower end comes first."
    width = (high - low) / (2 * spread)  # 1.96 is right
    if high - low < 1e-9:
        return (
            "it has no width. Draw with replacement, 2,000 times, and return two *different* "
            "quantiles. Without replacement each draw is the same answers in another order."
        )
    if low < 0.01 and high > 0.99:
        return (
            "those are the ends of single answers, which are 0 or 1. Take the mean of each draw "
            "first, then the quantiles of the means."
        )
    if is_right.any() and not is_right.all():
        end = "lower" if is_right[0] else "upper"
        return (
            f"the {end} end is right, the other is not. The quantiles are 0.025 and 0.975 "
            "(`np.percentile` takes 2.5 and 97.5)."
        )
    if abs((low + high) / 2 - share) > spread:
        return f"it does not lie around the accuracy, {share:.3f}."
    if width > 4:
        return "that is wider than such draws spread. Let each have as many answers as there are."
    if width > 2.6:
        return (
            "that is nearly all draws, from the smallest to the largest, or draws of fewer answers "
            "than there are. Cut off 2.5% at each end, and draw `len(right)` answers each time."
        )
    if width > 2.15:
        return "that holds about 98% of the draws. Cut off 2.5% at each end."
    if 1.45 < width < 1.8:
        return "that holds about 90% of the draws: 5% are cut off at each end. Cut off 2.5%."
    if width < 1.45:
        return (
            "that is too narrow; it holds fewer than 95% of the draws. Cut off 2.5% of the means "
            "at each end, and let each draw have as many answers as there are."
        )
    return "that is a little off. Take 2,000 draws, each with as many answers as there are."
