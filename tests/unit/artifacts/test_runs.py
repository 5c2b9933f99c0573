import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from mnist_helpers import artifacts, models
from mnist_helpers.artifacts import disk
from mnist_helpers.datasets import DataSet, mnist, sample
from tests.conftest import run_code_on_a_full_disk

HISTORY = {"loss": [0.5, 0.25], "val_accuracy": [0.9, 0.95]}


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    built = models.build_cnn()
    built.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return built


@pytest.fixture(autouse=True)
def _on_the_sample(bundled):
    pass


def save(content=b"a model", history=HISTORY):
    with artifacts.saving(history) as folder:
        (folder / artifacts.MODEL).write_bytes(content)


def files(folder):
    return {f.name: f.read_bytes() for f in folder.iterdir() if f.is_file() and f.name[0] != "."}


def test_what_was_saved_is_found_again(results, model, capsys):
    with artifacts.saving(HISTORY) as folder:
        model.save(folder / artifacts.MODEL)
    run = artifacts.find_run()
    assert run.path == results / artifacts.MODEL
    assert run.history == HISTORY and run.trained_on == sample.DESCRIPTION.name
    assert not run.is_reference
    assert "Model: yours" in capsys.readouterr().out
    images = np.random.default_rng(0).random((5, 28, 28, 1), np.float32)
    again = artifacts.load_model(run.path)
    assert np.array_equal(model.predict(images, verbose=0), again.predict(images, verbose=0))


def test_without_a_run_of_ones_own_the_reference_is_taken(results, capsys):
    run = artifacts.find_run()
    assert run.is_reference and run.trained_on == mnist.DESCRIPTION.name
    assert "the reference" in capsys.readouterr().out
    assert artifacts.load_model(run.path).count_params() == 121_930


def test_a_run_on_other_data_is_not_taken(results, monkeypatch, capsys):
    save()
    note = json.loads((results / artifacts.HISTORY).read_text("utf-8"))
    note["trained_on"] = mnist.DESCRIPTION.name
    (results / artifacts.HISTORY).write_text(json.dumps(note), "utf-8")
    assert artifacts.find_run().is_reference
    assert "yours was trained on MNIST" in capsys.readouterr().out


def test_the_reference_is_the_file_that_its_note_describes_and_is_small():
    run = artifacts.read_run(artifacts.REFERENCE)
    assert run.trained_on == mnist.DESCRIPTION.name
    assert run.path.stat().st_size < 600_000
    assert run.history["val_accuracy"][-1] > 0.985


def test_a_failure_while_saving_leaves_what_was_there(results):
    save()
    before = files(results)
    with pytest.raises(RuntimeError), artifacts.saving({"loss": [1]}) as folder:
        (folder / artifacts.MODEL).write_bytes(b"half a mod")
        raise RuntimeError
    assert files(results) == before
    assert not list(results.glob(".saving-*"))


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


def test_a_kernel_killed_while_saving_leaves_what_was_there(results):
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
    assert list(results.glob(".saving-*"))
    save(b"newer")  # neither the lock nor the leftovers of the dead are in the way
    assert artifacts.find_run().path.read_bytes() == b"newer"
    assert not list(results.glob(".saving-*"))


def test_two_notebooks_saving_at_once_take_turns(results):
    code = """
import os
for turn in range(20):
    with artifacts.saving({"loss": [turn]}) as folder:
        content = f"{os.getpid()} {turn} ".encode() * 10_000
        (folder / artifacts.MODEL).write_bytes(content)
        (folder / "mnist_cnn_model.h5").write_bytes(content)
"""
    processes = [in_another_process(code) for _ in range(2)]
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    run = artifacts.read_run(results)
    content = run.path.read_bytes()
    assert content == (results / "mnist_cnn_model.h5").read_bytes(), "both are of one run"
    assert run.history["loss"] == [int(content.split()[1])]


@pytest.mark.parametrize("renames", [0, 1, 2])
def test_a_failure_between_the_renames_loses_neither_run(renames, results, monkeypatch):
    save()
    rename, done = Path.replace, []

    def fail_after(path, target):
        if len(done) == renames:
            raise OSError("no space left")
        done.append(rename(path, target))

    monkeypatch.setattr(Path, "replace", fail_after)
    if renames < 2:
        with pytest.raises(artifacts.ArtifactError, match="no space left"):
            save(b"newer", {"loss": [0.1]})
    else:
        save(b"newer", {"loss": [0.1]})
    run = artifacts.read_run(results)
    newer = run.path.read_bytes() == b"newer"
    assert newer == (renames == 2)
    assert run.history == ({"loss": [0.1]} if newer else HISTORY)


def test_two_failures_between_the_renames_do_not_lose_the_run_either(results, monkeypatch):
    save()
    rename = Path.replace
    for _ in range(2):
        done = []

        def fail_after_one(path, target, done=done):
            if done:
                raise OSError("no space left")
            done.append(rename(path, target))

        monkeypatch.setattr(Path, "replace", fail_after_one)
        with pytest.raises(artifacts.ArtifactError):
            save(b"newer", {"loss": [0.1]})
    assert artifacts.read_run(results).history == HISTORY


def test_waiting_for_another_notebook_ends_with_a_clear_error(results, monkeypatch):
    monkeypatch.setattr(disk, "LOCK_TIMEOUT", 0.2)
    results.mkdir()
    code = f"""
import filelock
with filelock.FileLock({str(results / ".lock")!r}):
    print("locked", flush=True)
    input()
"""
    with in_another_process(code, stdin=subprocess.PIPE) as process:
        assert process.stdout.readline() == "locked\n"
        with pytest.raises(artifacts.ArtifactError, match="Another notebook has been saving"):
            save()
        process.kill()


def test_a_folder_that_cannot_be_written_is_a_clear_error(results):
    results.write_text("a file where the folder should be")
    with pytest.raises(artifacts.ArtifactError, match="set MNIST_ARTIFACTS to a folder"):
        save()


SAVE_BOTH = """
import keras
from mnist_helpers import artifacts, models
model = models.build_cnn()
fill_disk()
for suffix in (".keras", ".h5"):
    try:
        with artifacts.saving({}) as folder:
            model.save(folder / f"model{suffix}")
    except artifacts.ArtifactError as error:
        print(suffix, error)
"""


def test_a_full_disk_is_a_clear_error_and_leaves_what_was_there(results):
    save()
    before = files(results)
    done = run_code_on_a_full_disk(SAVE_BOTH, 100_000)
    told = done.stdout.splitlines()
    assert [line.split()[0] for line in told] == [".keras", ".h5"], done.stderr
    assert all("free some space" in line for line in told)
    assert files(results) == before


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("model", "mnist_cnn_model.keras is not the file"),
        ("note", "training_history.json is damaged"),
        ("missing model", "mnist_cnn_model.keras cannot be read"),
    ],
)
def test_a_damaged_run_is_refused(damage, message, results):
    save()
    if damage == "model":
        (results / artifacts.MODEL).write_bytes(b"another model")
    elif damage == "note":
        (results / artifacts.HISTORY).write_text('{"sha256"')
    else:
        (results / artifacts.MODEL).unlink()
    with pytest.raises(artifacts.ArtifactError, match=f"{message}.*run notebook 03 again"):
        artifacts.find_run()


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("share", [0, 0.3, 0.95])
def test_a_truncated_model_is_refused(suffix, share, model, tmp_path):
    path = tmp_path / f"model{suffix}"
    model.save(path)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(artifacts.ArtifactError, match="no Keras model, or a damaged one") as caught:
        artifacts.load_model(path)
    assert str(path) in str(caught.value)


def test_foreign_and_missing_files_are_refused(tmp_path):
    path = tmp_path / "model.keras"
    with pytest.raises(artifacts.ArtifactError, match="does not exist: run notebook 03"):
        artifacts.load_model(path)
    path.write_text("hello")
    with pytest.raises(artifacts.ArtifactError, match="no Keras model"):
        artifacts.load_model(path)
    unsafe = tmp_path / "unsafe safe_mode.keras"
    unsafe.write_text("hello")
    with pytest.raises(artifacts.ArtifactError, match="no Keras model"):
        artifacts.load_model(unsafe)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_code_in_a_model_is_refused_and_not_run(suffix, tmp_path):
    path, trace = tmp_path / f"model{suffix}", tmp_path / "trace"
    name = str(trace)
    code = keras.layers.Lambda(lambda x: [open(name, "w"), x][1], output_shape=(10,))  # noqa: PTH123, SIM115
    keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), code]).save(path)
    trace.unlink(missing_ok=True)
    with pytest.raises(artifacts.ArtifactError, match="Lambda layer"):
        artifacts.load_model(path)
    assert not trace.exists()


def test_a_tfsmlayer_is_refused_for_what_it_is(tmp_path):
    """It loads a foreign TensorFlow program, and is no Lambda layer."""
    inner = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten()])
    inner.export(tmp_path / "program", verbose=False)
    inputs = keras.Input((28, 28, 1))
    layer = keras.layers.TFSMLayer(str(tmp_path / "program"), call_endpoint="serve")
    model = keras.Model(inputs, layer(inputs))
    for suffix in (".keras", ".h5"):
        model.save(tmp_path / f"model{suffix}")
        with pytest.raises(artifacts.ArtifactError, match="foreign code in a TFSMLayer") as caught:
            artifacts.load_model(tmp_path / f"model{suffix}")
        assert "Lambda" not in str(caught.value)


def test_what_version_1_saved_is_read(results):
    """Its note, as version 1.0 wrote it: the reference of then still carries one of these."""
    results.mkdir()
    (results / "mnist_cnn_model.keras").write_bytes(b"a model")
    note = {
        "trained_on": "MNIST",
        "saved": "2026-11-01T10:00:00+00:00",
        "sha256": {"mnist_cnn_model.keras": hashlib.sha256(b"a model").hexdigest()},
        "history": HISTORY,
        "previous": None,
    }
    (results / "training_history.json").write_text(json.dumps(note), "utf-8")
    run = artifacts.read_run(results)
    assert run.trained_on == "MNIST" and run.history == HISTORY


def test_a_model_for_other_images_and_classes_is_loaded_by_its_description(tmp_path):
    cifar = DataSet("CIFAR-10", (32, 32, 3), tuple("abcdefghijk"), (50_000, 10_000), "")
    path = tmp_path / "model.keras"
    models.build_cnn(cifar.image_shape, len(cifar.classes)).save(path)
    assert artifacts.load_model(path, cifar).output_shape == (None, 11)
    with pytest.raises(artifacts.ArtifactError, match=r"for MNIST takes \(None, 28, 28, 1\)"):
        artifacts.load_model(path)


@pytest.mark.parametrize(
    ("shape", "classes"), [((32, 32, 3), 10), ((28, 28, 1), 26), ((28, 28), 10)]
)
def test_a_model_of_another_form_is_refused(shape, classes, tmp_path):
    path = tmp_path / "model.keras"
    layers = [keras.Input(shape), keras.layers.Flatten(), keras.layers.Dense(classes)]
    keras.Sequential(layers).save(path)
    with pytest.raises(artifacts.ArtifactError, match=r"takes \(None, 28, 28, 1\)"):
        artifacts.load_model(path)


def test_results_lie_beside_the_notebooks(monkeypatch, tmp_path):
    monkeypatch.delenv("MNIST_ARTIFACTS", raising=False)
    (tmp_path / "notebooks").mkdir()
    for folder in (tmp_path, tmp_path / "notebooks"):
        monkeypatch.chdir(folder)
        assert artifacts.folder() == tmp_path / "artifacts"
