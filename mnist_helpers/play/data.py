"""What the three small figures show, as the browser takes it."""

import base64

import numpy as np

SMALLEST = 3  # rows and columns of the kernel


def kernel(image: np.ndarray) -> dict:
    """Write an image, float (h, w) in [0, 1].

    Raises:
        ValueError: It has another shape, or other values.
    """
    image = np.asarray(image, np.float32)
    if image.ndim != 2 or min(image.shape) < SMALLEST:
        raise ValueError(f"The image has the shape {image.shape}: give one grey image, (h, w).")
    if not 0 <= image.min() <= image.max() <= 1:
        raise ValueError("The image's pixels are not between 0 and 1: divide them by 255.")
    return {"image": image.tolist()}


def descent(distances: np.ndarray, labels: np.ndarray) -> dict:
    """Write the distances of images to the mean of each class, (n, classes), and labels, (n,).

    Raises:
        ValueError: They do not belong together.
    """
    _check(distances, labels, "distances")
    return {"distances": text(distances), "labels": np.asarray(labels).tolist()}


def threshold(probabilities: np.ndarray, labels: np.ndarray, name: str) -> dict:
    """Write how sure each answer is, and whether it is right.

    Raises:
        ValueError: Probabilities, (n, classes), and labels, (n,), do not belong together.
    """
    _check(probabilities, labels, "probabilities")
    right = np.asarray(probabilities).argmax(axis=1) == labels
    return {
        "confidence": text(np.max(probabilities, axis=1)),
        "right": "".join("1" if is_right else "0" for is_right in right),
        "name": name,
    }


def text(numbers: np.ndarray) -> str:
    """Write numbers as the browser reads them: base64 of float32, the lowest byte first."""
    return base64.b64encode(np.asarray(numbers, "<f4").tobytes()).decode("ascii")


def _check(rows: np.ndarray, labels: np.ndarray, name: str) -> None:
    shapes = np.shape(rows), np.shape(labels)
    if len(shapes[0]) != 2 or shapes[1] != shapes[0][:1]:
        raise ValueError(
            f"The shapes are {shapes[0]} and {shapes[1]}: give {name}, (images, classes), and a "
            "label for each image."
        )
