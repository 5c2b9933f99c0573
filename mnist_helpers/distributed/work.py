"""One worker's work: the epochs that are left, each of them kept by the chief."""

import argparse
from collections.abc import Callable
from pathlib import Path

from mnist_helpers.artifacts import MODEL
from mnist_helpers.datasets import Training, mnist
from mnist_helpers.distributed import checkpoint as checkpoints
from mnist_helpers.distributed import options
from mnist_helpers.distributed.checkpoint import Checkpoint
from mnist_helpers.distributed.cluster import Cluster, ClusterError
from mnist_helpers.distributed.group import Group

Say = Callable[[str], None]


def alone(folder: Path | str, *more: str, say: Say = print) -> Checkpoint:
    """Train in this process, as the only worker: with the whole batch.

    Args:
        folder: Where to save; a training that is there goes on, whoever began it.
        more: Options, as of `python -m mnist_helpers.distributed`.
        say: Called with each line of progress.

    Returns:
        What was kept after the last epoch.

    Raises:
        ClusterError: The folder belongs to another training, or cannot be written.
    """
    given = options.read(["--folder", str(folder), *more])
    data = images(given)
    state = begin(given, options.settings(given, data))
    group = Group(Cluster(), {})
    try:
        train(given, Cluster(), data, state, group, say)
    finally:
        group.close()
    return state


def images(given: argparse.Namespace) -> Training:
    """Load the images that the command line asks for."""
    data = mnist.load_training()  # the validation images of all notebooks, whatever the seed
    if given.images is None:
        return data
    return data._replace(images=data.images[: given.images], labels=data.labels[: given.images])


def begin(given: argparse.Namespace, settings: dict) -> Checkpoint:
    """At the chief: find where to go on, and whether the folder can be written."""
    found = checkpoints.to_go_on_from(given.folder, settings)
    found.save(given.folder)
    return found


def train(
    given: argparse.Namespace,
    place: Cluster,
    data: Training,
    state: Checkpoint,
    group: Group,
    say: Say,
) -> None:
    """Train the epochs that are left; the chief saves after each, and the network at the end.

    Raises:
        ClusterError: The workers' weights differ, or the chief cannot save.
    """
    from mnist_helpers.distributed.loop import Trainer, as_keras_file
    from mnist_helpers.recipes import Recipe

    tell, say = say, say if group.is_chief else _silent
    if state.epochs:
        say(f"going on after epoch {state.epochs} of {given.epochs}")
    recipe = Recipe(given.epochs, given.batch, given.peak)
    group.wait_for_all()  # so that none waits for long inside TensorFlow, where it hears nothing
    trainer = Trainer(place, data, given.network, recipe, given.seed)
    trainer.restore(state)
    for number in range(state.epochs + 1, given.epochs + 1):
        measured = trainer.epoch(number, say)
        hashes = group.gather(trainer.fingerprint())
        if group.is_chief:
            check_equal(hashes, number, place)
            state.history.append(measured | {"workers": place.count, "weights": hashes[0]})
            trainer.keep(state)
            state.save(given.folder)
            say(summary(number, given.epochs, measured))
        group.wait_for_chief()
    tell(f"{place.name}: weights {trainer.fingerprint()[:16]}")
    if group.is_chief:
        file = given.folder / MODEL
        checkpoints.write(file, as_keras_file(given.folder), "The network")
        say(f"done: {given.epochs} epochs, kept in {checkpoints.FILE}; the network in {MODEL}")


def check_equal(hashes: list[str], epoch: int, place: Cluster) -> None:
    """Compare the hashes of all workers' weights.

    Raises:
        ClusterError: They differ; the message names who differs from the chief.
    """
    others = [place.name_of(index) for index, one in enumerate(hashes) if one != hashes[0]]
    if others:
        raise ClusterError(
            f"After epoch {epoch} the weights of {' and '.join(others)} are not those of worker 0: "
            "the workers no longer train one network, so the training has stopped. The last "
            "checkpoint is good. Another kind of processor, a GPU at one of them only, other "
            "versions of a library below TensorFlow, or a faulty computer can be the cause."
        )


def summary(number: int, epochs: int, measured: dict[str, float]) -> str:
    """Say how an epoch went."""
    return (
        f"epoch {number} of {epochs}: loss {measured['loss']:.4f}, accuracy "
        f"{measured['accuracy']:.2%}, validation {measured['val_accuracy']:.2%}, "
        f"{1000 * measured['step_s']:.1f} ms a step, saved"
    )


def _silent(_: str) -> None:
    pass
