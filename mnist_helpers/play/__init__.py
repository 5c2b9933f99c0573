"""Figures to play with, in notebooks and on the site: `__init__.pyi` lists them.

Each is a module of JavaScript in `web/`; the numbers in it are those that Python gives.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
