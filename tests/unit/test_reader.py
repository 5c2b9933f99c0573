"""The reader of handwriting: its data, its network, its training; and the model that ships."""

import dataclasses
from pathlib import Path

import keras
import numpy as np
import pytest

from mnist_helpers import artifacts, models, reader, recipes
from mnist_helpers.datasets import Source, mnist, sample


def test_the_network_stays_within_its_limit():
    model = reader.build()
    assert model.count_params() <= 122_000
    assert model.input_shape == (None, 28, 28, 1) and model.output_shape == (None, 10)


def test_offline_no_validation_image_is_trained_on(bundled):
    """The bundled digits are MNIST's stand-in there, and must not be added again."""
    training = mnist.load_training()
    images, targets = reader.training_data()
    assert len(images) == len(targets) > len(training.images)
    trained_on = {image.tobytes() for image in images}
    own = {image.tobytes() for image in training.images}
    assert own <= trained_on
    unseen = {image.tobytes() for image in training.validation_images} - own
    assert unseen and not unseen & trained_on


def test_digits_have_one_class_and_other_images_none(bundled):
    images, targets = reader.training_data()
    assert images.dtype == np.uint8 and targets.dtype == np.float32
    assert np.allclose(targets.sum(axis=1), 1)
    without = np.isclose(targets, 0.1).all(axis=1)
    assert without.sum() == reader.NO_DIGITS and without[-reader.NO_DIGITS :].all()
    labels = mnist.load_training().labels
    assert (targets[: len(labels)].argmax(axis=1) == labels).all()
    assert targets[0].max() == pytest.approx(0.955)


def test_the_bundled_digits_for_validation_and_test_are_never_trained_on(bundled, monkeypatch):
    training = mnist.load_training()
    monkeypatch.setattr(mnist, "load_training", lambda: training)
    monkeypatch.setattr(mnist, "find", lambda: Source(mnist.DESCRIPTION, Path("mnist.npz"), ""))
    images, _ = reader.training_data()
    trained_on = {image.tobytes() for image in images}
    own = {image.tobytes() for image in training.images}
    assert own <= trained_on
    unseen = [*sample.read_part("test")[0], *training.validation_images]
    assert not ({image.tobytes() for image in unseen} - own) & trained_on


def test_training_learns_and_ends_on_plain_images(bundled):
    images, targets = (part[:600] for part in reader.training_data())
    recipe = dataclasses.replace(recipes.READER, epochs=5, batch_size=32)
    model = reader.train(images, targets, 0, recipe)
    assert model.history.epoch == [4] and model.history.history["accuracy"][-1] > 0.8


def test_the_other_digits_can_be_left_out(bundled):
    images, targets = reader.training_data(has_others=False)
    training = mnist.load_training()
    assert len(images) == len(targets) == len(training.images) + reader.NO_DIGITS
    assert (images[: len(training.images)] == training.images).all()


def test_another_network_can_be_trained_on_plain_images(bundled):
    images, targets = (part[:200] for part in reader.training_data())
    recipe = dataclasses.replace(recipes.READER, epochs=2, batch_size=32)
    model = reader.train(images, targets, 0, recipe, models.build_cnn, vary=None)
    assert model.count_params() == models.build_cnn().count_params()


def test_an_epoch_can_have_any_number_of_steps(bundled):
    images, targets = (part[:50] for part in reader.training_data())
    recipe = dataclasses.replace(recipes.READER, epochs=3, batch_size=32)
    model = reader.train(images, targets, 0, recipe, steps=4)
    assert int(model.optimizer.iterations) == 12
    rate = model.optimizer.learning_rate
    assert float(rate) == pytest.approx(0, abs=1e-6), "the schedule ends with the steps"


# The model that ships


def test_the_shipped_reader_is_this_network():
    run = artifacts.read_run(artifacts.READER)
    assert run.is_shipped and run.name == "the reader of handwriting that ships with the series"
    assert run.trained_on == reader.TRAINED_ON
    model = artifacts.load_model(run.path)
    assert [type(layer) for layer in model.layers] == [
        type(layer) for layer in reader.build().layers
    ]
    assert model.count_params() == reader.build().count_params()


def test_the_export_is_of_the_shipped_model_and_has_its_bounds():
    export = artifacts.find_export(artifacts.READER)
    assert export.name == artifacts.read_run(artifacts.READER).name
    assert export.bounds == reader.BOUNDS


@pytest.mark.parametrize("folder", [artifacts.REFERENCE, artifacts.READER], ids=lambda f: f.name)
def test_the_exports_of_the_shipped_models_predict_what_the_models_do(folder):
    from mnist_helpers.serve import classifier

    images = sample.read_part("train")[0][:50] / np.float32(255)
    model = keras.models.load_model(artifacts.read_run(folder).path, compile=False)
    by_keras = model.predict(images[..., np.newaxis], verbose=0)
    assert np.allclose(classifier.load(folder).probabilities(images), by_keras, atol=1e-4)
