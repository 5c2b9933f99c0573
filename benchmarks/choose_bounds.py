"""Choose how sure the reader of handwriting has to be; below, the answer is "no digit".

For each bound it counts the digits that are answered, rightly and wrongly, and the pictures
without a digit that are refused. The pictures are made, as those of `measure_preparation.py`, but
of other validation digits and with another seed, so that no figure of made pictures there is
measured on what the bounds were chosen by.
--pictures adds a folder of real ones, as `read_pictures.py` takes it. Needs real MNIST, unless
--quick is given.
"""

import sys

import numpy as np
import read_pictures
import recording
import tables

from mnist_helpers import artifacts, pictures
from mnist_helpers.datasets import mnist
from mnist_helpers.pictures import synthetic
from mnist_helpers.serve import classifier

SEED = 1000  # that of measure_preparation.py is 0
SURE = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8)
COUNT, QUICK = 1000, 40  # pictures of each kind


def main() -> None:
    """Read the pictures once, then count for each bound."""
    parser = recording.parser(__doc__)
    read_pictures.add_options(parser)
    options = parser.parse_args()
    packages = ("ai-edge-litert", "numpy", "scipy", "pillow")
    noted = read_pictures.noted(options)
    kept = recording.Recording(options, recording.real_mnist(options), packages, noted)
    reader = classifier.load(artifacts.READER)
    count = QUICK if options.quick else COUNT
    _, _, digits, labels = (part[-count:] for part in mnist.load_training())
    without = synthetic.make_without_digit(2 * count, SEED)
    shown: dict[str, tuple[list, list[int]]] = {
        "made pictures": (synthetic.make(digits, SEED), labels.tolist()),
        "empty paper": (without[::2], [-1] * count),
        "scribbles": (without[1::2], [-1] * count),
    }
    if options.pictures:
        paths = read_pictures.find(options.pictures, options.numbers)
        shown["real pictures"] = (paths, [int(path.name[0]) for path in paths])
    for kind, (given, truth) in shown.items():
        readings = [read(reader, picture) for picture in given]
        is_right = np.array(
            [best == label for (best, *_), label in zip(readings, truth, strict=True)]
        )
        _, sure, full = np.array(readings).T
        for least in SURE:
            is_answered = (sure >= least) & (full <= reader.full)
            kept.add(
                shown=kind,
                model=reader.version,
                sure=least,
                count=len(given),
                answered=int(is_answered.sum()),
                right=int((is_answered & is_right).sum()),
            )
    kept.finish(tables.bounds(kept.result))


def read(reader: classifier.Classifier, picture: pictures.Picture) -> tuple[int, float, float]:
    """Return the best digit, its probability, and the share of ink; probability 0 for no ink."""
    try:
        image = pictures.prepare(picture).image
    except pictures.NoDigitError:
        return -1, 0.0, 0.0
    except pictures.PictureError as error:
        sys.exit(f"{error} Take it out of the folder.")
    probabilities = reader.probabilities(image[np.newaxis])[0]
    best = int(probabilities.argmax())
    return best, float(probabilities[best]), classifier.share_of_ink(image)


if __name__ == "__main__":
    main()
