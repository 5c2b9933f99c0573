"""Numbers from predictions, apart from any figure (introduced in notebook 04)."""

from collections.abc import Callable
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
        probabilities: Predicted probabilities, (n, 10).
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


def calibration(labels: np.ndarray, probabilities: np.ndarray) -> Calibration:
    """Compare confidence with accuracy in ten bins (Guo et al. 2017, arXiv:1706.04599).

    Args:
        labels: True labels, int (n,).
        probabilities: Predicted probabilities, (n, 10).
    """
    confidence, predicted = probabilities.max(axis=1), probabilities.argmax(axis=1)
    bins = np.minimum((10 * confidence).astype(int), 9)  # (n,) in 0…9
    masks = [bins == number for number in np.unique(bins)]
    means = np.array([confidence[mask].mean() for mask in masks])
    groups = tuple(accuracy(labels[mask], predicted[mask]) for mask in masks)
    gaps = [abs(mean - group.value) for mean, group in zip(means, groups, strict=True)]
    return Calibration(means, groups, float(np.average(gaps, weights=[g.count for g in groups])))


# How images (n, 28, 28) in [0, 1] are disturbed, and by how much; the first amount changes nothing.
Disturb = Callable[[np.ndarray, float], np.ndarray]
DISTURBANCES: dict[str, tuple[Disturb, tuple[float, ...]]] = {
    "shifted right (pixels)": (
        lambda images, pixels: ndimage.shift(images, (0, 0, pixels), order=1),
        (0, 2, 3, 4, 5),
    ),
    "rotated (degrees)": (
        lambda images, degrees: ndimage.rotate(images, degrees, (2, 1), reshape=False, order=1),
        (0, 10, 20, 30, 40),
    ),
    "noise (standard deviation)": (
        lambda images, deviation: (
            (images + np.random.default_rng(0).normal(0, deviation, images.shape))
            .clip(0, 1)
            .astype(images.dtype)
        ),
        (0, 0.15, 0.3, 0.45, 0.6),
    ),
    "blurred (radius in pixels)": (
        lambda images, pixels: ndimage.gaussian_filter(images, (0, pixels, pixels)),
        (0, 0.5, 1, 1.5, 2),
    ),
}
