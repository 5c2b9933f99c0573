"""A study on disk: killed at any moment, with several workers, locked, damaged, full."""

import contextlib
import json
import multiprocessing
import random
import sys
import time

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileSymlinkLock
from optuna.trial import TrialState

from mnist_helpers import studies
from mnist_helpers.studies import StudyError
from tests.unit import working

COMPLETE, FAIL, RUNNING = TrialState.COMPLETE, TrialState.FAIL, TrialState.RUNNING


@pytest.fixture(autouse=True)
def quiet():
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    yield
    optuna.logging.set_verbosity(before)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "study.journal"


@contextlib.contextmanager
def worker(function, *arguments):
    """A process that works on a study; killed at the end, if it is still there."""
    process = multiprocessing.get_context("spawn").Process(target=function, args=arguments)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def wait_for(begun):
    for _ in range(600):
        if begun.exists() and begun.read_text():
            return int(begun.read_text())
        time.sleep(0.05)
    raise TimeoutError(begun)


def opened(file, **settings):
    return studies.open_study(file, optuna.samplers.RandomSampler(), **settings)


def finished(study):
    """Each finished trial: number, settings, value."""
    return [
        (trial.number, trial.params["x"], trial.value)
        for trial in study.get_trials(states=(COMPLETE,))
    ]


def test_a_study_goes_on_where_it_was(file):
    study = opened(file)
    study.optimize(working.valley, n_trials=5)
    before = finished(study)
    again = opened(file)
    assert finished(again) == before and again.best_value == study.best_value
    again.optimize(working.valley, n_trials=2)
    assert [number for number, _, _ in finished(again)] == list(range(7))


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.01, 0.02, 0.05, 0.1, 0.2])
def test_a_killed_worker_loses_no_finished_trial(file, tmp_path, seconds, capsys):
    begun = tmp_path / "begun"
    with worker(working.work, file, 10_000, begun) as process:
        number = wait_for(begun)
        time.sleep(seconds)
        process.kill()  # SIGKILL where there is one
    text = file.read_bytes()
    study = opened(file)
    kept = finished(study)
    assert len(kept) >= 1 and not study.get_trials(states=(RUNNING,))
    assert [value for _, _, value in kept] == [-((x - 0.1) ** 2) for _, x, _ in kept]
    cut_off = study.get_trials(states=(FAIL,))
    assert len(cut_off) <= 1
    said = capsys.readouterr().out
    for trial in cut_off:
        assert f"trial {trial.number} (process {number})" in said and "counts as failed" in said
    study.optimize(working.valley, n_trials=2)
    assert finished(study)[: len(kept)] == kept and len(finished(study)) == len(kept) + 2
    assert finished(opened(file)) == finished(study)
    assert file.read_bytes().startswith(text[: text.rfind(b"\n") + 1])


def test_a_kill_at_any_byte_of_a_trial_is_survived(file, capsys):
    study = opened(file)
    study.optimize(working.valley, n_trials=2)
    whole = file.read_bytes()
    study.optimize(working.valley, n_trials=1)
    last = file.read_bytes()[len(whole) :]
    two = finished(study)[:2]
    random.seed(0)
    for count in sorted({0, 1, len(last) - 1, *random.sample(range(len(last)), 40)}):
        file.write_bytes(whole + last[:count])
        again = opened(file)
        assert finished(again) == two
        again.optimize(working.valley, n_trials=1)
        assert finished(again)[:2] == two and len(finished(again)) == 3
        lines = file.read_text().splitlines()
        assert all(json.loads(line) for line in lines), "no half record is left in between"


def test_optunas_own_journal_is_spoilt_by_a_half_record(file):
    """The reason for a journal of our own; if this fails one day, it may go."""

    def plain():
        journal = JournalStorage(JournalFileBackend(str(file)))
        return optuna.create_study(study_name="s", storage=journal, load_if_exists=True)

    plain().optimize(working.valley, n_trials=2)
    text = file.read_text()
    file.write_text(text[: -len(text.splitlines()[-1]) // 2])
    with pytest.raises(Exception):  # noqa: B017 - which one depends on where it is read
        plain().optimize(working.valley, n_trials=2)
        plain()


def test_two_workers_at_once_lose_nothing_and_repeat_nothing(file):
    with worker(working.work, file, 25) as one, worker(working.work, file, 25) as other:
        one.join(60)
        other.join(60)
        assert one.exitcode == other.exitcode == 0
    study = opened(file)
    trials = finished(study)
    assert [number for number, _, _ in trials] == list(range(50))
    assert len({x for _, x, _ in trials}) == 50
    workers = [trial.user_attrs["worker"] for trial in study.trials]
    assert sorted(map(workers.count, set(workers))) == [25, 25]
    assert all(json.loads(line) for line in file.read_text().splitlines())
    assert not list(file.parent.glob(".*worker*")) or len(list(file.parent.glob(".*worker*"))) == 1


def test_with_the_same_seed_two_workers_begin_with_the_same_settings(file):
    """So says notebook 12, and exercise 12.1."""
    for _ in range(2):
        study = studies.open_study(file, optuna.samplers.TPESampler(seed=0))
        study.optimize(working.valley, n_trials=3)
    found = [x for _, x, _ in finished(study)]
    assert found[:3] == found[3:] and len(set(found)) == 3


def test_one_of_two_workers_is_killed_and_the_other_goes_on(file, tmp_path, capsys):
    begun = tmp_path / "begun"
    with worker(working.hang, file, begun) as stuck, worker(working.work, file, 10) as other:
        number = wait_for(begun)
        other.join(60)
        assert other.exitcode == 0
        study = opened(file)  # the one that hangs is alive: its trial is left alone
        assert [
            t.user_attrs["worker"].split("-")[0] for t in study.trials if t.state == RUNNING
        ] == [str(number)]
        assert not capsys.readouterr().out
        stuck.kill()
        stuck.join()
        study = opened(file)
    assert f"(process {number})" in capsys.readouterr().out
    assert [trial.state for trial in study.trials].count(FAIL) == 1 and len(finished(study)) == 10
    opened(file)
    assert not capsys.readouterr().out, "it is said once"


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signal")
def test_a_study_that_a_stopped_worker_has_locked_says_so_and_how_to_go_on(file, tmp_path):
    opened(file).optimize(working.valley, n_trials=3)
    begun = tmp_path / "begun"
    with worker(working.stop_while_writing, file, begun) as process:
        number = wait_for(begun)
        with pytest.raises(StudyError, match=rf"has been locked for 0\.5 s .* {number}\. End that"):
            opened(file, patience=0.5)
        process.kill()
        process.join()
        study = opened(file, patience=0.5)  # nothing has to be deleted
    study.optimize(working.valley, n_trials=1)
    assert len(finished(opened(file))) == 4


def test_a_lock_of_optunas_own_that_a_dead_worker_left_is_named(file, monkeypatch):
    opened(file).optimize(working.valley, n_trials=1)
    JournalFileSymlinkLock(str(file)).acquire()
    monkeypatch.setattr(studies, "FOREIGN", 0.2)
    with pytest.raises(StudyError, match=r"study\.journal\.lock is there.*delete that file"):
        opened(file)
    assert len(file.read_text().splitlines()) > 3, "the link's target is not emptied"
    file.with_name("study.journal.lock").unlink()
    assert len(finished(opened(file))) == 1


def test_a_trial_of_an_interrupted_cell_is_ended_by_the_next(file, capsys):
    study = opened(file)
    study.ask()  # and never told: as after an interruption that Optuna does not see
    again = opened(file)
    assert [trial.state for trial in again.trials] == [FAIL]
    assert "trial 0" in capsys.readouterr().out


def test_a_trial_that_waited_gets_its_worker_when_it_begins(file):
    study = opened(file)
    study.enqueue_trial({"x": 0.1})
    study.optimize(working.valley, n_trials=1)
    (trial,) = opened(file).trials
    assert trial.params == {"x": 0.1} and trial.value == 0 and trial.user_attrs["worker"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: [*lines[:3], lines[3][:20], *lines[4:]], "damaged in line 4"),
        (lambda lines: ["not JSON", *lines], "damaged in line 1"),
        (lambda lines: ['{"a": 1}', *lines], "no journal of a study"),
        (lambda lines: ["[1]", *lines], "no journal of a study"),
        (
            lambda lines: [line.replace('"op_code":4', '"op_code":77') for line in lines],
            "no journal",
        ),
    ],
)
def test_a_damaged_file_is_refused_and_left_alone(file, change, said):
    opened(file).optimize(working.valley, n_trials=2)
    text = "\n".join(change(file.read_text().splitlines())) + "\n"
    file.write_text(text)
    with pytest.raises(StudyError, match=said):
        opened(file)
    assert file.read_text() == text


def test_what_stands_before_the_damage_can_be_kept_as_the_message_says(file):
    study = opened(file)
    study.optimize(working.valley, n_trials=3)
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:-2]))
    assert finished(opened(file)) == finished(study)[:2]


def test_another_study_is_refused(file):
    opened(file, about={"images": 8000})
    with pytest.raises(StudyError, match=r"another study.*'images': 8000.*here it is .*9000"):
        opened(file, about={"images": 9000})
    with pytest.raises(StudyError, match="another study"):
        opened(file)
    with pytest.raises(StudyError, match=r"maximize.*here it is minimize"):
        opened(file, about={"images": 8000}, direction="minimize")
    opened(file, about={"images": 8000})


def test_a_full_disk_leaves_whole_records_and_is_named(file, monkeypatch):
    study = opened(file)
    study.optimize(working.valley, n_trials=2)
    before = file.read_bytes()

    def full(handle):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(studies.os, "fsync", full)
        with pytest.raises(StudyError, match=r"cannot be written \(No space left.*are kept"):
            study.optimize(working.valley, n_trials=1)
    assert file.read_bytes() == before
    assert len(finished(opened(file))) == 2


@pytest.mark.parametrize("place", ["", "."])
def test_a_folder_is_no_file(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StudyError, match="is a folder: name a file in it"):
        opened(place)


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StudyError, match="cannot be written"):
        opened(tmp_path / "file" / "study.journal")


def test_the_file_stays_where_it_is_when_the_folder_changes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = opened("study.journal")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    study.optimize(working.valley, n_trials=1)
    assert len(finished(opened(tmp_path / "study.journal"))) == 1
