import math
import subprocess
import sys

import keras
import numpy as np
import pytest

from mnist_helpers import artifacts, plots, training
from mnist_helpers.datasets import Source, fashion_mnist, sample, scale
from mnist_helpers.plots import figures
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def _prepared(bundled, results):
    keras.utils.set_random_seed(0)


def compiled(optimizer="adam"):
    """The smallest network that there is: these tests are about callbacks."""
    dense = keras.layers.Dense(10, activation="softmax")
    model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), dense])
    model.compile(
        optimizer,
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        run_eagerly=True,  # for so few steps, building a graph would take longer
    )
    return model


@pytest.fixture(scope="module")
def digits():
    images, labels = sample.read_part("train")
    return {
        "x": scale(images[:256]),
        "y": labels[:256],
        "verbose": 0,
        "batch_size": 64,
    }


class Interrupt(keras.callbacks.Callback):
    """Interrupts at the start of an epoch, as the stop button does."""

    def __init__(self, epoch):
        super().__init__()
        self.at = epoch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.at:
            raise KeyboardInterrupt


def interrupt(model, digits, at=2):
    with pytest.raises(KeyboardInterrupt):
        model.fit(**digits, epochs=4, callbacks=[training.Resume(model), Interrupt(at)])


def test_an_interrupted_training_goes_on_with_weights_and_whole_history(digits, results):
    first = compiled()
    interrupt(first, digits)
    fresh = compiled()
    weights = {}
    watch = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: weights.setdefault(epoch, fresh.get_weights())
    )
    history = fresh.fit(**digits, epochs=4, callbacks=[training.Resume(fresh), watch])
    assert list(weights) == [2, 3]
    assert int(fresh.optimizer.iterations) == 4 * 4, "the optimiser's steps were restored"
    assert all(np.array_equal(*p) for p in zip(weights[2], first.get_weights(), strict=True))
    assert history.epoch == [0, 1, 2, 3]
    assert history.history["loss"][:2] == first.history.history["loss"]
    assert not list(results.glob("backup-*")), "the backup is removed at the end"


def test_the_same_model_can_be_trained_again_after_a_resumption(digits):
    model = compiled()
    interrupt(model, digits)
    model.fit(**digits, epochs=4, callbacks=[training.Resume(model)])
    history = model.fit(**digits, epochs=4, callbacks=[training.Resume(model)])
    assert len(history.history["loss"]) == 4


def test_a_training_with_other_batches_or_epochs_begins_anew(digits, capsys):
    interrupt(compiled(), digits)
    model = compiled()
    history = model.fit(
        **(digits | {"batch_size": 32}), epochs=4, callbacks=[training.Resume(model)]
    )
    assert history.epoch == [0, 1, 2, 3]
    assert "Resuming" not in capsys.readouterr().out


def test_an_interruption_after_the_last_epoch_keeps_the_whole_history(digits, capsys):
    class LoseTheEnd(training.Resume):
        def on_train_end(self, logs=None):
            raise KeyboardInterrupt

    model = compiled()
    with pytest.raises(KeyboardInterrupt):
        model.fit(**digits, epochs=2, callbacks=[LoseTheEnd(model)])
    fresh = compiled()
    history = fresh.fit(**digits, epochs=2, callbacks=[training.Resume(fresh)])
    assert history.epoch == [0, 1] and len(history.history["loss"]) == 2
    assert "Resuming the interrupted training after epoch 2" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_is_a_clear_error_before_training(digits, results):
    results.write_text("a file where the folder should be")
    model = compiled()
    with pytest.raises(artifacts.ArtifactError, match="set MNIST_ARTIFACTS"):
        model.fit(**digits, epochs=1, callbacks=[training.Resume(model)])


def test_two_interruptions(digits):
    interrupt(compiled(), digits, at=1)
    interrupt(compiled(), digits, at=3)
    model = compiled()
    history = model.fit(**digits, epochs=4, callbacks=[training.Resume(model)])
    assert history.epoch == [0, 1, 2, 3] and len(history.history["loss"]) == 4


def test_the_backup_of_another_optimiser_is_not_taken_up(digits):
    interrupt(compiled(), digits)
    other = compiled("sgd")
    history = other.fit(**digits, epochs=1, callbacks=[training.Resume(other)])
    assert history.epoch == [0]


@pytest.mark.parametrize("name", ["latest.weights.h5", "epochs.json", "training_metadata.json"])
def test_a_damaged_backup_is_a_clear_error(name, digits, results):
    interrupt(compiled(), digits)
    (backup,) = results.glob("backup-*")
    for file in backup.glob(f"{name}*"):
        file.write_bytes(file.read_bytes()[:10])
    model = compiled()
    with pytest.raises(artifacts.ArtifactError, match="delete the folder"):
        model.fit(**digits, epochs=4, callbacks=[training.Resume(model)])


def test_a_kernel_killed_in_the_middle_of_an_epoch_loses_only_that_epoch(digits):
    code = """
import sys, time
sys.path.insert(0, sys.argv[1])
import keras
from tests.unit import test_training
from mnist_helpers import training
from mnist_helpers.datasets import mnist, scale
model = test_training.compiled()
t = mnist.load_training()
def batch(batch, logs):
    if len(model.history.epoch) == 2 and batch == 3:
        print("in epoch 3", flush=True)
        time.sleep(600)
watch = keras.callbacks.LambdaCallback(on_train_batch_end=batch)
x, y = scale(t.images[:256]), t.labels[:256]
model.fit(x, y, epochs=4, verbose=0, callbacks=[training.Resume(model), watch])
"""
    with subprocess.Popen(
        [sys.executable, "-c", code, ROOT],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        line = process.stdout.readline()
        process.kill()
    assert line == "in epoch 3\n"
    model = compiled()
    history = model.fit(**digits, epochs=4, callbacks=[training.Resume(model)])
    assert history.epoch == [0, 1, 2, 3] and len(history.history["accuracy"]) == 4


@pytest.fixture
def shown(monkeypatch):
    """What LiveCurves shows: (display id, whether an update, the figure's title)."""
    seen, titles = [], []
    draw = plots.training_curves
    monkeypatch.setattr(plots, "training_curves", lambda *a: titles.append(a) or draw(*a))
    monkeypatch.setattr(
        figures, "display", lambda *a, **k: seen.append((k["display_id"], k["update"]))
    )
    monkeypatch.setattr(training, "display", lambda *a: None)
    return seen, titles


def test_live_curves_update_one_figure_within_epochs_too(digits, shown):
    model = compiled()
    model.fit(
        **digits,
        epochs=2,
        validation_data=(digits["x"][:50], digits["y"][:50]),
        callbacks=[training.LiveCurves(interval=0, share=1e9)],
    )
    seen, calls = shown
    assert [update for _, update in seen] == [False] + [True] * (len(seen) - 1)
    assert len({identity for identity, _ in seen}) == 1
    assert len(calls) == 1 + 2 * 4 + 1  # start, each of 4 batches of 2 epochs, end
    titles = [call[3] for call in calls]
    assert "epoch 1 of 2 · 50%" in titles[2] and "s left" in titles[2]
    assert titles[-1].startswith("2 epochs, finished")
    history, epochs, within, _ = calls[-1]
    assert epochs == 2 and len(history["val_accuracy"]) == 2
    assert within["epoch"][-1] == 2
    for name in ("epoch", "accuracy", "loss"):
        gaps = [place for place, value in enumerate(within[name]) if math.isnan(value)]
        assert gaps == [4] and len(within[name]) == 4 + 1 + 4, "each epoch begins a line of its own"


def test_live_curves_of_a_resumed_training_show_the_earlier_epochs(digits, shown):
    interrupt(compiled(), digits)
    model = compiled()
    live = training.LiveCurves(interval=0, share=1e9)
    model.fit(**digits, epochs=4, callbacks=[training.Resume(model), live])
    _, calls = shown
    assert len(calls[0][0]["loss"]) >= 2, "the first picture shows them already"
    assert len(calls[-1][0]["loss"]) == 4


def test_live_curves_keep_to_their_interval(digits, shown):
    compiled().fit(**digits, epochs=1, callbacks=[training.LiveCurves(interval=3600)])
    assert len(shown[1]) == 2  # start and end


@pytest.mark.parametrize(
    "metrics",
    [[], ["sparse_categorical_crossentropy"], ["accuracy", "sparse_top_k_categorical_accuracy"]],
)
def test_live_curves_show_whatever_metrics_there_are(metrics, digits, shown):
    model = compiled()
    model.compile("adam", loss="sparse_categorical_crossentropy", metrics=metrics, run_eagerly=True)
    live = training.LiveCurves(interval=0, share=1e9)
    model.fit(**digits, epochs=1, callbacks=[live])
    history, _, within, _ = shown[1][-1]
    assert set(history) == {"loss", *metrics}
    assert all(len(within[name]) == 4 for name in history)
    assert not any(map(math.isnan, within["epoch"])), "there is no epoch before it"


def test_live_curves_of_a_generator_whose_length_is_not_known(digits, shown):
    def batches():
        for start in (0, 64):
            yield digits["x"][start : start + 64], digits["y"][start : start + 64]

    compiled().fit(batches(), epochs=1, verbose=0, callbacks=[training.LiveCurves(interval=0)])
    assert len(shown[1]) == 2  # start and end


TRAIN = """
import sys
sys.path.insert(0, sys.argv[1])
from mnist_helpers import training
from tests.unit import test_training
model = test_training.compiled()
resume = training.Resume(model)
print(resume.folder.name, flush=True)
input()
"""


def test_two_kernels_that_train_the_same_network_do_not_share_a_backup(digits, results):
    model = compiled()
    kept = training.Resume(model)
    mine = kept.folder.name
    names = []
    for _ in range(2):
        with subprocess.Popen(
            [sys.executable, "-c", TRAIN, ROOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            names.append(process.stdout.readline().strip())
            process.kill()
    # The first of them has died, so that the second takes up what it had; this one still runs.
    assert names == [f"{mine}-2", f"{mine}-2"]
    assert training.Resume(model).folder.name == mine, "the same kernel keeps its own"


def test_a_backup_is_free_again_after_the_training(digits, results):
    model = compiled()
    resume = training.Resume(model)
    model.fit(**digits, epochs=1, callbacks=[resume])
    assert not resume.lock.is_locked


def test_the_backup_of_another_data_set_is_not_taken_up(digits, tmp_path):
    model = compiled()
    other = Source(fashion_mnist.DESCRIPTION, tmp_path, "for a test")
    assert training.Resume(model).folder != training.Resume(model, other).folder
