"""Numbers from predictions, apart from any figure (introduced in notebook 04)."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage, stats


@dataclass(frozen=True)
class Accuracy:
    """A share of correct predictions in [0, 1], its 95% interval, and how many there were."""

    value: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        return f"{self.value:.2%} (95% interval {self.low:.2%} to {self.high:.2%})"


def accuracy(labels: np.ndarray, predicted: np.ndarray) -> Accuracy:
    """Compare labels with predictions, both int (n,).

    The interval is Wilson's (1927, https://doi.org/10.1080/01621459.1927.10502953).

    Raises:
        ValueError: There are no labels, or the shapes differ.
    """
    if labels.shape != predicted.shape or not labels.size:
        raise ValueError(f"labels {labels.shape} and predictions {predicted.shape} do not match")
    hits = int((labels == predicted).sum())
    interval = stats.binomtest(hits, labels.size).proportion_ci(0.95, method="wilson")
    return Accuracy(hits / labels.size, interval.low, interval.high, labels.size)


def confident_mistakes(labels: np.ndarray, probabilities: np.ndarray, count: int) -> np.ndarray:
    """Return the indices of wrong predictions, the most confident first, at most `count`.

    Args:
        labels: True labels, int (n,).
        probabilities: Predicted probabilities, (n, number of classes).
        count: How many to return at the most.
    """
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    confidence = probabilities[wrong].max(axis=1)
    return wrong[np.argsort(-confidence, kind="stable")][:count]


@dataclass(frozen=True)
class Calibration:
    """How far confidence can be believed.

    Attributes:
        confidence: Mean confidence of each bin that is not empty, ascending.
        groups: Accuracy of each of these bins.
        error: Expected calibration error in [0, 1]: the mean gap, weighted by the bins' counts.
    """

    confidence: np.ndarray
    groups: tuple[Accuracy, ...]
    error: float


def calibration(labels: np.ndarray, probabilities: np.ndarray, bins: int = 10) -> Calibration:
    """Compare confidence with accuracy in bins of equal width.

    The expected calibration error is that of Naeini et al. (2015,
    https://doi.org/10.1609/aaai.v29i1.9602). It depends on the number of bins.

    Args:
        labels: True labels, int (n,).
        probabilities: Predicted probabilities, (n, number of classes).
        bins: How many bins part the confidences from 0 to 1.
    """
    confidence, predicted = probabilities.max(axis=1), probabilities.argmax(axis=1)
    places = np.minimum((bins * confidence).astype(int), bins - 1)  # (n,) in 0…bins-1
    masks = [places == place for place in np.unique(places)]
    means = np.array([confidence[mask].mean() for mask in masks])
    groups = tuple(accuracy(labels[mask], predicted[mask]) for mask in masks)
    gaps = [abs(mean - group.value) for mean, group in zip(means, groups, strict=True)]
    return Calibration(means, groups, float(np.average(gaps, weights=[g.count for g in groups])))


def disturb(images: np.ndarray, kind: str, amount: float) -> np.ndarray:
    """Disturb images; the amount 0 changes nothing.

    Args:
        images: Float (n, h, w) in [0, 1].
        kind: "shift" to the left, by pixels; "rotate" anticlockwise, by degrees; "noise", normally
            distributed, by its standard deviation; "blur", a Gaussian one, by its radius in pixels.
        amount: How much.

    Returns:
        As `images`. The noise is the same in every call.

    Raises:
        ValueError: There is no such kind.
    """
    if kind == "shift":
        return ndimage.shift(images, (0, 0, -amount), order=1)
    if kind == "rotate":
        return ndimage.rotate(images, amount, (2, 1), reshape=False, order=1)
    if kind == "noise":
        noise = np.random.default_rng(0).normal(0, amount, images.shape)
        return (images + noise).clip(0, 1).astype(images.dtype)
    if kind == "blur":
        return ndimage.gaussian_filter(images, (0, amount, amount))
    raise ValueError(f"there is no disturbance {kind!r}; take shift, rotate, noise or blur")
