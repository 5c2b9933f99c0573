"""Comparing options in pairs: the same seed with one option and with the other."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from IPython.display import Markdown
from scipy import stats

from mnist_helpers.experiments.store import ExperimentError, Trial

LEVEL = 0.95
# Ends of the names of results; of any other, none is called better.
GREATER_IS_BETTER = ("accuracy", "gain")
SMALLER_IS_BETTER = ("loss", "seconds", "_s", "memory", "_mb", "mistakes", "error")


@dataclass(frozen=True)
class Comparison:
    """How an option differs from another one, by seed.

    Attributes:
        option: The one in question.
        baseline: The one that it is compared with.
        metric: The result that is compared.
        differences: Option minus baseline, by seed.
        mean: Their mean.
        low: Lower end of the mean's 95% interval.
        high: Upper end.
    """

    option: str
    baseline: str
    metric: str
    differences: dict[int, float]
    mean: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """Better, worse, or undecided: the interval has both signs, or 0 at an end.

        Of a metric of which nobody said what is good: greater, smaller, or undecided.
        """
        if self.low <= 0 <= self.high:
            return "undecided"
        greater, metric = self.low > 0, self.metric.lower()
        if metric.endswith(GREATER_IS_BETTER):
            return "better" if greater else "worse"
        if metric.endswith(SMALLER_IS_BETTER):
            return "worse" if greater else "better"
        return "greater" if greater else "smaller"

    def __str__(self) -> str:
        mean, low, high = _signed((self.mean, self.low, self.high), self.metric)
        unit = " points" if _is_share(self.metric) else ""
        return f"{mean}{unit} (95% interval {low} to {high}): {self.verdict}"


def compare(
    trials: Iterable[Trial], option: str, baseline: str, metric: str = "accuracy"
) -> Comparison:
    """Compare two options over the seeds that both were tried with.

    The interval is Student's (1908, https://doi.org/10.1093/biomet/6.1.1) for the mean of the
    differences. It speaks of other seeds, not of other images, and takes the differences as
    normally distributed. Where all differences are equal, it is that one number: with two or
    three seeds and few images, that can be chance.

    Args:
        trials: Trials of both, and perhaps of others.
        option: The option in question.
        baseline: The one to compare it with.
        metric: The name of the result.

    Raises:
        ExperimentError: An option does not exist, a seed is there twice, fewer than two seeds are
            common to both, or a result is missing or not a number.
    """
    trials = list(trials)
    ours, theirs = (_by_seed(trials, name, metric) for name in (option, baseline))
    differences = {seed: ours[seed] - theirs[seed] for seed in sorted(ours.keys() & theirs.keys())}
    if len(differences) < 2:
        raise ExperimentError(
            f"{option!r} and {baseline!r} have {len(differences)} seeds in common. An interval "
            "needs at least two: try both with more seeds, the same for both."
        )
    count, values = len(differences), list(differences.values())
    mean, spread = statistics.mean(values), statistics.stdev(values)
    reach = float(stats.t.ppf((1 + LEVEL) / 2, count - 1)) * spread / math.sqrt(count)
    return Comparison(option, baseline, metric, differences, mean, mean - reach, mean + reach)


def table(trials: Iterable[Trial], baseline: str, metric: str = "accuracy") -> Markdown:
    """Set every option beside the baseline: mean, difference, interval, verdict.

    All options must have the same seeds, so that the means and the differences go together.

    Args:
        trials: The trials, in the order in which the options shall stand.
        baseline: The option that all others are compared with.
        metric: The name of the result.

    Raises:
        ExperimentError: As `compare` does; or an option was tried with other seeds.
    """
    trials = list(trials)
    wanted = set(_by_seed(trials, baseline, metric))
    rows = [
        f"| option | {metric} | difference | 95% interval | verdict |",
        "|---|---:|---:|---:|---|",
    ]
    for option in dict.fromkeys(trial.option for trial in trials):
        found = _by_seed(trials, option, metric)
        if set(found) != wanted:
            raise ExperimentError(
                f"{option!r} was tried with the seeds {sorted(found)}, {baseline!r} with "
                f"{sorted(wanted)}: try all options with the same seeds, or leave some trials out."
            )
        cells = [option.replace("|", "\\|"), _level(statistics.mean(found.values()), metric)]
        if option == baseline:
            cells += ["", "", "the baseline"]
        else:
            compared = compare(trials, option, baseline, metric)
            mean, low, high = _signed((compared.mean, compared.low, compared.high), metric)
            cells += [mean, f"{low} to {high}", compared.verdict]
        rows.append(f"| {' | '.join(cells)} |")
    return Markdown("\n".join(rows))


def _by_seed(trials: list[Trial], option: str, metric: str) -> dict[int, float]:
    """Return the results of an option by seed."""
    found: dict[int, float] = {}
    for trial in trials:
        if trial.option != option:
            continue
        if trial.seed in found:
            raise ExperimentError(
                f"{option!r} has two trials with seed {trial.seed}: the same seed counts once."
            )
        value = trial[metric]
        if not isinstance(value, int | float) or not math.isfinite(value):
            raise ExperimentError(
                f"The {metric} of {option!r} with seed {trial.seed} is {value!r}, no finite "
                "number: leave this trial out, or find out what went wrong in it."
            )
        found[trial.seed] = value
    if not found:
        names = ", ".join(repr(name) for name in dict.fromkeys(trial.option for trial in trials))
        raise ExperimentError(f"There is no option {option!r}. There are: {names or 'none'}.")
    return found


def _is_share(metric: str) -> bool:
    return metric.endswith("accuracy")


def _signed(values: Sequence[float], metric: str) -> list[str]:
    """Write points, or three digits of the largest value, and as many decimals for the others."""
    if _is_share(metric):
        return [f"{100 * value:+.2f}" for value in values]
    largest = max(map(abs, values))
    decimals = max(0, 2 - math.floor(math.log10(largest))) if largest else 0
    return [f"{value:+.{decimals}f}" for value in values]


def _level(value: float, metric: str) -> str:
    return f"{value:.2%}" if _is_share(metric) else f"{value:.4g}"
