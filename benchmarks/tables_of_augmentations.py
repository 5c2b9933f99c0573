"""Tables of notebook 11: kinds of augmentation at equal time, and the most accurate network."""

import statistics
from collections.abc import Sequence

from scipy import stats
from tables import _accuracy, _joined, _mean, _measured, _of, _seeds, _table

from mnist_helpers import experiments

KINDS: dict[str, tuple[str, ...]] = {  # what a row is called → kinds of changes
    "no changes": (),
    "shift": ("shift",),
    "shift and affine": ("shift", "affine"),
    "all four kinds": ("shift", "affine", "bend", "pen"),
}
SHORT, USUAL, LONG = 0.25, 1.0, 3.0  # lengths of a training, in R
CHOICE = 0.5  # length of those by which the learning rate is chosen
REFERENCE = "reference"
LENGTHS = SHORT, USUAL, LONG
ASKED = {  # what the networks are asked → what it is called
    "validation": "validation digits",
    "forms": "rare forms, drawn",
    "pictures": "real pictures",
}
MISTAKES = "mistakes by seed"  # on validation digits
AIM, LIMIT = 0.9975, 4  # of the most accurate network: test accuracy; training in R


def name(kind: str, is_normalised: bool, share: float) -> str:
    """Name a training."""
    return f"{kind}; {_network(is_normalised)}; {share:g} R"


def speed_of(kind: str, is_normalised: bool) -> str:
    """Name the measurement of a speed."""
    return f"speed: {kind}; {_network(is_normalised)}"


def choice_of(rate: float, is_normalised: bool) -> str:
    """Name a training by which the learning rate is chosen."""
    return f"rate {rate:g}; {_network(is_normalised)}"


def _network(is_normalised: bool) -> str:
    return "with batch normalisation" if is_normalised else "without batch normalisation"


def times(result: dict, kind: str, is_normalised: bool) -> tuple[float, float, float]:
    """Return the shortest seconds measured: of the reference recipe, of a start, and of a step."""
    speeds = _of(result, recipe=speed_of(kind, is_normalised))
    return (
        min(trial["training_s"] for trial in _of(result, recipe=REFERENCE)),
        *(min(trial[key] for trial in speeds) for key in ("start_s", "step_s")),
    )


def best_rate(result: dict, is_normalised: bool, rates: Sequence[float]) -> float:
    """Return the learning rate that gave the most right answers on validation digits."""

    def right(rate: float) -> int:
        (trial,) = _of(result, recipe=choice_of(rate, is_normalised))
        return trial["validation_right"]

    return max(rates, key=right)


def augmentations(result: dict) -> str:
    """Compare kinds of changes and both networks at equal time, and say how it was measured."""
    return _joined(_described(result), augmentations_short(result))


def augmentations_short(result: dict) -> str:
    """Compare kinds of changes and both networks at equal time."""
    asked = _asked(result)
    rows = []
    for is_normalised in _networks(result):
        for kind in _kinds(result):
            trials = _of(result, recipe=name(kind, is_normalised, USUAL))
            rows.append(
                (
                    kind,
                    "yes" if is_normalised else "no",
                    f"{_mean(trials, 'epochs'):.1f}",
                    *(_right(trials, one) for one in asked),
                    _wrong(trials),
                )
            )
    heads = [_head(result, one) for one in asked]
    head = ("changes to the images", "batch normalisation", "epochs", *heads, MISTAKES)
    return _table(head, rows)


def augmentation_verdicts(result: dict) -> str:
    """Compare each kind of changes with none, and batch normalisation with its lack, in pairs."""
    none, *changed = _kinds(result)
    compared = [
        (f"{kind}, against {none}; {_network(flag)}", (kind, flag), (none, flag))
        for flag in _networks(result)
        for kind in changed
    ]
    compared += [
        (f"with batch normalisation, against without; {kind}", (kind, True), (kind, False))
        for kind in _kinds(result)
        if len(_networks(result)) == 2
    ]
    rows = []
    for what, option, baseline in compared:
        ours, theirs = (name(*cell, USUAL) for cell in (option, baseline))
        rows.append((what, *(_verdict(result, ours, theirs, one) for one in _asked(result))))
    heads = [ASKED[one] for one in _asked(result)]
    verdicts = [cell.rpartition(": ")[2] for _, *cells in rows for cell in cells]
    counts = [f"{verdicts.count(one)} *{one}*" for one in ("better", "worse", "undecided")]
    return _joined(
        _table(("compared, with the same seeds", *heads), rows),
        f"Of {len(verdicts)} verdicts, these are: {', '.join(counts)}.",
    )


def augmentation_lengths(result: dict) -> str:
    """Show what each kind of changes gives in short and in long trainings."""
    shown = [one for one in _asked(result) if one != "forms"]
    rows = []
    for kind in _kinds(result):
        of_kind = [_of(result, recipe=name(kind, True, share)) for share in LENGTHS]
        cells = [_right(trials, one) for one in shown for trials in of_kind]
        epochs = ", ".join(f"{_mean(trials, 'epochs'):.1f}" for trials in of_kind)
        rows.append((kind, epochs, *cells))
    heads = [f"{ASKED[one]}: {share:g} R" for one in shown for share in LENGTHS]
    return _table(("changes to the images", "epochs", *heads), rows)


def augmentation_copies(result: dict) -> str:
    """Show what the mean over moved copies gives on validation digits."""
    rows = []
    for (kind, share), trials in _with_normalisation(result).items():
        more = statistics.mean(_gains(trials))
        found = _wrong(trials), _wrong(trials, "_with_copies")
        rows.append((f"{kind}, {share:g} R", *found, f"{more:+.1f}"))
    head = ("changes, length", MISTAKES, "with copies", "more right, mean")
    return _joined(_table(head, rows), copies_sentence(result))


def copies_sentence(result: dict) -> str:
    """Count the networks that the mean over moved copies helps, on validation digits."""
    gains = [gain for trials in _with_normalisation(result).values() for gain in _gains(trials)]
    return (
        f"With copies, {sum(gain > 0 for gain in gains)} of {len(gains)} networks read more "
        f"validation digits, and {sum(gain < 0 for gain in gains)} fewer; the median "
        f"is {statistics.median(gains):+g} of {_count(result, 'validation'):,}."
    )


def _with_normalisation(result: dict) -> dict[tuple[str, float], list[dict]]:
    """Return kind of changes and length → the trainings with batch normalisation."""
    return {
        (kind, share): _of(result, recipe=name(kind, True, share))
        for share in LENGTHS
        for kind in _kinds(result)
    }


def _gains(trials: Sequence[dict]) -> list[int]:
    return [t["validation_right_with_copies"] - t["validation_right"] for t in trials]


def augmentation_rates(result: dict) -> str:
    """Show by which trainings the learning rates were chosen."""
    rows = []
    for trial in result["trials"]:
        if trial["recipe"].startswith("rate "):
            rate, network = trial["recipe"].removeprefix("rate ").split("; ")
            rows.append((network, rate, _right([trial], "validation"), _wrong([trial])))
    head = ("network", "peak of the learning rate", _head(result, "validation"), "mistakes")
    return _table(head, rows)


def best(result: dict) -> str:
    """Show the most accurate network seed by seed, and say how it was measured."""
    return _joined(_measured(result, _seeds(result)), best_short(result))


def best_short(result: dict) -> str:
    """Show the most accurate network seed by seed, beside the reference recipe's time."""
    ours, theirs = (_of(result, recipe=recipe) for recipe in ("accurate", "reference"))
    rows = []
    for trial, reference in zip(ours, theirs, strict=True):
        rows.append((str(trial["seed"]), *_time([trial], [reference]), *_tested([trial])))
    rows.append(("mean", *_time(ours, theirs), *_tested(ours)))
    head = ("seed", "training", "in R", "test accuracy", "with copies")
    count = ours[0]["test_count"]
    accuracies = [trial["test_right_with_copies"] / count for trial in ours]
    mean, reach = statistics.mean(accuracies), _reach(accuracies)
    one = sorted(trial["test_right_with_copies"] for trial in ours)[len(ours) // 2]
    met = "is reached" if round(mean, 4) >= AIM else "is missed"
    share = _mean(ours, "training_s") / _mean(theirs, "training_s")
    kept = "is kept" if share <= LIMIT else "is not kept"
    return _joined(
        _table(head, rows),
        f"It has {ours[0]['parameters']:,} parameters. The aim, {AIM:.2%} as a mean with copies, "
        f"{met}; the limit of {LIMIT} R {kept}. The mean is {count * (1 - mean):.1f} mistakes in "
        f"{count:,}. With other seeds: {mean:.2%}, 95% interval {mean - reach:.2%} to "
        f"{min(1, mean + reach):.2%}. With other images, the network in the middle of these: "
        f"{_accuracy(one, count)}. The reference recipe, for comparison: "
        f"{_mean(theirs, 'test_accuracy'):.2%}.",
    )


def best_sentence(result: dict) -> str:
    """Say in a sentence what the most accurate network reaches, and what it takes."""
    ours, theirs = (_of(result, recipe=recipe) for recipe in ("accurate", "reference"))
    share = _mean(ours, "training_s") / _mean(theirs, "training_s")
    accuracy = _mean(ours, "test_right_with_copies") / ours[0]["test_count"]
    return (
        f"The recipe of notebook 11 trains {ours[0]['parameters']:,} parameters, in {share:.1f} "
        f"times the time of the reference recipe, and they read {accuracy:.2%} of the test set "
        f"(mean of {len(ours)} seeds)."
    )


def best_asked(result: dict) -> str:
    """Show what the most accurate network reads of all that it was asked, as a mean."""
    ours = _of(result, recipe="accurate")
    rows = []
    for one, called in {"test": "MNIST's test set", **ASKED}.items():
        if f"{one}_count" in ours[0] and one != "validation":
            count = ours[0][f"{one}_count"]
            found = (_right(ours, one), _right(ours, one, "_with_copies"))
            rows.append((f"{called} ({count:,})", *found))
    return _table(("asked", "one answer", "with copies"), rows)


def _described(result: dict) -> str:
    reference = _of(result, recipe=REFERENCE)
    usual = [t for t in result["trials"] if t["recipe"].endswith(f"; {USUAL:g} R")]
    return (
        f"{_measured(result, _seeds({'trials': usual}))} 1 R was "
        f"{min(trial['training_s'] for trial in reference):.0f} s, the shortest of "
        f"{len(reference)}. How many steps a training gets follows from its speed, measured before "
        "in the same way."
    )


def _kinds(result: dict) -> list[str]:
    """Return the kinds of changes that were measured: the quick form leaves some out."""
    return [kind for kind in KINDS if _of(result, recipe=name(kind, True, USUAL))]


def _networks(result: dict) -> list[bool]:
    """Return which networks were measured: without batch normalisation, and with it."""
    kind = next(iter(KINDS))
    return [flag for flag in (False, True) if _of(result, recipe=name(kind, flag, USUAL))]


def _asked(result: dict) -> list[str]:
    """Return what the networks were asked: there may be no real handwriting."""
    return [one for one in ASKED if _count(result, one)]


def _count(result: dict, asked: str) -> int:
    (trial, *_) = _of(result, recipe=name(next(iter(KINDS)), True, USUAL))
    return trial.get(f"{asked}_count", 0)


def _head(result: dict, asked: str) -> str:
    return f"{_count(result, asked):,} {ASKED[asked]}"


def _right(trials: Sequence[dict], asked: str, way: str = "") -> str:
    return f"{_mean(trials, f'{asked}_right{way}') / trials[0][f'{asked}_count']:.2%}"


def _wrong(trials: Sequence[dict], way: str = "") -> str:
    """Return the mistakes on validation digits, seed by seed."""
    return ", ".join(
        str(trial["validation_count"] - trial[f"validation_right{way}"]) for trial in trials
    )


def _verdict(result: dict, option: str, baseline: str, asked: str) -> str:
    """Return difference, interval and verdict of the accuracies, in points."""
    trials = [
        experiments.Trial(
            recipe,
            trial["seed"],
            {"accuracy": trial[f"{asked}_right"] / trial[f"{asked}_count"]},
        )
        for recipe in (option, baseline)
        for trial in _of(result, recipe=recipe)
    ]
    found = experiments.compare(trials, option, baseline)
    ends = f"{100 * found.low:+.2f} to {100 * found.high:+.2f}"
    return f"{100 * found.mean:+.2f} ({ends}): {found.verdict}"


def _time(ours: Sequence[dict], theirs: Sequence[dict]) -> tuple[str, str]:
    seconds, reference = (_mean(trials, "training_s") for trials in (ours, theirs))
    return f"{seconds:.0f} s", f"{seconds / reference:.2f}"


def _tested(trials: Sequence[dict]) -> tuple[str, str]:
    return _right(trials, "test"), _right(trials, "test", "_with_copies")


def _reach(values: Sequence[float]) -> float:
    """Return how far the 95% interval of the mean reaches to each side (Student 1908)."""
    count = len(values)
    if count < 2:
        return float("nan")
    factor = float(stats.t.ppf(0.975, count - 1))
    return factor * statistics.stdev(values) / count**0.5
