"""Tables of notebook 14: accuracy against the number of labels a class, for each way."""

import math
import statistics

from scipy import stats
from tables import _joined, _mean, _measured, _of, _seeds, _table

SCRATCH, FROZEN, TUNED = "scratch", "frozen", "tuned"
DIGITS, DIGITS_LATE, DIGITS_IMAGENET = "digits", "digits, cut late", "digits, ImageNet"
SCANS, PHOTOS = "scans", "photos"
WAYS = {  # task → the ways that are measured
    DIGITS: (FROZEN, TUNED, SCRATCH),
    DIGITS_LATE: (FROZEN, TUNED),
    DIGITS_IMAGENET: (FROZEN, TUNED),
    SCANS: (FROZEN, TUNED, SCRATCH),
    PHOTOS: (FROZEN, TUNED, SCRATCH),
}
COUNTS = {  # task → labels a class; there are not more of scikit-learn's digits
    DIGITS: (1, 5, 10, 50, 200),
    DIGITS_LATE: (1, 5, 10, 50, 200),
    DIGITS_IMAGENET: (1, 5, 10, 50, 200),
    SCANS: (1, 5, 10, 50),
    PHOTOS: (1, 5, 10, 50, 200),
}
CALLED = {
    (DIGITS, SCRATCH): "from scratch",
    (DIGITS, FROZEN): "base of the digits 0 to 4, frozen",
    (DIGITS, TUNED): "base of the digits 0 to 4, fine-tuned",
    (DIGITS_LATE, FROZEN): "base of the digits 0 to 4, cut late, frozen",
    (DIGITS_LATE, TUNED): "base of the digits 0 to 4, cut late, fine-tuned",
    (DIGITS_IMAGENET, FROZEN): "base of ImageNet, frozen",
    (DIGITS_IMAGENET, TUNED): "base of ImageNet, fine-tuned",
    (SCANS, SCRATCH): "from scratch",
    (SCANS, FROZEN): "base of MNIST, frozen",
    (SCANS, TUNED): "base of MNIST, fine-tuned",
    (PHOTOS, SCRATCH): "from scratch",
    (PHOTOS, FROZEN): "base of ImageNet, frozen",
    (PHOTOS, TUNED): "base of ImageNet, fine-tuned",
}
HEADS = {DIGITS: "digits 5 to 9", SCANS: "scikit-learn's digits", PHOTOS: "photographs"}
BASELINES = {  # task → the one whose network from scratch its frozen base is set against
    DIGITS: DIGITS,
    DIGITS_LATE: DIGITS,
    DIGITS_IMAGENET: DIGITS,
    SCANS: SCANS,
    PHOTOS: PHOTOS,
}
ALL_COUNTS = COUNTS[DIGITS]
LEVEL = 0.95


def result(way: str, count: int, rate: float | None = None) -> str:
    """Name the accuracy of a way with so many labels a class, and with a rate of the choice."""
    chosen = "" if rate is None else f"_at_{rate:g}"
    return f"{way}_{count}{chosen}_accuracy"


def choice_of(task: str) -> str:
    """Name the trial that chooses the learning rates of a task."""
    return f"{task}: learning rates"


def best_rate(found: dict, task: str, way: str, rates: tuple[float, ...]) -> float:
    """Return the rate of the highest accuracy; of equal ones, the smallest."""
    (trial,) = _of(found, recipe=choice_of(task))
    accuracies = {rate: _of_rate(trial, way, rate) for rate in rates}
    return max(sorted(accuracies), key=lambda rate: accuracies[rate])


def transfer(found: dict) -> str:
    """Write all tables of what was measured, one below the other; the quick form has fewer."""
    makes = {DIGITS: digits, SCANS: scans, PHOTOS: photos}
    parts = [make(found) for task, make in makes.items() if _of(found, recipe=task)]
    return _joined(_measured(found, _seeds(found)), *parts, rates(found))


def digits(found: dict) -> str:
    """Write the table of the digits 5 to 9: from scratch, and with two bases."""
    return _of_tasks(found, (DIGITS, DIGITS_LATE, DIGITS_IMAGENET))


def digits_own(found: dict) -> str:
    """Write the same without the base of ImageNet."""
    return _of_tasks(found, (DIGITS, DIGITS_LATE))


def bases(found: dict) -> str:
    """Write the table of the digits 5 to 9 with the two bases alone, cut where it is best."""
    return _of_tasks(found, (DIGITS, DIGITS_IMAGENET), (FROZEN, TUNED))


def scans(found: dict) -> str:
    """Write the table of scikit-learn's digits."""
    return _of_tasks(found, (SCANS,))


def photos(found: dict) -> str:
    """Write the table of the photographs."""
    return _of_tasks(found, (PHOTOS,))


def differences(found: dict) -> str:
    """Write how a frozen base differs from scratch, draw by draw, with verdicts."""
    rows = []
    for task, baseline in BASELINES.items():
        scratch = {trial["seed"]: trial for trial in _of(found, recipe=baseline)}
        cells = []
        for count in ALL_COUNTS:
            pairs = [
                trial[result(FROZEN, count)] - scratch[trial["seed"]][result(SCRATCH, count)]
                for trial in _of(found, recipe=task)
                if count in COUNTS[task]
            ]
            cells.append(_difference(pairs))
        rows.append((f"{HEADS[baseline]}: {CALLED[task, FROZEN]}", *cells))
    head = ("frozen base against from scratch, in points", *_columns(ALL_COUNTS))
    return _table(head, rows)


def rates(found: dict) -> str:
    """Write the learning rates that were tried, with their accuracy."""
    rows = []
    for task, ways in WAYS.items():
        for trial in _of(found, recipe=choice_of(task)):
            for way in ways:
                tried = {
                    float(name.split("_at_")[1].removesuffix("_accuracy")): value
                    for name, value in trial.items()
                    if name.startswith(f"{way}_") and "_at_" in name
                }
                shown = ", ".join(f"{rate:g}: {tried[rate]:.1%}" for rate in sorted(tried))
                rows.append((f"{task}: {CALLED[task, way]}", shown))
    return _table(("images and way", "accuracy by learning rate, in the choice"), rows)


def _of_tasks(
    found: dict, tasks: tuple[str, ...], ways: tuple[str, ...] = (SCRATCH, FROZEN, TUNED)
) -> str:
    """Write a row for each way, from scratch first; an interval is that over draws."""
    head = (HEADS[tasks[0]], *_columns(COUNTS[tasks[0]]))
    rows = []
    for way in ways:
        for task in tasks:
            trials = _of(found, recipe=task)
            if way in WAYS[task] and trials:
                cells = [_cell(trials, result(way, count)) for count in COUNTS[task]]
                rows.append((CALLED[task, way], *cells))
    return _table(head, rows)


def _columns(counts: tuple[int, ...]) -> list[str]:
    return [f"{count} a class" for count in counts]


def _cell(trials: list[dict], name: str) -> str:
    if len(trials) < 2:  # the quick form
        return f"{_mean(trials, name):.1%}"
    reach = _reach([trial[name] for trial in trials])
    return f"{_mean(trials, name):.1%} ± {100 * reach:.1f}"


def _difference(pairs: list[float]) -> str:
    """Write a mean difference, how far its interval reaches, and the verdict of notebook 8."""
    if not pairs:
        return "–"
    mean, reach = statistics.mean(pairs), _reach(pairs)
    verdict = "undecided"
    if abs(mean) > reach:
        verdict = "better" if mean > 0 else "worse"
    return f"{100 * mean:+.1f} ± {100 * reach:.1f}, {verdict}"


def _reach(values: list[float]) -> float:
    """Return half the width of Student's interval for the mean."""
    spread = statistics.stdev(values) / math.sqrt(len(values))
    return float(stats.t.ppf((1 + LEVEL) / 2, len(values) - 1)) * spread


def _of_rate(trial: dict, way: str, rate: float) -> float:
    (name,) = [
        name
        for name in trial
        if name.startswith(f"{way}_") and name.endswith(f"_at_{rate:g}_accuracy")
    ]
    return trial[name]
