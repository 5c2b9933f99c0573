"""What the notebooks of this series share, one room (module) for each job.

A room imports only from rooms that stand before it in `ROOMS`. It is itself imported when it is
first named, so that `import mnist_helpers` is quick.
"""

import importlib
from types import ModuleType

ROOMS = (
    "quiet",  # keeps back what C++ libraries write
    "images",  # any picture → an image as MNIST would have it
    "data",  # where the digits come from; one door for training, one for the test set
    "models",  # the network that notebook 02 builds
    "store",  # models and histories on disk, whole or not at all
    "classifier",  # the exported model: pictures → digits, without TensorFlow
    "scenes",  # pictures of digits as a camera would see them
    "evaluation",  # predictions → numbers
    "plots",  # numbers → figures with captions
    "training",  # live curves; resuming after an interruption
    "pad",  # the widget to draw digits on
    "serve",  # the prediction service, and its page
    "environment",  # the quiet, checked start of every notebook
)


def __getattr__(name: str) -> ModuleType:
    """Import a room the first time it is used (PEP 562)."""
    if name in ROOMS:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"mnist_helpers has no room {name!r}; it has {', '.join(ROOMS)}")


def __dir__() -> list[str]:
    return sorted(ROOMS)
