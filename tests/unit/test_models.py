import pytest

from mnist_helpers import models

LAYERS = [
    ("Conv2D", (26, 26, 32), 320),
    ("MaxPooling2D", (13, 13, 32), 0),
    ("Conv2D", (11, 11, 64), 18_496),
    ("MaxPooling2D", (5, 5, 64), 0),
    ("Flatten", (1600,), 0),
    ("Dense", (64,), 102_464),
    ("Dense", (10,), 650),
]


def test_build_cnn_is_the_reference_network():
    model = models.build_cnn()
    found = [(type(x).__name__, tuple(x.output.shape[1:]), x.count_params()) for x in model.layers]
    assert found == LAYERS
    assert model.count_params() == 121_930
    activations = [layer.activation.__name__ for layer in model.layers if layer.weights]
    assert activations == ["relu", "relu", "relu", "softmax"]


@pytest.mark.parametrize(("shape", "classes"), [((28, 28, 1), 26), ((32, 32, 3), 10)])
def test_shape_and_classes_are_arguments(shape, classes):
    model = models.build_cnn(shape, classes)
    assert model.input_shape == (None, *shape) and model.output_shape == (None, classes)


def test_dropout_stands_behind_flatten_and_only_if_asked_for():
    layers = [type(layer).__name__ for layer in models.build_cnn(dropout=0.3).layers]
    assert layers == [name for name, _, _ in LAYERS[:5]] + ["Dropout", "Dense", "Dense"]
    assert models.build_cnn(dropout=0.3).layers[5].rate == 0.3
