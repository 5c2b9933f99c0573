"""The fast network and its recipe."""

import keras
import numpy as np
import pytest

from mnist_helpers import fast

LAYERS = [
    ("Conv2D", (24, 24, 24), 624),
    ("MaxPooling2D", (12, 12, 24), 0),
    ("ReLU", (12, 12, 24), 0),
    ("Conv2D", (10, 10, 32), 6944),
    ("MaxPooling2D", (5, 5, 32), 0),
    ("ReLU", (5, 5, 32), 0),
    ("Flatten", (800,), 0),
    ("Dense", (256,), 205_056),
    ("Dense", (10,), 2570),
]


def test_the_network_has_the_layers_that_are_measured():
    model = fast.build_cnn()
    found = [(type(x).__name__, tuple(x.output.shape[1:]), x.count_params()) for x in model.layers]
    assert found == LAYERS
    activations = [layer.activation.__name__ for layer in model.layers if layer.weights]
    assert activations == ["linear", "linear", "relu", "softmax"]


@pytest.mark.parametrize(("shape", "classes"), [((28, 28, 1), 26), ((32, 32, 3), 10)])
def test_shape_and_classes_are_arguments(shape, classes):
    model = fast.build_cnn(shape, classes)
    assert model.input_shape == (None, *shape) and model.output_shape == (None, classes)


def test_the_recipe_is_one_cycle_in_one_epoch():
    recipe, images = fast.RECIPE, 60_000
    assert recipe.epochs == 1 and images % recipe.batch_size == 0, "no smaller batch at the end"
    steps = images // recipe.batch_size
    schedule = recipe.schedule(images)
    rates = [float(schedule(step)) for step in range(steps + 1)]
    top = int(recipe.warm_up * steps)
    assert rates[0] == 0 and rates[top] == max(rates) == pytest.approx(recipe.peak)
    assert rates[-1] == pytest.approx(0, abs=1e-6)
    assert all(np.diff(rates[: top + 1]) > 0) and all(np.diff(rates[top:]) < 0)
    optimizer = recipe.compile_arguments(images)["optimizer"]
    assert isinstance(optimizer, keras.optimizers.Adam)
    assert (optimizer.beta_1, optimizer.beta_2) == recipe.betas == (0.7, 0.9)
