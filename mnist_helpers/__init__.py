"""What the notebooks of this series share; `__init__.pyi` lists it.

A module is imported when it is first named, so that `import mnist_helpers` takes no time.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
