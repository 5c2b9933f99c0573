"""Measure what each step of the preparation adds, on pictures made of validation digits.

Uses the reference model. The pictures are of `mnist_helpers.pictures.synthetic`, the same at every
run. Needs real MNIST, unless --quick is given.
"""

import sys
import time

import numpy as np
import recording
import tables

from mnist_helpers import artifacts, pictures
from mnist_helpers.datasets import mnist
from mnist_helpers.pictures import synthetic
from mnist_helpers.serve import classifier

SEED = 0
COUNTS = (500, None, 200)  # made pictures, images of the data set, pictures without a digit
QUICK = (20, 100, 10)


def prepare(picture: np.ndarray, steps: tuple[str, ...]) -> np.ndarray:
    """Prepare a picture; nothing in view gives a black image, which counts as a mistake."""
    try:
        return pictures.prepare(picture, steps).image
    except pictures.NoDigitError:
        return np.zeros(mnist.DESCRIPTION.image_shape[:2], np.float32)


def main() -> None:
    """Measure each step, then when no digit is found, and record it."""
    options = recording.parser(__doc__).parse_args()
    source = mnist.find()
    if not options.quick and source.is_sample:
        sys.exit(f"This measures on real MNIST, and here is: {source.note}")
    packages = ("ai-edge-litert", "numpy", "scipy", "pillow")
    kept = recording.Recording(options, source.name, packages)
    count, of_data_set, without_digit = QUICK if options.quick else COUNTS
    training = mnist.load_training()
    digits, labels = (part[:of_data_set] for part in training[2:])
    made, truth = synthetic.make(digits[:count], SEED), labels[:count]
    reader = classifier.load(artifacts.REFERENCE)
    common = {"seed": SEED, "model": reader.version}

    def right(prepared: list[np.ndarray], wanted: np.ndarray) -> int:
        found = reader.probabilities(np.stack(prepared)).argmax(axis=1)
        # A black image has no answer.
        found[[not image.any() for image in prepared]] = -1
        return int((found == wanted).sum())

    kept.add(
        measure="accuracy",
        preparation="none",
        **common,
        digits=len(digits),
        digits_right=right(list(digits / np.float32(255)), labels),
    )
    for last in range(len(pictures.STEPS) + 1):
        steps = pictures.STEPS[:last]
        begun = time.perf_counter()
        prepared = [prepare(picture, steps) for picture in made]
        seconds = time.perf_counter() - begun
        kept.add(
            measure="accuracy",
            preparation=f"with “{steps[-1]}”" if steps else "cut to the ink, scaled, centred",
            **common,
            pictures=len(made),
            pictures_right=right(prepared, truth),
            ms_per_picture=1000 * seconds / len(made),
            digits=len(digits),
            digits_right=right([prepare(digit, steps) for digit in digits], labels),
        )

    common |= {"sure": classifier.SURE, "full": classifier.FULL}

    def refused(shown: str, readings: list[classifier.Reading], **more: int) -> None:
        missing = sum(reading.label is None for reading in readings)
        counts = {"count": len(readings), "no_digit": missing}
        kept.add(measure="no digit", shown=shown, **common, **counts, **more)

    without = [
        reader.read(picture) for picture in synthetic.make_without_digit(without_digit, SEED)
    ]
    refused("empty paper", without[::2])
    refused("scribbles", without[1::2])
    readings = [reader.read(picture) for picture in made]
    hits = sum(reading.label == label for reading, label in zip(readings, truth, strict=True))
    refused("made pictures", readings, right=hits)
    refused("data set", [reader.judge(digit) for digit in digits / np.float32(255)])
    kept.finish(tables.preparation(kept.result))


if __name__ == "__main__":
    main()
