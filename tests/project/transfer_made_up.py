"""A result of transfer_labels.py that is made up: each trial is asked for, none is run."""

import tables_of_transfer as tables
import transfer_labels


class Kept:
    """What transfer_labels.py keeps."""

    def __init__(self):
        self.asked = {}
        self.result = {
            "name": "transfer_labels",
            "machine": {"cores": 2, "system": "Linux", "machine": "x86_64"},
            "versions": {"python": "3.11"},
            "date": "2026-11-23T17:00:00+00:00",
            "trials": [],
        }

    def measure(self, function, recipes, seeds):
        for seed in seeds:
            for name, settings in recipes.items():
                self.asked[name] = settings | {"seeds": tuple(seeds)}
                trial = {"recipe": name, "seed": seed}
                for way, rates in settings["ways"].items():
                    for rate in rates:
                        if function is transfer_labels.choose:
                            trial[tables.result(way, 10, rate)] = 0.5 + (rate == 0.001) / 10
                            continue
                        for count in settings["counts"]:
                            better = (way == tables.FROZEN) / 10
                            trial[tables.result(way, count)] = 0.6 + better + seed / 100
                self.result["trials"].append(trial)


def measured():
    """Return what a full run keeps."""
    kept = Kept()
    transfer_labels.measure(kept, transfer_labels.SEEDS)
    return kept
