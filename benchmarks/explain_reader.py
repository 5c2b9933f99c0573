"""Ask what makes the reader of handwriting better: train it anew, each time without one thing.

The whole recipe, and the recipe with notebook 03's network, with images that are not varied, and
with MNIST's digits alone, are trained with the same seeds. Each is asked for its best answer,
refused or not, to validation digits, to the rare forms drawn anew, and to digits written with a
felt pen by a program. --pictures adds a folder of real ones, as `read_pictures.py` takes it.
Nothing is chosen by it. Needs real MNIST, unless --quick is given.
"""

import dataclasses
import sys

import numpy as np
import read_pictures
import recording
import tables

from mnist_helpers import artifacts, pictures
from mnist_helpers.datasets import mnist
from mnist_helpers.pictures import drawn, synthetic
from mnist_helpers.quiet import quiet_stderr
from mnist_helpers.serve import classifier

SEEDS = (0, 1)
WITHOUT: dict[str, dict] = {  # what a trial is called → what differs in it
    "the whole recipe": {},
    "with notebook 03's network": {"is_of_notebook_03": True},
    "images not varied": {"is_varied": False},
    "MNIST's digits alone": {"has_others": False},
}
LESSONS = "notebook 03's network and training"  # as it ships, for comparison
MADE_SEED = 2000  # those of measure_preparation.py and choose_bounds.py are 0 and 1000
FORMS, MADE = 100, 500  # of each form; made pictures
QUICK, QUICK_FORMS, QUICK_MADE = 500, 1, 5


@quiet_stderr()  # TensorFlow tells at its start what it finds
def train(seed: int, quick: bool, **options: bool):
    """Train a variant of the reader."""
    from mnist_helpers import augmentation, models, reader, recipes

    images, targets = reader.training_data(seed, options.get("has_others", True))
    recipe = recipes.READER
    if quick:
        few = np.linspace(0, len(images) - 1, QUICK).astype(int)
        images, targets = images[few], targets[few]
        recipe = dataclasses.replace(recipe, epochs=2)
    vary = augmentation.vary if options.get("is_varied", True) else None
    build = models.build_cnn if options.get("is_of_notebook_03") else reader.build
    return reader.train(images, targets, seed, recipe, build, vary)


def prepared(given: list) -> np.ndarray:
    """Prepare pictures; those in which nothing is found become black."""
    images = np.zeros((len(given), *mnist.DESCRIPTION.image_shape[:2]), np.float32)
    for image, picture in zip(images, given, strict=True):
        try:
            image[:] = pictures.prepare(picture).image
        except pictures.NoDigitError:
            continue
        except pictures.PictureError as error:
            sys.exit(f"{error} Take it out of the folder.")
    return images


def main() -> None:
    """Prepare what they are asked for, then train and ask one after the other."""
    parser = recording.parser(__doc__)
    read_pictures.add_options(parser)
    options = parser.parse_args()
    packages = (*recording.TRAINING, "scipy", "pillow")
    noted = read_pictures.noted(options)
    kept = recording.Recording(options, recording.real_mnist(options), packages, noted)
    _, _, digits, labels = mnist.load_training()
    made = QUICK_MADE if options.quick else MADE
    felt = synthetic.make_difficult("felt pen", digits[:made], MADE_SEED)
    forms, of_forms = drawn.draw_forms(QUICK_FORMS if options.quick else FORMS, MADE_SEED)
    shown = {
        "validation digits": (digits / np.float32(255), labels),
        "rare forms, drawn": (forms / np.float32(255), of_forms),
        "felt pen, made": (prepared(felt), labels[:made]),
    }
    if options.pictures:
        paths = read_pictures.find(options.pictures, options.numbers)
        truth = np.array([int(path.name[0]) for path in paths])
        shown["real pictures"] = (prepared(list(paths)), truth)

    def count(probabilities, **trial: str | int) -> None:
        for kind, (images, truth) in shown.items():
            right = int((probabilities(images).argmax(axis=1) == truth).sum())
            kept.add(**trial, shown=kind, count=len(truth), right=right)

    for seed in SEEDS[: 1 if options.quick else None]:
        for variant, changed in WITHOUT.items():
            model = train(seed, options.quick, **changed)
            count(
                lambda x, model=model: model.predict(x[..., None], 500, verbose=0),
                recipe=variant,
                seed=seed,
            )
    count(classifier.load(artifacts.REFERENCE).probabilities, recipe=LESSONS)
    kept.finish(tables.explained(kept.result))


if __name__ == "__main__":
    main()
