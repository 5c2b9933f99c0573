"""JavaScript gives the numbers that Python gives: images of strokes, and every activation."""

import base64
import json
import shutil
import subprocess

import keras
import numpy as np
import pytest

from mnist_helpers import artifacts, pictures
from mnist_helpers.play import weights
from tests.conftest import ROOT

CLOSE = 1e-4
NETWORKS = ("reference", "reader", "of other layers")
OTHERS = {  # name → strokes, pen
    "blank": ([], 0.1),
    "a dot in a corner": ([[[0, 0]]], 0.1),
    "a dot of the thinnest pen": ([[[0.5, 0.5]]], 0.001),
    "one stroke, exactly in the middle": ([[[0.5, 0.2], [0.5, 0.8]]], 0.1),
    "twice the same point": ([[[0.3, 0.3], [0.3, 0.3], [0.6, 0.5]]], 0.04),
    "small": ([[[0.9, 0.1], [0.95, 0.2]], [[0.92, 0.1], [0.9, 0.2]]], 0.02),
    "level, with a thick pen": ([[[0.02, 0.5], [0.98, 0.52]]], 0.25),
    "three dots, far apart": ([[[0.1, 0.1]], [[0.9, 0.15]], [[0.2, 0.85]]], 0.15),
}
PLACES = [0, 0.13, 0.41, 0.5, 0.77, 0.999]  # in each layer, where a value is explained


@pytest.fixture(scope="module")
def drawings():
    """Name → strokes and pen: the ten digits, blank input, and drawings that are hard to cut."""
    return {digit: (strokes, 0.1) for digit, strokes in weights.drawings().items()} | OTHERS


@pytest.fixture(scope="module")
def models():
    """The two networks that ship, and one of what they do not have."""
    keras.utils.set_random_seed(0)
    layers = [
        keras.Input((28, 28, 1)),
        keras.layers.Conv2D(3, (4, 3), padding="same", activation="relu"),
        keras.layers.AveragePooling2D((2, 3)),
        keras.layers.Conv2D(4, 2, use_bias=False),
        keras.layers.Flatten(),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(5, use_bias=False),
        keras.layers.Dense(10, activation="softmax"),
    ]
    shipped = (artifacts.REFERENCE, artifacts.READER)
    found = [artifacts.load_model(folder / artifacts.MODEL) for folder in shipped]
    return dict(zip(NETWORKS, [*found, keras.Sequential(layers)], strict=True))


@pytest.fixture(scope="module")
def by_node(drawings, models, tmp_path_factory):
    """What JavaScript gives: images, and for each network and drawing every activation."""
    node = shutil.which("node")
    if not node:
        pytest.skip("no node: install Node.js, with which JavaScript is tested")
    folder = tmp_path_factory.mktemp("node")
    asked = {
        "networks": [weights.describe(model, name, "") for name, model in models.items()],
        "drawings": list(drawings.values()),
        "places": PLACES,
    }
    (folder / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
    command = [node, "--no-warnings", ROOT / "tests" / "web" / "activations.js"]
    subprocess.run([*command, folder / "asked.json", folder / "answer.json"], check=True)
    return json.loads((folder / "answer.json").read_text(encoding="utf-8"))


def floats(text):
    return np.frombuffer(base64.b64decode(text), "<f4")


def test_strokes_give_the_same_image(drawings, by_node):
    for (name, (strokes, pen)), found in zip(drawings.items(), by_node["images"], strict=True):
        image = pictures.image_of(strokes, pen)
        assert np.abs(floats(found) - image.ravel()).max() < CLOSE, name


@pytest.mark.parametrize("network", NETWORKS)
def test_every_activation_is_the_same(drawings, models, by_node, network):
    images = np.stack([pictures.image_of(*drawing) for drawing in drawings.values()])
    expected = weights.activations(models[network], images)
    assert np.allclose(expected[-1], models[network](images[..., np.newaxis]), atol=1e-6)
    answers = by_node["answers"][NETWORKS.index(network)]
    for number, (name, answer) in enumerate(zip(drawings, answers, strict=True)):
        for layer, (mine, found) in enumerate(zip(expected, answer["values"], strict=True)):
            difference = np.abs(floats(found) - mine[number].ravel()).max()
            assert difference < CLOSE, (name, layer, difference)


@pytest.mark.parametrize("network", NETWORKS)
def test_what_made_a_value_adds_up_to_it(drawings, models, by_node, network):
    kinds = [layer["kind"] for layer in weights.describe(models[network], "", "")["layers"]]
    for answer in by_node["answers"][NETWORKS.index(network)]:
        for kind, explained in zip(kinds, answer["explained"], strict=True):
            for made in explained:
                assert made["value"] == pytest.approx(again(kind, made), abs=CLOSE), (kind, made)


def again(kind, made):
    """Compute a value from the parts that the page shows."""
    if kind in ("conv", "dense"):
        return max(made["before"], 0) if made["after"] == "relu" else made["sum"] + made["bias"]
    if kind == "max":
        return np.max(made["window"])
    if kind in ("average", "mean"):
        return made["sum"] / np.size(made["window"])
    if kind == "normalise":
        return (made["before"] - made["mean"]) / made["deviation"] * made["gamma"] + made["beta"]
    if kind == "relu":
        return max(made["before"], 0)
    if kind == "softmax":
        return made["power"] / made["sum"]
    return made["value"]
