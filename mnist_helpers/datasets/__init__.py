"""The data sets: what each is, where it is found, and two doors, for training and for testing.

Introduced in notebook 01.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
