"""The tables of notebook 15, from made-up times."""

import measure_workers
import pytest
import tables_of_workers as tables

SIZES = {"small": 31_400, "series": 487_720, "wide": 7_440_000}


def made_up():
    """A result in which a step takes 1 ms, and 0.2 ms more for each image; 40 ms if shared."""
    trials = []
    for name, given in measure_workers.settings(quick=False).items():
        step = 0.001 + 0.0002 * given["batch"] if given["workers"] == 1 else 0.04
        trial = {"recipe": name, "seed": 0, "step_s": step, "batch": given["batch"]}
        trials.append(trial | {"bytes": SIZES[given["network"]]})
    return {
        "name": "measure_workers",
        "date": "2025-02-03T04:05:06+00:00",
        "machine": {"cores": 2, "system": "Linux", "machine": "x86_64", "processor": "one"},
        "versions": {"python": "3.12.1", "tensorflow": "2.21.0"},
        "trials": trials,
    }


def test_a_step_and_its_sending_are_shown():
    rows = [line for line in tables.steps(made_up()).splitlines() if line.startswith("| series")]
    assert rows == ["| series | 121,930 | 0.49 MB | 26.6 ms | 13.8 ms | 40.0 ms | 26.2 ms | 0.67 |"]


def test_the_curve_begins_at_one_and_depends_on_the_connection():
    slow, fast = (tables.curve(made_up(), "series", bits) for bits in (1e8, 1e10))
    assert list(slow) == list(fast) == [1, 2, 4, 8, 16, 32, 64]
    assert slow[1] == fast[1] == 1
    assert slow[2] == pytest.approx(26.6 / (13.8 + 39.02 + 0.2), rel=1e-3)
    assert all(slow[count] < fast[count] < count for count in list(slow)[1:])


def test_each_network_and_connection_has_a_row():
    rows = [line for line in tables.speed_ups(made_up()).splitlines() if line.startswith("| ")]
    assert len(rows) == 1 + 3 * 3
    assert rows[0] == "| machines | 1 | 2 | 4 | 8 | 16 | 32 | 64 |"
