"""The prediction service, its page and the pad, without TensorFlow.

Introduced in notebooks 06 and 07.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
