"""Make the two models that ship with the package, from scratch, in some five minutes.

The reference is notebook 03's network, trained as there. The reader of handwriting is what
`mnist_helpers.reader` describes. Both are saved uncompiled: without the optimiser's state they
have a third of the size. Beside each goes the same model as exported for serving. Needs real
MNIST. --only makes one of the two; --export-only leaves the models and exports them anew.
"""

import argparse
import hashlib
import json
import platform
import sys
from pathlib import Path

import keras

from mnist_helpers import artifacts, datasets, models, reader, recipes
from mnist_helpers.datasets import mnist
from mnist_helpers.quiet import quiet_stderr

SEED = 42  # as of every notebook
NAMES = {
    artifacts.REFERENCE: "notebook 03's network, as it ships with the series",
    artifacts.READER: "the reader of handwriting that ships with the series",
}


def main() -> None:
    """Train, save and export what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    folders = {folder.name: folder for folder in NAMES}
    parser.add_argument("--only", choices=folders, help="make this one")
    parser.add_argument("--export-only", action="store_true", help="train nothing")
    options = parser.parse_args()
    source = mnist.find()
    if source.is_sample and not options.export_only:
        sys.exit(f"The shipped models are trained on real MNIST, and here is: {source.note}")
    for name in [options.only] if options.only else folders:
        if not options.export_only:
            make(folders[name])
        export(folders[name])


def make(folder: Path) -> None:
    """Train the model of a folder, and save it there with its note."""
    training = mnist.load_training()
    if folder == artifacts.REFERENCE:
        trained_on = mnist.DESCRIPTION.name
        model = train_reference(training)
    else:
        trained_on = reader.TRAINED_ON
        model = reader.train(*reader.training_data(SEED), SEED)
    history = model.history.history
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    images, labels = datasets.scale(training.validation_images), training.validation_labels
    _, accuracy = model.evaluate(images, labels, batch_size=500, verbose=0)
    fresh = models.build_cnn() if folder == artifacts.REFERENCE else reader.build()
    fresh.set_weights(model.get_weights())
    folder.mkdir(exist_ok=True)
    target = folder / artifacts.MODEL
    fresh.save(target)
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    note = {
        "name": NAMES[folder],
        "made_by": "tools/make_reference.py",
        "made_with": {"python": platform.python_version(), "keras": keras.__version__},
        "seed": SEED,
        "trained_on": trained_on,
        "sha256": {target.name: digest},
        "history": history,
    }
    text = json.dumps(note, indent=1, ensure_ascii=False) + "\n"
    (folder / artifacts.HISTORY).write_text(text, encoding="utf-8")
    print(f"{folder.name}: {accuracy:.2%} of the validation images, SHA-256 {digest[:12]}…")


def train_reference(training: datasets.Training) -> keras.Model:
    """Train notebook 03's network as it is trained there."""
    keras.utils.set_random_seed(SEED)
    model = models.build_cnn()
    model.compile(**recipes.SERIES.compile_arguments(len(training.images)))
    model.fit(
        datasets.scale(training.images),
        training.labels,
        **recipes.SERIES.fit_arguments(),
        validation_data=(datasets.scale(training.validation_images), training.validation_labels),
        verbose=0,
    )
    return model


def export(folder: Path) -> None:
    """Export the model of a folder, with the bounds that were chosen for it."""
    run = artifacts.read_run(folder)
    exported = folder / artifacts.EXPORTED
    with quiet_stderr():
        artifacts.load_model(run.path).export(exported, format="litert", verbose=False)
    artifacts.note_export(run, folder, reader.BOUNDS if folder == artifacts.READER else None)
    size, version = exported.stat().st_size, artifacts.find_export(folder).version
    print(f"{folder.name}/{exported.name}: {size / 1e6:.2f} MB, version {version}")


if __name__ == "__main__":
    main()
