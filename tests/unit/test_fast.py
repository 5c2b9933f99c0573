"""The fast network and its recipe."""

import keras
import numpy as np
import pytest

from mnist_helpers import fast

LAYERS = [
    ("Conv2D", (24, 24, 16), 416),
    ("MaxPooling2D", (12, 12, 16), 0),
    ("ReLU", (12, 12, 16), 0),
    ("Conv2D", (10, 10, 32), 4640),
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


def test_a_prepared_network_is_traced_once():
    traced = []

    class Counting(keras.Sequential):
        def train_step(self, data):
            traced.append(len(self.optimizer.variables))
            return super().train_step(data)

    images, labels = np.zeros((20, 28, 28, 1), np.float32), np.zeros(20)
    for prepare in (False, True):
        traced.clear()
        model = Counting(fast.build_cnn().layers)
        arguments = fast.RECIPE.compile_arguments(20)
        if prepare:
            fast.prepare(model, arguments)
            assert model.optimizer.get_config() == arguments["optimizer"].get_config()
        else:
            model.compile(**arguments)
        history = model.fit(images, labels, batch_size=10, verbose=0).history
        assert len(traced) == (1 if prepare else 2)
        assert set(history) == ({"loss"} if prepare else {"loss", "accuracy"})
