"""The offline stand-in for MNIST: the handwritten digits that scikit-learn bundles."""

import numpy as np

from mnist_helpers.datasets.spec import DataSet

DESCRIPTION = DataSet(
    name="scikit-learn's bundled digits",
    image_shape=(28, 28, 1),
    classes=tuple("0123456789"),
    counts=(1_500, 297),
    licence="E. Alpaydin and C. Kaynak, CC BY 4.0, https://doi.org/10.24432/C50P49",
)


def read_part(part: str) -> tuple[np.ndarray, np.ndarray]:
    """Fit scikit-learn's 8×8 digits to MNIST's frame: a 20×20 box, centred by mass in 28×28.

    The scans are the test part of the UCI "Optical Recognition of Handwritten Digits"
    (https://doi.org/10.24432/C50P49). Their order is kept: neighbouring scans tend to be by one
    writer, and the last ones, which become the test set, shall be by other writers.

    Args:
        part: "train" or "test".

    Returns:
        Images, uint8 (n, 28, 28), and labels, int64 (n,).
    """
    from scipy import ndimage
    from sklearn.datasets import load_digits

    from mnist_helpers.pictures import centre

    digits = load_digits()
    first = DESCRIPTION.counts[0]
    chosen = slice(first) if part == "train" else slice(first, None)
    boxes = ndimage.zoom(digits.images[chosen] / 16, (1, 2.5, 2.5), order=3)  # (n, 20, 20)
    images = np.stack([centre(box) for box in boxes.clip(0, 1)])  # (n, 28, 28)
    return (images * 255).round().astype(np.uint8), digits.target[chosen].astype(np.int64)
