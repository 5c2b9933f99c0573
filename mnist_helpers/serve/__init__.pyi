from . import classifier as classifier
from . import limits as limits
from . import pad as pad
from .app import build_app as build_app
from .figures import comparison as comparison
from .process import Service as Service
