"""Trials of options over seeds, kept one by one, and compared in pairs (notebook 08)."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
