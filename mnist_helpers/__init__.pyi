# Read by lazy_loader at run time, and by editors, which complete `mh.plots.…` from it.
# The order of the modules, and who may import whom, stands in pyproject.toml (import-linter).
from . import accurate as accurate
from . import artifacts as artifacts
from . import augmentation as augmentation
from . import datasets as datasets
from . import distributed as distributed
from . import evaluation as evaluation
from . import exercises as exercises
from . import experiments as experiments
from . import fast as fast
from . import imagenet as imagenet
from . import models as models
from . import occlusion as occlusion
from . import photos as photos
from . import pictures as pictures
from . import play as play
from . import plots as plots
from . import quiet as quiet
from . import reader as reader
from . import recipes as recipes
from . import serve as serve
from . import studies as studies
from . import training as training
from . import transfer as transfer
from .environment import start as start
