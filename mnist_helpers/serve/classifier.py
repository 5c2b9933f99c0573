"""The exported model at work, without TensorFlow (notebooks 06 and 07)."""

import threading
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mnist_helpers import artifacts, pictures
from mnist_helpers.datasets import mnist
from mnist_helpers.quiet import quiet_stderr

# Chosen by hand on validation images; benchmarks/measure_preparation.py measures what they give.
SURE = 0.8  # probability of the best digit; below it, the image is taken for no digit
FULL = 0.32  # share of the 28×28 pixels with ink; above it, the image is taken for no digit
INK = 0.3  # shade from which on a pixel counts as ink


class Reading(NamedTuple):
    """What was read in a picture.

    Attributes:
        label: The digit, or None if nothing in view looks like one.
        probabilities: Of each digit, float32 (10,), or None if there is nothing to classify.
        image: What the network saw, float32 (28, 28) in [0, 1], or None.
        message: Why there is no label, and what to do; else None.
    """

    label: int | None
    probabilities: np.ndarray | None
    image: np.ndarray | None
    message: str | None

    def to_json(self, with_image: bool = True) -> dict:
        """Turn it into what page and widget show; the image's shades become 0…255."""
        image = self.image if with_image else None
        return {
            "label": self.label,
            "probabilities": None if self.probabilities is None else self.probabilities.tolist(),
            "message": self.message,
            "image": None if image is None else (255 * image).round().astype(int).tolist(),
        }


class Classifier:
    """A classifier of digits in the LiteRT format (https://ai.google.dev/edge/litert).

    Several threads may share one; they take turns.
    """

    def __init__(self, export: artifacts.Export) -> None:
        """Load an exported model.

        Raises:
            ArtifactError: The file is no such model, or no classifier of 28×28 images.
        """
        from ai_edge_litert.interpreter import Interpreter

        self.version, self.name, self.trained_on = export.version, export.name, export.trained_on
        self.sure = export.bounds.get("sure", SURE)
        self.full = export.bounds.get("full", FULL)
        self._lock = threading.Lock()
        try:
            with quiet_stderr():
                self._model = Interpreter(str(export.path), num_threads=1)
                self._model.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise artifacts.ArtifactError(
                f"{export.path} is no LiteRT model, or a damaged one ({error}): run notebook 06."
            ) from error
        self._input, self._output = (
            details[0]
            for details in (self._model.get_input_details(), self._model.get_output_details())
        )
        shapes = [end["shape"].tolist() for end in (self._input, self._output)]
        self._classes = len(mnist.DESCRIPTION.classes)
        if shapes != [[1, *mnist.DESCRIPTION.image_shape], [1, self._classes]]:
            message = f"{export.path} takes and gives {shapes}: it reads no digits."
            raise artifacts.ArtifactError(message)

    def probabilities(self, digits: np.ndarray) -> np.ndarray:
        """Turn images, float32 (n, 28, 28) in [0, 1], into probabilities, float32 (n, 10)."""
        rows = np.empty((len(digits), self._classes), np.float32)
        with self._lock:
            for row, digit in zip(rows, digits, strict=True):
                self._model.set_tensor(self._input["index"], digit[np.newaxis, ..., np.newaxis])
                self._model.invoke()
                row[:] = self._model.get_tensor(self._output["index"])[0]
        return rows

    def judge(self, image: np.ndarray) -> Reading:
        """Classify one image, float32 (28, 28) in [0, 1], unless it looks like no digit."""
        probabilities = self.probabilities(image[np.newaxis])[0]
        best = int(probabilities.argmax())
        if share_of_ink(image) > self.full or probabilities[best] < self.sure:
            message = "No digit in view: show one digit, large and clear, on plain ground."
            return Reading(None, probabilities, image, message)
        return Reading(best, probabilities, image, None)

    def read(self, picture: "pictures.Picture") -> Reading:
        """Prepare any picture as `pictures.prepare` does, and classify it.

        Raises:
            PictureError: It is no picture, damaged, or too large.
        """
        try:
            return self.judge(pictures.prepare(picture).image)
        except pictures.NoDigitError as error:
            return no_digit(error)


def share_of_ink(image: np.ndarray) -> float:
    """Return the share of pixels with ink in an image, float (28, 28) in [0, 1]."""
    return np.count_nonzero(image > INK) / image.size


def no_digit(error: Exception) -> Reading:
    """Answer a picture in which nothing can be a digit."""
    return Reading(None, None, None, f"No digit in view. {error}")


def load(folder: Path | None = None) -> Classifier:
    """Load the exported model: yours, if notebook 06 has made one, else the shipped reader.

    Args:
        folder: Where to take it from instead, such as `artifacts.REFERENCE`.

    Raises:
        ArtifactError: Its file is damaged.
    """
    return Classifier(artifacts.find_export(folder))
