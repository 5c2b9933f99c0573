"""Turns the results of the benchmarks into tables and sentences; every number is computed here."""

import statistics
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from mnist_helpers import evaluation

# The recipes of compare_recipes.py in their order → what each changes on the one before it.
CHANGES = {
    "reference": "the reference recipe",
    "float32": "pixels as 32-bit floats, not 64-bit",
    "held out": "trained on 55,000 images, not 60,000",
    "small validation": "validated on those 5,000 images, not on the 10,000 of the test set",
    "batches": "batches of 128 images, not 32",
    "calls": "ten steps in one call to TensorFlow (`steps_per_execution`)",
    "rate": "learning rate 0.006, not 0.001, constant",
    "series": "warm-up to 0.006, then decay to 0: this series",
}
IN_NOTEBOOK_03 = {
    "calls": "plain Adam: 0.001 in every step",
    "rate": "a larger rate: 0.006 in every step",
    "series": "warm-up to 0.006, then decay to 0",
}


def recipes(result: dict) -> str:
    """Compare the recipes, and the whole script with the notebooks."""
    runs = _runs(result)
    rows = _trained(*runs.values())
    for notebooks in _of(result, recipe="notebooks"):
        script, seconds = _mean(runs["reference"], "script_s"), notebooks["script_s"]
        rows.append(
            (
                f"whole script; {notebooks['what']}",
                *(f"{time:.0f} s" for time in (script, seconds)),
                f"{seconds / script:.2f}",
            )
        )
    return _joined(
        _measured(result, _seeds(result)),
        _table(("mean over the seeds", "reference recipe", "this series", "ratio"), rows),
        f"Test accuracy by seed: {_by_seed(runs)}.",
    )


def factors(result: dict) -> str:
    """Show each step from the reference recipe to ours; a recipe not measured has no row."""
    rows = [
        (
            change,
            f"{_mean(trials, 'training_s'):.0f} s",
            f"{_mean(trials, 'peak_memory_mb'):,.0f} MB",
            f"{_mean(trials, 'test_accuracy'):.2%}",
            _range(trials, "test_accuracy"),
        )
        for change, trials in _measured_of(result, CHANGES)
    ]
    head = ("one change more in each row", "training time", "peak memory", "test accuracy", "range")
    return _joined(
        _measured(result, _seeds(result)),
        _table(head, rows),
        "Means over the seeds; the range is that of the test accuracy.",
    )


def schedule(result: dict) -> str:
    """Show on validation images what learning rate and schedule give, all else being equal."""
    rows = [
        (
            name,
            f"{_mean(trials, 'validation_accuracy'):.2%}",
            _range(trials, "validation_accuracy"),
            f"{_mean(trials, 'validation_loss'):.4f}",
        )
        for name, trials in _measured_of(result, IN_NOTEBOOK_03)
        if all("validation_loss" in trial for trial in trials)
    ]
    head = ("learning rate", "validation accuracy", "from – to", "validation loss")
    return _joined(
        _measured(result, _seeds(result)),
        _table(head, rows),
        f"Means of {_many(len(_of(result, recipe='series')), 'training')} each.",
    )


def recipes_short(result: dict) -> str:
    """Say in three rows what the series gains on the reference recipe."""
    runs = _runs(result)
    pairs = runs["reference"], runs["series"]
    seconds = [_mean(trials, "training_s") for trials in pairs]
    seeds = len({run["seed"] for run in runs["reference"]})
    rows = [
        (
            f"test accuracy, mean of {_many(seeds, 'seed')}",
            *(f"{_mean(trials, 'test_accuracy'):.2%}" for trials in pairs),
        ),
        (
            f"training time on {_many(result['machine']['cores'], 'core')}",
            f"{seconds[0]:.0f} s",
            f"{seconds[1]:.0f} s ({seconds[1] / seconds[0]:.2f} of it)",
        ),
        ("peak memory", *(f"{_mean(trials, 'peak_memory_mb'):,.0f} MB" for trials in pairs)),
    ]
    return _table(("", "reference recipe", "this series"), rows)


def seeds(result: dict) -> str:
    """Show the accuracies of networks that differ by their seed."""
    trials = result["trials"]
    found = [trial["right"] / trial["images"] for trial in trials]
    rows = [(str(trial["seed"]), _accuracy(trial["right"], trial["images"])) for trial in trials]
    return _joined(
        _measured(result),
        _table(("seed", "test accuracy"), rows),
        f"The accuracies lie between {min(found):.2%} and {max(found):.2%}.",
    )


def seeds_paired(result: dict) -> str:
    """Compare each of these networks with the first one, image by image."""
    first, *others = result["trials"]
    beyond, rows = 0, []
    for trial in others:
        lost, won = trial["only_first_right"], trial["only_this_right"]
        luck = 2 * (lost + won) ** 0.5
        beyond += abs(won - lost) > luck
        rows.append((str(trial["seed"]), str(lost), str(won), f"{won - lost:+}", f"±{luck:.0f}"))
    only = f"only seed {first['seed']} is right"
    return _joined(
        _table(("seed", only, "only this seed is right", "difference", "luck"), rows),
        f"In {beyond} of {len(others)} comparisons the difference is larger than luck.",
    )


def recipes_by_seed(result: dict) -> str:
    """Set the test accuracies of the two recipes side by side, seed by seed."""
    runs = {
        name: [trial["test_accuracy"] for trial in trials] for name, trials in _runs(result).items()
    }
    rows = [
        (str(trial["seed"]), f"{theirs:.2%}", f"{ours:.2%}")
        for trial, theirs, ours in zip(
            _of(result, recipe="series"), runs["reference"], runs["series"], strict=True
        )
    ]
    return _joined(
        _measured(result),
        _table(("seed", "reference recipe", "this series"), rows),
        f"Of these runs, the lowest of this series is {min(runs['series']):.2%}, the highest "
        f"of the reference recipe {max(runs['reference']):.2%}.",
    )


def learning_rates(result: dict) -> str:
    """Compare the peaks of the learning rate on validation images."""
    peaks = sorted({trial["peak"] for trial in result["trials"]})
    means = {
        peak: [_mean(_of(result, peak=peak), f"validation_{what}") for what in ("accuracy", "loss")]
        for peak in peaks
    }
    rows = [(f"{peak:g}", f"{means[peak][0]:.2%}", f"{means[peak][1]:.4f}") for peak in peaks]
    best = max(peaks, key=lambda peak: means[peak][0])
    return _joined(
        _measured(result, _seeds(result)),
        _table(("peak of the learning rate", "validation accuracy", "validation loss"), rows),
        f"Means over the seeds; the highest accuracy is that of {best:g}.",
    )


SIZES = ("one block", "16 and 32 filters", "64 and 128 filters", "16 units in the dense layer")


def network(result: dict) -> str:
    """Compare the variants of the network on validation images."""
    count = result["trials"][0]["count"]
    return _joined(
        _measured(result, _seeds(result)),
        _variants(result, _variants_of(result)),
        f"The accuracy is the mean over the seeds; the mistakes are those among {count:,} "
        "validation images.",
    )


def network_parts(result: dict) -> str:
    """Compare the network with what is left of it when a part is taken out or replaced."""
    return _variants(result, [name for name in _variants_of(result) if name not in SIZES])


def network_sizes(result: dict) -> str:
    """Compare the network with smaller and larger ones."""
    names = _variants_of(result)
    return _variants(result, [names[0], *(name for name in names if name in SIZES)])


def _variants_of(result: dict) -> list[str]:
    return list(dict.fromkeys(trial["variant"] for trial in result["trials"]))


def _variants(result: dict, names: Iterable[str]) -> str:
    rows = []
    for name in names:
        trials = _of(result, variant=name)
        wrong = [trial["count"] - trial["right"] for trial in trials]
        rows.append(
            (
                name,
                f"{trials[0]['parameters']:,}",
                f"{_mean(trials, 'validation_accuracy'):.2%}",
                ", ".join(f"{count:,}" for count in wrong),
            )
        )
    return _table(("network", "parameters", "validation accuracy", "mistakes by seed"), rows)


def reader(result: dict) -> str:
    """Compare the training of the reader of handwriting with the reference recipe."""
    runs = {name: _of(result, recipe=name) for name in ("reference", "reader")}
    on_validation = ", ".join(f"{run['validation_accuracy']:.2%}" for run in runs["reader"])
    head = ("mean over the seeds", "reference recipe", "reader of handwriting", "ratio")
    return _joined(
        _measured(result, _seeds(result)),
        _table(head, _trained(*runs.values())),
        f"Test accuracy by seed: {_by_seed(runs)}. The reader on the validation images: "
        f"{on_validation}. It has {runs['reader'][0]['parameters']:,} parameters.",
    )


def bounds(result: dict) -> str:
    """Show what each bound for "no digit" gives; of real pictures, too, if there were some."""
    trials = result["trials"]
    kinds = list(dict.fromkeys(trial["shown"] for trial in trials))
    rows = []
    for sure in sorted({trial["sure"] for trial in trials}):
        cells = []
        for kind in kinds:
            (trial,) = _of(result, shown=kind, sure=sure)
            answered, right = trial["answered"], trial["right"]
            if "pictures" in kind:
                cells.append(f"{answered / trial['count']:.1%}, {right / max(answered, 1):.1%}")
            else:
                cells.append(f"{1 - answered / trial['count']:.1%}")
        rows.append((f"{sure:g}", *cells))
    heads = [f"{kind}: {'answered, right' if 'pictures' in kind else 'refused'}" for kind in kinds]
    counts = ", ".join(f"{_of(result, shown=kind)[0]['count']:,} {kind}" for kind in kinds)
    return _joined(
        f"{_measured(result)} {counts}; model {trials[0]['model']}.",
        _table(("least probability", *heads), rows),
        "Behind the comma stands the share of those answered that was read right.",
    )


def bounds_short(result: dict) -> str:
    """Show what each bound gives on real pictures and on scribbles, if there are real ones."""
    trials = result["trials"]
    digits = next(k for k in ("real pictures", "made pictures") if _of(result, shown=k))
    rows = []
    for sure in sorted({trial["sure"] for trial in trials}):
        (real,), (scribbles,) = (
            _of(result, shown=kind, sure=sure) for kind in (digits, "scribbles")
        )
        rows.append(
            (
                f"{sure:g}",
                f"{real['answered'] / real['count']:.2%}",
                f"{real['right'] / max(real['answered'], 1):.2%}",
                f"{1 - scribbles['answered'] / scribbles['count']:.1%}",
            )
        )
    heads = (f"{real['count']:,} {digits}: answered", "right of those")
    return _table(("least probability", *heads, f"{scribbles['count']:,} scribbles: refused"), rows)


def explained(result: dict) -> str:
    """Show what the reader of handwriting is without one thing of its training, and its seeds."""
    return _joined(_measured(result, _seeds(result)), explained_short(result))


def explained_short(result: dict) -> str:
    """Show what the reader of handwriting is without one thing of its training."""
    trials = result["trials"]
    kinds = list(dict.fromkeys(trial["shown"] for trial in trials))
    rows = []
    for recipe in dict.fromkeys(trial["recipe"] for trial in trials):
        cells = []
        for kind in kinds:
            shares = [t["right"] / t["count"] for t in _of(result, recipe=recipe, shown=kind)]
            cells.append(", ".join(f"{share:.1%}" for share in shares))
        rows.append((recipe, *cells))
    heads = [f"{_of(result, shown=kind)[0]['count']:,} {kind}" for kind in kinds]
    return _table(("trained with", *heads), rows)


def service(result: dict) -> str:
    """Show the service under load, its start and its memory."""
    rows = [
        (
            trial["body"],
            str(trial["clients"]),
            f"{trial['answers_per_s']:,.0f}",
            _milliseconds(trial["p50_ms"]),
            _milliseconds(trial["p99_ms"]),
        )
        for trial in _of(result, measure="load")
    ]
    ratios = []
    for constant in _of(result, body="the same, constant answer"):
        (ours,) = _of(result, body="28×28 array", clients=constant["clients"])
        ratio = ours["p50_ms"] / constant["p50_ms"]
        ratios.append(f"{ratio:.2f} times as long with {_many(constant['clients'], 'client')}")
    starts = [trial["seconds"] for trial in _of(result, measure="start")]
    (memory,) = _of(result, measure="memory")
    return _joined(
        _measured(result),
        _table(("one image as", "clients", "answers/s", "p50", "p99"), rows),
        f"An array takes {', '.join(ratios)} as the same request to a route that receives it, "
        "looks at nothing, and gives a constant answer (p50).",
        f"From the start of the process to the first answer: {statistics.median(starts):.2f} s "
        f"(median of {len(starts)}; {min(starts):.2f} to {max(starts):.2f} s). Memory: "
        f"{memory['first_mb']:.0f} MB at first, {memory['before_mb']:.0f} MB before and "
        f"{memory['after_mb']:.0f} MB after {memory['requests']:,} more requests. Exit code "
        f"{memory['exit_code']}.",
    )


def attacks(result: dict) -> str:
    """Show what the service did under each attack."""
    trials = [trial for trial in result["trials"] if "seconds" in trial]
    (end,) = _of(result, attack="after all")
    rows = [
        (
            trial["attack"],
            trial["answers"] or "none",
            f"{trial['slowest_s']:.2f} s" if trial["answers"] else "",
            f"{trial['slowest_visit_s']:.2f} s",
            f"{trial['visits_failed']:,} of {trial['visits']:,}",
            f"{trial['peak_memory_mb']:.0f} MB",
            f"{trial['ordinary_right']:,} of {trial['ordinary']:,}",
        )
        for trial in trials
    ]
    more = {
        what: max(trial[f"more_{what}"] for trial in trials)
        for what in ("processes", "threads", "files")
    }
    held = ", ".join(f"{max(0, count)} {what}" for what, count in more.items())
    return _joined(
        _measured(result),
        _table(
            (
                "attack",
                "answers",
                "slowest",
                "slowest visit",
                "visits failed",
                "peak memory",
                "right after it",
            ),
            rows,
        ),
        f"Left behind after an attack, at most: {held}. Memory when at rest: "
        f"{trials[0]['memory_before_mb']:.0f} MB before the first attack, "
        f"{trials[-1]['memory_after_mb']:.0f} MB after the last. Marks in answers or in the log: "
        f"{sum(trial['marks'] for trial in trials)}. Exit code {end['exit_code']}, "
        f"{end['tracebacks']} tracebacks in the log.",
    )


def preparation(result: dict) -> str:
    """Show what each step of the preparation adds, and when no digit is found."""
    trials = _of(result, measure="accuracy")
    made = next(trial for trial in trials if "pictures" in trial)
    rows = [
        (
            trial["preparation"],
            _accuracy(trial["pictures_right"], trial["pictures"]) if "pictures" in trial else "",
            _accuracy(trial["digits_right"], trial["digits"]),
            f"{trial['ms_per_picture']:.0f} ms" if "pictures" in trial else "",
        )
        for trial in trials
    ]
    hard = _of(result, measure="difficult")
    kinds = list(dict.fromkeys(trial["shown"] for trial in hard))
    difficult = [
        (
            name,
            *(
                f"{trial['right'] / trial['count']:.0%}, "
                f"{trial['right_of_lessons'] / trial['count']:.0%}"
                for trial in _of(result, measure="difficult", preparation=name)
            ),
        )
        for name in dict.fromkeys(trial["preparation"] for trial in hard)
    ]
    reader, lessons = dict.fromkeys(trial["name"] for trial in _of(result, measure="no digit"))
    compared = []
    for pair in _of(result, measure="paired"):
        ours, theirs = (
            _of(result, measure="no digit", shown=pair["shown"], name=name)[0]
            for name in (reader, lessons)
        )
        refused = [f"{t['no_digit'] / t['count']:.1%}" for t in (ours, theirs)]
        answered = ours["count"] - ours["no_digit"]
        right = _accuracy(ours["right"], answered) if "right" in ours else ""
        count = f"{pair['count']:,} {pair['shown']}"
        compared.append((count, *refused, f"{pair['gained']} : {pair['lost']}", right))
    bounds = _of(result, measure="no digit", name=reader)[0]
    return _joined(
        f"{_measured(result)} Validation digits of {result['data']}, read by {reader} "
        f"({made['model']}): {made['pictures']:,} made pictures (seed {made['seed']}), and "
        f"{made['digits']:,} images as they are.",
        _table(
            (
                "preparation",
                "accuracy on made pictures",
                "on the data set",
                "time for a picture",
            ),
            rows,
        ),
        f"And of {hard[0]['count']} difficult pictures of each kind, behind the comma those that "
        f"{lessons} reads right:",
        _table(("preparation", *kinds), difficult),
        "How often the answer is “no digit”, after all steps, from each network with its own "
        f"bounds: {bounds['sure']:.0%} probability and at most {bounds['full']:.0%} ink are asked "
        f"for by {reader}.",
        _table(
            (
                "shown",
                f"“no digit” from {reader}",
                f"from {lessons}",
                "only the first : only the second right",
                "the first right, of those answered",
            ),
            compared,
        ),
        "There, a digit is right by its best answer, refused or not; a picture without a digit is "
        "right if it is refused.",
    )


def pictures(result: dict) -> str:
    """Show how many pictures are read right, and what the first model takes each label for."""
    models = _of(result, measure="all")
    rows = _of(result, measure="label", model=models[0]["model"])
    labels = [row["label"] for row in rows]
    keys = ("label", "pictures", "best_right", *(f"read_{label}" for label in labels), "none")
    numbers = models[0]["numbers"]
    numbered = f", those numbered {numbers}" * (numbers != "all")
    unreadable = models[0]["unreadable"]
    left_out = f"; {unreadable:,} more could not be opened" * bool(unreadable)
    count = sum(row["pictures"] for row in rows)
    return _joined(
        f"{_measured(result)} {_many(count, 'picture')} of {result['data']}{numbered}{left_out}.",
        pictures_short(result),
        f"What {models[0]['name']} ({models[0]['model']}) read:",
        _table(
            ("label", "pictures", "best answer right", *map(str, labels), "none"),
            [[f"{row[key]:,}" for key in keys] for row in rows],
        ),
        "The columns 0, 1 and so on say what each label was read as; “none”: no digit was found, "
        "or none surely enough.",
    )


def pictures_short(result: dict) -> str:
    """Show, for each model, the shares of pictures that are read right."""
    rows = []
    for model in _of(result, measure="all"):
        labels = _of(result, measure="label", model=model["model"])
        count = sum(row["pictures"] for row in labels)
        answered = count - sum(row["none"] for row in labels)
        rows.append(
            (
                f"{model['name']} ({model['model']})",
                _share(sum(row["best_right"] for row in labels), count),
                _share(answered, count),
                _share(sum(row[f"read_{row['label']}"] for row in labels), answered),
            )
        )
    return _table(("read by", "best answer right", "answered", "right of those answered"), rows)


def neighbours(result: dict) -> str:
    """Compare rules that store more and more, on the validation images."""
    rows = [
        (
            f"{trial['stored']:,} {trial['kept']}",
            f"{trial['numbers']:,}",
            f"{trial['cpu_ms_per_image']:.3f} ms",
            _accuracy(trial["right"], trial["images"]),
        )
        for trial in result["trials"]
    ]
    return _joined(
        _measured(result),
        _table(("kept", "numbers", "time per image", "accuracy"), rows),
    )


def _measured(result: dict, seeds: str = "") -> str:
    """Say by which script, where, when and with which versions it was measured."""
    machine, versions = result["machine"], result["versions"]
    packages = {"tensorflow": "TensorFlow", "ai-edge-litert": "LiteRT"}
    with_versions = [f"Python {versions['python']}"] + [
        f"{name} {versions[package]}" for package, name in packages.items() if package in versions
    ]
    parts = [seeds] * bool(seeds) + with_versions + [result["date"][:10]]
    return (
        f"Measured by `benchmarks/{result['name']}.py` on {_many(machine['cores'], 'core')} "
        f"({machine['system']} {machine['machine']}), {', '.join(parts)}."
    )


def _runs(result: dict) -> dict[str, list[dict]]:
    return {recipe: _of(result, recipe=recipe) for recipe in ("reference", "series")}


def _trained(first: Sequence[dict], second: Sequence[dict]) -> list[tuple[str, ...]]:
    """Compare two trainings, by the means of their trials."""
    rows = []
    for name, key, form in (
        ("training time", "training_s", "{:.0f} s"),
        ("peak memory", "peak_memory_mb", "{:,.0f} MB"),
        ("test accuracy", "test_accuracy", "{:.2%}"),
        ("test loss", "test_loss", "{:.4f}"),
    ):
        means = [_mean(trials, key) for trials in (first, second)]
        ratio = f"{means[1] / means[0]:.2f}" if name in ("training time", "peak memory") else ""
        rows.append((name, *map(form.format, means), ratio))
    return rows


def _by_seed(runs: Mapping[str, Sequence[dict]]) -> str:
    return "; ".join(
        f"{name} {', '.join(format(run['test_accuracy'], '.2%') for run in trials)}"
        for name, trials in runs.items()
    )


def _measured_of(result: dict, names: Mapping[str, str]) -> list[tuple[str, list[dict]]]:
    """Return what names a recipe, and its trials, for each recipe that was measured."""
    found = [(shown, _of(result, recipe=recipe)) for recipe, shown in names.items()]
    return [(shown, trials) for shown, trials in found if trials]


def _range(trials: Sequence[dict], key: str) -> str:
    values = [trial[key] for trial in trials]
    return f"{min(values):.2%} – {max(values):.2%}"


def _of(result: dict, **wanted: object) -> list[dict]:
    """Choose the trials that have these values."""
    return [t for t in result["trials"] if all(t.get(k) == v for k, v in wanted.items())]


def _mean(trials: Sequence[dict], key: str) -> float:
    return statistics.mean(trial[key] for trial in trials)


def _accuracy(right: int, count: int) -> str:
    if not count:
        return "none"
    found = (np.arange(count) < right).astype(int)
    return str(evaluation.accuracy(np.ones(count, int), found))


def _share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,}: {_accuracy(part, whole)}"


def _milliseconds(value: float) -> str:
    return f"{value:,.{2 if value < 10 else 1}f} ms"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' if count != 1 else ''}"


def _seeds(result: dict) -> str:
    *most, last = map(str, sorted({trial["seed"] for trial in result["trials"] if "seed" in trial}))
    return f"seeds {', '.join(most)} and {last}" if most else f"seed {last}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table in Markdown: its first column to the left, the others to the right."""
    lines = [f"| {' | '.join(line)} |".replace("|  |", "| |") for line in (head, *rows)]
    lines.insert(1, f"|---|{'---:|' * (len(head) - 1)}")
    return "\n".join(lines)


def _joined(*parts: str) -> str:
    return "\n\n".join(parts)
