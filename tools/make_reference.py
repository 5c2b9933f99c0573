"""Make the model that notebook 03 saved in artifacts/ the reference model of the package.

It is saved uncompiled: without the optimiser's state it has a third of the size. Beside it goes
the same model as exported for serving. --export-only leaves the model and exports it anew.
"""

import hashlib
import json
import platform
import sys

import keras

from mnist_helpers import artifacts, models
from mnist_helpers.datasets import mnist


def main() -> None:
    """Copy the model and its note, and export it."""
    if "--export-only" not in sys.argv:
        copy_model()
    run = artifacts.read_run(artifacts.REFERENCE)
    exported = artifacts.REFERENCE / artifacts.EXPORTED
    artifacts.load_model(run.path).export(exported, format="litert", verbose=False)
    artifacts.note_export(run, artifacts.REFERENCE)
    size, version = exported.stat().st_size, artifacts.find_export(artifacts.REFERENCE).version
    print(f"{exported.name}: {size / 1e6:.2f} MB, version {version}")


def copy_model() -> None:
    """Copy the model and its note; refuse one that was not trained on MNIST."""
    run = artifacts.newest_run()
    if run is None:
        sys.exit("There is no model in artifacts/: run notebook 03 first.")
    if run.trained_on != mnist.DESCRIPTION.name:
        sys.exit(f"The model in artifacts/ was trained on {run.trained_on}: train it on MNIST.")
    model = models.build_cnn()
    model.set_weights(artifacts.load_model(run.path).get_weights())
    target = artifacts.REFERENCE / artifacts.MODEL
    model.save(target)
    files = {target.name: hashlib.sha256(target.read_bytes()).hexdigest()}
    note = {
        "made_by": "notebooks/03_train_the_model.ipynb, then make reference",
        "made_with": {"python": platform.python_version(), "keras": keras.__version__},
        "trained_on": run.trained_on,
        "sha256": files,
        "history": run.history,
    }
    text = json.dumps(note, indent=1) + "\n"
    (artifacts.REFERENCE / artifacts.HISTORY).write_text(text, encoding="utf-8")
    print(f"{target.name}: {target.stat().st_size / 1e6:.2f} MB, {files[target.name]}")


if __name__ == "__main__":
    main()
