from .disk import REFERENCE as REFERENCE, ArtifactError as ArtifactError
from .disk import folder as folder, writing as writing
from .exports import EXPORT_NOTE as EXPORT_NOTE, EXPORTED as EXPORTED, Export as Export
from .exports import exporting as exporting, find_export as find_export
from .exports import note_export as note_export
from .runs import HISTORY as HISTORY, MODEL as MODEL, Run as Run, find_run as find_run
from .runs import load_model as load_model, read_run as read_run, saving as saving
