from . import page as page
from . import scripts as scripts
from . import weights as weights
