"""Training on one or several workers: `python -m mnist_helpers.distributed` (notebook 15)."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
