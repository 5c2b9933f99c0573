"""The training itself: a loop of our own over TensorFlow's strategy for several workers.

`model.fit` does not work under this strategy with Keras 3
(https://github.com/keras-team/keras/issues/20585); `strategy.run`, `strategy.reduce` and
`optimizer.apply` do.
"""

import faulthandler
import math
import os
import signal
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from mnist_helpers import fast, models
from mnist_helpers.datasets import Training, mnist, scale
from mnist_helpers.distributed.checkpoint import Checkpoint, fingerprint, load
from mnist_helpers.distributed.cluster import Cluster, ClusterError
from mnist_helpers.distributed.speed import Steps
from mnist_helpers.recipes import Recipe

FIRST = 10  # steps that may be slow: TensorFlow traces, caches are empty
CONNECT = 25  # seconds for all to connect, after all have loaded TensorFlow
REPORT = 1.0  # seconds between two lines of progress
Report = Callable[[str], None]
Part = tuple[np.ndarray, np.ndarray, np.ndarray]


def build(
    network: str,
    image_shape: tuple[int, int, int] = mnist.DESCRIPTION.image_shape,
    classes: int = len(mnist.DESCRIPTION.classes),
) -> keras.Sequential:
    """Build a network by its name, one of `options.NETWORKS`."""
    if network == "series":
        return models.build_cnn(image_shape, classes)
    if network == "fast":
        return fast.build_cnn(image_shape, classes)
    units = {"small": [], "wide": [1024, 1024]}[network]
    return keras.Sequential(
        [
            keras.Input(image_shape),
            layers.Flatten(),
            *(layers.Dense(count, activation="relu") for count in units),
            layers.Dense(classes, activation="softmax"),
        ],
        name=network,
    )


def strategy_for(cluster: Cluster) -> tf.distribute.Strategy:
    """Return the strategy; with several workers, TensorFlow connects them here."""
    if cluster.count == 1:
        return tf.distribute.get_strategy()
    gpus = tf.config.list_physical_devices("GPU")
    tf.config.set_visible_devices(gpus[:1], "GPU")  # one replica for each worker
    os.environ["TF_CONFIG"] = cluster.as_tf_config()
    # Here TensorFlow stops all threads, and would wait for an hour for a worker that is lost.
    faulthandler.dump_traceback_later(CONNECT, exit=True)
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    faulthandler.cancel_dump_traceback_later()
    # TensorFlow takes SIGTERM for a notice, and goes on; who sends it wants this process to end.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return strategy


class Trainer:
    """One worker's share of a training."""

    def __init__(
        self,
        cluster: Cluster,
        data: Training,
        network: str,
        recipe: Recipe,
        seed: int,
    ) -> None:
        """Build network and optimiser, the same at every worker."""
        self.cluster, self.data, self.recipe, self.seed = cluster, data, recipe, seed
        self._left_out = FIRST
        keras.utils.set_random_seed(seed)
        self.strategy = strategy_for(cluster)
        images = len(data.images)
        with self.strategy.scope():
            self.model = build(network)
            self.optimizer = recipe.compile_arguments(images)["optimizer"]
            self.optimizer.build(self.model.trainable_variables)
        self.compute, self.move, self.judge, self.total = self._functions()

    def restore(self, checkpoint: Checkpoint) -> None:
        """Take the weights, and the optimiser's memory, of a checkpoint."""
        if not checkpoint.epochs:
            return
        with self.strategy.scope():
            self.model.set_weights(checkpoint.weights)
            for variable, value in zip(self.optimizer.variables, checkpoint.memory, strict=True):
                variable.assign(value)

    def keep(self, checkpoint: Checkpoint) -> None:
        """Note the weights, and the optimiser's memory, in a checkpoint."""
        checkpoint.weights = self.model.get_weights()
        checkpoint.memory = [
            keras.ops.convert_to_numpy(variable) for variable in self.optimizer.variables
        ]

    def epoch(self, number: int, report: Report) -> dict[str, float]:
        """Train for one epoch, and judge on the validation images.

        Args:
            number: From 1.
            report: Called now and then with a line of progress.
        """
        data, size = self.data, self.recipe.batch_size
        # By seed and number, so that a training that goes on sees what it would have seen.
        order = np.random.default_rng([self.seed, number]).permutation(len(data.images))
        begun = said = time.monotonic()
        times, computing = [], []
        sums, steps = np.zeros(2), math.ceil(len(order) / size)
        for index, part in enumerate(self._parts(data.images, data.labels, order, size), 1):
            whole = min(size, len(order) - (index - 1) * size)
            before = time.perf_counter()
            (loss, right), slopes = self.compute(*part, np.float32(whole))
            sums += [float(loss), float(right)]
            computing.append(time.perf_counter() - before)
            self.move(slopes)  # sends, and waits for the others
            times.append(time.perf_counter() - before)
            if time.monotonic() - said > REPORT:
                said = time.monotonic()
                report(f"epoch {number} of {self.recipe.epochs}, step {index} of {steps}")
        seconds = time.monotonic() - begun
        first, self._left_out = self._left_out, 0
        images, labels = data.validation_images, data.validation_labels
        judged = np.zeros(2)
        for part in self._parts(images, labels, np.arange(len(images)), 4 * size):
            judged += [float(value) for value in self.judge(*part)]
        totals = np.array(self.total(np.concatenate([sums, judged]).astype(np.float32)))
        shares = totals / np.repeat([len(order), max(1, len(images))], 2)
        names = ("loss", "accuracy", "val_loss", "val_accuracy")
        return dict(zip(names, map(float, shares), strict=True)) | {
            "seconds": seconds,
            "step_s": statistics.median(times[first:] or times),
            "computing_s": statistics.median(computing[first:] or computing),
        }

    def fingerprint(self) -> str:
        """Return the hash of this worker's weights."""
        return fingerprint(self.model.get_weights())

    def _parts(
        self, images: np.ndarray, labels: np.ndarray, order: np.ndarray, size: int
    ) -> Iterator[Part]:
        """Give this worker's part of each batch: images, labels, and 1 for each, or 0.

        All parts have the same shape, so that TensorFlow traces one function only. What is
        missing in the last ones is filled with images that count nothing.
        """
        mine = math.ceil(size / self.cluster.count)
        for start in range(0, len(order), size):
            batch = order[start : start + size]
            chosen = batch[self.cluster.index * mine : (self.cluster.index + 1) * mine]
            counts = np.zeros(mine, np.float32)
            counts[: len(chosen)] = 1
            filled = np.concatenate([chosen, np.zeros(mine - len(chosen), order.dtype)])
            yield scale(images[filled]), labels[filled], counts

    def _functions(self) -> tuple[Any, Any, Any, Any]:
        """Make the functions that TensorFlow traces."""
        model, optimizer, strategy = self.model, self.optimizer, self.strategy

        def sums(predicted: tf.Tensor, labels: tf.Tensor, counts: tf.Tensor) -> tuple:
            losses = keras.losses.sparse_categorical_crossentropy(labels, predicted)
            right = tf.cast(tf.argmax(predicted, axis=1) == labels, tf.float32)
            return tf.reduce_sum(losses * counts), tf.reduce_sum(right * counts)

        def learn(images: Any, labels: Any, counts: Any, whole: Any) -> tuple:
            with tf.GradientTape() as tape:
                loss, right = sums(model(images, training=True), labels, counts)
                share = loss / whole  # of the whole batch: the workers' gradients are added up
            return (loss, right), tape.gradient(share, model.trainable_variables)

        def apply(slopes: Any) -> None:
            here = [tf.identity(slope) for slope in slopes]  # arguments are on no device
            optimizer.apply(here, model.trainable_variables)  # adds up, then moves the weights

        def look(images: Any, labels: Any, counts: Any) -> tuple:
            return sums(model(images, training=False), labels, counts)

        @tf.function(autograph=False)  # there is no loop or condition to translate
        def compute(images: Any, labels: Any, counts: Any, whole: Any) -> tuple:
            return strategy.run(learn, (images, labels, counts, whole))

        @tf.function(autograph=False)  # apart from the first, so that each can be timed
        def move(slopes: Any) -> None:
            strategy.run(apply, (slopes,))

        @tf.function(autograph=False)
        def judge(images: Any, labels: Any, counts: Any) -> tuple:
            return strategy.run(look, (images, labels, counts))

        def total(values: Any) -> Any:
            return strategy.reduce(
                tf.distribute.ReduceOp.SUM, strategy.run(tf.identity, (values,)), axis=None
            )

        if self.cluster.count > 1:
            total = tf.function(total, autograph=False)
        return compute, move, judge, total


def trained(folder: Path | str) -> keras.Sequential:
    """Return the network of a training, as the chief has kept it in a folder, without workers.

    Raises:
        ClusterError: There is none.
    """
    kept = load(Path(folder))
    if kept is None or not kept.epochs:
        raise ClusterError(f"{folder} holds no training with a finished epoch.")
    model = build(kept.settings["network"])
    model.set_weights(kept.weights)
    return model


def as_keras_file(folder: Path) -> bytes:
    """Return the network of a training as the content of a `.keras` file."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "model.keras"
        trained(folder).save(file)
        return file.read_bytes()


def measure_steps(
    networks: Iterable[str], batches: Iterable[int], data: Training, steps: int, seed: int = 0
) -> dict[str, Steps]:
    """Measure what a step takes here, with one worker.

    Args:
        networks: Their names, of `options.NETWORKS`.
        batches: The numbers of images in a step.
        data: The images.
        steps: How many steps are measured, after some that are not.
        seed: Of the weights and the order.

    Returns:
        Network → its steps; the median counts.
    """
    found = {}
    for network in networks:
        alone = {}
        for batch in batches:
            wanted = np.arange(batch * (steps + FIRST)) % len(data.images)
            part = Training(*(a[wanted] for a in data[:2]), *(a[:0] for a in data[2:]))
            trainer = Trainer(Cluster(), part, network, Recipe(1, batch), seed)
            alone[batch] = trainer.epoch(1, lambda _: None)["step_s"]
        found[network] = Steps(4 * trainer.model.count_params(), alone, {})
    return found
