"""A trained network as the browser takes it: one dictionary, its numbers in base64.

    {"name": …, "trainedOn": …, "version": …, "layers": [{"kind": "input", "shape": […]}, …]}

Each layer has a `kind`, the `shape` of what it gives, `limit`, the value that is shown brightest,
and, by kind, its numbers: float32, the lowest byte first, in base64. A dense layer with softmax
becomes two layers, so that the logits are seen, too.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np

from mnist_helpers import artifacts, pictures
from mnist_helpers.play import data

DRAWINGS = Path(__file__).parents[1] / "serve" / "web" / "strokes.json"  # digit → strokes
SHOWN = (
    "Conv2D, MaxPooling2D, AveragePooling2D, BatchNormalization, ReLU, Flatten, "
    "GlobalAveragePooling2D, Dense and Dropout, with ReLU, softmax or no activation"
)
BRIGHTEST = 0.995  # share of a layer's values, for ten drawings, that are shown as they are


class NetworkError(ValueError):
    """A network cannot be shown; the message says why, and which ones can."""


def describe(model: keras.Sequential, name: str, trained_on: str, version: str = "") -> dict:
    """Write a network as the browser takes it.

    Args:
        model: A chain of layers: (n, h, w, 1) in [0, 1] → probabilities (n, classes).
        name: Which network it is.
        trained_on: Name of the data.
        version: What tells it from others of this name.

    Raises:
        NetworkError: It is no chain from a drawing to probabilities, or has a layer that cannot be
            shown.
    """
    images = np.stack([pictures.image_of(strokes) for strokes in drawings().values()])
    _check(model, (*images.shape[1:], 1))
    layers: list[dict[str, Any]] = [{"kind": "input", "shape": list(model.input_shape[1:])}]
    layers += [part for layer in _chain(model) for part in _parts(layer)]
    for layer, values in zip(layers, activations(model, images), strict=True):
        sizes = np.abs(values[values != 0])  # the brightest are few, and many are 0
        limit = np.quantile(sizes, BRIGHTEST) if sizes.size else 1
        layer["limit"] = round(float(limit), 4) or 1
    return {"name": name, "trainedOn": trained_on, "version": version, "layers": layers}


def describe_run(run: artifacts.Run) -> dict:
    """Write the network of a saved run as the browser takes it."""
    model = artifacts.load_model(run.path)
    return describe(model, run.name, run.trained_on, run.sha256[:12])


def drawings() -> dict[str, list]:
    """Return the ten recorded drawings: digit → strokes."""
    return json.loads(DRAWINGS.read_text(encoding="utf-8"))


def activations(model: keras.Sequential, images: np.ndarray) -> list[np.ndarray]:
    """Return what each layer gives, in the order that `describe` writes them.

    Args:
        model: As for `describe`.
        images: float32 (n, h, w) in [0, 1].

    Returns:
        The images, (n, h, w, 1), then what each layer gives; logits before probabilities.
    """
    values = [images[..., np.newaxis]]
    for layer in _chain(model):
        if _is(layer, "softmax"):
            values.append(values[-1] @ layer.kernel.numpy() + layer.bias.numpy())
            values.append(keras.ops.convert_to_numpy(keras.ops.softmax(values[-1])))
        else:
            values.append(keras.ops.convert_to_numpy(layer(values[-1], training=False)))
    return values


def _check(model: Any, shape: tuple[int, ...]) -> None:
    """Refuse what is no chain of layers from such an image to probabilities."""
    if not isinstance(model, keras.Sequential):
        raise NetworkError("Only a chain of layers can be shown: build it as keras.Sequential.")
    takes = model.input_shape[1:] if model.built else "not known yet"
    if takes != shape:
        raise NetworkError(
            f"The shape of this network's input is {takes}, and that of a drawing {shape}: begin "
            f"the network with keras.Input({shape})."
        )
    if not any(_is(layer, "softmax") for layer in model.layers[-1:]):
        raise NetworkError(
            "This network does not end with probabilities: let its last layer be "
            'keras.layers.Dense(classes, activation="softmax").'
        )


def _chain(model: keras.Sequential) -> Iterator[Any]:
    """Give the layers that compute something; without training, Dropout does not."""
    for layer in model.layers:
        if not isinstance(layer, keras.layers.InputLayer | keras.layers.Dropout):
            yield layer


def _parts(layer: Any) -> list[dict]:
    """Write one layer of Keras; a dense layer with softmax as two."""
    kinds = keras.layers
    shape = list(layer.output.shape[1:])
    activation = "relu" if _is(layer, "relu") else "linear"
    match layer:
        case _ if getattr(layer, "data_format", None) == "channels_first":
            pass  # refused below
        case kinds.Conv2D() if _is_plain(layer):
            return [
                {
                    **{"kind": "conv", "shape": shape, "activation": activation},
                    **{"padding": layer.padding, "kernelSize": list(layer.kernel_size)},
                    "numbers": _texts(kernel=layer.kernel, bias=_bias(layer)),
                }
            ]
        case kinds.MaxPooling2D() | kinds.AveragePooling2D() if (
            layer.padding == "valid" and layer.strides == layer.pool_size
        ):
            kind = "max" if isinstance(layer, kinds.MaxPooling2D) else "average"
            return [{"kind": kind, "shape": shape, "pool": list(layer.pool_size)}]
        case kinds.BatchNormalization() if (
            layer.scale and layer.center and layer.axis in (-1, len(shape))
        ):
            deviation = np.sqrt(layer.moving_variance.numpy() + layer.epsilon)
            learned = {"gamma": layer.gamma, "beta": layer.beta, "mean": layer.moving_mean}
            numbers = _texts(**learned, deviation=deviation)
            return [{"kind": "normalise", "shape": shape, "numbers": numbers}]
        case kinds.ReLU() if layer.max_value is None and not layer.negative_slope:
            return [{"kind": "relu", "shape": shape}]
        case kinds.Flatten():
            return [{"kind": "flatten", "shape": shape}]
        case kinds.GlobalAveragePooling2D() if not layer.keepdims:
            return [{"kind": "mean", "shape": shape}]
        case kinds.Dense() if _has_known_activation(layer) and len(shape) == 1:
            numbers = _texts(kernel=layer.kernel, bias=_bias(layer))
            dense = {"kind": "dense", "shape": shape, "activation": activation, "numbers": numbers}
            return [dense] + ([{"kind": "softmax", "shape": shape}] * _is(layer, "softmax"))
    kind = type(layer).__name__
    raise NetworkError(
        f"The layer {layer.name} ({kind}, as it is set here) cannot be shown. What can: {SHOWN}; "
        "channels last, strides of 1, pooling without overlap, and flat input for Dense."
    )


def _is(layer: Any, activation: str) -> bool:
    return getattr(layer, "activation", None) is getattr(keras.activations, activation)


def _has_known_activation(layer: Any) -> bool:
    return any(_is(layer, name) for name in ("linear", "relu", "softmax"))


def _is_plain(layer: Any) -> bool:
    """Tell whether a convolution has strides of 1, and nothing that is rare."""
    ones = {*layer.strides, *layer.dilation_rate, layer.groups}
    return ones == {1} and (_is(layer, "relu") or _is(layer, "linear"))


def _bias(layer: Any) -> Any:
    return layer.bias if layer.use_bias else np.zeros(layer.kernel.shape[-1])


def _texts(**numbers: Any) -> dict[str, str]:
    return {name: data.text(np.asarray(values)) for name, values in numbers.items()}
