"""The tables of notebook 15, from made-up times; and the slow line that it measures by."""

import socket
import threading
import time

import measure_workers
import pytest
import slow_line
import tables_of_workers as tables

from mnist_helpers.distributed import speed

SIZES = {"small": 31_400, "series": 487_720, "wide": 7_440_000}


def made_up():
    """A result in which a step takes 1 ms, and 0.2 ms more for each image; 40 ms if shared."""
    trials = []
    for name, given in measure_workers.settings(quick=False).items():
        trial = {"recipe": name, "seed": 0}
        if "batches" in given:
            seconds = [0.001 + 0.0002 * batch for batch in given["batches"]]
            trial |= {"workers": 1, "bytes": SIZES[given["network"]], "alone_s": seconds}
            trials.append(trial | {"batches": list(given["batches"])})
        else:
            bits = given["bits_per_second"] or 0
            trials.append(trial | {"workers": 2, "bits_per_second": bits, "step_s": 0.04})
    return {
        "name": "measure_workers",
        "date": "2025-02-03T04:05:06+00:00",
        "machine": {"cores": 2, "system": "Linux", "machine": "x86_64", "processor": "one"},
        "versions": {"python": "3.12.1", "tensorflow": "2.21.0"},
        "trials": trials,
    }


def test_a_step_that_was_measured_stands_beside_the_computed_one():
    rows = [line for line in tables.steps(made_up()).splitlines() if line.startswith("| series")]
    assert rows == [
        "| series | 121,930 | 0.49 MB | 26.6 ms | 13.8 ms | 40.0 ms | 40.0 ms | 17.9 ms "
        "| 40.0 ms | 53.0 ms |"
    ]


def test_the_curve_begins_at_one_and_depends_on_the_connection():
    steps = speed.read(made_up())["series"]
    slow, fast = (speed.curve(steps, bits) for bits in (1e8, 1e10))
    assert list(slow) == list(fast) == [1, 2, 4, 8, 16, 32, 64]
    assert slow[1] == fast[1] == 1
    assert slow[2] == pytest.approx(26.6 / (13.8 + 39.02 + 0.2), rel=1e-3)
    assert all(slow[count] < fast[count] < count for count in list(slow)[1:])


def test_each_network_and_connection_has_a_row():
    rows = [line for line in tables.speed_ups(made_up()).splitlines() if line.startswith("| ")]
    assert len(rows) == 1 + 3 * 3
    assert rows[0] == "| machines | 1 | 2 | 4 | 8 | 16 | 32 | 64 |"


def test_what_was_not_measured_has_no_number():
    result = made_up()
    result["trials"] = [trial for trial in result["trials"] if trial["workers"] == 1]
    assert tables.steps(result).splitlines()[-1].count("–") == 3


def test_a_slow_line_passes_everything_on_in_the_time_that_it_takes():
    """Both ways at once, each with the whole of what the line carries."""
    sent = bytes(range(256)) * 2000  # 0.5 MB: 0.41 s at 10 Mbit/s
    with socket.create_server(("localhost", 0)) as here, socket.create_server(("", 0)) as there:
        ports = here.getsockname()[1], there.getsockname()[1]
        with slow_line.between(ports, 1e7) as (_, to_second):
            near = socket.create_connection(("localhost", to_second))
            far, _ = there.accept()
            got = {}
            begun = time.perf_counter()
            threads = [threading.Thread(target=end.sendall, args=(sent,)) for end in (near, far)]
            threads += [
                threading.Thread(target=lambda end=end: got.update({end: take(end, len(sent))}))
                for end in (near, far)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(20)
            seconds = time.perf_counter() - begun
            near.close()
            far.close()
    assert got == {near: sent, far: sent}
    assert 0.4 < seconds < 3, "0.41 s on a quiet machine"


def take(end, count):
    content = b""
    while len(content) < count:
        content += end.recv(count - len(content))
    return content
