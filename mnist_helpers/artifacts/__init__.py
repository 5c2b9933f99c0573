"""Results on disk, whole or not at all: trained models with their history, and exports.

Introduced in notebooks 03 and 06.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
