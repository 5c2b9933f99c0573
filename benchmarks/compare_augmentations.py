"""Compare kinds of augmentation, with and without batch normalisation, at equal time.

The unit of time is R: what the reference recipe's training takes here. At first the speed of each
network with each kind of changes is measured, and from it how many steps it gets. Then each is
trained for 1 R with three seeds; for a quarter of R and for 3 R only the one with batch
normalisation. All else is as in the recipe of the most accurate network. Among three learning
rates, each of the two networks gets that of the highest accuracy, found with a seed that no
comparison has.

Each training has a process of its own, and is asked about validation digits, as they are and as a
mean over moved copies, and about the rare forms, drawn by a program. --pictures adds a folder of
real handwriting, as `read_pictures.py` takes it. Nothing is chosen by these. The reference recipe
is trained once, for its time; apart from it, no test set is read.

An interrupted run goes on where it was. Needs real MNIST, unless --quick is given.
"""

import argparse
import contextlib
import dataclasses
import functools
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import compare_recipes
import explain_reader
import numpy as np
import read_pictures
import recording
import tables_of_augmentations as tables

from mnist_helpers.datasets import mnist
from mnist_helpers.pictures import drawn
from mnist_helpers.quiet import quiet_stderr

SEED_OF_THE_CHOICE = 3
EPOCHS = 12  # parts of a training, of which the last one has plain images
SPEED = (2, 14)  # steps in each part, of trainings whose times tell the time of a step
QUICK = 500  # images of each kind
SHOWN = "MNIST_BENCHMARK_SHOWN"  # names the file that holds what all networks are asked


class Plan(NamedTuple):
    """What is trained: the full plan, if nothing else is said.

    Attributes:
        kinds: Kinds of changes; the learning rates are chosen with the first one.
        normalised: Whether the network has batch normalisation; without it, only 1 R is tried.
        rates: Learning rates to choose from.
        seeds: Length of a training in R → its seeds.
    """

    kinds: tuple[str, ...] = tuple(tables.KINDS)
    normalised: tuple[bool, ...] = (False, True)
    rates: tuple[float, ...] = (0.0015, 0.003, 0.006)
    seeds: dict[float, tuple[int, ...]] = {  # noqa: RUF012, nobody changes it
        tables.USUAL: (0, 1, 2),
        tables.SHORT: (0, 1, 2),
        tables.LONG: (0, 1),
    }


QUICK_PLAN = Plan(
    kinds=tuple(tables.KINDS)[::3],
    normalised=(True,),
    rates=(0.006,),
    seeds={tables.USUAL: (0,), tables.SHORT: (0,), tables.LONG: (0,)},
)


@quiet_stderr()  # TensorFlow tells at its start what it finds
def time_reference(settings: dict[str, Any], seed: int) -> dict[str, float]:
    """Train the reference recipe; return the seconds, and nothing else."""
    measured = compare_recipes.train(settings, seed)
    return {"training_s": measured["training_s"]}


@quiet_stderr()
def measure_speed(settings: dict[str, Any], seed: int) -> dict[str, float]:
    """Return the seconds that a training takes to start, and those of each step.

    The first training of a process takes longest to start, and all others here are the first.
    """
    few, many = (1, 2) if settings["quick"] else SPEED
    first, short, long = (fit(settings, seed, count)[1] for count in (few, few, many))
    step = (long - short) / (EPOCHS * (many - few))
    return {"start_s": first - EPOCHS * few * step, "step_s": step}


@quiet_stderr()
def train(settings: dict[str, Any], seed: int) -> dict[str, float]:
    """Train for so many steps, and ask.

    Args:
        settings: `kinds` of changes, `is_normalised`, `rate` and `steps` of each part.
        seed: The seed.
    """
    steps = 1 if settings["quick"] else settings["steps"]
    model, seconds, count = fit(settings, seed, steps)
    _, _, digits, labels = mnist.load_training()
    part = slice(QUICK if settings["quick"] else None)
    return {
        "training_s": seconds,
        "epochs": EPOCHS * steps * batch_size() / count,
        "parameters": model.count_params(),
        **ask(model, {"validation": (digits[part], labels[part])}),
    }


def ask(model: Any, asked: dict[str, tuple[np.ndarray, np.ndarray]]) -> dict[str, int]:
    """Count right answers, to single images and as means over moved copies.

    Args:
        model: The network.
        asked: Name → images, uint8 (n, 28, 28), and labels; the rare forms join them, and real
            handwriting if there is some.
    """
    from mnist_helpers import accurate, datasets

    with np.load(os.environ[SHOWN]) as shown:
        more = {
            kind: (shown[f"{kind}_images"], shown[f"{kind}_labels"])
            for kind in ("forms", "pictures")
        }
    found = {}
    for kind, (images, truth) in (asked | more).items():
        if len(truth):
            found[f"{kind}_count"] = len(truth)
            x = datasets.scale(images)
            for network, way in ((model, ""), (accurate.with_copies(model), "_with_copies")):
                answers = network.predict(x, batch_size=500, verbose=0).argmax(axis=1)
                found[f"{kind}_right{way}"] = int((answers == truth).sum())
    return found


def fit(settings: dict[str, Any], seed: int, steps: int) -> tuple[Any, float, int]:
    """Train with so many steps in each part; return the network, the seconds, and the images."""
    from mnist_helpers import accurate, augmentation, reader

    images, labels, *_ = mnist.load_training()
    part = slice(QUICK if settings["quick"] else None)
    images, targets = images[part], reader.smoothed(labels[part])
    peak = settings.get("rate", accurate.RECIPE.peak)
    recipe = dataclasses.replace(accurate.RECIPE, epochs=EPOCHS, peak=peak)
    build = functools.partial(accurate.build, is_normalised=settings["is_normalised"])
    kinds = settings["kinds"]
    vary = functools.partial(augmentation.vary, kinds=kinds) if kinds else None
    started = time.perf_counter()
    model = reader.train(images, targets, seed, recipe, build, vary, steps)
    return model, time.perf_counter() - started, len(images)


@functools.cache
def batch_size() -> int:
    """Return the images in a step."""
    from mnist_helpers import accurate

    return accurate.RECIPE.batch_size


@contextlib.contextmanager
def shown(options: argparse.Namespace) -> Iterator[None]:
    """Prepare what all networks are asked about, but for validation digits, in a file."""
    forms = drawn.draw_forms(
        explain_reader.QUICK_FORMS if options.quick else explain_reader.FORMS,
        explain_reader.MADE_SEED,
    )
    side = mnist.DESCRIPTION.image_shape[:2]
    pictures, labels = np.zeros((0, *side), np.uint8), np.zeros(0, int)
    if options.pictures:
        paths = read_pictures.find(options.pictures, options.numbers)
        prepared = explain_reader.prepared(list(paths))
        pictures = (255 * prepared).round().astype(np.uint8)
        labels = np.array([int(path.name[0]) for path in paths])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "shown.npz"
        np.savez(
            file,
            forms_images=forms[0],
            forms_labels=forms[1],
            pictures_images=pictures,
            pictures_labels=labels,
        )
        os.environ[SHOWN] = str(file)
        try:
            yield
        finally:
            del os.environ[SHOWN]


def steps_for(share: float, reference: float, speed: dict[str, float]) -> int:
    """Return how many steps each part gets, so that the training takes a share of the reference."""
    seconds = share * reference - speed["start_s"]
    return max(1, round(seconds / speed["step_s"] / EPOCHS))


def main() -> None:
    """Measure the speeds, choose the rates, train, and record it."""
    parser = recording.parser(__doc__)
    read_pictures.add_options(parser)
    options = parser.parse_args()
    packages = (*recording.TRAINING, "scipy", "pillow")
    noted = read_pictures.noted(options)
    kept = recording.Recording(options, recording.real_mnist(options), packages, noted)
    with shown(options):
        measure(kept, QUICK_PLAN if options.quick else Plan())
    kept.finish(tables.augmentations(kept.result))


def measure(kept: recording.Recording, plan: Plan) -> None:
    """Run all trials of a plan."""
    cells = [(kind, flag) for flag in plan.normalised for kind in plan.kinds]
    settings = {
        cell: {"kinds": list(tables.KINDS[cell[0]]), "is_normalised": cell[1]} for cell in cells
    }
    kept.measure(time_reference, {tables.REFERENCE: {"recipe": "reference"}}, [SEED_OF_THE_CHOICE])
    reference = kept.result["trials"][-1]["training_s"]
    speeds = {tables.speed_of(*cell): settings[cell] for cell in cells}
    kept.measure(measure_speed, speeds, [SEED_OF_THE_CHOICE])
    speed = {trial["recipe"]: trial for trial in kept.result["trials"]}

    def planned(cell: tuple[str, bool], share: float, rate: float) -> dict[str, Any]:
        steps = steps_for(share, reference, speed[tables.speed_of(*cell)])
        return settings[cell] | {"rate": rate, "steps": steps}

    tried = {
        tables.choice_of(rate, flag): planned((plan.kinds[0], flag), tables.CHOICE, rate)
        for flag in plan.normalised
        for rate in plan.rates
    }
    kept.measure(train, tried, [SEED_OF_THE_CHOICE])
    best = {flag: tables.best_rate(kept.result, flag, plan.rates) for flag in plan.normalised}
    for share, seeds in plan.seeds.items():
        wanted = {
            tables.name(kind, flag, share): planned((kind, flag), share, best[flag])
            for kind, flag in cells
            if flag or share == tables.USUAL
        }
        kept.measure(train, wanted, seeds)


if __name__ == "__main__":
    main()
