"""The networks that can be chosen in `look inside while you draw`."""

from mnist_helpers import artifacts

SHIPPED = {  # key → what it is called beside the other one, and where it lies
    "reference": ("Notebook 03’s network", artifacts.REFERENCE),
    "reader": ("The reader of handwriting", artifacts.READER),
}
