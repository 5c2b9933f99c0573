"""Measure what each step of the preparation adds, on pictures made of validation digits.

Uses the reader of handwriting that ships, and sets notebook 03's network beside it. The pictures
are of `mnist_helpers.pictures.synthetic`, the same at every run. Needs real MNIST, unless --quick
is given.
"""

import time

import numpy as np
import recording
import tables

from mnist_helpers import artifacts, pictures
from mnist_helpers.datasets import mnist
from mnist_helpers.pictures import synthetic
from mnist_helpers.serve import classifier

SEED = 0
# Made pictures, images of the data set, pictures without a digit, pictures of each difficult kind.
COUNTS = (500, None, 2000, 200)
QUICK = (20, 100, 10, 5)


def prepare(picture: np.ndarray, steps: tuple[str, ...]) -> np.ndarray:
    """Prepare a picture; nothing in view gives a black image, which counts as a mistake."""
    try:
        return pictures.prepare(picture, steps).image
    except pictures.NoDigitError:
        return np.zeros(mnist.DESCRIPTION.image_shape[:2], np.float32)


def without_digits(count: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Prepare empty paper and scribbles, a number of both together; black if nothing is found."""
    made = synthetic.make_without_digit(count, SEED)
    images = [prepare(picture, pictures.STEPS) for picture in made]
    return images[::2], images[1::2]


def judge(reader: classifier.Classifier, image: np.ndarray) -> classifier.Reading:
    """Read a prepared image; a black one is that of a picture in which nothing was found."""
    if image.any():
        return reader.judge(image)
    return classifier.no_digit(pictures.NoDigitError())


def best(reading: classifier.Reading) -> int:
    """Return the best answer, refused or not; -1 if there is none."""
    return -1 if reading.probabilities is None else int(reading.probabilities.argmax())


def main() -> None:
    """Measure each step, then when no digit is found, and record it."""
    options = recording.parser(__doc__).parse_args()
    packages = ("ai-edge-litert", "numpy", "scipy", "pillow")
    kept = recording.Recording(options, recording.real_mnist(options), packages)
    count, of_data_set, without_digit, of_a_kind = QUICK if options.quick else COUNTS
    training = mnist.load_training()
    digits, labels = (part[:of_data_set] for part in training[2:])
    made, truth = synthetic.make(digits[:count], SEED), labels[:count]
    difficult = {
        kind: synthetic.make_difficult(kind, digits[:of_a_kind], SEED)
        for kind in synthetic.DIFFICULT
    }
    reader, lessons = (
        classifier.load(folder) for folder in (artifacts.READER, artifacts.REFERENCE)
    )
    common = {"seed": SEED, "model": reader.version}

    def right(
        prepared: list[np.ndarray],
        wanted: np.ndarray,
        model: classifier.Classifier = reader,
    ) -> int:
        found = model.probabilities(np.stack(prepared)).argmax(axis=1)
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
        added = f"with “{steps[-1]}”" if steps else "cut to the ink, scaled, centred"
        kept.add(
            measure="accuracy",
            preparation=added,
            **common,
            pictures=len(made),
            pictures_right=right(prepared, truth),
            ms_per_picture=1000 * seconds / len(made),
            digits=len(digits),
            digits_right=right([prepare(digit, steps) for digit in digits], labels),
        )
        for kind, views in difficult.items():
            images, wanted = [prepare(picture, steps) for picture in views], labels[:of_a_kind]
            kept.add(
                measure="difficult",
                preparation=added,
                shown=kind,
                count=of_a_kind,
                right=right(images, wanted),
                right_of_lessons=right(images, wanted, lessons),
            )

    shown = dict(zip(("empty paper", "scribbles"), without_digits(without_digit), strict=True))
    shown |= {
        "made pictures": [prepare(picture, pictures.STEPS) for picture in made],
        "data set": list(digits / np.float32(255)),
        "data set, prepared": [prepare(digit, pictures.STEPS) for digit in digits],
    }
    truths = {"made pictures": truth, "data set": labels, "data set, prepared": labels}
    for kind, images in shown.items():
        readings = {model: [judge(model, image) for image in images] for model in (reader, lessons)}
        refused = {m: np.array([r.label is None for r in found]) for m, found in readings.items()}
        for model, found in readings.items():
            counts = {"count": len(images), "no_digit": int(refused[model].sum())}
            if kind in truths:
                pairs = list(zip(found, truths[kind], strict=True))
                counts["right"] = sum(r.label == label for r, label in pairs)
                counts["best_right"] = sum(best(r) == label for r, label in pairs)
            bounds = {"seed": SEED, "sure": model.sure, "full": model.full}
            name = {"name": model.name, "model": model.version}
            kept.add(measure="no digit", shown=kind, **name, **bounds, **counts)
        if kind in truths:  # one by one: which of the two is right where the other is wrong
            ours, theirs = (
                np.array([best(r) for r in readings[model]]) == truths[kind]
                for model in (reader, lessons)
            )
        else:
            ours, theirs = refused[reader], refused[lessons]
        gained, lost = (ours & ~theirs).sum(), (theirs & ~ours).sum()
        kept.add(measure="paired", shown=kind, count=len(images), gained=gained, lost=lost)
    kept.finish(tables.preparation(kept.result))


if __name__ == "__main__":
    main()
