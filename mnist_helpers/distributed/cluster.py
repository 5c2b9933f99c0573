"""Who takes part: the addresses of the workers, and which of them this process is."""

import json
import os
import socket
from dataclasses import dataclass


class ClusterError(Exception):
    """The workers cannot train together; the message says why, and what to do."""


@dataclass(frozen=True)
class Cluster:
    """The workers, in the same order everywhere.

    Attributes:
        workers: Their addresses, `host:port`; none for a training without others.
        index: Which of them this process is. Number 0 is the chief.
    """

    workers: tuple[str, ...] = ()
    index: int = 0

    @property
    def count(self) -> int:
        """How many workers there are."""
        return max(1, len(self.workers))

    @property
    def name(self) -> str:
        """What this worker is called in messages."""
        return self.name_of(self.index)

    def name_of(self, index: int) -> str:
        """Return what a worker is called in messages, such as `worker 1 (localhost:4001)`."""
        address = f" ({self.workers[index]})" if self.workers else ""
        return f"worker {index}{address}"

    def address(self, index: int) -> tuple[str, int]:
        """Return the host and the port of a worker."""
        host, _, port = self.workers[index].rpartition(":")
        return host.strip("[]"), int(port)

    def as_tf_config(self) -> str:
        """Return the cluster in the form that TensorFlow reads from TF_CONFIG."""
        task = {"type": "worker", "index": self.index}
        return json.dumps({"cluster": {"worker": list(self.workers)}, "task": task})


def read(workers: str | None, index: int | None) -> Cluster:
    """Find out who takes part: from the command line, else from TF_CONFIG, else nobody else.

    Args:
        workers: The addresses, with commas between them.
        index: Which of them this process is.

    Raises:
        ClusterError: What is given is incomplete or contradicts itself.
    """
    if workers is not None:
        return _checked(
            tuple(filter(None, workers.replace(" ", "").split(","))), index, "--workers"
        )
    if index is not None:
        raise ClusterError("--index says which of the workers this is: give --workers, too.")
    if not (text := os.environ.get("TF_CONFIG")):
        return Cluster()
    try:
        config = json.loads(text)
        parts, task = config["cluster"], config.get("task", {})
        named, number = (*parts.get("chief", ()), *parts.get("worker", ())), task.get("index")
        if task.get("type") == "worker" and number is not None:
            number += len(parts.get("chief", ()))
        if others := {*parts, task.get("type", "worker")} - {"chief", "worker"}:
            raise ClusterError(
                f"TF_CONFIG names {sorted(others)}: here are only workers and a chief."
            )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ClusterError(
            f"TF_CONFIG is not understood ({type(error).__name__}: {error}). It looks like this: "
            f"{Cluster(('host-a:4000', 'host-b:4000'), 1).as_tf_config()}"
        ) from error
    return _checked(named, number, "TF_CONFIG")


def free_ports(count: int) -> list[int]:
    """Return so many different ports of this computer that nobody uses at the moment."""
    listeners = [socket.create_server(("", 0)) for _ in range(count)]
    try:
        return [listener.getsockname()[1] for listener in listeners]
    finally:
        for listener in listeners:
            listener.close()


def _checked(workers: tuple[str, ...], index: object, source: str) -> Cluster:
    """Return the cluster if it makes sense."""
    example = "host-a:4000,host-b:4000"
    for worker in workers:
        host, _, port = str(worker).rpartition(":")
        if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 2**16:
            raise ClusterError(
                f"{source}: {worker!r} is no address. Write host:port for each, such as {example}."
            )
    if not workers:
        raise ClusterError(
            f"{source} names no worker. Write host:port for each, such as {example}."
        )
    if len(set(workers)) < len(workers):
        raise ClusterError(f"{source}: an address is there twice; each worker needs its own.")
    if type(index) is not int or not 0 <= index < len(workers):
        raise ClusterError(
            f"{source} names {len(workers)} workers, but this one's index is {index}: give one "
            f"from 0 to {len(workers) - 1}, another on each computer."
        )
    return Cluster(workers, index)
