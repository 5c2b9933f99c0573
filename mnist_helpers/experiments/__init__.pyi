from .comparison import Comparison as Comparison
from .comparison import compare as compare
from .comparison import table as table
from .processes import peak_memory as peak_memory
from .store import ExperimentError as ExperimentError
from .store import Trial as Trial
from .trials import run as run
