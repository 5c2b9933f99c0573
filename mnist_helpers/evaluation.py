"""Numbers from predictions, apart from any figure (introduced in notebook 04)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage, stats


@dataclass(frozen=True)
class Accuracy:
    """A share of correct predictions with its 95% interval.

    Attributes:
        value: The share itself, in [0, 1].
        low: Lower end of the interval.
        high: Upper end of the interval.
        count: Number of predictions.
    """

    value: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        return f"{self.value:.2%} (95% interval {self.low:.2%} to {self.high:.2%})"


def accuracy(labels: np.ndarray, predicted: np.ndarray) -> Accuracy:
    """Measure accuracy with its Wilson interval (Wilson 1927, doi 10.1080/01621459.1927.10502953).

    Args:
        labels: True labels, int (n,).
        predicted: Predicted labels, int (n,).

    Raises:
        ValueError: There are no labels, or the shapes differ.
    """
    if labels.shape != predicted.shape or not labels.size:
        raise ValueError(f"labels {labels.shape} and predictions {predicted.shape} do not match")
    hits = int((labels == predicted).sum())
    interval = stats.binomtest(hits, labels.size).proportion_ci(0.95, method="wilson")
    return Accuracy(hits / labels.size, interval.low, interval.high, labels.size)


def confident_mistakes(labels: np.ndarray, probabilities: np.ndarray, count: int) -> np.ndarray:
    """Find the wrong predictions of which the network was surest.

    Args:
        labels: True labels, int (n,).
        probabilities: Predicted probabilities, (n, 10).
        count: How many to return at the most.

    Returns:
        Their indices, the most confident first.
    """
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    confidence = probabilities[wrong].max(axis=1)
    return wrong[np.argsort(-confidence, kind="stable")][:count]


@dataclass(frozen=True)
class Calibration:
    """How far confidence can be believed.

    Attributes:
        confidence: Mean confidence of each bin, ascending.
        accuracy: Share of correct predictions in each bin.
        error: Expected calibration error, in [0, 1]: the mean gap between the two.
    """

    confidence: np.ndarray
    accuracy: np.ndarray
    error: float


def calibration(labels: np.ndarray, probabilities: np.ndarray, bins: int = 10) -> Calibration:
    """Compare confidence with accuracy, bin by bin (Guo et al. 2017, arXiv:1706.04599).

    Args:
        labels: True labels, int (n,).
        probabilities: Predicted probabilities, (n, 10).
        bins: Number of bins, each with the same number of predictions.
    """
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    groups = np.array_split(np.argsort(confidence, kind="stable"), bins)
    means = np.array([confidence[group].mean() for group in groups])
    shares = np.array([correct[group].mean() for group in groups])
    sizes = [len(group) for group in groups]
    return Calibration(means, shares, float(np.average(np.abs(shares - means), weights=sizes)))


def _shift(images: np.ndarray, pixels: float) -> np.ndarray:
    return ndimage.shift(images, (0, 0, pixels), order=1)


def _rotate(images: np.ndarray, degrees: float) -> np.ndarray:
    return ndimage.rotate(images, degrees, axes=(2, 1), reshape=False, order=1)


def _noise(images: np.ndarray, deviation: float) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, deviation, images.shape)
    return (images + noise).clip(0, 1).astype(images.dtype)


def _blur(images: np.ndarray, pixels: float) -> np.ndarray:
    return ndimage.gaussian_filter(images, (0, pixels, pixels))


# How images (n, 28, 28) in [0, 1] are disturbed, and by how much; the first amount changes nothing.
DISTURBANCES: dict[str, tuple[Callable[[np.ndarray, float], np.ndarray], tuple[float, ...]]] = {
    "shifted right (pixels)": (_shift, (0, 2, 4, 6, 8)),
    "rotated (degrees)": (_rotate, (0, 15, 30, 45, 60)),
    "noise (standard deviation)": (_noise, (0, 0.2, 0.4, 0.6, 0.8)),
    "blurred (radius in pixels)": (_blur, (0, 0.75, 1.5, 2.25, 3)),
}
