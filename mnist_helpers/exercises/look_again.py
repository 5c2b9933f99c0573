"""How exercise 06.4 is judged: which answers of the service a person should check."""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from mnist_helpers.datasets import mnist
from mnist_helpers.exercises.core import Wrong, as_function, as_indices, as_parts, call

MOST = 1000  # positions taken from a generator
# Seed, least, and whether there is a picture in which nothing can be read.
CASES = ((0, 0.9, False), (1, 0.5, False), (2, 0.95, True), (3, 0, True))
TWICE = "A position stands in your list twice: is it appended by two `if`s? Use `or`, or `elif`."


def _prediction(probabilities: list[float] | None, label: int | None) -> dict[str, Any]:
    message = None if label is not None else "No digit in view."
    return {"label": label, "probabilities": probabilities, "message": message, "image": None}


def answers(seed: int, with_nothing: bool) -> dict[str, Any]:
    """Make an answer of the service with sure and doubtful predictions."""
    random = np.random.default_rng(seed)
    classes, predictions = len(mnist.DESCRIPTION.classes), []
    for best in (0.999, 0.84, 0.97, 0.55, 0.9, 0.93):
        label = int(random.integers(classes))
        probabilities = [round((1 - best) / (classes - 1), 6)] * classes
        probabilities[label] = best
        predictions.append(_prediction(probabilities, label if best >= 0.8 else None))
    order = random.permutation(len(predictions))
    predictions = [predictions[i] for i in order]
    if with_nothing:
        predictions.insert(2, _prediction(None, None))
    return {"model": {"version": "0" * 12}, "predictions": predictions}


def check(answer: Any) -> None:
    """Raise `Wrong` unless the answer is a function that gives the right positions."""
    function = as_function(answer)
    for seed, least, with_nothing in CASES:
        asked = answers(seed, with_nothing)
        best = [max(one["probabilities"] or [1]) for one in asked["predictions"]]
        places = range(len(best))
        refused = [i for i in places if asked["predictions"][i]["label"] is None]
        low = [i for i in places if best[i] < least]
        right = sorted({*refused, *low})
        zeros = [i for i in places if asked["predictions"][i]["label"] == 0 and i not in right]
        try:
            result = call(function, asked, least)
            if issubclass(type(result), Iterator):
                result = list(itertools.islice(result, MOST))
            if isinstance(result, list | tuple) and any(isinstance(one, dict) for one in result):
                raise Wrong("It must hold positions, not predictions: `enumerate` counts them.")
            given = as_indices(result)
            if len(as_parts(result) or given) > len(given):
                raise Wrong(TWICE)
        except Wrong as error:
            said = f"With least={least} and {len(best)} predictions: {error}"
            if str(error) == TWICE:
                raise Wrong(said) from None
            said += " Return a list of positions, such as [1, 3]."
            why = " Where nothing could be read, probabilities are None: look at the label first."
            raise Wrong(f"{said}{why if with_nothing else ''}") from error
        equal = [i for i in places if i in right or best[i] == least]
        typical = (
            ([i for i in places if i not in right], "these need no second look: turn it round."),
            ([i + 1 for i in right], "each is one too many, because positions count from 0."),
            (low, "the predictions without a label (None) are missing."),
            (
                sorted({*right, *zeros}),
                f"the label at {zeros} is 0, a digit; `not 0` is True: compare with `is None`.",
            ),
            (refused, f"those with a label, but a probability below {least}, are missing."),
            (equal, f"{least} is not below {least}."),
        )
        if given != right:
            texts = [text for value, text in typical if given == value]
            text = texts[0] if texts else f"it should give {right}."
            raise Wrong(f"With least={least} and {len(best)} predictions you give {given}: {text}")
