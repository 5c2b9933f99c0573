"""Real processes train together on this computer, and meet with accidents."""

import socket
import sys

import numpy as np
import pytest

from mnist_helpers.distributed import Workers, load
from mnist_helpers.distributed.checkpoint import FILE
from mnist_helpers.distributed.launch import commands

EPOCHS = 12  # enough to act in the middle of the training
OPTIONS = ("--epochs", str(EPOCHS), "--images", "640", "--batch", "33", "--network", "small")
ENV = {"MNIST_SOURCE": "sample", "TF_NUM_INTRAOP_THREADS": "1", "OMP_NUM_THREADS": "1"}
TOLD = 30  # seconds in which all others must have ended


def train(count, folder, *options):
    """Run a training to its end; return what each worker has written."""
    with Workers(commands(count, folder, *OPTIONS, *options), env=ENV) as workers:
        assert workers.wait(300) == [0] * count, workers.lines
        return workers.lines


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """What two workers have trained without an accident: their lines, and the folder."""
    folder = tmp_path_factory.mktemp("two")
    return train(2, folder), folder


def test_two_workers_have_the_same_weights(two):
    lines, folder = two
    hashes = {line.split()[-1] for text in lines for line in text if ": weights " in line}
    assert len(hashes) == 1
    assert load(folder).history[-1]["weights"].startswith(hashes.pop())


def test_only_the_chief_tells_how_it_goes(two):
    (chief, other), _ = two
    assert [line for line in chief if line.startswith(f"epoch {EPOCHS} of {EPOCHS}: loss")]
    assert not [line for line in other if line.startswith("epoch")]


def test_two_workers_with_half_a_batch_are_one_with_the_whole(two, tmp_path):
    """Also where the parts are not equal, 17 and 16, and in the last batch one gets none."""
    train(1, tmp_path)
    assert_same(load(tmp_path), load(two[1]))


def test_a_training_goes_on_after_a_worker_was_killed(two, tmp_path):
    """The others end soon, and so many as are left can go on, from the last checkpoint."""
    with Workers(commands(3, tmp_path, *OPTIONS), env=ENV) as workers:
        workers.wait_for(f"epoch 1 of {EPOCHS}: ")
        workers.kill(2)
        codes = workers.wait(TOLD)
        assert codes[:2] == [3, 3] and codes[2] != 0, workers.lines
        for lines in workers.lines[:2]:
            assert "worker 2 (localhost:" in lines[-1] and "is lost" in lines[-1]
    done = load(tmp_path).epochs
    assert 1 <= done < EPOCHS
    chief, _ = train(2, tmp_path)
    assert f"going on after epoch {done} of {EPOCHS}" in chief
    assert load(tmp_path).epochs == EPOCHS
    assert_same(load(tmp_path), load(two[1]))


def test_the_others_end_when_the_chief_is_killed(tmp_path):
    with Workers(commands(2, tmp_path, *OPTIONS), env=ENV) as workers:
        workers.wait_for(f"epoch 1 of {EPOCHS}: ")
        workers.kill(0)
        assert workers.wait(TOLD)[1] == 3
        assert "worker 0 (localhost:" in workers.lines[1][-1]
        assert "is lost" in workers.lines[1][-1]


def test_a_training_that_is_done_is_not_done_again(two):
    _, folder = two
    before = (folder / FILE).read_bytes()
    chief, _ = train(2, folder)
    assert f"going on after epoch {EPOCHS} of {EPOCHS}" in chief
    assert not [line for line in chief if line.startswith("epoch")]
    assert (folder / FILE).read_bytes() == before


def test_a_folder_of_another_training_is_refused_at_all_workers(two):
    before = (two[1] / FILE).read_bytes()
    told = failing(commands(2, two[1], *OPTIONS, "--seed", "7"))
    assert all("belongs to another training" in text for text in told)
    assert (two[1] / FILE).read_bytes() == before


def test_a_worker_that_never_comes_is_named(tmp_path):
    chief, other, _ = commands(3, tmp_path, *OPTIONS, "--wait", "3")
    for text in failing([chief, [*other, "--wait", "60"]]):
        assert "worker 2 (localhost:" in text and "did not come within 3 s" in text


def test_a_chief_that_never_comes_is_named(tmp_path):
    _, other = commands(2, tmp_path, *OPTIONS, "--wait", "1")
    (text,) = failing([other])
    assert "could not reach worker 0 (localhost:" in text


@pytest.mark.parametrize("index", [0, 1])
def test_a_port_in_use_is_named(tmp_path, index):
    command = commands(2, tmp_path, *OPTIONS, "--wait", "1")[index]
    address = command[command.index("--workers") + 1].split(",")[index]
    with socket.create_server(("", int(address.rpartition(":")[2]))):
        (text,) = failing([command])
    assert f"worker {index} ({address}) cannot use port" in text


def test_other_data_are_refused_at_all_workers(tmp_path):
    chief, other = commands(2, tmp_path, *OPTIONS, "--wait", "60")
    for text in failing([chief, [*other, "--images", "639"]]):
        assert "differs from worker 0 in its data" in text


def test_a_full_disk_at_the_chief_ends_all_workers(tmp_path):
    pytest.importorskip("resource", reason="limits of file size are POSIX's")
    chief, other = commands(2, tmp_path, *OPTIONS)
    fill = (
        "import resource, runpy\n"
        "_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))\n"
        "runpy.run_module('mnist_helpers.distributed', run_name='__main__')\n"
    )
    for text in failing([[sys.executable, "-c", fill, *chief[3:]], other]):
        assert "The checkpoint after epoch 1 could not be written" in text
    assert [path.name for path in tmp_path.iterdir()] == [FILE]  # that of the beginning
    assert load(tmp_path).epochs == 0


def failing(several):
    """Run workers that must all fail; return what each has written."""
    with Workers(several, env=ENV) as workers:
        codes = workers.wait(300)
        assert all(codes), workers.lines
        return [" ".join(lines) for lines in workers.lines]


def assert_same(first, second):
    """Make sure that two checkpoints are equal, up to rounding."""
    assert first.epochs == second.epochs
    for ours, theirs in zip(first.weights, second.weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)
    for ours, theirs in zip(first.history, second.history, strict=True):
        assert ours["loss"] == pytest.approx(theirs["loss"], rel=1e-4)
        assert ours["val_accuracy"] == pytest.approx(theirs["val_accuracy"], abs=0.009)
