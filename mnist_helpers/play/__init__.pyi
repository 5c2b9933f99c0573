from . import weights as weights
