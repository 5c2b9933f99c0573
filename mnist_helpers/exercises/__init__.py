"""Check, hint and solution of each exercise; guesses beside what came out; what is answered."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
