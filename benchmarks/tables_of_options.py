"""Tables of notebook 08: what the usual options give, and what the traps do."""

import itertools
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tables import _joined, _measured, _seeds, _table

from mnist_helpers import experiments

PATIENCE = 3
LEAST = 15  # epochs that every training with a constant rate has
BASELINE = "5 epochs (the reference recipe)"
WITH_DROPOUT, WITHOUT_DROPOUT = "deeper, with dropout", "deeper, without dropout"
STOPPED, FULL = "cosine, stopped early", "cosine, all its epochs"


class Ended(NamedTuple):
    """Where early stopping ends a training; both count from 1."""

    last: int
    best: int


class Option(NamedTuple):
    """An option as a part of a training.

    Attributes:
        training: Which one.
        epochs: After how many epochs it ends, and which epoch's weights it keeps, by the losses.
    """

    training: str
    epochs: Callable[[Sequence[float]], Ended] = lambda losses: Ended(len(losses), len(losses))


def stopped(losses: Sequence[float]) -> Ended | None:
    """Say where early stopping ends a training with these losses, or None if it does not.

    As `keras.callbacks.EarlyStopping(patience=3)` does it: it ends after three epochs in a row
    that are not below the lowest loss so far.
    """
    best = 0
    for epoch, loss in enumerate(losses):
        if epoch == 0 or loss < losses[best]:
            best = epoch
        elif epoch - best >= PATIENCE:
            return Ended(epoch + 1, best + 1)
    return None


def _after(epochs: int) -> Callable[[Sequence[float]], Ended]:
    return lambda losses: Ended(epochs, epochs)


def _stopping(losses: Sequence[float]) -> Ended:
    found = stopped(losses)
    last = found.last if found else len(losses)
    return Ended(last, last)


def _stopping_best(losses: Sequence[float]) -> Ended:
    lowest = min(range(len(losses)), key=losses.__getitem__)
    return stopped(losses) or Ended(len(losses), lowest + 1)


OPTIONS = {
    BASELINE: Option("constant", _after(5)),
    "1 epoch": Option("constant", _after(1)),
    "10 epochs": Option("constant", _after(10)),
    "15 epochs": Option("constant", _after(15)),
    "early stopping": Option("constant", _stopping),
    "early stopping, `restore_best_weights`": Option("constant", _stopping_best),
    WITH_DROPOUT: Option("deeper, with dropout"),
    WITHOUT_DROPOUT: Option("deeper, without dropout"),
    "`sgd`, rate 0.01": Option("sgd"),
    "`sgd`, rate chosen: {rate:g}": Option("chosen sgd"),
    "batch 16, rate 0.001": Option("batch 16"),
    "batch 16, rate {rate:g}": Option("batch 16, adapted"),
    "batch 128, rate 0.001": Option("batch 128"),
    "batch 128, rate {rate:g}": Option("batch 128, adapted"),
    "batch 512, rate 0.001": Option("batch 512"),
    "batch 512, rate {rate:g}": Option("batch 512, adapted"),
}
SCHEDULED = {FULL: Option("cosine"), STOPPED: Option("cosine", _stopping)}


def trials_of(result: dict, named: Mapping[str, Option] = OPTIONS) -> list[experiments.Trial]:
    """Return the trials of each option, made from the trainings that were recorded."""
    found = []
    for name, option in named.items():
        for trial in result["trials"]:
            if trial["recipe"] != option.training:
                continue
            losses = trial["loss_by_epoch"]
            last, best = (min(len(losses), epoch) for epoch in option.epochs(losses))
            results = {
                "accuracy": trial["accuracy_by_epoch"][best - 1],
                "loss": losses[best - 1],
                "shortest": _shortest(trial["seconds_by_epoch"]),
                "epochs": last,
                "best": best,
                "parameters": trial["parameters"],
                "memory": trial["memory"],
            }
            found.append(experiments.Trial(name.format(rate=trial["rate"]), trial["seed"], results))
    return found


def options(result: dict) -> str:
    """Set every option beside the reference recipe, with all that was measured."""
    trials = trials_of(result)
    rows = []
    for name, ours in _by_option(trials).items():
        loss = "–" if name == BASELINE else _plain(_compared(trials, name, "loss"), "{:+.4f}")
        rows.append(
            (
                name,
                f"{_mean(ours, 'accuracy'):.2%}",
                *_difference(trials, name),
                f"{_mean(ours, 'loss'):.4f}",
                loss,
                f"{_seconds(ours):.0f} s",
                _range(ours, "epochs"),
                f"{_mean(ours, 'memory'):,.0f} MB",
                f"{ours[0]['parameters']:,}",
            )
        )
    head = (
        "option",
        "validation accuracy",
        "difference",
        "95% interval",
        "verdict",
        "validation loss",
        "difference",
        "time of `fit`",
        "epochs",
        "peak memory",
        "parameters",
    )
    return _joined(_measured(result, _compared_seeds(result)), _table(head, rows))


def options_epochs(result: dict) -> str:
    """Set shorter and longer trainings beside the reference recipe."""
    return _short(result, [name for name, one in OPTIONS.items() if one.training == "constant"])


def options_networks(result: dict) -> str:
    """Set other networks and optimisers beside the reference recipe."""
    parts = [name for name in OPTIONS if name.startswith(("deeper", "`sgd`"))]
    compared = experiments.compare(trials_of(result), WITH_DROPOUT, WITHOUT_DROPOUT)
    return _joined(
        _short(result, [BASELINE, *parts]),
        f"The deeper network with dropout, against the same without: {compared}.",
    )


def options_batches(result: dict) -> str:
    """Set each size of the batches beside the reference recipe, with its rate and with its own."""
    return _short(result, [BASELINE, *(name for name in OPTIONS if name.startswith("batch"))])


def _short(result: dict, names: Iterable[str]) -> str:
    """Set options beside the reference recipe: epochs, accuracy, verdict, time."""
    trials = trials_of(result, {name: OPTIONS[name] for name in names})
    found = _by_option(trials)
    rows = []
    for name, ours in found.items():
        difference, interval, verdict = _difference(trials, name)
        seconds = _seconds(ours) / _seconds(found[BASELINE])
        accuracy, epochs = f"{_mean(ours, 'accuracy'):.2%}", _range(ours, "epochs")
        rows.append((name, epochs, accuracy, difference, interval, verdict, f"{seconds:.1f}"))
    head = ("option", "epochs", "accuracy", "difference", "95% interval", "verdict", "time")
    return _table(head, rows)


def options_by_seed(result: dict) -> str:
    """Show the accuracy of every option with every seed, and how far the seed alone moves it."""
    trials = trials_of(result)
    found = _by_option(trials)
    seeds = sorted({trial.seed for trial in trials})
    rows, spreads = [], {}
    for name, ours in found.items():
        values = {trial.seed: trial["accuracy"] for trial in ours}
        spreads[name] = max(values.values()) - min(values.values())
        cells = [f"{values[seed]:.2%}" for seed in seeds]
        rows.append((name, *cells, f"{100 * spreads[name]:.2f}"))
    head = ("option", *(f"seed {seed}" for seed in seeds), "highest − lowest")
    others = [_compared(trials, name) for name in found if name != BASELINE]
    usual = statistics.mean(spreads.values())
    smaller = sum(abs(one.mean) < usual for one in others)
    said = ", ".join(
        f"{sum(one.verdict == verdict for one in others)} {verdict}"
        for verdict in ("better", "worse", "undecided")
    )
    return _joined(
        _measured(result, _compared_seeds(result)),
        _table(head, rows),
        f"Of one and the same option, the highest and the lowest seed lie {100 * usual:.2f} points "
        f"apart, as a mean over the {len(spreads)} options ({100 * min(spreads.values()):.2f} to "
        f"{100 * max(spreads.values()):.2f}). Of the {len(others)} options besides the reference "
        f"recipe, {smaller} differ from it by less than that mean. Of {len(others)} verdicts: "
        f"{said}.",
    )


def sgd_rates(result: dict) -> str:
    """Show what each rate of SGD gave with the seed of the choice."""
    tried = [t for t in result["trials"] if t["recipe"].startswith("choice of")]
    rows = [
        (
            f"{trial['rate']:g}",
            f"{trial['accuracy_by_epoch'][-1]:.2%}",
            f"{trial['loss_by_epoch'][-1]:.4f}",
        )
        for trial in tried
    ]
    best = max(tried, key=lambda trial: trial["accuracy_by_epoch"][-1])["rate"]
    largest = max(trial["rate"] for trial in tried)
    return _joined(
        _table(("rate of SGD", "validation accuracy", "validation loss"), rows),
        f"One training each, with seed {tried[0]['seed']}, which no comparison has. The highest "
        f"accuracy is that of {best:g}{', the largest rate tried' * (best == largest)}.",
    )


def by_epoch(result: dict) -> str:
    """Show the training with a constant rate epoch by epoch: means over the seeds."""
    trainings = [t for t in result["trials"] if t["recipe"] == "constant"]
    common = min(LEAST, *(len(trial["loss_by_epoch"]) for trial in trainings))
    keys = ("training_accuracy_by_epoch", "accuracy_by_epoch", "loss_by_epoch")
    rows = []
    for epoch in range(common):
        shown = [statistics.mean(trial[key][epoch] for trial in trainings) for key in keys]
        rows.append((str(epoch + 1), f"{shown[0]:.2%}", f"{shown[1]:.2%}", f"{shown[2]:.4f}"))
    head = ("epoch", "training accuracy", "validation accuracy", "validation loss")
    return _table(head, rows)


def best_epoch(result: dict) -> str:
    """Show what reporting the best of all epochs adds to what the last one gives, by seed."""
    trainings = [t for t in result["trials"] if t["recipe"] == "constant"]
    common = min(LEAST, *(len(trial["loss_by_epoch"]) for trial in trainings))
    rows, gains = [], []
    for trial in trainings:
        values = trial["accuracy_by_epoch"][:common]
        best = max(range(common), key=values.__getitem__)
        gains.append(values[best] - values[-1])
        rows.append(
            (
                str(trial["seed"]),
                f"{values[-1]:.2%}",
                f"{values[best]:.2%}",
                str(best + 1),
                f"{100 * gains[-1]:+.2f}",
            )
        )
    head = ("seed", f"after epoch {common}", "the best epoch", "which", "difference")
    return _joined(
        _table(head, rows),
        f"On average, the best of {common} epochs is {100 * statistics.mean(gains):.2f} points "
        f"above the last one.",
    )


def under_schedule(result: dict) -> str:
    """Show what early stopping does to a training along the cosine schedule, seed by seed."""
    trials = trials_of(result, SCHEDULED)
    found = {name: {t.seed: t for t in ours} for name, ours in _by_option(trials).items()}
    rows = [
        (
            str(seed),
            str(early["epochs"]),
            f"{early['accuracy']:.2%}",
            f"{found[FULL][seed]['accuracy']:.2%}",
            f"{100 * (early['accuracy'] - found[FULL][seed]['accuracy']):+.2f}",
        )
        for seed, early in found[STOPPED].items()
    ]
    planned = _range(list(found[FULL].values()), "epochs")
    head = ("seed", "stopped after epoch", "accuracy then", f"after all {planned}", "difference")
    compared = experiments.compare(trials, STOPPED, FULL)
    return _joined(_table(head, rows), f"Stopped early, against all {planned} epochs: {compared}.")


def judged(result: dict) -> str:
    """Show how much better a training looks to the images by which its epoch was chosen."""
    rows = []
    for name, choose in (
        ("early stopping", lambda trial, part: _stopping(trial[f"loss_{part}"]).best),
        (
            "early stopping, `restore_best_weights`",
            lambda trial, part: _stopping_best(trial[f"loss_{part}"]).best,
        ),
        ("the epoch of the highest accuracy", _highest),
    ):
        trials = list(_judged(result["trials"], choose))
        own, other = (
            statistics.mean(trial["accuracy"] for trial in trials if trial.option == option)
            for option in ("chosen by", "not chosen by")
        )
        gain = experiments.compare(trials, "chosen by", "not chosen by")
        interval = f"{100 * gain.low:+.2f} to {100 * gain.high:+.2f}"
        rows.append((name, f"{own:.2%}", f"{other:.2%}", f"{100 * gain.mean:+.2f}", interval))
    head = (
        "the epoch is chosen by",
        "accuracy on the part that chose",
        "on the other part",
        "difference",
        "95% interval",
    )
    return _joined(_measured(result, _seeds(result)), _table(head, rows))


def judged_by_seed(result: dict) -> str:
    """Show the same for each seed and each part: the epoch of the highest accuracy."""
    rows, higher = [], 0
    for trial in result["trials"]:
        for part, other in (("A", "B"), ("B", "A")):
            epoch = _highest(trial, part)
            values = [trial[f"accuracy_{name}"][epoch - 1] for name in (part, other)]
            shown = [f"{value:.2%}" for value in values]
            gain = f"{100 * (values[0] - values[1]):+.2f}"
            rows.append((str(trial["seed"]), part, str(epoch), *shown, gain))
            higher += values[0] > values[1]
    head = ("seed", "chosen by", "epoch", "accuracy there", "on the other part", "difference")
    return _joined(
        _table(head, rows),
        f"In {higher} of {len(rows)} lines the accuracy is higher on the part that chose.",
    )


def _highest(trial: dict, part: str) -> int:
    values = trial[f"accuracy_{part}"]
    return 1 + max(range(len(values)), key=values.__getitem__)


def _judged(
    recorded: Iterable[dict], choose: Callable[[dict, str], int]
) -> Iterable[experiments.Trial]:
    """Return what chosen epochs reach, as means of A's choice and B's: no part is the easier."""
    for trial in recorded:
        epochs = {part: choose(trial, part) - 1 for part in "AB"}
        for option, judge in (("chosen by", "AB"), ("not chosen by", "BA")):
            values = [
                trial[f"accuracy_{part}"][epochs[chooser]]
                for chooser, part in zip("AB", judge, strict=True)
            ]
            accuracy = statistics.mean(values)
            yield experiments.Trial(option, trial["seed"], {"accuracy": accuracy})


def _by_option(trials: Iterable[experiments.Trial]) -> dict[str, list[experiments.Trial]]:
    found: dict[str, list[experiments.Trial]] = {}
    for trial in trials:
        found.setdefault(trial.option, []).append(trial)
    return found


def _compared(
    trials: list[experiments.Trial], name: str, metric: str = "accuracy"
) -> experiments.Comparison:
    return experiments.compare(trials, name, BASELINE, metric)


def _difference(trials: list[experiments.Trial], name: str) -> tuple[str, str, str]:
    """Return difference, interval and verdict of the accuracy, in points."""
    if name == BASELINE:
        return "–", "–", "the baseline"
    found = _compared(trials, name)
    interval = f"{100 * found.low:+.2f} to {100 * found.high:+.2f}"
    return f"{100 * found.mean:+.2f}", interval, found.verdict


def _plain(found: experiments.Comparison, form: str) -> str:
    return f"{form.format(found.mean)} ({form.format(found.low)} to {form.format(found.high)})"


def _compared_seeds(result: dict) -> str:
    shown = [trial for trial in result["trials"] if not trial["recipe"].startswith("choice of")]
    return _seeds({"trials": shown})


def _mean(trials: Sequence[experiments.Trial], key: str) -> float:
    return statistics.mean(trial[key] for trial in trials)


def _seconds(trials: Sequence[experiments.Trial]) -> float:
    """Return the time of `fit` if each epoch took as long as the shortest with any seed.

    Other work on the machine only ever adds to an epoch's time.
    """
    return _mean(trials, "epochs") * min(trial["shortest"] for trial in trials)


def _shortest(seconds_by_epoch: Sequence[float]) -> float:
    starts = (0.0, *seconds_by_epoch)
    return min(end - start for start, end in itertools.pairwise(starts))


def _range(trials: Sequence[Any], key: str) -> str:
    values = [trial[key] for trial in trials]
    return f"{min(values)}" if min(values) == max(values) else f"{min(values)}–{max(values)}"
