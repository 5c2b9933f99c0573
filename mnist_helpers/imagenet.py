"""A base that was trained on photographs: MobileNetV2 with the weights that Keras publishes.

ImageNet has 1.3 million photographs of 1,000 kinds of things (Russakovsky et al. 2015,
https://doi.org/10.1007/s11263-015-0816-y); MobileNetV2 is by Sandler et al. 2018
(arXiv:1801.04381). Introduced in notebook 14.
"""

import functools
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from mnist_helpers.datasets import download
from mnist_helpers.datasets.spec import DataError, DataSet, File

if TYPE_CHECKING:
    import keras

ALPHA = 0.35  # of the usual number of filters: the smallest that is published
VARIABLE = "IMAGENET_SOURCE"
SIDE = 96  # pixels; the weights are those for 224, and are good enough for smaller images
SERVER = "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/"
NAME = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_224_no_top.h5"
DESCRIPTION = DataSet(
    name="MobileNetV2's ImageNet weights",
    image_shape=(224, 224, 3),
    classes=(),
    counts=(0, 0),
    licence="published with Keras, Apache License 2.0",
    files=(
        File(
            NAME,
            "sha256:d43c70f8ea04b1087170401b2f4739f41b94200e30892ea8d050ac65779146c6",
            (SERVER + NAME,),
        ),
    ),
)


def find(may_download: bool = True) -> Path:
    """Find the weights in Keras's cache, or download them (2 MB) into it.

    IMAGENET_SOURCE=cache forbids the download.

    Raises:
        DataError: They are not there and could not be fetched; the message says how to get them.
            Or IMAGENET_SOURCE has another value.
    """
    home, source = os.environ.get("KERAS_HOME") or "~/.keras", os.environ.get(VARIABLE, "")
    if source not in {"", "cache"}:
        raise DataError(f"{VARIABLE}={source!r} is not known: set it to 'cache' or unset it.")
    refusal = f"{VARIABLE}=cache is set" if source else "no download was asked for"
    refusal = "" if may_download and not source else refusal
    return _find(Path(home).expanduser() / "models", refusal)


@functools.cache  # the hash is computed once
def _find(cache: Path, refusal: str) -> Path:
    path = cache / NAME
    if _is_right(path):
        return path
    failure = refusal or download.download(DESCRIPTION, cache)
    if failure:
        raise DataError(
            f"{DESCRIPTION.name} are not on this computer and could not be downloaded ({failure}): "
            f"connect to the network, or put {NAME} into the folder `models` of Keras's cache."
        )
    return path


def _is_right(path: Path) -> bool:
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return False
    return DESCRIPTION.files[0].hash == f"sha256:{digest}"


def absence() -> str:
    """Say in one sentence that the weights are not at hand and how to get them, or ""."""
    try:
        find()
    except DataError as error:
        return str(error)
    return ""


def build_base(image_shape: tuple[int, int, int], side: int = SIDE) -> "keras.Model":
    """Build MobileNetV2 without its last layer, for small images in grey or in colour.

    It enlarges the images, makes three equal colours of grey, and brings the numbers from 0…1 to
    -1…1, as `keras.applications.mobilenet_v2.preprocess_input` does from 0…255.

    Args:
        image_shape: Height, width and channels of an image.
        side: Height and width that MobileNetV2 gets to see, in pixels.

    Returns:
        A network: float32 (n, *image_shape) in [0, 1] → features (n, 1280).

    Raises:
        DataError: There are no weights.
    """
    import keras  # whether there are weights can be asked without it

    network = keras.applications.MobileNetV2(
        input_shape=(side, side, 3),
        alpha=ALPHA,
        include_top=False,
        weights=str(find()),
        pooling="avg",
    )
    inputs = keras.Input(image_shape)
    images = keras.layers.Resizing(side, side)(inputs)
    if image_shape[2] == 1:
        images = keras.layers.Concatenate()([images, images, images])
    images = keras.layers.Rescaling(2.0, offset=-1.0)(images)
    return keras.Model(inputs, network(images), name="mobilenet")
