"""The most accurate network within its limits: its data, its training, its mean over copies."""

import dataclasses

import keras
import numpy as np
import pytest

from mnist_helpers import accurate, artifacts, datasets, reader
from mnist_helpers.datasets import mnist


def test_the_network_stays_within_its_limit_with_normalisation_and_without():
    ours, plain = accurate.build(), accurate.build(is_normalised=False)
    assert plain.count_params() < ours.count_params() <= accurate.PARAMETERS
    assert ours.input_shape == (None, 28, 28, 1) and ours.output_shape == (None, 10)
    names = [type(layer).__name__ for layer in ours.layers]
    rest = [name for name in names if name != "BatchNormalization"]
    assert len(rest) == len(names) - 4
    assert [type(layer).__name__ for layer in plain.layers] == rest


def test_it_is_trained_on_all_images_only_when_that_is_asked_for(bundled):
    training = mnist.load_training()
    images, targets = accurate.training_data()
    assert (images == training.images).all()
    assert (targets.argmax(axis=1) == training.labels).all()
    everything, all_targets = accurate.training_data(has_all=True)
    count = len(training.images)
    assert (everything[:count] == images).all()
    assert (everything[count:] == training.validation_images).all()
    assert (all_targets[count:].argmax(axis=1) == training.validation_labels).all()
    assert np.allclose(all_targets.max(axis=1), 1 - reader.SMOOTHING * 0.9)


def test_training_learns(bundled):
    images, targets = (part[:600] for part in accurate.training_data())
    recipe = dataclasses.replace(accurate.RECIPE, epochs=5, batch_size=32)
    model = accurate.train(images, targets, 0, recipe)
    assert model.history.history["accuracy"][-1] > 0.7
    assert model.count_params() <= accurate.PARAMETERS


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    return accurate.build()


@pytest.fixture
def images(bundled):
    images = datasets.scale(mnist.load_training().images[:8])
    images[0] = np.random.default_rng(0).random(images[0].shape)  # ink up to the border
    return images


def test_the_mean_is_over_the_image_and_four_moved_copies(network, images):
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    answers = [
        network.predict(framed[:, 1 - down : 29 - down, 1 - right : 29 - right], verbose=0)
        for down, right in accurate.MOVES
    ]
    found = accurate.with_copies(network).predict(images, verbose=0)
    assert np.allclose(found, np.mean(answers, axis=0), atol=1e-6)
    assert set(accurate.MOVES) == {(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)}


def test_with_copies_there_are_no_more_parameters(network):
    assert accurate.with_copies(network).count_params() == network.count_params()


def test_it_is_saved_exported_and_served_as_any_other(network, images, results):
    from mnist_helpers.serve import classifier

    model = accurate.with_copies(network)
    with artifacts.saving({"loss": [1.0]}, kind="accurate") as folder:
        model.save(folder / artifacts.MODEL)
    run = artifacts.newest_run("accurate")
    again = artifacts.load_model(run.path)
    wanted = model.predict(images, verbose=0)
    assert np.allclose(again.predict(images, verbose=0), wanted, atol=1e-6)
    with artifacts.exporting(run) as path:
        again.export(path, format="litert", verbose=False)
    served = classifier.load().probabilities(images[..., 0])
    assert np.allclose(served, wanted, atol=1e-4)
