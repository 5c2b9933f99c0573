"""The exported model: the same answers as the Keras model, and nothing else is taken for one."""

import concurrent.futures
import hashlib
import json
import shutil

import keras
import numpy as np
import pytest
from PIL import Image

from mnist_helpers import artifacts, models, pictures
from mnist_helpers.artifacts import exports
from mnist_helpers.datasets import mnist, scale
from mnist_helpers.quiet import quiet_stderr
from mnist_helpers.serve import classifier
from tests.conftest import run_code_on_a_full_disk

REFERENCE_FILE = artifacts.REFERENCE / artifacts.EXPORTED


@pytest.fixture(
    scope="module", params=[artifacts.REFERENCE, artifacts.READER], ids=lambda folder: folder.name
)
def shipped(request):
    return request.param


@pytest.fixture(scope="module")
def model(shipped):
    return classifier.load(shipped)


@pytest.fixture(scope="module")
def digits():
    """300 validation digits; of the bundled sample, 125 and some more."""
    training = mnist.load_training()
    return scale(np.concatenate([training.validation_images, training.images])[:300])


@pytest.fixture
def run():
    return artifacts.read_run(artifacts.REFERENCE)


def describe(folder, content):
    """Write an export with its note, as notebook 06 would."""
    folder.mkdir(exist_ok=True)
    (folder / artifacts.EXPORTED).write_bytes(content)
    artifacts.note_export(artifacts.read_run(artifacts.REFERENCE), folder)
    return folder


def export(run, content):
    with artifacts.exporting(run) as path:
        path.write_bytes(content)


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# The model


@pytest.mark.data_matters
def test_the_exported_model_and_the_keras_model_answer_alike(shipped, model, digits):
    original = artifacts.load_model(artifacts.read_run(shipped).path).predict(digits, verbose=0)
    exported = model.probabilities(digits[..., 0])
    np.testing.assert_allclose(exported, original, rtol=0, atol=1e-5)
    assert (exported.argmax(axis=1) == original.argmax(axis=1)).all()


def test_a_network_with_dropout_answers_in_the_service_as_in_keras(digits, tmp_path):
    """As notebook 12 saves one."""
    network = models.build_cnn(dropout=0.3)
    path = tmp_path / "dropout.tflite"
    with quiet_stderr():
        network.export(path, format="litert", verbose=False)
    served = classifier.load(describe(tmp_path / "export", path.read_bytes()))
    found = served.probabilities(digits[..., 0])
    np.testing.assert_allclose(found, network.predict(digits, verbose=0), rtol=0, atol=1e-5)


def test_both_interfaces_of_litert_give_the_same(shipped, model, digits):
    """Notebook 06 says so, of an ordinary processor."""
    from ai_edge_litert.compiled_model import CompiledModel

    with quiet_stderr():  # it tells of each kind of processor that it looks for
        compiled = CompiledModel.from_file(str(shipped / artifacts.EXPORTED))
        given, found = compiled.create_input_buffers(0), compiled.create_output_buffers(0)
        for digit, ours in zip(digits[:20], model.probabilities(digits[:20, ..., 0]), strict=True):
            given[0].write(digit)
            compiled.run_by_index(0, given, found)
            assert np.allclose(found[0].read(ours.size, np.float32), ours, atol=1e-5)
        del given, found, compiled


def test_the_export_was_made_from_the_model_beside_it_and_is_small(shipped):
    note = json.loads((shipped / artifacts.EXPORT_NOTE).read_text("utf-8"))
    path = artifacts.read_run(shipped).path
    assert note["exported_from"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (shipped / artifacts.EXPORTED).stat().st_size < 600_000


def test_the_version_is_the_beginning_of_the_files_hash(shipped, model):
    content = (shipped / artifacts.EXPORTED).read_bytes()
    assert model.version == hashlib.sha256(content).hexdigest()[:12]
    assert mnist.DESCRIPTION.name in model.trained_on


def test_no_images_give_no_probabilities(model):
    assert model.probabilities(np.zeros((0, 28, 28), np.float32)).shape == (0, 10)


@pytest.mark.data_matters
def test_several_threads_share_a_model_without_mixing_their_answers(model, digits):
    expected = model.probabilities(digits[..., 0])
    shares = [range(start, start + 40) for start in range(0, len(digits) - 40, 5)] * 8
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda share: model.probabilities(digits[share, ..., 0]), shares))
    assert all((a == expected[share]).all() for a, share in zip(answers, shares, strict=True))


# What it says of a picture


def test_a_digit_gets_its_label(model, stroke):
    reading = model.read(stroke)
    assert reading.label == 7 and reading.message is None
    assert reading.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert np.array_equal(reading.image, pictures.prepare(stroke).image)


NO_DIGITS = {
    "black": np.zeros((28, 28)),
    "almost black": np.full((28, 28), 0.2),
    "white": np.ones((28, 28)),
    "grey": np.full((28, 28), 0.5),
    "noise": np.random.default_rng(0).random((28, 28)),
    "noise of black and white": np.random.default_rng(0).integers(0, 2, (28, 28)),
    "one pixel": np.pad([[1]], (14, 13)),
    "inverted": 1 - np.pad(np.ones((20, 4)), ((4, 4), (12, 12))),
}


@pytest.mark.parametrize("name", NO_DIGITS)
def test_what_is_no_digit_gets_no_label_but_a_message(name, model):
    reading = model.judge(NO_DIGITS[name].astype(np.float32))
    assert reading.label is None and "No digit in view" in reading.message
    assert reading.probabilities.shape == (10,) and reading.image is not None


@pytest.mark.data_matters
def test_an_unsure_answer_is_no_label(model, digits):
    ghosts = (digits[:100, ..., 0] + digits[100:200, ..., 0]) / 2
    readings = [model.judge(ghost) for ghost in ghosts]
    labelled = [reading.label is not None for reading in readings]
    sure = [reading.probabilities.max() >= model.sure for reading in readings]
    assert 0 < sum(sure) < len(sure)
    assert all(has_label <= is_sure for has_label, is_sure in zip(labelled, sure, strict=True))


@pytest.mark.data_matters
def test_more_ink_than_a_digit_has_gets_no_label_even_if_the_model_is_sure(shipped, model, digits):
    readings = [model.judge(1 - digit) for digit in digits[..., 0]]
    if shipped == artifacts.REFERENCE:  # the reader doubts them by itself
        assert any(reading.probabilities.max() > model.sure for reading in readings)
    assert all(reading.label is None for reading in readings)


@pytest.mark.data_matters
def test_nearly_all_digits_get_a_label(model, digits):
    assert sum(model.judge(digit).label is not None for digit in digits[..., 0]) > 0.8 * len(digits)


def test_a_picture_without_ink_has_nothing_to_show(model):
    reading = model.read(np.full((90, 60), 200, np.uint8))
    assert reading[:3] == (None, None, None) and "No digit in view" in reading.message


def test_what_is_no_picture_is_an_error(model, tmp_path):
    with pytest.raises(pictures.PictureError, match="no picture"):
        model.read(REFERENCE_FILE)


def test_the_reading_turns_into_json(model, stroke):
    reading = model.read(Image.fromarray(stroke))
    shown = json.loads(json.dumps(reading.to_json()))
    assert shown["label"] == 7 and len(shown["probabilities"]) == 10 and shown["message"] is None
    assert np.allclose(np.array(shown["image"]) / 255, reading.image, atol=1 / 500)
    assert reading.to_json(with_image=False)["image"] is None
    empty = model.read(np.zeros((9, 9))).to_json()
    assert empty["label"] is empty["probabilities"] is empty["image"] is None


# Where it comes from


def test_ones_own_export_goes_before_the_reference(results, run):
    assert artifacts.find_export().is_shipped
    export(run, b"an export")
    found = artifacts.find_export()
    assert found.path == results / "export-1" / artifacts.EXPORTED and not found.is_shipped
    assert found.version == hashlib.sha256(b"an export").hexdigest()[:12]
    assert found.trained_on == run.trained_on
    assert artifacts.find_export(artifacts.REFERENCE).is_shipped
    assert not list(results.glob(".saving-*"))


def test_load_takes_ones_own_export_or_the_folder_named(results, run, shipped, model):
    reader = artifacts.find_export(artifacts.READER).version
    assert classifier.load().version == reader
    export(run, REFERENCE_FILE.read_bytes() + b"\0" * 8)
    assert classifier.load().version not in (reader, model.version)
    assert classifier.load(shipped).version == model.version


def test_a_network_of_ones_own_is_called_so_and_has_the_usual_bounds(results, run):
    export(run._replace(name=artifacts.YOURS), REFERENCE_FILE.read_bytes())
    own = classifier.load()
    assert own.name == "your own network"
    assert (own.sure, own.full) == (classifier.SURE, classifier.FULL)
    assert classifier.load(artifacts.REFERENCE).name.startswith("notebook 03's network")


def test_the_note_says_what_was_exported(results, run):
    export(run, b"an export")
    note = json.loads((results / "export-1" / artifacts.EXPORT_NOTE).read_text("utf-8"))
    assert note["sha256"] == hashlib.sha256(b"an export").hexdigest()
    assert note["exported_from"] == hashlib.sha256(run.path.read_bytes()).hexdigest()


def test_a_failure_while_exporting_leaves_the_old_export(results, run):
    export(run, b"an export")
    before = files(results)
    with pytest.raises(ValueError, match="oh"), artifacts.exporting(run) as path:
        path.write_bytes(b"half an exp")
        raise ValueError("oh")
    assert files(results) == before and not list(results.glob(".saving-*"))


def test_an_export_that_wrote_nothing_leaves_the_old_export(results, run):
    export(run, b"an export")
    before = files(results)
    message = "wrote no file mnist_cnn_model.tflite"
    with pytest.raises(artifacts.ArtifactError, match=message), artifacts.exporting(run):
        pass
    assert files(results) == before


EXPORT = """
from mnist_helpers import artifacts
run = artifacts.read_run(artifacts.REFERENCE)
content = (artifacts.REFERENCE / artifacts.EXPORTED).read_bytes()
fill_disk()
with artifacts.exporting(run) as path:
    path.write_bytes(content)
"""


def test_a_full_disk_is_a_clear_error_and_leaves_the_old_export(results, run):
    export(run, b"an export")
    before = files(results)
    done = run_code_on_a_full_disk(EXPORT, 100_000)
    assert "ArtifactError" in done.stderr and "free some space" in done.stderr
    assert files(results) == before


def rewrite(folder, changes):
    path = folder / artifacts.EXPORT_NOTE
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")


DAMAGES = {
    "is not the file that exported.json describes": lambda f: f.joinpath(
        artifacts.EXPORTED
    ).write_bytes(b"another"),
    f"{artifacts.EXPORTED} cannot be read": lambda f: (f / artifacts.EXPORTED).unlink(),
    "exported.json is damaged": lambda f: (f / artifacts.EXPORT_NOTE).write_text('{"sha256"'),
    "exported.json is damaged .KeyError": lambda f: (f / artifacts.EXPORT_NOTE).write_text("{}"),
    "exported.json is damaged .TypeError": lambda f: (f / artifacts.EXPORT_NOTE).write_text("[]"),
    "exported.json is damaged .ValueError": lambda f: rewrite(f, {"bounds": {"sure": "much"}}),
    "exported.json is damaged .AttributeError": lambda f: rewrite(f, {"bounds": None}),
    "exported.json is damaged .Unicode": lambda f: (f / artifacts.EXPORT_NOTE).write_bytes(b"\xff"),
}


@pytest.mark.parametrize("message", DAMAGES)
def test_a_damaged_export_is_refused(message, results, run):
    export(run, b"an export")
    folder = results / "export-1"
    DAMAGES[message](folder)
    with pytest.raises(artifacts.ArtifactError, match=f"{message}.*run notebook 06 again"):
        artifacts.find_export()
    with pytest.raises(artifacts.ArtifactError, match=message):
        classifier.load(folder)


def test_a_model_without_its_note_is_not_taken(results, run):
    export(run, b"an export")
    (results / "export-1" / artifacts.EXPORT_NOTE).unlink()
    for folder in (None, results / "export-1"):
        with pytest.raises(artifacts.ArtifactError, match=r"exported\.json cannot be read"):
            artifacts.find_export(folder)


def test_a_damaged_shipped_model_says_to_reinstall(tmp_path, monkeypatch):
    folder = shutil.copytree(artifacts.READER, tmp_path / "reader")
    (folder / artifacts.EXPORTED).write_bytes(b"damaged")
    monkeypatch.setattr(exports, "SHIPPED", (folder,))
    with pytest.raises(artifacts.ArtifactError, match="reinstall the package"):
        classifier.load(folder)


@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.95])
def test_a_truncated_model_is_refused_even_with_a_fitting_note(share, tmp_path):
    content = REFERENCE_FILE.read_bytes()
    folder = describe(tmp_path / "export", content[: int(share * len(content))])
    with pytest.raises(artifacts.ArtifactError, match="no LiteRT model, or a damaged one"):
        classifier.load(folder)


@pytest.mark.parametrize("content", [b"hello", b"\0" * 5000, b"\0\0\0\0TFL3" + b"\xff" * 5000])
def test_a_foreign_file_is_refused_even_with_a_fitting_note(content, tmp_path):
    with pytest.raises(artifacts.ArtifactError, match="no LiteRT model") as caught:
        classifier.load(describe(tmp_path / "export", content))
    assert str(tmp_path) in str(caught.value)


def test_a_keras_model_is_refused(run, tmp_path):
    with pytest.raises(artifacts.ArtifactError, match="no LiteRT model"):
        classifier.load(describe(tmp_path / "export", run.path.read_bytes()))


def test_a_model_of_another_form_is_refused(tmp_path):
    path = tmp_path / "other.tflite"
    layers = [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(10)]
    keras.Sequential(layers).export(path, format="litert", verbose=False)
    with pytest.raises(
        artifacts.ArtifactError, match=r"takes and gives \[\[1, 8, 8, 1\], \[1, 10\]\]"
    ):
        classifier.load(describe(tmp_path / "export", path.read_bytes()))
