"""Look inside while you draw, as a notebook widget (notebooks 04 and 07)."""

import numpy as np
import traitlets

from mnist_helpers import artifacts, pictures
from mnist_helpers.pictures.strokes import PEN
from mnist_helpers.play import networks, scripts, stills, weights
from mnist_helpers.play.widgets import Figure


class Look(Figure):
    """Draw a digit, and see every number inside the network that reads it.

    Attributes:
        strokes: What is drawn: strokes, each a list of points [x, y] in 0…1, y downwards. None
            until somebody draws or takes an example.
        pen: Width of the pen, as a share of the paper's side.
    """

    _esm = scripts.module(scripts.WEB / "look.js")
    _css = scripts.style(scripts.WEB / "look.css")
    still = scripts.WEB / "look.png"
    alt = stills.ALT["look"]
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
            self.send({"id": content["id"], "answer": weights.describe_run(run)})
        except Exception as error:  # the learner sees it in the widget, and all of it in the log
            self.send({"id": content["id"], "error": f"{type(error).__name__}: {error}"})
            raise
