"""Few labels, a base and its head, and what must not change."""

import warnings

import keras
import numpy as np
import pytest
from keras import layers

from mnist_helpers import transfer
from mnist_helpers.datasets import sample

LABELS = np.repeat([0, 1, 2], [10, 12, 14])


@pytest.fixture
def base():
    """Images of 4×4 → five features, with batch normalisation inside."""
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            layers.Flatten(),
            layers.BatchNormalization(),
            layers.Dense(5, activation="relu"),
        ]
    )


@pytest.fixture
def images():
    return np.random.default_rng(0).random((30, 4, 4, 1), np.float32)


def test_a_draw_has_so_many_of_each_class_and_none_twice():
    places = transfer.draw(LABELS, 4, seed=3)
    assert len(set(places)) == len(places) == 12
    assert np.bincount(LABELS[places]).tolist() == [4, 4, 4]
    assert sorted(LABELS[places]) != LABELS[places].tolist(), "classes are mixed"


def test_a_larger_draw_has_the_smaller_one_in_it():
    small, large = (set(transfer.draw(LABELS, count, seed=5)) for count in (2, 7))
    assert small < large
    assert small == set(transfer.draw(LABELS, 2, seed=5)) != set(transfer.draw(LABELS, 2, seed=6))


def test_a_class_with_too_few_examples_is_named():
    with pytest.raises(ValueError, match="Class 0 has 10 examples, and 11 are asked for"):
        transfer.draw(LABELS, 11, seed=0)


def test_the_base_is_the_network_without_its_last_layer(images):
    network = [keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(5), layers.Dense(3)]
    model = keras.Sequential(network)
    features = transfer.cut(model)(images)
    assert np.array_equal(features, model.layers[1](model.layers[0](images)))
    assert transfer.cut(model, last=2).output_shape == (None, 16), "without the dense layer"


def test_a_frozen_base_stays_bit_identical_and_the_head_learns(base, images):
    base.trainable = False
    model = transfer.add_head(base, 3)
    transfer.prepare(model, 0.01)
    before, head = transfer.digest(base), transfer.digest(model.get_layer("head"))
    transfer.train(model, images, np.arange(30) % 3, steps=3, seed=0)
    assert transfer.digest(base) == before
    assert transfer.digest(model.get_layer("head")) != head


@pytest.mark.parametrize("is_nested", [False, True])
def test_batch_normalisation_stays_in_inference_mode_frozen_and_thawed(base, images, is_nested):
    whole = keras.Sequential([keras.Input((4, 4, 1)), base]) if is_nested else base
    normalising, dense = base.layers[1], base.layers[2]
    remembered, labels = transfer.digest(normalising), np.arange(30) % 3
    for change, learns in ((transfer.freeze, False), (transfer.thaw, True)):
        change(whole)
        model, before = transfer.add_head(whole, 3), transfer.digest(dense)
        assert np.allclose(model(images, training=True), model(images, training=False))
        transfer.prepare(model, 0.01)
        transfer.train(model, images, labels, steps=3, seed=0)
        assert transfer.digest(normalising) == remembered
        assert (transfer.digest(dense) != before) == learns


def test_training_false_does_not_keep_a_thawed_base_in_inference_mode(base, images):
    """Why `thaw` is needed: should Keras change this, the notebook's text has to change.

    `fit` calls the network with `training=True`, which reaches every layer of a functional model
    (`operation_fn` in keras/src/models/functional.py), whatever it was called with when the model
    was built: https://github.com/keras-team/keras/issues/20285. Batch normalisation that is not
    trainable stays in inference mode: https://keras.io/api/layers/normalization_layers/.
    """
    inputs = keras.Input((4, 4, 1))
    model = keras.Model(inputs, layers.Dense(3)(base(inputs, training=False)))
    assert not np.allclose(model(images, training=True), model(images, training=False))
    transfer.prepare(model, 0.001)
    remembered = base.layers[1].moving_mean.numpy()
    transfer.train(model, images, np.arange(30) % 3, steps=2, seed=0)
    assert not np.allclose(base.layers[1].moving_mean, remembered), "`fit` overwrites it"
    base.trainable = False
    assert np.allclose(model(images, training=True), model(images, training=False))


def test_without_compiling_anew_a_thawed_base_is_not_trained(base, images):
    """Notebook 14 shows this trap: should Keras end it, the text has to change.

    Keras says so of `Model.compile`: https://keras.io/api/models/model_training_apis/, and in
    https://keras.io/guides/transfer_learning/. Nothing warns: Keras 3.15 means to, in a line of
    `_assert_compile_called` that is never reached.
    """
    base.trainable = False
    model = transfer.add_head(base, 3)
    transfer.prepare(model, 0.01)
    labels = np.arange(30) % 3
    transfer.train(model, images, labels, steps=1, seed=0)
    before = transfer.digest(base)
    base.trainable = True
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        transfer.train(model, images, labels, steps=1, seed=0)
    assert transfer.digest(base) == before
    transfer.prepare(model, 0.01)
    transfer.train(model, images, labels, steps=1, seed=0)
    assert transfer.digest(base) != before


def test_a_head_alone_learns_what_a_head_on_a_frozen_base_learns(base, images):
    base.trainable = False
    labels = np.arange(30) % 3
    whole, alone = transfer.add_head(base, 3), transfer.head_alone(5, 3)
    alone.set_weights(whole.get_layer("head").get_weights())
    for model, inputs in ((whole, images), (alone, base.predict(images, verbose=0))):
        transfer.prepare(model, 0.01)
        transfer.train(model, inputs, labels, steps=5, seed=2)
    for ours, theirs in zip(
        whole.get_layer("head").get_weights(), alone.get_weights(), strict=True
    ):
        assert np.allclose(ours, theirs, atol=1e-5)


def test_a_restarted_training_is_that_of_a_fresh_network(base, images):
    labels, digests = np.arange(30) % 3, []
    model = transfer.add_head(base, 3)
    transfer.prepare(model, 0.5)
    start = model.get_weights()
    for rate in (0.01, 0.02, 0.01):
        transfer.restart(model, start, rate)
        transfer.train(model, images, labels, steps=4, seed=1)
        digests.append(transfer.digest(model))
    assert digests[0] == digests[2] != digests[1]
    model.set_weights(start)
    transfer.prepare(model, 0.01)
    transfer.train(model, images, labels, steps=4, seed=1)
    assert transfer.digest(model) == digests[0]


def test_each_example_comes_as_often_as_the_others(images):
    seen = []

    class Noting(keras.Model):
        def fit(self, inputs, labels, batch_size, **_):
            seen.append((inputs, labels, batch_size))

    transfer.train(Noting(), np.arange(30), np.arange(30), steps=3, seed=0)
    ((inputs, labels, size),) = seen
    assert len(inputs) == 3 * size and np.array_equal(inputs, labels)
    assert set(np.bincount(inputs)) == {3, 4}


def test_the_digest_tells_a_single_bit(base):
    before = transfer.digest(base)
    weights = base.get_weights()
    weights[-1][0] = np.nextafter(weights[-1][0], np.float32(1))
    base.set_weights(weights)
    assert transfer.digest(base) != before


def test_outputs_are_those_of_predict_however_many_pieces(base, images):
    many = np.concatenate(9 * [images])
    assert len(many) > transfer.PIECE
    assert np.allclose(transfer.outputs(base, many), base.predict(many, verbose=0), atol=1e-6)


def test_accuracy_is_the_share_of_right_answers():
    identity = keras.Sequential([keras.Input((3,)), layers.Activation("linear")])
    assert transfer.accuracy(identity, np.eye(3), np.array([0, 1, 1])) == pytest.approx(2 / 3)


def test_the_mean_over_draws_has_student_s_interval():
    found = transfer.mean([0.4, 0.5, 0.6])
    assert found.value == pytest.approx(0.5)
    assert found.high - 0.5 == pytest.approx(4.3027 * 0.1 / 3**0.5, abs=1e-4)
    assert 0.5 - found.low == pytest.approx(found.high - 0.5)
    assert str(transfer.mean([0.5, 0.5])) == "50.0% (95% interval 50.0% to 50.0%)"
    assert transfer.mean([0.8, 1.0])[1:] == (0, 1), "an accuracy is a share"


def test_scans_are_parted_in_their_order_and_leave_the_test_set_alone():
    scans = transfer.load_scans()
    images, labels = sample.read_part("train")
    assert len(scans.images) == 900 and len(scans.validation_images) == 600
    assert np.array_equal(np.concatenate([scans.images, scans.validation_images]), images)
    assert np.array_equal(np.concatenate([scans.labels, scans.validation_labels]), labels)
