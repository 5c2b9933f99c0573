import hashlib
import json
import shutil

import keras
import numpy as np
import pytest

from mnist_helpers import artifacts, models
from mnist_helpers.datasets import DataSet, mnist, sample

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


def test_what_was_saved_is_found_again(results, model, capsys):
    with artifacts.saving(HISTORY) as folder:
        model.save(folder / artifacts.MODEL)
    run = artifacts.find_run()
    assert run.path == results / "run-1" / artifacts.MODEL
    assert run.history == HISTORY and run.trained_on == sample.DESCRIPTION.name
    assert not run.is_shipped and run.classes == tuple("0123456789")
    assert "Model: yours" in (told := capsys.readouterr().out) and "(artifacts/run-1/)" in told
    images = np.random.default_rng(0).random((5, 28, 28, 1), np.float32)
    again = artifacts.load_model(run.path)
    assert np.array_equal(model.predict(images, verbose=0), again.predict(images, verbose=0))


def test_without_a_run_of_ones_own_the_reference_is_taken(results, capsys):
    run = artifacts.find_run()
    assert run.is_shipped and run.trained_on == mnist.DESCRIPTION.name
    assert "the reference" in capsys.readouterr().out
    assert artifacts.load_model(run.path).count_params() == 121_930


def test_a_run_on_other_data_is_not_taken(results, monkeypatch, capsys):
    save()
    file = results / "run-1" / artifacts.HISTORY
    note = json.loads(file.read_text("utf-8"))
    note["trained_on"] = mnist.DESCRIPTION.name
    file.write_text(json.dumps(note), "utf-8")
    run = artifacts.find_run()
    assert run.is_shipped and run.instead_of == artifacts.newest_run().sha256
    assert "yours was trained on MNIST" in capsys.readouterr().out


def test_the_reference_is_the_file_that_its_note_describes_and_is_small():
    run = artifacts.read_run(artifacts.REFERENCE)
    assert run.trained_on == mnist.DESCRIPTION.name
    assert run.path.stat().st_size < 600_000
    assert run.history["val_accuracy"][-1] > 0.985


def test_a_failure_while_saving_leaves_what_was_there(results):
    save()
    with pytest.raises(RuntimeError), artifacts.saving({"loss": [1]}) as folder:
        (folder / artifacts.MODEL).write_bytes(b"half a mod")
        raise RuntimeError
    assert artifacts.newest_run().history == HISTORY
    assert not list(results.glob(".saving-*"))


def test_the_note_describes_every_file_in_folders_too(results):
    with artifacts.saving(HISTORY) as folder:
        (folder / artifacts.MODEL).write_bytes(b"a model")
        (folder / "more").mkdir()
        (folder / "more" / "weights").write_bytes(b"weights")
    note = json.loads((results / "run-1" / artifacts.HISTORY).read_text("utf-8"))
    assert note["sha256"] == {
        artifacts.MODEL: hashlib.sha256(b"a model").hexdigest(),
        "more/weights": hashlib.sha256(b"weights").hexdigest(),
    }


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
    save()
    folder = results / "run-2"
    if damage == "model":
        (folder / artifacts.MODEL).write_bytes(b"another model")
    elif damage == "note":
        (folder / artifacts.HISTORY).write_text('{"sha256"')
    else:
        (folder / artifacts.MODEL).unlink()
    mend = f"run notebook 03 again, or delete {folder} to go back to the one before"
    with pytest.raises(artifacts.ArtifactError, match=f"{message}.*{mend}"):
        artifacts.find_run()
    shutil.rmtree(folder)
    assert artifacts.find_run().history == HISTORY, "what the message says helps"


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
    run = artifacts.newest_run()
    assert run.trained_on == "MNIST" and run.history == HISTORY and run.classes == ()
    (results / "mnist_cnn_model.keras").write_bytes(b"another")
    with pytest.raises(artifacts.ArtifactError, match=r"run notebook 03 again\."):
        artifacts.newest_run()


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


def test_a_run_of_another_kind_does_not_take_the_place_of_notebook_03s(results, capsys):
    save()
    for content in (b"first", b"second"):
        with artifacts.saving(HISTORY, kind="accurate") as folder:
            (folder / artifacts.MODEL).write_bytes(content)
    assert artifacts.find_run().path == results / "run-1" / artifacts.MODEL
    other = artifacts.newest_run("accurate")
    assert other.path == results / "accurate-2" / artifacts.MODEL
    assert other.path.read_bytes() == b"second"


def test_a_damaged_run_of_another_kind_is_not_blamed_on_notebook_03(results):
    with artifacts.saving(HISTORY, kind="accurate") as folder:
        (folder / artifacts.MODEL).write_bytes(b"a model")
    (results / "accurate-1" / artifacts.MODEL).write_bytes(b"another")
    with pytest.raises(artifacts.ArtifactError, match="run notebook 11 again"):
        artifacts.newest_run("accurate")


def test_what_version_1_saved_stays_when_another_kind_is_saved(results):
    save()
    for path in (results / "run-1").iterdir():
        path.rename(results / path.name)
    (results / "run-1").rmdir()
    with artifacts.saving(HISTORY, kind="accurate") as folder:
        (folder / artifacts.MODEL).write_bytes(b"other")
    assert artifacts.newest_run().path == results / artifacts.MODEL
