"""Pictures: any picture → an image as MNIST has it; and pictures as a camera would see them.

Introduced in notebooks 05 and 07.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
