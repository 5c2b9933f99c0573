"""How exercises 15.2 to 15.4 are judged: time for sending, gradients put together, machines."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from mnist_helpers.exercises.core import Wrong, as_array, as_function, as_number, as_whole, call

WEIGHTS, MACHINES, BITS = 2_500_000, 8, 1e9  # of 15.2
SENDING = 2 * (MACHINES - 1) / MACHINES * 4 * WEIGHTS * 8 / BITS * 1000  # ms
MISTAKEN_SENDING: dict[float, str] = {  # answer in ms → what is said
    SENDING / 8: "A byte has 8 bits, and the connection is given in bits per second.",
    SENDING / 4: "A weight has 4 bytes, and so has its gradient.",
    SENDING / 32: "Each gradient has 4 bytes, and each byte 8 bits.",
    SENDING / 2: "That is one way round the ring. The pieces are added up first; then the sums go "
    "round, which takes as long again.",
    SENDING * MACHINES / (MACHINES - 1): "Close: of 8 pieces each machine sends 7 in each half, "
    "since one is its own.",
    SENDING * MACHINES / (MACHINES - 1) / 2: "That is the time for sending all gradients once. In "
    "the ring each machine sends 2 × 7 pieces, each of them an eighth.",
    SENDING * MACHINES: "In each round only one of the 8 pieces is sent, not all gradients.",
    SENDING / 1000: "That is in seconds; asked is for milliseconds.",
}


def check_sending(answer: Any) -> None:
    """Raise `Wrong` unless the answer is the time for sending, in milliseconds."""
    given = as_number(answer)
    if math.isclose(given, SENDING, rel_tol=0.01):
        return
    for mistaken, reply in MISTAKEN_SENDING.items():
        if math.isclose(given, mistaken, rel_tol=0.01):
            raise Wrong(reply)
    raise Wrong(
        f"It is not {given:g} ms. How many bytes are all gradients, and which share of them does "
        "a machine send?"
    )


# Mean gradients of each worker's images, and how many images each had.
PARTS: tuple[tuple[list[np.ndarray], list[int]], ...] = (
    ([np.array([1.0, 2.0, -3.0]), np.array([3.0, 0.0, 1.0])], [64, 64]),
    ([np.array([1.0, 2.0, -3.0]), np.array([3.0, 0.0, 1.0])], [96, 32]),
    ([np.array([0.5, -1.5]), np.array([2.0, 4.0]), np.array([-1.0, 0.25])], [10, 20, 10]),
    ([np.array([[4.0, 1.0], [0.0, 2.0]]), np.array([[7.0, 7.0], [7.0, 7.0]])], [38, 0]),
)


def _together(gradients: Sequence[np.ndarray], counts: Sequence[int]) -> np.ndarray:
    total = sum(count * part for part, count in zip(gradients, counts, strict=True))
    return np.asarray(total) / sum(counts)


MISTAKEN_MEANS: dict[str, Callable[[Any, Any], Any]] = {
    "This is the plain mean: it is right only where all workers had as many images.": (
        lambda parts, counts: sum(parts) / len(parts)
    ),
    "This is the sum. The gradient of the whole batch is a mean over its images.": (
        lambda parts, counts: sum(parts)
    ),
    "Each part is multiplied by its count; then divide by the number of all images.": (
        lambda parts, counts: _together(parts, counts) * sum(counts)
    ),
    "Divide by the number of all images, not by the number of workers.": (
        lambda parts, counts: _together(parts, counts) * sum(counts) / len(parts)
    ),
    "The counts have changed places: who had more images counts for more.": (
        lambda parts, counts: _together(parts, counts[::-1])
    ),
    "This takes the largest part only. The others have seen images, too.": (
        lambda parts, counts: parts[int(np.argmax(counts))]
    ),
}


def check_together(answer: Any) -> None:
    """Raise `Wrong` unless the answer is a function that puts workers' gradients together."""
    function = as_function(answer)
    given = [as_array(call(function, *case), case[0][0].shape) for case in PARTS]
    if _same(given, _together):
        return
    for reply, mistaken in MISTAKEN_MEANS.items():
        if _same(given, mistaken):
            raise Wrong(reply)
    for (parts, counts), ours in zip(PARTS, given, strict=True):
        right = _together(parts, counts)
        if not np.allclose(ours, right):
            shown = [part.tolist() for part in parts]
            raise Wrong(
                f"For gradients = {shown} and counts = {counts} it is {right.tolist()}; yours is "
                f"{ours.tolist()}."
            )


def _same(given: Sequence[np.ndarray], rule: Callable[[Any, Any], Any]) -> bool:
    return all(
        np.allclose(ours, rule(parts, counts))
        for (parts, counts), ours in zip(PARTS, given, strict=True)
    )


def _times(fixed: float, each: float) -> dict[int, float]:
    """Give the seconds of a part of 128 images by the number of machines: 1, 2, 4, … 64."""
    return {2**power: fixed + each * 128 / 2**power for power in range(7)}


# Number of machines → seconds for its part of the batch; bytes of all gradients; bits per second;
# seconds of latency.
CLUSTERS: tuple[tuple[dict[int, float], float, float, float], ...] = (
    (_times(0.002, 0.0002), 0.5e6, 1e9, 0.0002),
    (_times(0.002, 0.0002), 0.5e6, 1e8, 0.0002),
    (_times(0.001, 0.001), 4e6, 1e9, 0.0005),
    (_times(0.004, 0.0001), 30_000, 1e10, 0.0001),
    (_times(0.001, 0.001), 6e6, 1e9, 0.002),
    ({1: 0.5, 3: 0.2, 6: 0.13, 9: 0.115}, 1e6, 1e9, 0.001),
)


def _step(machines: int, seconds: float, size: float, bits: float, latency: float) -> float:
    return seconds + 2 * (machines - 1) * (size / machines * 8 / bits + latency)


def _best(rule: Callable[[int, float, float, float, float], float]) -> Callable[..., int]:
    """Return a function that gives the number of machines with the shortest step by a rule."""

    def best(part_seconds: Mapping[int, float], *about: float) -> int:
        steps = {n: rule(n, seconds, *about) for n, seconds in part_seconds.items()}
        return min(steps, key=lambda n: steps[n])

    return best


MISTAKEN_BEST: dict[str, Callable[..., float]] = {
    "This looks at the computing alone: the more machines, the sooner. The sending counts, too.": (
        _best(lambda n, seconds, *about: seconds)
    ),
    "This is the number of machines with the *longest* step.": (
        _best(lambda n, *about: -_step(n, *about))
    ),
    "A byte has 8 bits: `size` is in bytes, `bits` is in bits per second.": (
        _best(lambda n, seconds, size, *about: _step(n, seconds, size / 8, *about))
    ),
    "The latency counts in each of the 2 (n − 1) rounds. Without it, or with it once in a step, "
    "the fastest number is too large.": (
        _best(lambda n, seconds, size, bits, latency: _step(n, seconds, size, bits, 0))
    ),
    "A piece is one n-th of the gradients: `size / n` in place of `size`.": (
        _best(lambda n, seconds, size, *about: _step(n, seconds, n * size, *about))
    ),
    "There are 2 (n − 1) rounds: n − 1 to add up, and n − 1 for the sums.": (
        _best(lambda n, seconds, *about: (seconds + _step(n, seconds, *about)) / 2)
    ),
    "This is the time of the shortest step; asked is for the number of machines that has it.": (
        lambda part_seconds, *about: min(
            _step(n, seconds, *about) for n, seconds in part_seconds.items()
        )
    ),
}


def check_best(answer: Any) -> None:
    """Raise `Wrong` unless the answer is a function that finds how many machines are fastest."""
    function = as_function(answer)
    given = [as_number(call(function, *case)) for case in CLUSTERS]
    wanted = [_best(_step)(*case) for case in CLUSTERS]
    if given == wanted:
        return
    for reply, mistaken in MISTAKEN_BEST.items():
        if np.allclose(given, [mistaken(*case) for case in CLUSTERS]):
            raise Wrong(reply)
    for (part_seconds, *about), ours, right in zip(CLUSTERS, given, wanted, strict=True):
        if ours != right:
            size, bits, latency = about
            number = as_whole(ours) if ours == round(ours) else ours
            shown = ", ".join(f"{n}: {seconds:g}" for n, seconds in part_seconds.items())
            raise Wrong(
                f"For part_seconds = {{{shown}}}, size = {size:g}, bits = {bits:g} and "
                f"latency = {latency:g} it is {right}; yours is {number}."
            )
