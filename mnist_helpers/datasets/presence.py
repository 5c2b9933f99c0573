"""Tells whether a data set is at hand, so that a notebook can leave it out."""

import os
from typing import Protocol

from mnist_helpers.datasets.spec import DataError, DataSet, NotFoundError, Source


class HasDoors(Protocol):
    """A module of a data set, such as `mh.datasets.cifar10`."""

    DESCRIPTION: DataSet

    def find(self) -> Source:
        """Find the data set, or raise DataError."""


def absence(data: HasDoors) -> str:
    """Say in one sentence that a data set is not at hand and how to get it, or "" where it is.

    It is looked for as `data.find()` does: at last it is downloaded.

    Args:
        data: The module of a data set, such as `mh.datasets.cifar10`.

    Raises:
        DataError: What the user names is wrong: it is refused, not passed over.
    """
    description = data.DESCRIPTION
    try:
        data.find()
    except DataError as error:
        if os.environ.get(description.variable) and not isinstance(error, NotFoundError):
            raise
        return (
            f"{description.name} is not on this computer and could not be downloaded into Keras's "
            "cache: connect to the network and restart the kernel, or set "
            f"{description.variable} to where you have it."
        )
    return ""
