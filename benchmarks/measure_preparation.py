"""Measure what each step of the preparation adds, on pictures made of validation digits.

Writes preparation.md beside this script. Uses MNIST, or the digits that are found, and the
reference model. The pictures are of `mnist_helpers.scenes`, the same at every run.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from mnist_helpers import classifier, data, evaluation, images, scenes, store

COUNT, SEED = 500, 0


def prepare(picture: np.ndarray, steps: tuple[str, ...]) -> np.ndarray:
    """Prepare a picture; nothing in view gives a black image, which counts as a mistake."""
    try:
        return images.prepare(picture, steps).image
    except images.NoDigitError:
        return np.zeros((28, 28), np.float32)


def main() -> None:
    """Measure, print, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT, help=f"number of pictures ({COUNT})")
    count = parser.parse_args().count
    training = data.load_training()
    digits, labels = training.validation_images, training.validation_labels
    reader = classifier.load(store.REFERENCE)
    pictures, truth = scenes.make(digits[:count], SEED), labels[: min(count, len(labels))]

    def accuracy(prepared: list[np.ndarray], wanted: np.ndarray) -> evaluation.Accuracy:
        found = reader.probabilities(np.stack(prepared)).argmax(axis=1)
        # A black image has no answer.
        found[[not image.any() for image in prepared]] = -1
        return evaluation.accuracy(wanted, found)

    lines = [
        f"Measured by `benchmarks/measure_preparation.py` on validation digits of "
        f"{data.find().name}, with the reference model {reader.version}: {len(pictures)} made "
        f"pictures (seed {SEED}), and {len(digits):,} images as they are.",
        "",
        "| preparation | accuracy on made pictures | on the data set | time for a picture |",
        "|---|---:|---:|---:|",
        f"| none | | {accuracy(list(digits / np.float32(255)), labels)} | |",
    ]
    for last in range(len(images.STEPS) + 1):
        steps = images.STEPS[:last]
        begun = time.perf_counter()
        prepared = [prepare(picture, steps) for picture in pictures]
        each = 1000 * (time.perf_counter() - begun) / len(pictures)
        on_pictures = accuracy(prepared, truth)
        on_digits = accuracy([prepare(digit, steps) for digit in digits], labels)
        name = f"with “{steps[-1]}”" if steps else "cut to the ink, scaled, centred"
        lines.append(f"| {name} | {on_pictures} | {on_digits} | {each:.0f} ms |")
        print(lines[-1], flush=True)

    readings = [reader.read(picture) for picture in pictures]
    answered = np.array([reading.label is not None for reading in readings])
    labels_read = np.array([-1 if r.label is None else r.label for r in readings])
    without = [reader.read(picture) for picture in scenes.make_without_digit(200, SEED)]
    refused = np.array([reading.label is None for reading in without])
    own = np.array([reader.judge(d).label is None for d in digits / np.float32(255)])
    lines += [
        "",
        f"“No digit in view” ({classifier.SURE:.0%} probability and at most "
        f"{classifier.FULL:.0%} ink are asked for) is the answer to {refused[::2].mean():.0%} of "
        f"100 pictures of empty paper, {refused[1::2].mean():.0%} of 100 scribbles, "
        f"{1 - answered.mean():.1%} of the made pictures and {own.mean():.1%} of the images of "
        "the data set. Of the made pictures that got an answer, "
        f"{evaluation.accuracy(truth[answered], labels_read[answered])} were read right.",
    ]
    text = "\n".join(lines)
    print(text)
    if data.find().is_mnist and count == COUNT:
        Path(__file__).with_name("preparation.md").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
