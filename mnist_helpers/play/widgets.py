"""The small figures as notebook widgets; where there are no widgets, each is a still picture."""

from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

from mnist_helpers.play import data, scripts, stills


class Figure(anywidget.AnyWidget):
    """A widget with a still picture for where no widget can be shown, as on the web."""

    still: Path
    alt: str

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict] | None:
        """Add the still picture."""
        return stills.with_still(super()._repr_mimebundle_(**kwargs), self.still, self.alt)


class Kernel(Figure):
    """A kernel slides over an image: change its numbers, move the window, see the sum.

    Attributes:
        kernel: Its numbers, three rows of three; those that you set are shown. None until somebody
            changes the ones that are there at first.
    """

    _esm = scripts.module(scripts.WEB / "kernel.js")
    _css = scripts.style(scripts.WEB / "figures.css")
    still = scripts.WEB / "kernel.png"
    alt = stills.ALT["kernel"]
    image: traitlets.List = traitlets.List().tag(sync=True)
    kernel: traitlets.List = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)

    def __init__(self, image: np.ndarray) -> None:
        """Show an image, float (h, w) in [0, 1], at least 3×3."""
        super().__init__(**data.kernel(image))

    @traitlets.validate("kernel")
    def _check(self, proposal: traitlets.Bunch) -> list:
        rows = proposal["value"]
        if rows and {len(rows), *map(len, rows)} != {data.SMALLEST}:
            raise traitlets.TraitError(
                "Give three rows of three numbers, such as [[0, 0, 0], [0, 1, 0], [0, 0, 0]]."
            )
        return rows


class Descent(Figure):
    """Steps down the loss of one weight, with a slider for the learning rate."""

    _esm = scripts.module(scripts.WEB / "descent.js")
    _css = scripts.style(scripts.WEB / "figures.css")
    still = scripts.WEB / "descent.png"
    alt = stills.ALT["descent"]
    data: traitlets.Dict = traitlets.Dict().tag(sync=True)

    def __init__(self, distances: np.ndarray, labels: np.ndarray) -> None:
        """Take distances of images to the mean of each class, (n, classes), and labels, (n,)."""
        super().__init__(data=data.descent(distances, labels))


class Threshold(Figure):
    """A threshold on the confidence, below which a person is asked, and what it costs."""

    _esm = scripts.module(scripts.WEB / "threshold.js")
    _css = scripts.style(scripts.WEB / "figures.css")
    still = scripts.WEB / "threshold.png"
    alt = stills.ALT["threshold"]
    data: traitlets.Dict = traitlets.Dict().tag(sync=True)

    def __init__(
        self, probabilities: np.ndarray, labels: np.ndarray, name: str = "validation images"
    ) -> None:
        """Take probabilities, (n, classes), the true labels, (n,), and what the images are."""
        super().__init__(data=data.threshold(probabilities, labels, name))
