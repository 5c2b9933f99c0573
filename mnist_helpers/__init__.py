"""What the notebooks of this series share, one room (module) for each job.

Data flows one way through the rooms: data → models → training → store → evaluation → plots;
`images` brings a foreign picture in at the front door, `environment` starts every notebook.
A room is imported when it is first named, so `import mnist_helpers` itself is quick.
"""

import importlib
from types import ModuleType

ROOMS = (
    "data",
    "environment",
    "evaluation",
    "images",
    "models",
    "plots",
    "store",
    "training",
)


def __getattr__(name: str) -> ModuleType:
    """Import a room the first time it is used (PEP 562)."""
    if name in ROOMS:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"mnist_helpers has no room {name!r}; it has {', '.join(ROOMS)}")


def __dir__() -> list[str]:
    return sorted(ROOMS)
