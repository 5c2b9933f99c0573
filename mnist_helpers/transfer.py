"""Using what a network has learned for another task, with few labels (notebook 14)."""

import hashlib
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import keras
import numpy as np
from keras import layers

from mnist_helpers.datasets import sample
from mnist_helpers.datasets.spec import Training

BATCH_SIZE, PIECE = 32, 50  # a piece of MobileNetV2 keeps all its maps in memory until it ends
SCANS_THAT_JUDGE = 600


class Mean(NamedTuple):
    """The mean accuracy over several draws, with its 95% interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.1%} (95% interval {self.low:.1%} to {self.high:.1%})"


def mean(accuracies: Sequence[float]) -> Mean:
    """Take the mean over draws, with Student's interval: it speaks of other draws.

    Student 1908, https://doi.org/10.1093/biomet/6.1.1. The interval stays between 0 and 1.

    Args:
        accuracies: One for each draw, two at least.
    """
    from scipy import stats

    count, value = len(accuracies), float(np.mean(accuracies))
    spread = float(np.std(accuracies, ddof=1)) / math.sqrt(count)
    reach = float(stats.t.ppf(0.975, count - 1)) * spread
    return Mean(value, max(0.0, value - reach), min(1.0, value + reach))


def load_scans() -> Training:
    """Load scikit-learn's digits in MNIST's form, to draw labels from and to judge by.

    The last 600 judge: the scans lie in the order of their writers, so most of these are by others.
    None of them is in the test set that the scans have where they stand in for MNIST.
    """
    images, labels = sample.read_part("train")
    held = slice(-SCANS_THAT_JUDGE, None)
    first = slice(-SCANS_THAT_JUDGE)
    return Training(images[first], labels[first], images[held], labels[held])


def draw(labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Pick so many examples of each class, at random.

    With the same seed, those of a smaller draw belong to the larger one, too: more labels are the
    old ones and some more.

    Args:
        labels: The labels of all examples, (n,).
        count: How many of each class.
        seed: The seed.

    Returns:
        Positions in `labels`, in mixed order; no position is there twice.

    Raises:
        ValueError: A class has fewer.
    """
    random = np.random.default_rng(seed)
    chosen = []
    for label in np.unique(labels):
        places = random.permutation(np.flatnonzero(labels == label))
        if len(places) < count:
            raise ValueError(f"Class {label} has {len(places)} examples, and {count} are asked for")
        chosen.append(places[:count])
    return random.permutation(np.concatenate(chosen))


def cut(model: keras.Model, last: int = 1) -> keras.Model:
    """Return the network without its last layers: the base, which shares its weights.

    Args:
        model: The network, a chain of layers.
        last: How many layers are left out.
    """
    return keras.Model(model.inputs[0], model.layers[-1 - last].output, name=f"{model.name}_base")


def add_head(base: keras.Model, classes: int) -> keras.Model:
    """Put a new last layer on a base.

    Args:
        base: Images → features, (n, f). Its `trainable` stays as it is.
        classes: How many classes there are.

    Returns:
        An uncompiled network: images → probabilities (n, classes).
    """
    inputs = keras.Input(base.input_shape[1:])
    features = base(inputs)
    head = layers.Dense(classes, activation="softmax", name="head")
    return keras.Model(inputs, head(features), name=f"{base.name}_with_head")


def freeze(base: keras.Model) -> None:
    """Let the base learn nothing. Compile the network that it belongs to anew after this."""
    base.trainable = False


def thaw(base: keras.Model) -> None:
    """Let the base learn, but not its batch normalisation, which keeps what it remembers.

    `base(inputs, training=False)` does not do that in Keras 3: inside `fit`, the whole network is
    called with `training=True`, and this reaches the base, too
    (https://github.com/keras-team/keras/issues/20285). A layer that is not trainable keeps its
    means. Compile the network that the base belongs to anew after this.
    """
    base.trainable = True
    for layer in parts(base):
        if isinstance(layer, layers.BatchNormalization):
            layer.trainable = False


def parts(model: keras.Model) -> Iterator[layers.Layer]:
    """Yield all layers, those of networks inside the network, too."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from parts(layer)
        else:
            yield layer


def head_alone(features: int, classes: int) -> keras.Model:
    """Build the last layer as a network of its own, for features that were computed before."""
    return keras.Sequential(
        [keras.Input((features,)), layers.Dense(classes, activation="softmax", name="head")],
        name="head_alone",
    )


def digest(model: keras.Model | layers.Layer) -> str:
    """Return a short hash of all weights, moving means included: equal if all bits are equal."""
    found = hashlib.sha256()
    for weight in model.get_weights():
        found.update(str((weight.shape, weight.dtype)).encode())
        found.update(np.ascontiguousarray(weight).tobytes())
    return found.hexdigest()[:12]


def prepare(model: keras.Model, rate: float) -> None:
    """Compile a network with Adam at a constant rate, ready for `restart`."""
    model.compile(keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy")
    model.optimizer.build(model.trainable_variables)


def restart(model: keras.Model, weights: list[np.ndarray], rate: float) -> None:
    """Begin anew with a network that `prepare` has compiled, without compiling it again.

    TensorFlow traces a training step once for each compiled network, which takes longer than a
    short training.

    Args:
        model: The network.
        weights: What it begins with, as `get_weights` gives them.
        rate: The learning rate.
    """
    model.set_weights(weights)
    for variable in model.optimizer.variables:
        variable.assign(keras.ops.zeros_like(variable))
    model.optimizer.learning_rate = rate


def train(
    model: keras.Model, inputs: np.ndarray, labels: np.ndarray, steps: int, seed: int
) -> None:
    """Train for so many steps of 32 examples, however few examples there are.

    The examples come in mixed order, again and again, each as often as the others (or once more).

    Args:
        model: A compiled network.
        inputs: Images or features, (n, …).
        labels: Their labels, (n,), counted from 0.
        steps: How many steps.
        seed: Mixes the examples.
    """
    random = np.random.default_rng(seed)
    rounds = -(-steps * BATCH_SIZE // len(labels))  # rounded up
    order = np.concatenate([random.permutation(len(labels)) for _ in range(rounds)])
    order = order[: steps * BATCH_SIZE]
    model.fit(inputs[order], labels[order], batch_size=BATCH_SIZE, shuffle=False, verbose=0)


def outputs(model: keras.Model, inputs: np.ndarray) -> np.ndarray:
    """Return what a network gives for inputs, such as features or probabilities, piece by piece.

    Unlike `predict`, it traces nothing: that takes longer than to compute some hundred images.
    """
    parts = [inputs[place : place + PIECE] for place in range(0, len(inputs), PIECE)]
    return np.concatenate([np.asarray(model(part, training=False)) for part in parts])


def accuracy(model: keras.Model, inputs: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of right answers."""
    return float((outputs(model, inputs).argmax(axis=1) == labels).mean())
