"""Tables of notebook 13: the same rules on other images."""

from collections.abc import Sequence

from tables import _accuracy, _joined, _mean, _measured, _of, _seeds, _table

MEAN, SAME, BETTER = "nearest mean", "the network of notebook 02", "the better network"
RULES = (MEAN, SAME, BETTER)
AIMS = {"Fashion-MNIST": 0.93, "CIFAR-10": 0.80}  # test accuracy of the better network
TIMES = 10  # the limit of a training, in that of the reference recipe


def row(data: str, rule: str) -> str:
    """Return the name under which a rule's trials on a data set are kept."""
    return f"{data}; {rule}"


def data_sets(result: dict) -> str:
    """Show each rule on each data set, with all that was measured."""
    reference = _of(result, recipe="reference")[0]["training_s"]
    rows = []
    for data in _data(result):
        for rule in RULES:
            if ours := _of(result, recipe=row(data, rule)):
                seconds = _mean(ours, "training_s")
                is_trained = rule != MEAN
                rows.append(
                    (
                        f"{data}: {rule}",
                        f"{ours[0]['parameters']:,}",
                        str(ours[0]["epochs"]) if is_trained else "–",
                        f"{seconds:.0f} s" if is_trained else "–",
                        f"{seconds / reference:.1f} R" if is_trained else "–",
                        f"{_share(ours, 'validation'):.2%}",
                        _by_seed(ours, "test"),
                        _interval(ours),
                    )
                )
    head = (
        "images and rule",
        "numbers learned",
        "epochs",
        "training",
        "in R",
        "validation accuracy, mean",
        "test accuracy by seed",
        "test accuracy, mean (95% interval)",
    )
    note = (
        f"R is the training of the reference recipe in the same run, {reference:.0f} s. The "
        "interval is for the images, as if one seed had given the mean."
    )
    aims = [line for data in _data(result) if (line := _aim(result, data, reference))]
    return _joined(_measured(result, _seeds(result)), _table(head, rows), note, *aims)


def data_sets_short(result: dict) -> str:
    """Show the mean test accuracy of each rule, a line for each data set."""
    rows = []
    for data in _data(result):
        trials = [_of(result, recipe=row(data, rule)) for rule in RULES]
        rows.append((data, *(f"{_share(ours, 'test'):.1%}" if ours else "–" for ours in trials)))
    aims = [
        line
        for data in _data(result)
        if (line := _aim(result, data, _of(result, recipe="reference")[0]["training_s"]))
    ]
    table = _table(("test accuracy", *RULES), rows)
    return _joined(_measured(result, _seeds(result)), table, *aims)


def _aim(result: dict, data: str, reference: float) -> str:
    """Say what was aimed at on a data set, and whether it was reached; "" without an aim."""
    ours = _of(result, recipe=row(data, BETTER))
    # The name of a copy begins with that of its data set.
    aim = next((AIMS[name] for name in AIMS if data.startswith(name)), None)
    if aim is None or not ours:
        return ""
    share, times = _share(ours, "test"), _mean(ours, "training_s") / reference
    is_met = "reached" if share >= aim else "not reached"
    in_time = "within" if times <= TIMES else "beyond"
    return (
        f"{data}: the aim of {aim:.0%} was {is_met}: {share:.2%}, with "
        f"{ours[0]['parameters']:,} parameters and {times:.1f} R of training, {in_time} the "
        f"{TIMES} R that were allowed."
    )


def _data(result: dict) -> list[str]:
    """Return the names of the data sets, in the order in which they were measured."""
    rows = [trial["recipe"].rpartition("; ")[0] for trial in result["trials"]]
    return [name for name in dict.fromkeys(rows) if name]


def _share(trials: Sequence[dict], part: str) -> float:
    return _mean(trials, f"{part}_right") / trials[0][f"{part}_count"]


def _by_seed(trials: Sequence[dict], part: str) -> str:
    return ", ".join(f"{t[f'{part}_right'] / t[f'{part}_count']:.2%}" for t in trials)


def _interval(trials: Sequence[dict]) -> str:
    return _accuracy(round(_mean(trials, "test_right")), trials[0]["test_count"])
