"""Real processes train together on this computer, and meet with accidents.

A process that loads TensorFlow costs seconds: so one training with an accident in it serves several
tests, and what one worker does alone it does in this process.
"""

import json
import socket
import sys

import numpy as np
import pytest

from mnist_helpers import artifacts, datasets
from mnist_helpers.datasets import mnist
from mnist_helpers.distributed import ClusterError, Workers, alone, load, options, trained, work
from mnist_helpers.distributed.checkpoint import FILE
from mnist_helpers.distributed.cluster import Cluster
from mnist_helpers.distributed.launch import commands
from mnist_helpers.quiet import quiet_stderr
from mnist_helpers.serve import classifier

EPOCHS = 12  # enough to act in the middle of the training
# 550 images: four whole batches, and a last one whose 38 images are all worker 0's.
OPTIONS = ("--epochs", str(EPOCHS), "--images", "550", "--batch", "128", "--network", "small")
ENV = {"MNIST_SOURCE": "sample", "TF_NUM_INTRAOP_THREADS": "1", "OMP_NUM_THREADS": "1"}
ENV |= {"COVERAGE_PROCESS_CONFIG": "", "COVERAGE_PROCESS_START": ""}  # they end with os._exit
TOLD = 30  # seconds in which all others must have ended


@pytest.fixture(scope="module")
def sample():
    """The bundled digits, for what trains in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_SOURCE", "sample")
        yield


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """A training of three, of whom one was killed: the exit codes, what was said, the folder."""
    folder = tmp_path_factory.mktemp("several")
    with Workers(commands(3, folder, *OPTIONS), env=ENV) as workers:
        workers.wait_for(f"epoch 1 of {EPOCHS}: ")
        workers.kill(2)
        codes = workers.wait(TOLD)
    return codes, workers.lines, folder, load(folder).epochs


@pytest.fixture(scope="module")
def two(broken):
    """How two others, whom TF_CONFIG names, have taken it up and ended it: lines, and folder."""
    *_, folder, _ = broken
    with Workers(
        [by_tf_config(command) for command in commands(2, folder, *OPTIONS)], env=ENV
    ) as w:
        assert w.wait(300) == [0, 0], w.lines
    return w.lines, folder


@pytest.fixture(scope="module")
def one(sample, tmp_path_factory):
    """What one worker, with the whole batch and no accident, has trained: lines, and folder."""
    folder, said = tmp_path_factory.mktemp("one"), []
    alone(folder, *OPTIONS, say=said.append)
    return said, folder


def by_tf_config(command):
    """Name the workers in TF_CONFIG in place of the command line."""
    place = command.index("--workers")
    hosts, index = command[place + 1].split(","), int(command[place + 3])
    config = json.dumps({"cluster": {"worker": hosts}, "task": {"type": "worker", "index": index}})
    return wrapped(f"import os\nos.environ['TF_CONFIG'] = {config!r}\n", command[:place])


def wrapped(before, command):
    """Let some lines of Python run before a worker."""
    run = "import runpy\nrunpy.run_module('mnist_helpers.distributed', run_name='__main__')\n"
    return [sys.executable, "-c", before + run, *command[3:]]


def test_the_others_end_soon_when_a_worker_is_killed(broken):
    codes, lines, *_ = broken
    assert codes[:2] == [3, 3] and codes[2] != 0, lines
    for own in lines[:2]:
        assert "worker 2 (localhost:" in own[-1] and "is lost" in own[-1]


def test_so_many_as_are_left_go_on_from_the_last_epoch(broken, two):
    done = broken[-1]
    (chief, _), folder = two
    assert 1 <= done < EPOCHS
    assert f"going on after epoch {done} of {EPOCHS}" in chief
    history = load(folder).history
    assert [epoch["workers"] for epoch in history] == [3] * done + [2] * (EPOCHS - done)


def test_two_workers_have_the_same_weights(two):
    lines, folder = two
    hashes = {line.split()[-1] for own in lines for line in own if ": weights " in line}
    assert len(hashes) == 1
    assert load(folder).history[-1]["weights"].startswith(hashes.pop())


def test_only_the_chief_tells_how_it_goes(two):
    (chief, other), _ = two
    assert [line for line in chief if line.startswith(f"epoch {EPOCHS} of {EPOCHS}: loss")]
    assert not [line for line in other if line.startswith("epoch")]


def test_several_workers_with_parts_of_128_are_one_with_128(one, two):
    """3 with 43, 43 and 42 in the first epochs, 2 with 64 in the others; through an accident."""
    ours, theirs = load(one[1]), load(two[1])
    assert ours.epochs == theirs.epochs == EPOCHS
    for here, there in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(here, there, rtol=1e-4, atol=1e-5)
    for here, there in zip(ours.history, theirs.history, strict=True):
        assert here["loss"] == pytest.approx(there["loss"], rel=1e-4)
        assert here["val_accuracy"] == pytest.approx(there["val_accuracy"], abs=0.009)


def test_it_learns_what_keras_learns(one, sample):
    """The last loss is that of a network that has learned; the same as Keras finds for it."""
    kept, data = load(one[1]), mnist.load_training()
    assert kept.history[-1]["loss"] < 0.5 * kept.history[0]["loss"]
    model = trained(one[1])
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    images = datasets.scale(data.validation_images)
    loss, accuracy = model.evaluate(images, data.validation_labels, verbose=0)
    assert kept.history[-1]["val_loss"] == pytest.approx(loss, rel=1e-4)
    assert kept.history[-1]["val_accuracy"] == pytest.approx(accuracy, abs=1e-6)


def test_the_network_is_kept_as_a_keras_file(two):
    model = artifacts.load_model(two[1] / artifacts.MODEL)
    for ours, theirs in zip(model.get_weights(), load(two[1]).weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_service_reads_with_it(two, results, sample):
    """As notebook 15 says: saved as notebook 03 does it, exported as notebook 06 does."""
    network = artifacts.load_model(two[1] / artifacts.MODEL)
    with artifacts.saving({"val_accuracy": [0.5]}) as run:
        network.save(run / artifacts.MODEL)
    with artifacts.exporting(artifacts.find_run()) as file, quiet_stderr():
        network.export(file, format="litert", verbose=False)
    images = datasets.scale(mnist.load_training().images[:20])
    served = classifier.load().probabilities(images[..., 0])
    np.testing.assert_allclose(served, network.predict(images, verbose=0), rtol=0, atol=1e-5)


def test_a_training_that_is_done_is_not_done_again(two, sample):
    _, folder = two
    before, said = (folder / FILE).read_bytes(), []
    alone(folder, *OPTIONS, say=said.append)
    assert said[0] == f"going on after epoch {EPOCHS} of {EPOCHS}"
    assert not [line for line in said if line.startswith("epoch")]
    assert (folder / FILE).read_bytes() == before


def test_a_folder_without_a_training_holds_no_network(tmp_path):
    with pytest.raises(ClusterError, match="no training with a finished epoch"):
        trained(tmp_path)


@pytest.mark.parametrize(("count", "size", "images"), [(2, 128, 550), (2, 33, 640), (3, 5, 11)])
def test_the_workers_parts_are_the_batch(count, size, images):
    """Each image once, in equal shapes; what is filled in counts nothing."""
    from mnist_helpers.distributed.loop import Trainer

    pixels = np.arange(images, dtype=np.uint8)[:, None, None]
    labels = np.arange(images)
    order = np.random.default_rng(0).permutation(images)
    parts = []
    for index in range(count):
        trainer = Trainer.__new__(Trainer)
        trainer.cluster = Cluster(tuple(f"h:{port}" for port in range(1, count + 1)), index)
        parts.append(list(trainer._parts(pixels, labels, order, size)))
    for number, batch in enumerate(zip(*parts, strict=True)):
        found = np.concatenate([own[counts == 1] for _, own, counts in batch])
        assert found.tolist() == order[number * size : (number + 1) * size].tolist()
        assert {len(part) for triple in batch for part in triple} == {-(-size // count)}
        assert all(set(counts) <= {0, 1} for _, _, counts in batch)


class Pretended:
    """A group with another worker, whose weights are not the chief's."""

    is_chief = True

    def wait_for_all(self):
        pass

    def gather(self, value):
        return [value, "another hash"]

    def wait_for_chief(self):
        raise AssertionError("nobody may go on")


def test_weights_that_differ_end_the_training_and_are_not_kept(tmp_path, sample):
    given = options.read(["--folder", str(tmp_path), *OPTIONS])
    data = work.images(given)
    state = work.begin(given, options.settings(given, data))
    with pytest.raises(ClusterError, match=r"After epoch 1 the weights of worker 1 are not those"):
        work.train(given, Cluster(), data, state, Pretended(), lambda _: None)
    assert load(tmp_path).epochs == 0


def test_the_validation_images_are_those_of_the_notebooks(sample):
    """Whatever the seed: nobody judges a network by images that it was trained on."""
    data = work.images(options.read(["--folder", "somewhere", "--seed", "7"]))
    np.testing.assert_array_equal(data.validation_images, mnist.load_training().validation_images)


def test_all_who_differ_are_named():
    place = Cluster(("a:1", "b:1", "c:1"), 0)
    work.check_equal(["x", "x", "x"], 1, place)
    with pytest.raises(ClusterError, match=r"of worker 1 \(b:1\) and worker 2 \(c:1\) are not"):
        work.check_equal(["x", "y", "y"], 1, place)


def test_the_others_end_when_the_chief_is_killed(tmp_path):
    with Workers(commands(2, tmp_path, *OPTIONS), env=ENV) as workers:
        workers.wait_for(f"epoch 1 of {EPOCHS}: ")
        workers.kill(0)
        assert workers.wait(TOLD)[1] == 3
        assert "worker 0 (localhost:" in workers.lines[1][-1]
        assert "is lost" in workers.lines[1][-1]


def test_the_chief_ends_when_a_worker_is_killed_while_it_loads_tensorflow(tmp_path):
    chief, other = commands(2, tmp_path, *OPTIONS)
    dies = "import importlib, os\nload = importlib.import_module\n"
    dies += "dies = lambda name: os._exit(9) if name.endswith('.loop') else load(name)\n"
    dies += "importlib.import_module = dies\n"
    with Workers([chief, wrapped(dies, other)], env=ENV) as workers:
        assert workers.wait(300) == [3, 9], workers.lines
    assert "worker 1 (localhost:" in workers.lines[0][-1] and "is lost" in workers.lines[0][-1]


def test_the_chief_ends_when_a_worker_is_killed_before_it_connects(tmp_path):
    """TensorFlow stops all threads while it connects, and would wait for an hour."""
    chief, other = commands(2, tmp_path, *OPTIONS)
    soon = "from mnist_helpers.distributed import loop\nloop.CONNECT = 3\n"
    dies = "import os\nfrom mnist_helpers.distributed import loop\n"
    dies += "loop.strategy_for = lambda _: os._exit(9)\n"
    with Workers([wrapped(soon, chief), wrapped(dies, other)], env=ENV) as workers:
        codes = workers.wait(300)
    assert codes[0] in (1, 3) and codes[1] == 9, workers.lines
    assert "strategy_for" in " ".join(workers.lines[0]) or "is lost" in workers.lines[0][-1]


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGTERM")
def test_a_worker_that_is_told_to_end_does_so_and_says_so(tmp_path):
    """TensorFlow would take SIGTERM for a notice, and train on."""
    with Workers(commands(2, tmp_path, *OPTIONS), env=ENV) as workers:
        workers.wait_for(f"epoch 1 of {EPOCHS}: ")
        workers.ask_to_end(1)
        assert workers.wait(TOLD) == [3, 2], workers.lines
    assert all("worker 1 (localhost:" in lines[-1] for lines in workers.lines)
    assert all("was interrupted" in lines[-1] for lines in workers.lines)


def test_a_folder_of_another_training_is_refused_at_all_workers(one):
    before = (one[1] / FILE).read_bytes()
    told = failing(commands(2, one[1], *OPTIONS, "--seed", "7"))
    assert all("belongs to another training" in text for text in told)
    assert (one[1] / FILE).read_bytes() == before


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
    for text in failing([chief, [*other, "--images", "549"]]):
        assert "differs from worker 0 in its data" in text


def test_a_full_disk_at_the_chief_ends_all_workers(tmp_path):
    pytest.importorskip("resource", reason="limits of file size are POSIX's")
    chief, other = commands(2, tmp_path, *OPTIONS)
    fill = (
        "import resource\n"
        "_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))\n"
    )
    for text in failing([wrapped(fill, chief), other]):
        assert "The checkpoint after epoch 1 could not be written" in text
    assert [path.name for path in tmp_path.iterdir()] == [FILE]  # that of the beginning
    assert load(tmp_path).epochs == 0


def failing(several):
    """Run workers that must all fail; return what each has written."""
    with Workers(several, env=ENV) as workers:
        codes = workers.wait(300)
        assert all(codes), workers.lines
        return [" ".join(lines) for lines in workers.lines]
