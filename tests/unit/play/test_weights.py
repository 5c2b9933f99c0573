import keras
import numpy as np
import pytest
from keras import layers

from mnist_helpers import artifacts, models
from mnist_helpers.play import weights


def test_a_network_of_your_own_is_described_and_its_limits_fit_what_is_shown():
    model = models.build_cnn(dropout=0.25)
    network = weights.describe(model, "mine", "MNIST", "1")
    kinds = [layer["kind"] for layer in network["layers"]]
    blocks = ["input", "conv", "max", "conv", "max"]
    assert kinds == [*blocks, "flatten", "dense", "dense", "softmax"]  # no Dropout
    shapes = [layer["shape"] for layer in network["layers"]]
    assert shapes[:3] == [[28, 28, 1], [26, 26, 32], [13, 13, 32]]
    assert (network["name"], network["trainedOn"], network["version"]) == ("mine", "MNIST", "1")
    assert all(layer["limit"] > 0 for layer in network["layers"])
    assert network["layers"][0]["limit"] == pytest.approx(1)


def test_a_saved_run_has_its_name_and_the_hash_of_its_file():
    run = artifacts.read_run(artifacts.REFERENCE)
    network = weights.describe_run(run)
    assert network["name"] == run.name and run.sha256.startswith(network["version"])


@pytest.mark.parametrize(
    ("layer", "named"),
    [
        (layers.Conv2D(2, 3, strides=2), "Conv2D"),
        (layers.Conv2D(2, 3, activation="tanh"), "Conv2D"),
        (layers.MaxPooling2D(3, strides=1), "MaxPooling2D"),
        (layers.ReLU(max_value=6), "ReLU"),
        (layers.Resizing(14, 14), "Resizing"),
        (layers.Dense(3), "Dense"),  # of each pixel by itself
        (layers.BatchNormalization(axis=1), "BatchNormalization"),
        (layers.GlobalAveragePooling2D("channels_first"), "GlobalAveragePooling2D"),
    ],
)
def test_a_layer_that_cannot_be_shown_is_named_with_those_that_can(layer, named):
    model = keras.Sequential(
        [keras.Input((28, 28, 1)), layer, layers.Flatten(), layers.Dense(10, activation="softmax")]
    )
    with pytest.raises(weights.NetworkError, match=rf"\({named}.*GlobalAveragePooling2D"):
        weights.describe(model, "", "")


@pytest.mark.parametrize(
    ("shape", "last", "named"),
    [
        ((28, 28, 3), "softmax", r"input is \(28, 28, 3\), and that of a drawing \(28"),
        ((32, 32, 1), "softmax", r"keras\.Input\(\(28, 28, 1\)\)"),
        (None, "softmax", "not known yet"),
        ((28, 28, 1), "linear", "does not end with probabilities"),
        ((28, 28, 1), "sigmoid", "does not end with probabilities"),
    ],
)
def test_a_network_that_does_not_lead_from_a_drawing_to_probabilities_is_refused(
    shape, last, named
):
    first = [keras.Input(shape)] if shape else []
    model = keras.Sequential([*first, layers.Flatten(), layers.Dense(10, activation=last)])
    with pytest.raises(weights.NetworkError, match=named):
        weights.describe(model, "", "")


def test_batch_normalisation_of_maps_is_shown_however_its_axis_is_named():
    for axis in (-1, 3):
        model = keras.Sequential(
            [
                keras.Input((28, 28, 1)),
                layers.BatchNormalization(axis=axis),
                layers.Flatten(),
                layers.Dense(10, activation="softmax"),
            ]
        )
        assert weights.describe(model, "", "")["layers"][1]["kind"] == "normalise"


def test_a_network_that_is_no_chain_is_refused():
    pixels = keras.Input((28, 28, 1))
    answer = layers.Dense(10, activation="softmax")(layers.Flatten()(pixels))
    with pytest.raises(weights.NetworkError, match=r"keras\.Sequential"):
        weights.describe(keras.Model(pixels, answer), "", "")


def test_average_pooling_and_padding_are_as_keras_has_them():
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(2, 3, padding="same"),
            layers.AveragePooling2D(2),
            layers.GlobalAveragePooling2D(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    image = np.random.default_rng(0).random((1, 28, 28), np.float32)
    values = weights.activations(model, image)
    assert np.allclose(values[-1], model(image[..., np.newaxis]), atol=1e-6)
