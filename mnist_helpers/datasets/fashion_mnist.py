"""Fashion-MNIST: 70,000 pictures of clothes, in MNIST's form (Xiao et al. 2017).

Described in https://arxiv.org/abs/1708.07747.
"""

import numpy as np

from mnist_helpers.datasets import files
from mnist_helpers.datasets.spec import DataSet, File, NotFoundError, Source, Training, hold_out

SERVERS = (
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",  # the authors' own
)
DEBIAN = "/usr/share/datasets/fashion-mnist"  # where the package dataset-fashion-mnist puts it
DESCRIPTION = DataSet(
    name="Fashion-MNIST",
    image_shape=(28, 28, 1),
    classes=(
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
    counts=(60_000, 10_000),
    licence="Zalando SE, MIT licence, https://github.com/zalandoresearch/fashion-mnist",
    variable="FASHION_MNIST_PATH",
    cached="fashion-mnist",
    places=(DEBIAN,),
    files=tuple(
        File(f"fashion-mnist/{name}", f"md5:{md5}", tuple(server + name for server in SERVERS))
        for name, md5 in (
            ("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
            ("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
            ("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
            ("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
        )
    ),
    digests=(
        ("x_train", "f4a8712d7a061bf5bd6d2ca38dc4d50a"),
        ("y_train", "9018921c3c673c538a1fc5bad174d6f9"),
        ("x_test", "8181f5470baa50b63fa0f6fddb340f0a"),
        ("y_test", "15d484375f8d13e6eb1aabb0c3f46965"),
    ),
)


def find(may_download: bool = True) -> Source:
    """Find Fashion-MNIST: FASHION_MNIST_PATH, Keras's cache, Debian's package, or a download.

    Raises:
        NotFoundError: It is nowhere; the message says how to get it. There is no stand-in.
        DataError: FASHION_MNIST_PATH is wrong, or the cache folder cannot be written.
    """
    try:
        return files.find(DESCRIPTION, may_download=may_download)
    except NotFoundError as error:
        raise NotFoundError(
            f"{error} Connect to the network and restart the kernel; or install Debian's package "
            "dataset-fashion-mnist; or set FASHION_MNIST_PATH to a folder with its four files "
            f"({files.IDX_NAMES['x_train']}.gz and so on), from {SERVERS[0]}."
        ) from error


def load_training(seed: int = 0) -> Training:
    """Load the training images and hold out one twelfth, 5,000, picked by the seed.

    Raises:
        DataError: It was not found, or is damaged.
    """
    return hold_out(*files.read_part(find(), "train"), seed)


def load_test() -> tuple[np.ndarray, np.ndarray]:
    """Load the test images, uint8 (10000, 28, 28), and labels, int64 (10000,).

    Raises:
        DataError: It was not found, or is damaged.
    """
    return files.read_part(find(), "test")
