"""Results on disk under kills, errors, full disks, several notebooks, and errors of the caller."""

import errno
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mnist_helpers import artifacts
from mnist_helpers.artifacts import disk
from tests.conftest import run_code_on_a_full_disk
from tests.unit.artifacts import interrupted

SCRIPT = Path(interrupted.__file__)


@pytest.fixture(autouse=True)
def _on_the_sample(bundled):
    pass


def save(content=b"a model", history=None):
    with artifacts.saving(history or {"loss": [0.5, 0.25]}) as folder:
        (folder / artifacts.MODEL).write_bytes(content)


def files(folder):
    """Return what is there, without what a kernel that was killed has left behind."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {n: p.read_bytes() for n, p in found.items() if p.is_file() and n[0] != "."}


def in_another_process(code, **options):
    lines = ["from mnist_helpers import artifacts", code]
    return subprocess.Popen(
        [sys.executable, "-c", "\n".join(lines)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1"},
        **options,
    )


# Kills and errors at every step


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
@pytest.mark.parametrize("how", ["killed", "full", "failing"])
@pytest.mark.parametrize("action", ["saving", "upgrading", "exporting"])
def test_whatever_happens_at_any_step_leaves_the_previous_or_the_new_result(action, how, results):
    command = [sys.executable, SCRIPT, action, how]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    attempts = [json.loads(line) for line in done.stdout.splitlines()]
    *interruptions, last = attempts
    assert last["code"] == interrupted.NOT_REACHED and last["found"] == last["number"]
    assert len(interruptions) > 10, "there are so many steps"
    is_new = [attempt["found"] == attempt["number"] for attempt in interruptions]
    assert all(new or x["found"] == 0 for new, x in zip(is_new, interruptions, strict=True))
    codes = [attempt["code"] for attempt in interruptions]
    if how == "killed":
        assert set(codes) == {-signal.SIGKILL}
        assert is_new == sorted(is_new) and {False, True} == set(is_new), "one step makes it new"
    else:  # the error is told if, and only if, nothing was saved
        expected = {False: interrupted.REFUSED, True: interrupted.REACHED}
        assert codes == [expected[new] for new in is_new], done.stderr


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_all_of_it_is_on_the_disk_before_it_counts(results, monkeypatch):
    done, flush, rename = [], os.fsync, Path.rename

    def note_flush(handle):
        done.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        flush(handle)

    def note_rename(path, target):
        done.append(target.name)
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", note_flush)
    monkeypatch.setattr(Path, "rename", note_rename)
    save()
    assert sorted(done[:2]) == [artifacts.MODEL, artifacts.HISTORY]
    assert done[2].startswith(".saving-") and done[3:] == ["run-1", results.name]


def test_a_kernel_killed_while_saving_leaves_what_was_there(results, monkeypatch):
    save()
    before = files(results)
    code = """
with artifacts.saving({"loss": [1]}) as folder:
    (folder / artifacts.MODEL).write_bytes(b"half a mod")
    print("writing", flush=True)
    input()
"""
    with in_another_process(code, stdin=subprocess.PIPE) as process:
        assert process.stdout.readline() == "writing\n"
        process.kill()
    assert files(results) == before
    (left,) = results.glob(".saving-*")
    save(b"newer")
    assert artifacts.newest_run().path.read_bytes() == b"newer"
    assert left.exists(), "for all we know, another notebook is saving there"
    os.utime(left, (0, 0))
    save(b"newest")
    assert not list(results.glob(".saving-*")), "nobody saves for so long"


SAVE_BOTH = """
import keras
from mnist_helpers import artifacts, models
model = models.build_cnn()
fill_disk()
for suffix in (".keras", ".h5"):
    try:
        with artifacts.saving({}) as folder:
            model.save(folder / f"mnist_cnn_model{suffix}")
    except artifacts.ArtifactError as error:
        print(suffix, error)
"""


def test_a_full_disk_is_a_clear_error_and_leaves_what_was_there(results):
    save()
    before = files(results)
    done = run_code_on_a_full_disk(SAVE_BOTH, 100_000)
    told = done.stdout.splitlines()
    assert [line.split()[0] for line in told] == [".keras", ".h5"], done.stderr
    assert all("free some space" in line and str(results) in line for line in told)
    assert files(results) == before and not list(results.glob(".saving-*"))


def test_a_folder_that_cannot_be_written_is_a_clear_error(results):
    results.write_text("a file where the folder should be")
    with pytest.raises(artifacts.ArtifactError, match="set MNIST_ARTIFACTS to a folder") as caught:
        save()
    assert "free some space" not in str(caught.value)


# Errors of the caller

ERRORS = [
    ConnectionRefusedError(errno.ECONNREFUSED, "connection refused"),
    FileNotFoundError(errno.ENOENT, "no such file or directory", "weights.npz"),
    PermissionError(errno.EACCES, "permission denied", "/elsewhere/log.txt"),
    OSError(errno.ENOSPC, "no space left on device", "/elsewhere/log.txt"),
    OSError(errno.ENOSPC, "no space left on device"),  # and here, there is space
    OSError("unable to open file (file signature not found)"),
    RuntimeError("unable to write (filename = '/elsewhere/x.h5', errno = 13, denied)"),
    RuntimeError("errno of the caller's own"),
    KeyboardInterrupt(),
    ValueError("oh"),
]


@pytest.mark.parametrize("error", ERRORS, ids=repr)
@pytest.mark.parametrize("block", ["saving", "exporting", "writing"])
def test_an_error_of_the_callers_own_is_raised_as_it_is(block, error, results):
    save()
    before = files(results)
    run = artifacts.read_run(artifacts.REFERENCE)
    blocks = {
        "saving": lambda: artifacts.saving({"loss": [1]}),
        "exporting": lambda: artifacts.exporting(run),
        "writing": artifacts.writing,
    }
    with pytest.raises(type(error)) as caught, blocks[block]() as place:
        if block == "saving":
            (place / artifacts.MODEL).write_bytes(b"half a mod")
        raise error
    assert caught.value is error
    assert files(results) == before and not list(results.glob(".saving-*"))


@pytest.mark.parametrize("error", [OSError, RuntimeError])
def test_an_error_that_names_the_folder_is_told_as_one_of_the_folder(error, results):
    text = f"file write failed: filename = '{results / 'model.h5'}', errno = 28, no space"
    with pytest.raises(artifacts.ArtifactError, match="free some space"), artifacts.writing():
        raise error(text)


@pytest.mark.parametrize("names", [[], ["mnist_cnn_model.h5"], ["model.keras"]])
def test_saving_without_a_model_is_refused_and_leaves_the_previous_run(names, results):
    save()
    before = files(results)
    message = "wrote no file mnist_cnn_model.keras .* unchanged"
    with (
        pytest.raises(artifacts.ArtifactError, match=message),
        artifacts.saving({"loss": [1]}) as folder,
    ):
        for name in names:
            (folder / name).write_bytes(b"a model")
    assert files(results) == before and not list(results.glob(".saving-*"))
    assert artifacts.newest_run().path.read_bytes() == b"a model"


def test_a_history_that_cannot_be_written_down_leaves_the_previous_run(results):
    save()
    before = files(results)
    with pytest.raises(TypeError, match="not JSON serializable"):
        save(b"newer", {"loss": object()})
    assert files(results) == before


# Several notebooks


def test_two_notebooks_saving_at_once_hinder_neither_each_other_nor_a_reader(results):
    code = """
import os
for turn in range(20):
    with artifacts.saving({"loss": [turn]}) as folder:
        content = f"{os.getpid()} {turn} ".encode() * 10_000
        (folder / artifacts.MODEL).write_bytes(content)
        (folder / "mnist_cnn_model.h5").write_bytes(content)
"""
    processes = [in_another_process(code) for _ in range(2)]
    seen = set()
    while any(process.poll() is None for process in processes):
        if run := artifacts.newest_run():
            content = run.path.read_bytes()
            assert content == run.path.with_name("mnist_cnn_model.h5").read_bytes()
            assert run.history["loss"] == [int(content.split()[1])]
            seen.add(run.path)
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert len(list(results.glob("run-*"))) == 40 and len(seen) > 1
    assert artifacts.newest_run().path.parent.name == "run-40"


def test_a_run_that_is_in_use_stays_as_it_is_while_another_notebook_saves(results):
    save(b"first")
    in_use = artifacts.newest_run()
    save(b"second")
    save(b"third")
    assert artifacts.read_run(in_use.path.parent) == in_use
    assert artifacts.newest_run().path.read_bytes() == b"third"


def test_of_old_runs_the_previous_is_kept_and_none_that_was_the_newest_lately(results):
    for number in range(4):
        save(f"{number}".encode())
    long_ago = time.time() - 2 * disk.KEPT
    for number in (1, 2, 3, 4):
        os.utime(results / f"run-{number}", (long_ago, long_ago))
    save(b"newest")
    assert sorted(path.name for path in results.glob("run-*")) == ["run-4", "run-5"]
    os.utime(results / "run-4", (long_ago, long_ago))
    save(b"newer still")
    assert sorted(path.name for path in results.glob("run-*")) == ["run-4", "run-5", "run-6"]


def test_numbers_are_compared_as_numbers_and_other_names_do_not_count(results):
    for name in ("run-9", "run-10", "run-11-copy", "run-x", "run-99-1", "runs", "export-50"):
        (results / name).mkdir(parents=True)
    (results / "run-12").write_text("a file")
    assert disk.newest("run", artifacts.HISTORY) == results / "run-10"
    save()
    assert artifacts.newest_run().path.parent == results / "run-13"


def test_a_number_that_another_notebook_takes_meanwhile_is_left_to_it(results, monkeypatch):
    save()
    rename, taken = Path.rename, itertools.count(2)

    def be_quicker(path, target):
        if next(taken) < 4:
            target.mkdir()
            (target / "a file").touch()
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", be_quicker)
    save(b"newer")
    assert artifacts.newest_run().path == results / "run-4" / artifacts.MODEL


# Version 1


def test_what_version_1_saved_gives_way_to_a_new_run(results):
    save()
    for path in (results / "run-1").iterdir():
        path.rename(results / path.name)
    (results / "run-1").rmdir()
    (results / "mnist_cnn_model.h5").write_bytes(b"a model")
    (results / "service.log").write_text("a log")
    assert artifacts.newest_run().path == results / artifacts.MODEL
    save(b"newer")
    assert artifacts.newest_run().path == results / "run-1" / artifacts.MODEL
    assert [p.name for p in results.iterdir() if p.is_file()] == ["service.log"]
    (results / "mnist_cnn_model.h5").write_bytes(b"a copy for the teacher")
    save(b"newest")
    assert (results / "mnist_cnn_model.h5").exists(), "that is not from version 1"
