"""Figures to play with, as notebook widgets; where there are no widgets, a still picture is shown."""

import base64
from pathlib import Path
from typing import Any

import anywidget
import keras
import numpy as np
import traitlets

from mnist_helpers import artifacts, pictures
from mnist_helpers.play import page, scripts, weights
from mnist_helpers.pictures.strokes import PEN


class Figure(anywidget.AnyWidget):
    """A widget with a still picture for where no widget can be shown, as on the web."""

    still: Path
    alt: str

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict] | None:
        """Add the still picture."""
        return scripts.with_still(super()._repr_mimebundle_(**kwargs), self.still, self.alt)


class Look(Figure):
    """Draw a digit, and see every number inside the network that reads it.

    Attributes:
        strokes: What is drawn now: strokes, each a list of points [x, y] in 0…1, y downwards.
        pen: Width of the pen, as a share of the paper's side.
    """

    _esm = scripts.module(scripts.WEB / "look.js")
    _css = scripts.style(scripts.WEB / "look.css")
    still = scripts.WEB / "look.png"
    alt = "A drawn 3, the feature maps of each layer of the network, and ten probabilities."
    names: traitlets.Dict = traitlets.Dict().tag(sync=True)
    drawings: traitlets.Dict = traitlets.Dict().tag(sync=True)
    strokes: traitlets.List = traitlets.List().tag(sync=True)
    pen: traitlets.Float = traitlets.Float(PEN).tag(sync=True)

    def __init__(self, model: keras.Sequential | None = None, first: str = "reference") -> None:
        """Offer the two networks that ship, and before them one of your own.

        Args:
            model: Yours: (n, 28, 28, 1) in [0, 1] → probabilities (n, 10).
            first: Without it, which is shown first: "reference" or "reader".

        Raises:
            NetworkError: Yours has a layer that cannot be shown.
        """
        if first not in page.NETWORKS:
            raise ValueError(f"There is no network {first!r}: take one of {[*page.NETWORKS]}.")
        self._networks = {}
        names = {key: title for key, (title, _) in page.NETWORKS.items()}
        names = {first: names.pop(first)} | names
        if model is not None:
            self._networks["yours"] = weights.describe(model, artifacts.YOURS, "")
            names = {"yours": "Your network"} | names
        super().__init__(names=names, drawings=weights.drawings())
        self.on_msg(self._send_network)

    @property
    def image(self) -> np.ndarray:
        """What the network sees of what is drawn, float32 (28, 28) in [0, 1]."""
        return pictures.image_of(self.strokes, self.pen)

    def _send_network(self, _: "Look", content: dict, __: list[memoryview]) -> None:
        """Send a network to the browser, which asks for it when it is chosen."""
        key = content["key"]
        if key not in self._networks:
            run = artifacts.read_run(page.NETWORKS[key][1])
            self._networks[key] = weights.describe_run(run)
        self.send({"key": key, "network": self._networks[key]})
