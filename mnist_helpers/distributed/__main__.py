"""Training on one or several workers: `python -m mnist_helpers.distributed`."""

import importlib
import os
import sys
import threading
import time
import traceback

from mnist_helpers.datasets import DataError
from mnist_helpers.distributed import checkpoint as checkpoints
from mnist_helpers.distributed import cluster, meeting, options, work
from mnist_helpers.distributed.cluster import ClusterError
from mnist_helpers.distributed.group import WAIT_FOR_WATCH, Group
from mnist_helpers.distributed.line import Line
from mnist_helpers.quiet import quiet_stderr

HERE = 2  # exit code when the cause is here


def main() -> None:
    """Meet the others, train, and leave together."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # what matters is said here
    given = options.read()
    if given.stop_with_stdin:
        threading.Thread(target=_stop_with_stdin, daemon=True).start()
    try:
        place = cluster.read(given.workers, given.index)
        data = work.images(given)
        settings = options.settings(given, data)

        def start() -> tuple[dict, bytes]:
            return {}, work.begin(given, settings).as_bytes()

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
        work.train(given, place, data, state, group, _say)
        group.close()
    except KeyboardInterrupt:
        group.fail(f"{place.name} was interrupted. {AGAIN}", HERE)
    except ClusterError as error:
        group.fail(str(error), HERE)
    except BaseException as error:
        if type(error).__module__.startswith("tensorflow"):
            time.sleep(WAIT_FOR_WATCH)  # another one is lost, most likely: the watch names it
        traceback.print_exc()
        group.fail(f"{place.name} ended with {type(error).__name__}: {error}\n{AGAIN}", HERE)
    sys.stdout.flush()
    os._exit(0)  # TensorFlow would wait for connections that the others have closed


AGAIN = "Start all workers again, with the same options: it goes on from the last checkpoint."


def _say(text: str) -> None:
    print(text, flush=True)


def _stop_with_stdin() -> None:
    sys.stdin.read()
    os._exit(HERE)


if __name__ == "__main__":
    main()
