"""Trials: each is run once, kept as soon as it is finished, and never lost."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest

from mnist_helpers import experiments
from mnist_helpers.experiments import ExperimentError, store
from tests.unit.experiments import measures

OPTIONS = {"small": {"base": 0.5}, "large": {"base": 0.7}}


def noted(tmp_path, **settings):
    """Options whose trials are written down, and a function that reads what was written."""
    log = tmp_path / "log.txt"
    options = {name: {"log": str(log), "name": name} | settings for name in ("a", "b")}
    return options, lambda: log.read_text().splitlines() if log.exists() else []


def test_every_option_meets_every_seed_seed_by_seed():
    trials = experiments.run(measures.add, OPTIONS, [3, 0])
    assert [(t.option, t.seed) for t in trials] == [
        ("small", 3),
        ("large", 3),
        ("small", 0),
        ("large", 0),
    ]
    assert trials[1]["accuracy"] == 0.73


def test_a_result_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(ExperimentError, match="no 'loss', only: accuracy, process"):
        experiments.run(measures.add, OPTIONS, [0])[0]["loss"]


def test_trials_in_the_same_process_share_it_and_fresh_ones_do_not():
    (here,) = {t["process"] for t in experiments.run(measures.add, OPTIONS, [0])}
    assert here == os.getpid()
    fresh = experiments.run(measures.add, OPTIONS, [0], fresh=True)
    assert len({t["process"] for t in fresh} | {here}) == 3
    assert all(5 < t["memory"] < 2000 for t in fresh)


def test_what_is_finished_is_not_run_again(tmp_path):
    options, calls = noted(tmp_path)
    file = tmp_path / "trials.json"
    first = experiments.run(measures.noted, options, [0], file)
    assert experiments.run(measures.noted, options, [0], file) == first
    assert calls() == ["a 0", "b 0"]
    experiments.run(measures.noted, options, [0, 1], file)
    assert calls() == ["a 0", "b 0", "a 1", "b 1"]


@pytest.mark.parametrize("fresh", [False, True])
def test_a_trial_that_goes_wrong_loses_none_before_it(fresh, tmp_path):
    options, calls = noted(tmp_path, fails=1)
    file = tmp_path / "trials.json"
    wanted = ExperimentError if fresh else ValueError
    with pytest.raises(wanted, match="no such layer"):
        experiments.run(measures.noted, options, [0, 1], file, fresh=fresh)
    assert len(json.loads(file.read_text())["trials"]) == 2
    with pytest.raises(wanted, match="no such layer"):
        experiments.run(measures.noted, options, [0, 1], file, fresh=fresh)
    assert calls() == ["a 0", "b 0", "a 1", "a 1"]


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signal")
def test_a_killed_process_is_named_and_the_experiment_goes_on(tmp_path):
    file = tmp_path / "trials.json"
    options = {"only": None}
    with pytest.raises(ExperimentError, match=r"'only' with seed 1.*SIGKILL.*memory ran out"):
        experiments.run(measures.killed, options, [0, 1, 2], file, fresh=True)
    again = experiments.run(measures.killed, options, [0, 2], file, fresh=True)
    assert [t.seed for t in again] == [0, 2]


def test_the_memory_of_a_fresh_trial_is_its_own():
    before = bytearray(600_000_000)
    before[::4096] = b"x" * len(before[::4096])
    (trial,) = experiments.run(measures.add, {"a": {"base": 0}}, [0], fresh=True)
    assert trial["memory"] < 300


def test_what_a_fresh_trial_prints_arrives_and_its_folders_are_cleared(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    folder = tmp_path / "folder"
    folder.mkdir()
    process = python(
        tmp_path,
        "from mnist_helpers import experiments\n"
        "from tests.unit.experiments import measures\n"
        "if __name__ == '__main__':\n"
        f"    experiments.run(measures.talkative, {{'a': {str(folder)!r}}}, range(3), fresh=True)",
    )
    said, _ = process.communicate(timeout=60)
    assert said.count(b"measured") == 3
    assert not list(folder.iterdir())


def test_a_fresh_trial_that_gives_up_says_why():
    with pytest.raises(ExperimentError, match="no data here"):
        experiments.run(measures.gives_up, OPTIONS, [0], fresh=True)


def test_what_cannot_be_sent_to_a_process_is_named():
    with pytest.raises(ExperimentError, match=r"`<lambda>` or the settings of .* cannot be sent"):
        experiments.run(lambda settings, seed: {"a": 1}, OPTIONS, [0], fresh=True)


def python(tmp_path, text):
    """Start a script beside this package; its output comes through pipes."""
    script = tmp_path / "script.py"
    script.write_text(text)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, script], env=environment, stdout=pipe, stderr=pipe)


def test_a_script_without_a_guard_is_told_so(tmp_path):
    process = python(
        tmp_path,
        "from mnist_helpers import experiments\n"
        "from tests.unit.experiments import measures\n"
        f"experiments.run(measures.add, {OPTIONS}, [0], {str(tmp_path / 't.json')!r}, fresh=True)",
    )
    _, said = process.communicate(timeout=60)
    assert process.returncode != 0
    assert b'put the call of `run` below `if __name__ == "__main__":`' in said


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signal")
def test_a_trial_ends_when_the_process_that_wants_it_was_killed(tmp_path):
    process, trial = begin_slow_trial(tmp_path)
    process.kill()
    process.communicate()
    for _ in range(300):
        if not psutil.pid_exists(trial) or psutil.Process(trial).status() == "zombie":
            break
        time.sleep(0.1)
    else:
        pytest.fail("the trial runs on for nobody")


def begin_slow_trial(folder):
    """Start a script with a trial of a minute; return its process, and the id of the trial's."""
    begun = folder / "begun"
    process = python(
        folder,
        "from mnist_helpers import experiments\n"
        "from tests.unit.experiments import measures\n"
        "if __name__ == '__main__':\n"
        f"    experiments.run(measures.slow, {{'a': {str(begun)!r}}}, [0], fresh=True)",
    )
    return process, int(wait_for(begun))


def wait_for(file):
    for _ in range(300):
        if file.exists() and file.read_text():
            return file.read_text()
        time.sleep(0.1)
    raise TimeoutError(file)


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signal")
def test_an_interruption_ends_the_process_of_the_trial(tmp_path):
    process, _ = begin_slow_trial(tmp_path)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)  # not the 60 seconds of the trial
    assert process.returncode != 0 and b"KeyboardInterrupt" in said


def test_a_notebooks_own_function_cannot_be_run_afresh(monkeypatch):
    def measure(settings, seed):
        return {"accuracy": 1.0}

    measure.__module__ = "__main__"
    monkeypatch.delattr(sys.modules["__main__"], "__file__", raising=False)
    with pytest.raises(ExperimentError, match="`measure` was written in a notebook"):
        experiments.run(measure, OPTIONS, [0], fresh=True)


def claim(file, claimed, done):
    """Hold the file of an experiment, until the other process has looked."""
    with store.Store(file, {}, {}).claimed():
        claimed.set()
        done.wait(30)


def test_two_processes_on_one_experiment_do_not_mix(tmp_path):
    file = tmp_path / "trials.json"
    context = multiprocessing.get_context("spawn")
    claimed, done = context.Event(), context.Event()
    other = context.Process(target=claim, args=(file, claimed, done))
    other.start()
    try:
        assert claimed.wait(30)
        with pytest.raises(ExperimentError, match="Another process is at work on"):
            experiments.run(measures.add, OPTIONS, [0], file)
    finally:
        done.set()
        other.join()
    assert len(experiments.run(measures.add, OPTIONS, [0], file)) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signal")
def test_the_file_of_a_killed_process_is_free(tmp_path):
    file = tmp_path / "trials.json"
    context = multiprocessing.get_context("spawn")
    claimed, done = context.Event(), context.Event()
    other = context.Process(target=claim, args=(file, claimed, done))
    other.start()
    assert claimed.wait(30)
    other.kill()
    other.join()
    assert len(experiments.run(measures.add, OPTIONS, [0], file)) == 2


@pytest.mark.parametrize(
    ("seeds", "said"),
    [
        ([], "nothing to try"),
        ([0, 1, 0], "Seed 0 is there twice"),
        ([-1], "-1 is no seed"),
        ([0.5], "whole numbers"),
        (5, "whole numbers"),
        (["a"], "whole numbers"),
    ],
)
def test_seeds_that_are_none_are_refused(seeds, said):
    with pytest.raises(ExperimentError, match=said):
        experiments.run(measures.add, OPTIONS, seeds)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "nothing to try"),
        (["a", "b"], "Options are a dictionary"),
        ("ab", "Options are a dictionary"),
        ({16: None}, "Options are a dictionary"),
    ],
)
def test_options_that_are_none_are_refused(options, said, tmp_path):
    with pytest.raises(ExperimentError, match=said):
        experiments.run(measures.add, options, [0], tmp_path / "trials.json")
    assert not list(tmp_path.iterdir())


def test_a_trial_cannot_change_the_settings_of_the_next():
    def measure(settings, seed):
        return {"rate": settings.pop("rate")}

    trials = experiments.run(measure, {"a": {"rate": 0.5}}, [0, 1])
    assert [t["rate"] for t in trials] == [0.5, 0.5]


def test_the_file_stays_where_it_is_when_a_trial_changes_the_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()

    def measure(settings, seed):
        os.chdir(tmp_path / "elsewhere")
        return {"accuracy": 0.5}

    experiments.run(measure, OPTIONS, [0], "trials.json")
    assert len(json.loads((tmp_path / "trials.json").read_text())["trials"]) == 2


@pytest.mark.parametrize("file", ["", ".", "/"])
def test_a_folder_is_no_file(file):
    with pytest.raises(ExperimentError, match="is a folder: name a file in it"):
        experiments.run(measures.add, OPTIONS, [0], file)


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ({}, "came {}"),
        (None, "came None"),
        ([0.5], r"came \[0.5\]"),
        ({"accuracy": "99%"}, "came 'accuracy' as a str"),
        ({"curve": [1, None]}, "came 'curve' as a list"),
    ],
)
def test_results_that_are_no_numbers_are_refused(results, said):
    with pytest.raises(ExperimentError, match=said):
        experiments.run(lambda settings, seed: results, OPTIONS, [0])


def test_numbers_of_numpy_become_plain(tmp_path):
    def measure(settings, seed):
        return {"accuracy": np.float32(0.5), "curve": np.arange(3), "epochs": np.int64(2)}

    (trial,) = experiments.run(measure, {"a": None}, [np.int64(0)], tmp_path / "trials.json")
    assert trial.results == {"accuracy": 0.5, "curve": [0, 1, 2], "epochs": 2}


def test_the_progress_tells_what_is_left(capsys):
    experiments.run(measures.add, OPTIONS, [0, 1])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "trial 1 of 4: option 'small' with seed 0"
    assert lines[2].startswith("trial 2 of 4: option 'large' with seed 0 · about 0 s left")
    assert lines[1].startswith("  accuracy 0.5")
    assert lines[-1] == "4 trials, finished after 0 s"


@pytest.fixture
def kept(tmp_path):
    file = tmp_path / "trials.json"
    experiments.run(measures.add, OPTIONS, [0], file, about={"data": "digits"})
    return file


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text[:40], "damaged, or no file of an experiment"),
        (lambda text: "", "damaged"),
        (lambda text: "[]", "damaged"),
        (lambda text: "{}", "damaged"),
        (lambda text: text.replace('"seed": 0', '"sead": 0'), "damaged"),
        (lambda text: text.replace('"seed": 0', '"seed": "0"'), "damaged.*no right seed"),
        (lambda text: text.replace('"seed": 0', '"seed": [0]'), "damaged"),
        (lambda text: text.replace('"option": "large"', '"option": "small"'), "damaged.*twice"),
        (lambda text: text.replace('"option": "large"', '"option": "none"'), "damaged"),
        (lambda text: text.replace('"accuracy": 0.7', '"accuracy": "x"'), "damaged"),
        (lambda text: "[" * 100_000, "damaged"),
        (lambda text: text.replace('"format": 1', '"format": 2'), "another version"),
        (lambda text: text.replace('"keras": "', '"keras": "1'), "other versions: keras"),
        (lambda text: text.replace('"data": "digits"', '"data": "x"'), "other about: data"),
        (lambda text: text.replace("0.7\n", "0.8\n"), "other options: large"),
    ],
)
def test_a_file_that_does_not_belong_here_is_refused_and_left_alone(change, said, kept):
    text = change(kept.read_text())
    assert text != kept.read_text()
    kept.write_text(text)
    with pytest.raises(ExperimentError, match=said):
        experiments.run(measures.add, OPTIONS, [0, 1], kept, about={"data": "digits"})
    assert kept.read_text() == text


def test_what_the_experiment_is_about_is_not_forgotten(kept):
    with pytest.raises(ExperimentError, match="data was 'digits' there and is None here"):
        experiments.run(measures.add, OPTIONS, [1], kept)


def test_options_can_join_later(kept):
    more = {"third": {"base": 0.1}}
    experiments.run(measures.add, more, [0], kept, about={"data": "digits"})
    file = json.loads(kept.read_text())
    assert [t["option"] for t in file["trials"]] == ["small", "large", "third"]
    assert set(file["options"]) == {"small", "large", "third"}


def test_settings_that_json_cannot_hold_are_refused(tmp_path):
    with pytest.raises(ExperimentError, match="cannot be written as JSON"):
        experiments.run(measures.add, {"a": object()}, [0], tmp_path / "trials.json")


def test_a_full_disk_in_the_middle_loses_only_the_trial_that_did_not_fit(kept, monkeypatch):
    calls = []

    def full_from_the_second_on(handle):
        calls.append(handle)
        if len(calls) > 2:  # the claim, the first trial
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(store.os, "fsync", full_from_the_second_on)
        with pytest.raises(ExperimentError, match=r"cannot be written \(No space left.*are safe"):
            experiments.run(measures.add, OPTIONS, [1], kept, about={"data": "digits"})
    assert [(t["option"], t["seed"]) for t in json.loads(kept.read_text())["trials"]] == [
        ("small", 0),
        ("large", 0),
        ("small", 1),
    ]
    assert not list(kept.parent.glob(".*.new"))
    assert len(experiments.run(measures.add, OPTIONS, [1], kept, about={"data": "digits"})) == 2


def test_a_folder_that_cannot_be_made_is_said_before_the_first_trial(tmp_path):
    (tmp_path / "file").write_text("")
    options, calls = noted(tmp_path)
    with pytest.raises(ExperimentError, match="cannot be written"):
        experiments.run(measures.noted, options, [0], tmp_path / "file" / "trials.json")
    assert calls() == []
