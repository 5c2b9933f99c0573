"""Make the model that notebook 03 saved in artifacts/ the reference model of the package.

It is saved uncompiled: without the optimiser's state it has a third of the size. Beside it goes
the same model as exported for serving. --export-only leaves the model and exports it anew.
"""

import hashlib
import json
import platform
import sys

import keras

from mnist_helpers import data, models, store


def main() -> None:
    """Copy the model and its note, and export it."""
    if "--export-only" not in sys.argv:
        copy_model()
    run = store.read_run(store.REFERENCE)
    exported = store.REFERENCE / store.EXPORTED
    store.load_model(run.path).export(exported, format="litert", verbose=False)
    store.note_export(run, store.REFERENCE)
    size, version = exported.stat().st_size, store.find_export(store.REFERENCE).version
    print(f"{exported.name}: {size / 1e6:.2f} MB, version {version}")


def copy_model() -> None:
    """Copy the model and its note; refuse one that was not trained on MNIST."""
    run = store.read_run(store.artifacts())
    if run.trained_on != data.MNIST:
        sys.exit(f"The model in artifacts/ was trained on {run.trained_on}: train it on MNIST.")
    model = models.build_cnn()
    model.set_weights(store.load_model(run.path).get_weights())
    target = store.REFERENCE / store.MODEL
    model.save(target)
    note = {
        "made_by": "notebooks/03_train_the_model.ipynb, then make reference",
        "made_with": {"python": platform.python_version(), "keras": keras.__version__},
        "trained_on": run.trained_on,
        "sha256": {target.name: hashlib.sha256(target.read_bytes()).hexdigest()},
        "history": run.history,
    }
    (store.REFERENCE / store.HISTORY).write_text(json.dumps(note, indent=1) + "\n", "utf-8")
    print(f"{target.name}: {target.stat().st_size / 1e6:.2f} MB, {note['sha256'][target.name]}")


if __name__ == "__main__":
    main()
