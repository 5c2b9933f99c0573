"""Loads a classifier from a file that may be foreign or damaged (introduced in notebook 04)."""

from pathlib import Path
from typing import TYPE_CHECKING

from mnist_helpers.artifacts.disk import ArtifactError
from mnist_helpers.datasets import mnist
from mnist_helpers.datasets.spec import DataSet

if TYPE_CHECKING:
    import keras


def load_model(path: str | Path, data: DataSet = mnist.DESCRIPTION) -> "keras.Model":
    """Load a classifier, and nothing else, from a file that may be foreign or damaged.

    Keras's safe mode stays on, so that code in the file is refused; the optimiser is left out.

    Args:
        path: A `.keras` or `.h5` file.
        data: What it classifies.

    Returns:
        The model, uncompiled: float32 (n, *data.image_shape) → probabilities (n, classes).

    Raises:
        ArtifactError: The file is missing, damaged, no Keras model, carries code, or does not take
            the data set's images and give a probability for each of its classes.
    """
    import keras

    path = Path(path)
    if not path.is_file():
        raise ArtifactError(f"{path} does not exist: run notebook 03, which saves it.")
    try:
        model = keras.models.load_model(path, compile=False)
    except Exception as error:  # Keras raises many kinds, by format and by damage
        reason = str(error).replace(str(path), "")
        if "safe_mode" in reason or "'TFSMLayer'" in reason:
            kind = "TFSMLayer" if "TFSMLayer" in reason else "Lambda layer"
            raise ArtifactError(
                f"{path} carries foreign code in a {kind}, which would run on this computer: "
                "ask its author for a model of ordinary layers."
            ) from error
        raise ArtifactError(
            f"{path} is no Keras model, or a damaged one ({type(error).__name__}: {error}): "
            "run notebook 03 to save it anew, or fetch the file again."
        ) from error
    shapes = tuple(getattr(model, f"{end}_shape", None) for end in ("input", "output"))
    wanted = (None, *data.image_shape), (None, len(data.classes))
    if shapes != wanted:
        raise ArtifactError(
            f"{path} takes {shapes[0]} and gives {shapes[1]}; a classifier for {data.name} takes "
            f"{wanted[0]} and gives {wanted[1]}. Run notebook 03 to make one for MNIST."
        )
    return model
