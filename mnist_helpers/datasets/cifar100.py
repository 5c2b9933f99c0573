"""CIFAR-100: 60,000 small photographs of a hundred kinds of things (Krizhevsky 2009).

Described in https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf.
"""

import numpy as np

from mnist_helpers.datasets import cifar
from mnist_helpers.datasets.spec import DataSet, File, Source, Training

CLASSES = """
apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly
camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup
dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower
leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid
otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray
road rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel streetcar
sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle
wardrobe whale willow_tree wolf woman worm
"""
DESCRIPTION = DataSet(
    name="CIFAR-100",
    image_shape=(32, 32, 3),
    classes=tuple(name.replace("_", " ") for name in CLASSES.split()),
    counts=(50_000, 10_000),
    licence="Alex Krizhevsky, no licence stated, https://www.cs.toronto.edu/~kriz/cifar.html",
    variable="CIFAR100_PATH",
    cached="cifar-100-python-target_archive",  # as Keras 3 calls it
    places=(
        "cifar-100-python-target",  # where Keras 3 unpacks it
        *("cifar-100-python.tar.gz", "cifar-100-python"),  # Keras 2
    ),
    files=(
        File(
            "cifar-100-python-target_archive",
            "sha256:85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
            (f"{cifar.SERVER}cifar-100-python.tar.gz",),
        ),
    ),
    digests=(
        ("train", "16019d7e3df5f24257cddd939b257f8d"),
        ("test", "f0ef6b0ae62326f3e7ffdfab6717acfc"),
    ),
)


def find(may_download: bool = True) -> Source:
    """Find CIFAR-100: CIFAR100_PATH, Keras's cache, or a download of 169 MB.

    Raises:
        NotFoundError: It is nowhere; the message says how to get it. There is no stand-in.
        DataError: CIFAR100_PATH is wrong, or the cache folder cannot be written.
    """
    return cifar.find(DESCRIPTION, may_download)


def load_training(seed: int = 0) -> Training:
    """Load the training images and hold out one tenth of each class, 5,000, picked by the seed.

    Raises:
        DataError: It was not found, or is damaged.
    """
    return cifar.hold_out(*cifar.read_part(find(), "train"), seed)


def load_test() -> tuple[np.ndarray, np.ndarray]:
    """Load the test images, uint8 (10000, 32, 32, 3), and labels, int64 (10000,).

    Raises:
        DataError: It was not found, or is damaged.
    """
    return cifar.read_part(find(), "test")
