"""tools/make_reference.py makes the models that ship, in folders as the package has them."""

import dataclasses
import json
import sys

import make_reference
import pytest

from mnist_helpers import artifacts, reader, recipes
from mnist_helpers.datasets import Source, mnist

FOLDERS = [artifacts.REFERENCE, artifacts.READER]


def test_other_data_than_mnist_are_refused(bundled, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["make_reference.py"])
    monkeypatch.setattr(make_reference, "make", lambda folder: pytest.fail("it trained"))
    with pytest.raises(SystemExit, match="trained on real MNIST, and here is: MNIST_SOURCE=sample"):
        make_reference.main()


def test_the_models_that_ship_are_those_that_it_names():
    assert list(make_reference.NAMES) == FOLDERS
    for folder, name in make_reference.NAMES.items():
        assert artifacts.read_run(folder).name == artifacts.find_export(folder).name == name
        note = json.loads((folder / artifacts.HISTORY).read_text("utf-8"))
        assert note["seed"] == make_reference.SEED


@pytest.mark.parametrize("shipped", FOLDERS, ids=lambda folder: folder.name)
def test_a_model_is_trained_saved_and_exported_with_its_notes(
    shipped, bundled, monkeypatch, tmp_path
):
    """With few images and one or two epochs, into another folder."""
    folder = tmp_path / shipped.name
    training = mnist.Training(*(part[:200] for part in mnist.load_training()))
    images, targets = (part[:200] for part in reader.training_data())
    source = Source(mnist.DESCRIPTION, tmp_path, "")
    monkeypatch.setattr(mnist, "find", lambda: source)
    monkeypatch.setattr(mnist, "load_training", lambda: training)
    monkeypatch.setattr(reader, "training_data", lambda seed: (images, targets))
    monkeypatch.setattr(recipes, "SERIES", dataclasses.replace(recipes.SERIES, epochs=1))
    few = dataclasses.replace(recipes.READER, epochs=2)
    monkeypatch.setattr(reader.train, "__defaults__", (0, few, *reader.train.__defaults__[2:]))
    monkeypatch.setattr(artifacts, shipped.name.upper(), folder)
    monkeypatch.setattr(make_reference, "NAMES", {folder: "a name"})
    monkeypatch.setattr(sys, "argv", ["make_reference.py", "--only", shipped.name])
    make_reference.main()
    run, export = artifacts.read_run(folder), artifacts.find_export(folder)
    assert run.name == export.name == "a name" and run.trained_on == export.trained_on
    assert run.history["loss"] and artifacts.load_model(run.path).count_params() > 90_000
    assert export.bounds == (reader.BOUNDS if shipped.name == "reader" else {})
