"""How exercise 02.4 is judged: a small network of the learner's own."""

from typing import Any

import numpy as np

from mnist_helpers.exercises.core import Wrong, call, short

LARGEST_MODEL = 20_000  # parameters


def check(answer: Any) -> None:
    """Look at a model's input, output, layers and count; and at what it gives for one image."""
    import keras

    from mnist_helpers import models

    model = call(answer) if callable(answer) and not isinstance(answer, keras.Model) else answer
    if not isinstance(model, keras.Model):
        raise Wrong(f"Your function should return a Keras model, not {short(type(model))}.")
    wanted = models.build_cnn()
    if isinstance(model, keras.Sequential) and not (model.built and model.layers):
        raise Wrong("The model has no input shape yet: begin with `keras.Input((28, 28, 1))`.")
    try:
        shapes = model.input_shape, model.output_shape
    except Exception:
        raise Wrong(
            "Build it with `keras.Sequential` or `keras.Model(inputs, outputs)`: a class of your "
            "own does not tell its shapes."
        ) from None
    for what, mine, asked in (
        ("takes", shapes[0], wanted.input_shape),
        ("gives", shapes[1], wanted.output_shape),
    ):
        if mine != asked:
            raise Wrong(f"Your model {what} the shape {short(mine)}; {short(asked)} is asked for.")
    kinds = (
        keras.layers.Conv2D,
        keras.layers.SeparableConv2D,
        keras.layers.DepthwiseConv2D,
    )
    inside = model._flatten_layers()  # those in a model that is a layer of it, too
    if not any(isinstance(layer, kinds) for layer in inside):
        raise Wrong("There is no convolution (`keras.layers.Conv2D`) in your model.")
    if model.count_params() > LARGEST_MODEL:
        largest = max(model.layers, key=lambda layer: layer.count_params())
        raise Wrong(
            f"Your model has {model.count_params():,} parameters; {LARGEST_MODEL:,} is the limit. "
            f"Most of them, {largest.count_params():,}, are in a {type(largest).__name__} layer."
        )
    image = np.random.default_rng(0).random((1, *model.input_shape[1:]), np.float32)
    sums = float(np.sum(model(image)))
    if abs(sums - 1) > 1e-3:
        raise Wrong(
            f"The outputs of your model add up to {sums:.2f}; as probabilities they should add up "
            'to 1: give the last layer `activation="softmax"`.'
        )
