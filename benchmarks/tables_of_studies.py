"""Tables of notebook 12: what each way to search found, and what became of it with new seeds."""

import math
import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from tables import _joined, _mean, _measured, _of, _table

from mnist_helpers import experiments

WAYS: dict[str, dict[str, Any]] = {  # to search; each draws numbers of its own
    "random": {"number": 0, "sampler": "random", "pruned": False},
    "TPE": {"number": 1, "sampler": "TPE", "pruned": False},
    "TPE, pruned": {"number": 2, "sampler": "TPE", "pruned": True},
}
PARAMETERS = {  # as in `mh.recipes.Recipe` → name, and how a value is shown
    "peak": ("peak of the learning rate", "{:.2g}"),
    "batch_size": ("batch", "{:.0f}"),
    "warm_up": ("warm-up", "{:.0%}"),
    "dropout": ("dropout", "{:.0%}"),
    "weight_decay": ("weight decay", "{:.2g}"),
}
WARM_UPS = ((0, 0.1), (0.1, 0.3), (0.3, 0.5))  # shares of the steps
TOP = 5


def finished(result: dict, way: str) -> list[dict[str, float]]:
    """Return every finished trial of a way to search, of all its searches."""
    keys = ("accuracy", "report_accuracy", "after_first_epoch", *PARAMETERS)
    return [
        dict(zip(keys, values, strict=True))
        for searched in _of(result, recipe=way)
        for values in zip(*(searched[key] for key in keys), strict=True)
    ]


def best(result: dict) -> list[dict[str, Any]]:
    """Return the settings of the best trials of all searches, by the images to choose by."""
    found = sorted(_all(result), key=lambda trial: -trial["accuracy"])
    return [_rounded(trial) for trial in found[:TOP]]


def _all(result: dict) -> list[dict[str, float]]:
    return [trial for way in WAYS for trial in finished(result, way)]


def _rounded(trial: dict[str, float]) -> dict[str, Any]:
    """Return settings in two digits: more of them decide nothing."""
    return {
        "batch_size": int(trial["batch_size"]),
        **{
            name: float(f"{trial[name]:.2g}")
            for name in ("peak", "warm_up", "dropout", "weight_decay")
        },
    }


def chosen(result: dict) -> int:
    """Return the place of the settings that are best with all images, by those to choose by."""
    found = _places(result)
    return int(max(found, key=lambda n: _mean(_of(result, recipe=f"{n}, in full"), "accuracy")))


def _places(result: dict) -> list[str]:
    """Return the places in the search of those that were trained again."""
    places = (str(place) for place in range(1, TOP + 1))
    return [place for place in places if _of(result, recipe=f"{place}, in full")]


def searches(result: dict) -> str:
    """Compare the ways to search: trials in the same time, and their best on both parts."""
    rows, trials = [], []
    for way in WAYS:
        found = _of(result, recipe=way)
        for one in found:
            winner = max(range(len(one["accuracy"])), key=one["accuracy"].__getitem__)
            trials.append(
                experiments.Trial(
                    way,
                    one["seed"],
                    {
                        "accuracy": one["accuracy"][winner],
                        "report_accuracy": one["report_accuracy"][winner],
                    },
                )
            )
        ours = [trial for trial in trials if trial.option == way]
        shown = [
            statistics.mean(trial[k] for trial in ours) for k in ("accuracy", "report_accuracy")
        ]
        counts = [[len(one[key]) for one in found] for key in ("accuracy", "pruned_after")]
        rows.append(
            (
                way,
                *(f"{statistics.mean(count):.0f}" for count in counts),
                *(f"{value:.2%}" for value in shown),
                f"{100 * (shown[1] - shown[0]):+.2f}",
                f"{100 * statistics.mean(_easier(one) for one in found):+.2f}",
            )
        )
    head = (
        "way to search",
        "finished trials",
        "pruned",
        "best of them, on the images that chose it",
        "the same network on the other images",
        "difference",
        "difference, mean of all finished trials",
    )
    runs = _of(result, recipe="TPE")
    said = (
        f"Means of {len(runs)} searches of {_mean(runs, 'seconds'):.0f} s each; differences are "
        "taken before rounding."
    )
    if len(runs) > 1:
        compared = [
            f"{way} against random: {experiments.compare(trials, way, 'random')}"
            for way in WAYS
            if way != "random"
        ]
        said += f" The best on the images that chose it, {'; '.join(compared)}."
    return _joined(_table(head, rows), said)


def _easier(searched: dict) -> float:
    """Return by how much the other images are easier, as a mean of all trials of a search."""
    return statistics.mean(searched["report_accuracy"]) - statistics.mean(searched["accuracy"])


def importances(result: dict) -> str:
    """Show each parameter's share, and where the best trials of all searches lie."""
    (shares,) = _of(result, recipe="importance")
    everything = sorted(_all(result), key=lambda trial: -trial["accuracy"])
    top = everything[: max(1, len(everything) // 10)]
    rows = []
    for name in sorted(PARAMETERS, key=lambda name: -shares[name]):
        shown, form = PARAMETERS[name]
        ends = [
            " to ".join(form.format(end([trial[name] for trial in trials])) for end in (min, max))
            for trials in (everything, top)
        ]
        rows.append((shown, f"{shares[name]:.0%}", *ends))
    head = ("parameter", "importance", "tried, from – to", f"the best {len(top)}, from – to")
    count = len(finished(result, "random"))
    return _joined(
        _table(head, rows),
        f"Importance by fANOVA, from the {count} trials of the random searches; the best are those "
        f"of {len(everything)} finished trials of all searches.",
    )


def winners(result: dict) -> str:
    """Show the settings that were best in the searches, and those of the series."""
    head = ("place in the search", "accuracy there", *(shown for shown, _ in PARAMETERS.values()))
    values = sorted((trial["accuracy"] for trial in _all(result)), reverse=True)
    rows = [
        (str(place), f"{value:.2%}", *_shown(settings))
        for place, (settings, value) in enumerate(zip(best(result), values, strict=False), 1)
    ]
    return _table(head, rows)


def _shown(settings: dict[str, Any]) -> list[str]:
    return [form.format(settings[name]) for name, (_, form) in PARAMETERS.items()]


def retrained(result: dict) -> str:
    """Show what the best five of the searches give with new seeds, and which place they take."""
    places = _places(result)
    before = sorted((trial["accuracy"] for trial in _all(result)), reverse=True)[: len(places)]
    again = {place: _of(result, recipe=place) for place in places}
    full = {place: _of(result, recipe=f"{place}, in full") for place in places}
    orders = [_order({p: _mean(t, "accuracy") for p, t in kind.items()}) for kind in (again, full)]
    rows = [
        (
            place,
            f"{value:.2%}",
            f"{_mean(again[place], 'accuracy'):.2%}",
            _ends(again[place]),
            str(orders[0][place]),
            f"{_mean(again[place], 'report_accuracy'):.2%}",
            f"{_mean(full[place], 'accuracy'):.2%}",
            str(orders[1][place]),
        )
        for place, value in zip(places, before, strict=True)
    ]
    head = (
        "place in the search",
        "accuracy there",
        "new seeds: mean",
        "from – to",
        "place",
        "on the other images",
        "all images: mean",
        "place",
    )
    means = [statistics.mean(before)] + [
        statistics.mean(_mean(trials, key) for trials in again.values())
        for key in ("accuracy", "report_accuracy")
    ]
    count, more = len(again["1"]), len(full["1"])
    return _joined(
        _table(head, rows),
        f"Mean of the {len(places)}: {means[0]:.2%} in the search, {means[1]:.2%} with {count} new "
        f"seeds ({100 * (means[1] - means[0]):+.2f} points), and {means[2]:.2%} on the images that "
        f"chose nothing. With all images: {more} seeds.",
        _undecided(result),
    )


def _order(values: dict[str, float]) -> dict[str, int]:
    ranked = sorted(values, key=lambda name: -values[name])
    return {name: ranked.index(name) + 1 for name in values}


def _ends(trials: Sequence[dict]) -> str:
    values = [trial["accuracy"] for trial in trials]
    return f"{min(values):.2%} – {max(values):.2%}"


def _undecided(result: dict) -> str:
    """Say how many pairs of the best five differ by less than chance moves them."""
    places = _places(result)
    trials = [
        experiments.Trial(trial["recipe"], trial["seed"], {"accuracy": trial["accuracy"]})
        for place in places
        for trial in _of(result, recipe=place)
    ]
    if len(_of(result, recipe="1")) < 2:
        return "With one seed, nothing can be decided."
    pairs = [
        experiments.compare(trials, one, other)
        for number, one in enumerate(places)
        for other in places[number + 1 :]
    ]
    count = sum(pair.verdict == "undecided" for pair in pairs)
    images = _of(result, recipe="1")[0]["images"]
    accuracy = statistics.mean(trial["accuracy"] for trial in trials)
    error = math.sqrt(accuracy * (1 - accuracy) / images)
    return (
        f"Of {len(pairs)} pairs among them, compared over the new seeds, {count} are undecided. "
        f"And that speaks of seeds only: the standard error of {images:,} images at {accuracy:.1%} "
        f"is {100 * error:.2f} points."
    )


def warm_ups(result: dict) -> str:
    """Show how many long warm-ups the first epoch would end, and how many the last one."""
    trials = finished(result, "random")
    middle = {
        key: statistics.median(trial[key] for trial in trials)
        for key in ("after_first_epoch", "accuracy")
    }
    rows = []
    for low, high in WARM_UPS:
        ours = [t for t in trials if low <= t["warm_up"] and (t["warm_up"] < high or high == 0.5)]
        below = [sum(t[key] < value for t in ours) for key, value in middle.items()]
        rows.append(
            (
                f"{low:.0%} to {high:.0%}",
                str(len(ours)),
                *(f"{count} ({_percent(count, len(ours))})" for count in below),
            )
        )
    pruned = [value for one in _of(result, recipe="TPE, pruned") for value in one["pruned_warm_up"]]
    kept = [trial["warm_up"] for trial in finished(result, "TPE, pruned")]
    head = ("warm-up", "random trials", "below the median after epoch 1", "at the end")
    shown = [_middle(values) for values in (pruned, kept)]
    return _joined(
        _table(head, rows),
        f"In the searches with pruning, the median warm-up of the {len(pruned)} pruned trials is "
        f"{shown[0]}, that of the {len(kept)} finished ones {shown[1]}.",
    )


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "–"


def _middle(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.0%}" if values else "none"


def tuned(result: dict) -> str:
    """Set the recipe that was found beside the series', with seeds that nothing has used."""
    rows = [
        (
            str(ours["seed"]),
            *(
                f"{one[key]:.2%}"
                for key in ("report_accuracy", "test_accuracy")
                for one in (theirs, ours)
            ),
            *(f"{one['seconds']:.0f} s" for one in (theirs, ours)),
        )
        for ours, theirs in zip(*(_of(result, recipe=r) for r in ("tuned", "series")), strict=True)
    ]
    head = (
        "seed",
        "images to report: series",
        "tuned",
        "test set: series",
        "tuned",
        "time: series",
        "tuned",
    )
    keys = ("report_accuracy", "test_accuracy", "seconds")
    trials = [
        experiments.Trial(t["recipe"], t["seed"], {key: t[key] for key in keys})
        for t in result["trials"]
        if t["recipe"] in ("tuned", "series")
    ]
    said = {
        name: experiments.compare(trials, "tuned", "series", key)
        for name, key in zip(
            ("on the images to report", "on the test set", "seconds"), keys, strict=True
        )
    }
    settings = best(result)[chosen(result) - 1]
    shown = ", ".join(
        f"{name} {value}"
        for (name, _), value in zip(PARAMETERS.values(), _shown(settings), strict=True)
    )
    return _joined(
        _measured(result, _numbers(t["seed"] for t in _of(result, recipe="tuned"))),
        _table(head, rows),
        f"The tuned recipe is number {chosen(result)} of the search: {shown}. Against the series': "
        + "; ".join(f"{name} {compared}" for name, compared in said.items())
        + ".",
    )


def _numbers(seeds: Iterable[int]) -> str:
    *most, last = map(str, seeds)
    return f"seeds {', '.join(most)} and {last}"


ALL = (searches, importances, winners, retrained, warm_ups, tuned)
