"""Still pictures of widgets, for where no widget can be shown, as on the web."""

import base64
from pathlib import Path

ALT = {  # name of a figure → what its still picture shows
    "look": "A drawn 3, each layer's feature maps, and the sum behind one number.",
    "kernel": "An image with a window of 3×3 pixels, a kernel, and the feature map that it gives.",
    "descent": "The loss as a curve over one weight, with ten steps at a learning rate of 1.",
    "threshold": "Images for a person, mistakes left, and the cost of both, by the threshold.",
}


def with_still(bundle: tuple[dict, dict] | None, still: Path, alt: str) -> tuple[dict, dict] | None:
    """Add a still picture, if there is its file, to what a widget displays.

    Args:
        bundle: What the widget displays, by kind, and what is said of each.
        still: A PNG.
        alt: What it shows, in words.
    """
    if bundle is None or not still.is_file():
        return bundle
    data, metadata = bundle
    picture = base64.b64encode(still.read_bytes()).decode("ascii")
    return data | {"image/png": picture}, metadata | {"image/png": {"alt": alt}}
