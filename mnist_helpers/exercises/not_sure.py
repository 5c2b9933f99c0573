"""How exercise 05.4 is judged: the rule that answers only where the network is sure."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from mnist_helpers.datasets import mnist
from mnist_helpers.exercises.core import Wrong, as_array, as_function, call

CLASSES = len(mnist.DESCRIPTION.classes)
DIVIDE = "The first share is right. Divide the second by the number answered, not by all."


def answers() -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """Make probabilities (n, classes), labels (n,) and a bound; some lie exactly on the bound."""
    random = np.random.default_rng(7)
    for count, bound in ((8, 0.5), (200, 0.75), (60, 0.25), (40, 0.0)):
        labels = random.integers(0, CLASSES, count)
        best = np.where(random.random(count) < 0.7, labels, random.integers(0, CLASSES, count))
        share = random.choice([0.25, 0.375, 0.5, 0.625, 0.75, 0.875], count)
        share[:4] = max(bound, 0.25), 0.875, 0.25, 0.375
        best[0], best[1] = (labels[0] + 1) % CLASSES, labels[1]  # wrong on the bound; sure, right
        probabilities = np.repeat((1 - share[:, None]) / (CLASSES - 1), CLASSES, axis=1)
        probabilities[np.arange(count), best] = share
        yield probabilities, labels, bound


def check(answer: Any) -> None:
    """Raise `Wrong` unless the answer is a function that measures a rule as it should."""
    function = as_function(answer)
    for probabilities, labels, bound in answers():
        shares = call(function, probabilities, labels, bound)
        if _answers_none(shares):
            raise Wrong(
                f"With the bound {bound} your function answers no image: does it use `bound`?"
            )
        given = as_array(shares).squeeze()  # two arrays with one number each are fine
        if given.shape != (2,):
            raise Wrong("Return two numbers, as in `return answered, right`.")
        _compare_shares(probabilities, labels, bound, *given)


def _answers_none(shares: Any) -> bool:
    """Tell whether the first share is 0; the second is then usually NaN."""
    if not isinstance(shares, tuple | list | np.ndarray) or len(shares) != 2:
        return False
    first = shares[0].item() if np.ndim(shares[0]) and np.size(shares[0]) == 1 else shares[0]
    return isinstance(first, int | float | np.number) and first == 0


def _compare_shares(
    probabilities: np.ndarray, labels: np.ndarray, bound: float, first: float, second: float
) -> None:
    """Raise what is wrong with the two shares, if anything is."""
    largest, hits = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    answered = largest >= bound
    count, share, right = len(labels), answered.mean(), hits[answered].mean()
    rounded = [(round(float(share), n), round(float(right), n)) for n in range(1, 6)]
    said = f"Of {count} images {answered.sum()} are to be answered with the bound {bound}"

    def is_like(one: float, two: float) -> bool:
        return abs(first - one) < 1e-6 and abs(second - two) < 1e-6

    if is_like(share, right):
        return
    above = largest > bound
    hits_above = hits[above].mean() if above.any() else 0.0
    for one, two, reply in (
        (right, share, "The shares are in the wrong order: first how many are answered."),
        (100 * share, 100 * right, "These are percentages; give shares between 0 and 1."),
        (answered.sum(), hits[answered].sum(), "These are counts. Divide them, to get shares."),
        (1 - share, right, "The first share is that of the images without an answer."),
        (share, hits[answered].sum() / count, DIVIDE),
        (share, hits.mean(), "The second share counts the images without an answer, too."),
        (above.mean(), hits_above, f"A probability of exactly {bound} is enough, too: use `>=`."),
    ):
        if is_like(one, two):
            raise Wrong(reply)
    if any(is_like(*pair) for pair in rounded):
        raise Wrong("Nearly right. Do not round.")
    if abs(first - (probabilities >= bound).mean()) < 1e-6:
        raise Wrong("Compare the *largest* probability of each row with the bound, not all ten.")
    true = probabilities[np.arange(count), labels] >= bound
    if abs(first - true.mean()) < 1e-6:
        raise Wrong("Do not look at the probability of the true digit: the program cannot know it.")
    if abs(first - share) > 1e-6:
        raise Wrong(f"{said}, a share of {share:.4g}; your function says {first:.4g}.")
    raise Wrong(
        f"{said}, and of those {hits[answered].sum()} right, a share of {right:.4g}; your "
        f"function says {second:.4g}."
    )
