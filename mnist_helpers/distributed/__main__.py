"""Training on one or several workers: `python -m mnist_helpers.distributed`."""

import argparse
import importlib
import os
import sys
import threading
import time
import traceback

from mnist_helpers.datasets import DataError, Training, mnist
from mnist_helpers.distributed import checkpoint as checkpoints
from mnist_helpers.distributed import cluster, meeting, options
from mnist_helpers.distributed.checkpoint import Checkpoint
from mnist_helpers.distributed.cluster import Cluster, ClusterError
from mnist_helpers.distributed.group import WAIT_FOR_WATCH, Group
from mnist_helpers.distributed.line import Line
from mnist_helpers.quiet import quiet_stderr

REFUSED = 2  # exit code when the cause is here, or the training did not begin


def main() -> None:
    """Meet the others, train, and leave together."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # what matters is said here
    given = options.read()
    if given.stop_with_stdin:
        threading.Thread(target=_stop_with_stdin, daemon=True).start()
    try:
        place = cluster.read(given.workers, given.index)
        data = _data(given)
        settings = options.settings(given, data)

        def start() -> tuple[dict, bytes]:
            found = checkpoints.to_go_on_from(given.folder, settings)
            found.save(given.folder)  # shows at once whether the folder can be written
            return {}, found.as_bytes()

        lines: dict[int, Line] = {}
        if place.count == 1:
            _, content = start()
        else:
            facts = {**options.versions(), **settings}
            lines, _, content = meeting.meet(place, facts, given.wait, start, _say)
        state = checkpoints.from_bytes(content)
    except (ClusterError, DataError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Interrupted before the training began.")
    with quiet_stderr():  # before anybody watches: loading TensorFlow stops all threads
        importlib.import_module("mnist_helpers.distributed.loop")
    group = Group(place, lines)
    try:
        train(given, place, data, state, group)
        group.close()
    except KeyboardInterrupt:
        group.fail(f"{place.name} was interrupted. {AGAIN}", REFUSED)
    except ClusterError as error:
        group.fail(str(error), REFUSED)
    except BaseException as error:
        if type(error).__module__.startswith("tensorflow"):
            time.sleep(WAIT_FOR_WATCH)  # another one is lost, most likely: the watch names it
        traceback.print_exc()
        group.fail(f"{place.name} ended with {type(error).__name__}: {error}\n{AGAIN}", REFUSED)
    sys.stdout.flush()
    os._exit(0)  # TensorFlow would wait for connections that the others have closed


AGAIN = "Start all workers again, with the same options: it goes on from the last checkpoint."


def train(
    given: argparse.Namespace, place: Cluster, data: Training, state: Checkpoint, group: Group
) -> None:
    """Train the epochs that are left; the chief saves after each."""
    from mnist_helpers.distributed.loop import Trainer
    from mnist_helpers.recipes import Recipe

    say = _say if group.is_chief else _silent
    if state.epochs:
        say(f"going on after epoch {state.epochs} of {given.epochs}")
    recipe = Recipe(given.epochs, given.batch, given.peak)
    classes = len(mnist.find().description.classes)
    trainer = Trainer(place, data, given.network, classes, recipe, given.seed)
    trainer.restore(state)
    for number in range(state.epochs + 1, given.epochs + 1):
        measured = trainer.epoch(number, say)
        hashes = group.gather(trainer.fingerprint())
        if group.is_chief:
            if len(set(hashes)) > 1:
                raise ClusterError(f"The workers' weights differ after epoch {number}: {hashes}")
            state.history.append(measured | {"workers": place.count, "weights": hashes[0]})
            trainer.keep(state)
            state.save(given.folder)
            say(_line(number, given.epochs, measured))
        group.wait_for_chief()
    print(f"{place.name}: weights {trainer.fingerprint()[:16]}", flush=True)
    if group.is_chief:
        say(f"done: {given.epochs} epochs, kept in {checkpoints.FILE}")


def _line(number: int, epochs: int, measured: dict[str, float]) -> str:
    return (
        f"epoch {number} of {epochs}: loss {measured['loss']:.4f}, accuracy "
        f"{measured['accuracy']:.2%}, validation {measured['val_accuracy']:.2%}, "
        f"{1000 * measured['step_s']:.1f} ms a step, saved"
    )


def _data(given: argparse.Namespace) -> Training:
    data = mnist.load_training(given.seed)
    if given.images is None:
        return data
    return data._replace(images=data.images[: given.images], labels=data.labels[: given.images])


def _say(text: str) -> None:
    print(text, flush=True)


def _silent(_: str) -> None:
    pass


def _stop_with_stdin() -> None:
    sys.stdin.read()
    os._exit(REFUSED)


if __name__ == "__main__":
    main()
