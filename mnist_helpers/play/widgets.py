"""The figures as notebook widgets; where there are no widgets, each is a still picture."""

from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

from mnist_helpers import artifacts, pictures
from mnist_helpers.pictures.strokes import PEN
from mnist_helpers.play import data, networks, scripts, stills, weights


class Figure(anywidget.AnyWidget):
    """A widget with a still picture for where no widget can be shown, as on the web."""

    still: Path
    alt: str

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict] | None:
        """Add the still picture."""
        return stills.with_still(super()._repr_mimebundle_(**kwargs), self.still, self.alt)


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

    def __init__(self, run: artifacts.Run | None = None, first: str = "reference") -> None:
        """Offer the two networks that ship, and before them yours, if you have trained one.

        Args:
            run: A run, as `artifacts.find_run()` gives it.
            first: Without a run of yours, which network is shown first: "reference" or "reader".

        Raises:
            ValueError: There is no network of that name.
        """
        names = {key: title for key, (title, _) in networks.SHIPPED.items()}
        if first not in names:
            raise ValueError(f"There is no network {first!r}: take one of {', '.join(names)}.")
        self._runs = {}
        names = {first: names[first]} | names
        if run is not None and not run.is_shipped:
            self._runs["yours"] = run
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
        try:
            run = self._runs.get(key) or artifacts.read_run(networks.SHIPPED[key][1])
            self.send({"key": key, "network": weights.describe_run(run)})
        except Exception as error:  # the learner sees it in the widget, and all of it in the log
            self.send({"key": key, "error": f"{type(error).__name__}: {error}"})
            raise


class Kernel(Figure):
    """A kernel slides over an image: change its numbers, move the window, see the sum.

    Attributes:
        kernel: Its numbers now, three rows of three.
    """

    _esm = scripts.module(scripts.WEB / "kernel.js")
    _css = scripts.style(scripts.WEB / "figures.css")
    still = scripts.WEB / "kernel.png"
    alt = "An image with a window of 3×3 pixels, a kernel, and the feature map that it gives."
    image: traitlets.List = traitlets.List().tag(sync=True)
    kernel: traitlets.List = traitlets.List().tag(sync=True)

    def __init__(self, image: np.ndarray) -> None:
        """Show an image, float (h, w) in [0, 1], at least 3×3."""
        super().__init__(**data.kernel(image))


class Descent(Figure):
    """Steps down the loss of one weight, with a slider for the learning rate."""

    _esm = scripts.module(scripts.WEB / "descent.js")
    _css = scripts.style(scripts.WEB / "figures.css")
    still = scripts.WEB / "descent.png"
    alt = "The loss as a curve over one weight, with ten steps down it at a learning rate of 1."
    data: traitlets.Dict = traitlets.Dict().tag(sync=True)

    def __init__(self, distances: np.ndarray, labels: np.ndarray) -> None:
        """Take distances of images to the mean of each class, (n, classes), and labels, (n,)."""
        super().__init__(data=data.descent(distances, labels))


class Threshold(Figure):
    """A threshold on the confidence, below which a person is asked, and what it costs."""

    _esm = scripts.module(scripts.WEB / "threshold.js")
    _css = scripts.style(scripts.WEB / "figures.css")
    still = scripts.WEB / "threshold.png"
    alt = "Images for a person, mistakes left, and the cost of both, by the threshold."
    data: traitlets.Dict = traitlets.Dict().tag(sync=True)

    def __init__(
        self, probabilities: np.ndarray, labels: np.ndarray, name: str = "validation images"
    ) -> None:
        """Take probabilities, (n, classes), the true labels, (n,), and what the images are."""
        super().__init__(data=data.threshold(probabilities, labels, name))
