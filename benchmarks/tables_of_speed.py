"""Tables of notebook 10: what each change saves and costs, and the race with the reference."""

import statistics
from collections.abc import Sequence

from tables import _joined, _measured, _seeds, _table

from mnist_helpers import experiments

RATE = 0.0028  # of Adam for batches of 250, by the square root rule: 0.001 · √(250 / 32)
CHANGES = {  # row → what it changes on the last row that was kept
    "reference": "the reference recipe",
    "float32": "pixels as 32-bit floats, not 64-bit",
    "no validation": "no validation after each epoch",
    "batches": f"batches of 250 images, not 32; rate {RATE}, not 0.001",
    "calls": "10 steps in one call to TensorFlow (`steps_per_execution`)",
    "XLA": "XLA (`jit_compile=True`)",
    "pool first": "pooling before ReLU",
    "network": "5×5 and 3×3 convolutions, 16 and 32 filters, 256 units",
    "one cycle": "one cycle up to the rate 0.015 and down to 0; Adam's betas 0.7 and 0.9",
    "one epoch": "one epoch, not five",
    "one trace": "traced once, not twice: Adam's memory made before, no metric in training",
    "XLA at last": "XLA (`jit_compile=True`)",
}
LEFT_OUT = ("XLA", "XLA at last")
FAST = "one trace"  # the row that is the fast recipe


def chain(result: dict) -> str:
    """Set each row beside the one that it changes, with all that was measured."""
    trials = _trials(result)
    rows = []
    for name, before in _names(trials):
        ours = _of(trials, name)
        seconds = [trial["seconds"] for trial in ours]
        rows.append(
            (
                _shown(name),
                f"{statistics.mean(seconds):.1f} s",
                f"{min(seconds):.1f} – {max(seconds):.1f} s",
                _difference(trials, name, before, "seconds"),
                f"{_mean(ours, 'first_s'):.1f} s",
                f"{_mean(ours, 'memory'):,.0f} MB",
                f"{ours[0]['parameters']:,}",
                f"{_mean(ours, 'accuracy'):.2%}",
                _difference(trials, name, before, "accuracy"),
                f"{_mean(ours, 'loss'):.4f}",
            )
        )
    head = (
        "one change more in each row",
        "time",
        "range",
        "change in seconds (95% interval)",
        "of it until the first call is done",
        "peak memory",
        "parameters",
        "validation accuracy",
        "change in points (95% interval)",
        "validation loss",
    )
    return _joined(_measured(result, _seeds(result)), _table(head, rows), _CHANGE)


_CHANGE = (
    "A change is that against the last row above which is not *left out*, in pairs of the same "
    "seed; times and accuracies are means over the seeds."
)


def chain_short(result: dict) -> str:
    """Set each row beside the one that it changes: time, and accuracy with its verdict."""
    trials = _trials(result)
    first = _mean(_of(trials, "reference"), "seconds")
    rows = []
    for name, before in _names(trials):
        ours = _of(trials, name)
        seconds, accuracy = _mean(ours, "seconds"), f"{_mean(ours, 'accuracy'):.2%}"
        saved = price = "–"
        if before:
            change = _compared(trials, name, before, "seconds")
            saved = f"{change.mean:+.1f} s: {change.verdict}"
            change = _compared(trials, name, before, "accuracy")
            price = f"{100 * change.mean:+.2f}: {change.verdict}"
        times = f"{first / seconds:.1f}"
        rows.append((_shown(name), f"{seconds:.1f} s", saved, times, accuracy, price))
    head = (
        "one change more in each row",
        "time",
        "change in time",
        "times as fast",
        "accuracy",
        "change in points",
    )
    gain = first / _mean(_of(trials, FAST), "seconds")
    return _joined(
        _measured(result, _seeds(result)),
        _table(head, rows),
        f"From the first line to the last one kept: {gain:.1f} times as fast; accuracy "
        f"{_compared(trials, FAST, 'reference', 'accuracy')}.",
    )


def xla(result: dict) -> str:
    """Show what XLA does to the first call, and to all that comes after it."""
    trials = _trials(result)
    rows = []
    for name, before in _names(trials):
        if "XLA" in name:
            for option, shown in ((before, "without XLA"), (name, "with XLA")):
                ours = _of(trials, option or "")
                first, seconds = _mean(ours, "first_s"), _mean(ours, "seconds")
                network = "our network, five epochs" if name == "XLA" else "the fast recipe"
                cells = (f"{first:.1f} s", f"{seconds - first:.1f} s", f"{seconds:.1f} s")
                rows.append((f"{network}, {shown}", *cells))
    return _table(("", "until the first call is done", "after it", "together"), rows)


def choice(result: dict) -> str:
    """Set each row of the choice beside the recipe that was chosen."""
    trials = _trials(result)
    base, *_ = names = list(dict.fromkeys(trial.option for trial in trials))
    rows = []
    for name in names:
        ours = _of(trials, name)
        rows.append(
            (
                name,
                f"{_mean(ours, 'seconds'):.1f} s",
                f"{_mean(ours, 'accuracy'):.2%}",
                _difference(trials, name, None if name == base else base, "accuracy"),
                f"{_mean(ours, 'loss'):.4f}",
            )
        )
    head = (
        "what is changed",
        "time",
        "validation accuracy",
        "difference in points (95% interval)",
        "validation loss",
    )
    return _joined(_measured(result, _seeds(result)), _table(head, rows))


def race(result: dict) -> str:
    """Set the fast recipe beside the reference recipe: time, and accuracy on the test set."""
    trials = _trials(result)
    rows = []
    both = {"reference": "the reference recipe", "fast": "the fast recipe"}
    for name, shown in both.items():
        ours = _of(trials, name)
        seconds = [trial["seconds"] for trial in ours]
        rows.append(
            (
                shown,
                f"{statistics.mean(seconds):.1f} s",
                f"{min(seconds):.1f} – {max(seconds):.1f} s",
                f"{_mean(ours, 'test_accuracy'):.2%}",
                ", ".join(f"{trial['test_accuracy']:.2%}" for trial in ours),
            )
        )
    ratios = [
        theirs["seconds"] / ours["seconds"]
        for theirs, ours in zip(_of(trials, "reference"), _of(trials, "fast"), strict=True)
    ]
    gain = experiments.compare(trials, "fast", "reference", "test_accuracy")
    head = ("recipe", "time", "range", "test accuracy", "by seed")
    return _joined(
        _measured(result, _seeds(result)),
        _table(head, rows),
        f"The fast recipe was **{_mean_of(ratios):.1f} times** as fast (by seed "
        f"{', '.join(f'{ratio:.1f}' for ratio in ratios)}). Its accuracy against the reference's: "
        f"{gain}.",
    )


def race_sentence(result: dict) -> str:
    """Say in a sentence how much sooner the fast recipe is done, and how well it reads."""
    ours, theirs = (_of(_trials(result), name) for name in ("fast", "reference"))
    ratio = _mean_of([t["seconds"] / o["seconds"] for o, t in zip(ours, theirs, strict=True)])
    return (
        f"The recipe of notebook 10 trains in {_mean(ours, 'seconds'):.1f} s, {ratio:.1f} times as "
        f"fast as the reference recipe in the same run, and reads "
        f"{_mean(ours, 'test_accuracy'):.2%} of the test set (means of {len(ours)} seeds; the "
        f"reference recipe there: {_mean(theirs, 'test_accuracy'):.2%})."
    )


def _mean_of(ratios: Sequence[float]) -> float:
    """Return the geometric mean: of twice and half as fast it is 1."""
    return statistics.geometric_mean(ratios)


def _trials(result: dict) -> list[experiments.Trial]:
    return [
        experiments.Trial(
            trial["recipe"],
            trial["seed"],
            {key: value for key, value in trial.items() if key not in ("recipe", "seed")},
        )
        for trial in result["trials"]
    ]


def _names(trials: Sequence[experiments.Trial]) -> list[tuple[str, str | None]]:
    """Return each row that was measured, and the last kept one before it."""
    measured = {trial.option for trial in trials}
    found: list[tuple[str, str | None]] = []
    kept = None
    for name in CHANGES:
        if name in measured:
            found.append((name, kept))
            kept = kept if name in LEFT_OUT else name
    return found


def _shown(name: str) -> str:
    return f"{CHANGES[name]}: *left out*" if name in LEFT_OUT else CHANGES[name]


def _of(trials: Sequence[experiments.Trial], option: str) -> list[experiments.Trial]:
    return [trial for trial in trials if trial.option == option]


def _mean(trials: Sequence[experiments.Trial], key: str) -> float:
    return statistics.mean(trial[key] for trial in trials)


def _compared(
    trials: Sequence[experiments.Trial], name: str, before: str, metric: str
) -> experiments.Comparison:
    return experiments.compare(trials, name, before, metric)


def _difference(
    trials: Sequence[experiments.Trial], name: str, before: str | None, metric: str
) -> str:
    """Return a difference with its interval, in points or seconds, and the verdict."""
    if before is None:
        return "–"
    found = _compared(trials, name, before, metric)
    factor, form = (100, "{:+.2f}") if metric == "accuracy" else (1, "{:+.1f}")
    mean, low, high = (form.format(factor * x) for x in (found.mean, found.low, found.high))
    return f"{mean} ({low} to {high}): {found.verdict}"
