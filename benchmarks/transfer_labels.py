"""Measure how few labels are enough: from scratch, a frozen base with a new head, fine-tuned.

The tasks: the digits 5 to 9, for a base that was trained on the digits 0 to 4 (and cut before its
two dense layers, or before the last one only), or on ImageNet;
scikit-learn's digits, for the reference, which has seen MNIST only; and the photographs of
CIFAR-10, for a base that was trained on ImageNet. From scratch, it is the network of notebook 2.

A trial is one draw of labelled images: with its seed the images are drawn, the networks begin,
and the base of the digits 0 to 4 is trained. The draw with 5 labels a class has that with 1 in it,
and so on. The features of a frozen base are computed once. At first the learning rate of each
way is chosen, with a draw that no result has and on images that judge no result. No test set is
read.

An interrupted run goes on where it was. Needs real MNIST, CIFAR-10 and the weights, unless --quick
is given.
"""

import argparse
import sys
from typing import Any, NamedTuple

import numpy as np
import recording
import tables_of_transfer as tables

from mnist_helpers import datasets, imagenet
from mnist_helpers.datasets import cifar10, mnist, sample
from mnist_helpers.quiet import quiet_stderr

SEED_OF_THE_CHOICE, COUNT_OF_THE_CHOICE = 100, 10
SEEDS = (0, 1, 2, 3, 4)
RATES = {  # way → learning rates to choose from
    tables.SCRATCH: (0.0001, 0.0003, 0.001, 0.003),
    tables.FROZEN: (0.0003, 0.001, 0.01, 0.1),
    tables.TUNED: (0.00003, 0.0003, 0.001, 0.003),
}
STEPS, EPOCHS = 200, 10  # at least so many steps, and at least so often each image
JUDGES = 1_000  # images that judge a result, and as many that judge the choice
SCANS = 600  # of scikit-learn's digits: so many to draw from; the next ones judge the choice
LAST = {tables.DIGITS: 2, tables.DIGITS_LATE: 1}  # layers cut off: both dense ones, or one
QUICK, QUICK_TASKS = 3, (tables.DIGITS, tables.PHOTOS)  # labels a class, at most, and steps; tasks


class Task(NamedTuple):
    """Images in [0, 1] and labels from 0: to draw from, to choose by, and to judge by."""

    drawn_from: tuple[np.ndarray, np.ndarray]
    choice: tuple[np.ndarray, np.ndarray]
    judges: tuple[np.ndarray, np.ndarray]


def digits() -> tuple[Task, tuple[np.ndarray, np.ndarray]]:
    """Return the digits 5 to 9, labelled 0 to 4, and the digits 0 to 4 for the base."""
    images, labels, shown, truth = mnist.load_training()
    old, new, asked = labels < 5, labels >= 5, truth >= 5
    shown, truth = shown[asked], truth[asked] - 5
    half = min(JUDGES, len(truth) // 2)
    task = Task(
        (images[new], labels[new] - 5),
        (shown[:half], truth[:half]),
        (shown[half : 2 * half], truth[half : 2 * half]),
    )
    return task, (images[old], labels[old])


def scans() -> Task:
    """Return scikit-learn's digits in their order: who judges is mostly by other writers."""
    from mnist_helpers import transfer

    images, labels, shown, truth = transfer.load_scans()
    return Task((images[:SCANS], labels[:SCANS]), (images[SCANS:], labels[SCANS:]), (shown, truth))


def photos() -> Task:
    """Return photographs of CIFAR-10."""
    images, labels, shown, truth = cifar10.load_training()
    return Task(
        (images, labels),
        (shown[:JUDGES], truth[:JUDGES]),
        (shown[JUDGES : 2 * JUDGES], truth[JUDGES : 2 * JUDGES]),
    )


def noise() -> Task:
    """Return what stands for photographs in the quick form."""
    random = np.random.default_rng(0)
    part = random.integers(0, 256, (60, 32, 32, 3), np.uint8), np.arange(60) % 10
    return Task(part, part, part)


def prepared(name: str, seed: int, is_quick: bool) -> tuple[Task, Any]:
    """Return a task and its base; a base of the digits 0 to 4 is trained here."""
    import keras

    from mnist_helpers import artifacts, fast, models, transfer

    if name == tables.SCANS:
        reference = keras.models.load_model(artifacts.read_run(artifacts.REFERENCE).path)
        return scans(), transfer.cut(reference)
    if name == tables.PHOTOS:
        task = noise() if is_quick else photos()
        return task, imagenet_base(task, is_quick)
    task, (images, labels) = digits()
    if name == tables.DIGITS_IMAGENET:
        return task, imagenet_base(task, is_quick)
    keras.utils.set_random_seed(seed)
    model = models.build_cnn(classes=5)
    fast.prepare(model, fast.RECIPE.compile_arguments(len(images)))
    model.fit(datasets.scale(images), labels, **fast.RECIPE.fit_arguments(), verbose=0)
    return task, transfer.cut(model, LAST[name])


def imagenet_base(task: Task, is_quick: bool) -> Any:
    """Return MobileNetV2; where its weights are not at hand, the quick form gets a small base."""
    import keras

    shape = (*task.judges[0].shape[1:3], 3 if task.judges[0].ndim == 4 else 1)
    if not (is_quick and imagenet.absence()):
        return imagenet.build_base(shape, 32 if is_quick else imagenet.SIDE)
    return keras.Sequential([keras.Input(shape), keras.layers.Flatten(), keras.layers.Dense(8)])


class Ways:
    """The three ways, each with a network that is compiled once and begins anew each time."""

    def __init__(self, task: Task, base: Any, ways: tuple[str, ...], seed: int) -> None:
        """Build the networks, with weights by the seed."""
        import keras

        from mnist_helpers import models, transfer

        self.base, self.seed = base, seed
        classes = len(np.unique(task.judges[1]))
        keras.utils.set_random_seed(seed)
        self.networks = {tables.FROZEN: transfer.head_alone(base.output_shape[-1], classes)}
        if tables.TUNED in ways:
            transfer.thaw(base)
            self.networks[tables.TUNED] = transfer.add_head(base, classes)
        if tables.SCRATCH in ways:
            self.networks[tables.SCRATCH] = models.build_cnn(base.input_shape[1:], classes)
        self.starts = {}
        for way, network in self.networks.items():
            transfer.prepare(network, 0.001)
            self.starts[way] = network.get_weights()

    def train(
        self, way: str, rate: float, images: np.ndarray, features: np.ndarray, labels: np.ndarray,
        steps: int,
    ) -> Any:  # fmt: skip
        """Train a network; a base that is tuned begins with the head of the frozen one."""
        from mnist_helpers import transfer

        network, start = self.networks[way], list(self.starts[way])
        if way == tables.TUNED:
            start[-2:] = self.networks[tables.FROZEN].get_weights()
        transfer.restart(network, start, rate)
        inputs = features if way == tables.FROZEN else images
        transfer.train(network, inputs, labels, steps, self.seed)
        return network


def steps_for(count: int, is_quick: bool = False) -> int:
    """Return how many steps so many labelled images get."""
    from mnist_helpers import transfer

    return QUICK if is_quick else max(STEPS, EPOCHS * count // transfer.BATCH_SIZE)


@quiet_stderr()  # TensorFlow tells at its start what it finds
def choose(settings: dict[str, Any], seed: int) -> dict[str, float]:
    """Return the accuracy of each way with each learning rate, at one number of labels."""
    return measured(settings | {"counts": [COUNT_OF_THE_CHOICE], "chooses": True}, seed)


@quiet_stderr()
def transfer_labels(settings: dict[str, Any], seed: int) -> dict[str, float]:
    """Return the accuracy of each way with each number of labels."""
    return measured(settings | {"chooses": False}, seed)


def measured(settings: dict[str, Any], seed: int) -> dict[str, float]:
    """Train in each way with each rate on each number of labels, and ask.

    Args:
        settings: `task`; `ways`, with a list of rates for each; `counts` of labels a class.
        seed: Of the draw and of the networks.
    """
    from mnist_helpers import transfer

    is_quick = settings["quick"]
    task, base = prepared(settings["task"], seed, is_quick)
    all_images, all_labels = task.drawn_from
    shown, truth = task.choice if settings["chooses"] else task.judges
    part = slice(50 if is_quick else None)
    shown, truth = datasets.scale(shown[part]), truth[part]
    ways = Ways(task, base, tuple(settings["ways"]), seed)
    counts = [min(count, QUICK) if is_quick else count for count in settings["counts"]]
    places = transfer.draw(all_labels, max(counts), seed)
    features = transfer.outputs(base, datasets.scale(all_images[places]))
    of_shown = transfer.outputs(base, shown)
    found: dict[str, float] = {"judges": len(truth)}
    for count, named in zip(counts, settings["counts"], strict=True):
        rows = np.flatnonzero(np.isin(places, transfer.draw(all_labels, count, seed)))
        images, labels = datasets.scale(all_images[places[rows]]), all_labels[places[rows]]
        steps = steps_for(len(rows), is_quick)
        for way in (tables.FROZEN, tables.TUNED, tables.SCRATCH):  # the second needs the first
            accuracies = {}
            inputs = of_shown if way == tables.FROZEN else shown
            for rate in settings["ways"].get(way, []):
                network = ways.train(way, rate, images, features[rows], labels, steps)
                accuracies[rate] = transfer.accuracy(network, inputs, truth)
                name = tables.result(way, named, rate if settings["chooses"] else None)
                found[name] = accuracies[rate]
            if way == tables.FROZEN and len(accuracies) > 1:  # the tuned one begins with the best
                best = max(sorted(accuracies), key=accuracies.__getitem__)
                ways.train(way, best, images, features[rows], labels, steps)
    return found


def main() -> None:
    """Choose the rates, measure, and record it."""
    options = recording.parser(__doc__).parse_args()
    data = source_name(options)
    kept = recording.Recording(options, data, recording.TRAINING)
    if options.quick:
        measure(kept, SEEDS[:1], QUICK_TASKS)
    else:
        measure(kept, SEEDS)
    kept.finish(tables.transfer(kept.result))


def source_name(options: argparse.Namespace) -> str:
    """Return the names of the data; without real ones, the full form ends here."""
    names = f"{recording.real_mnist(options)}, {sample.DESCRIPTION.name}"
    if options.quick:
        return names
    missing = [datasets.absence(cifar10), imagenet.absence()]
    if any(missing):
        sys.exit(f"This measures real data and weights. {' '.join(filter(None, missing))}")
    return f"{names}, {cifar10.find().name}"


def measure(
    kept: recording.Recording, seeds: tuple[int, ...], tasks: tuple[str, ...] = tuple(tables.WAYS)
) -> None:
    """Run all trials, first those that choose."""
    chosen = {}
    for task in tasks:
        ways = tables.WAYS[task]
        settings = {"task": task, "ways": {way: list(RATES[way]) for way in ways}}
        name = tables.choice_of(task)
        kept.measure(choose, {name: settings}, [SEED_OF_THE_CHOICE])
        chosen[task] = {way: [tables.best_rate(kept.result, task, way, RATES[way])] for way in ways}
    wanted = {
        task: {"task": task, "ways": chosen[task], "counts": list(tables.COUNTS[task])}
        for task in tasks
    }
    kept.measure(transfer_labels, wanted, seeds)


if __name__ == "__main__":
    main()
