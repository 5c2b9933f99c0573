"""The pad as a notebook widget: draw a digit, and watch the network read it while you draw."""

import io
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from mnist_helpers import pictures
from mnist_helpers.play import scripts, stills
from mnist_helpers.serve import classifier

WEB = Path(__file__).parent / "web"
ALT = (
    "The pad, with a hand-drawn digit, the 28×28 image that the network sees, "
    "its answer, and ten probabilities."
)


class Pad(anywidget.AnyWidget):
    """A pad whose pictures the classifier in this kernel reads.

    Attributes:
        strokes: What is drawn now: strokes, each a list of points [x, y] in 0…1, y downwards.
    """

    _esm = scripts.module(WEB / "pad.js")
    _css = scripts.style(WEB / "pad.css")
    strokes: traitlets.List = traitlets.List().tag(sync=True)

    def __init__(self, reader: classifier.Classifier) -> None:
        """Let a classifier read what is drawn, shown or chosen."""
        super().__init__()
        self._classifier = reader
        self.on_msg(self._read)

    def _read(self, _: "Pad", content: dict, buffers: list[memoryview]) -> None:
        """Answer one picture from the browser."""
        try:
            reading = self._classifier.read(io.BytesIO(buffers[0]))
            self.send({"id": content["id"], "answer": reading.to_json()})
        except pictures.PictureError as error:
            self.send({"id": content["id"], "error": str(error)})
        except Exception as error:  # the learner sees it in the pad, and all of it in the log
            self.send({"id": content["id"], "error": f"{type(error).__name__}: {error}"})
            raise

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict] | None:
        """Add a still picture, for where no widget can be shown, as on the web."""
        return stills.with_still(super()._repr_mimebundle_(**kwargs), WEB / "still.png", ALT)
