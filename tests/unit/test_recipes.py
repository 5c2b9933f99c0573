"""The one recipe: what it tells Keras, and that notebook 03 follows it."""

import dataclasses

import keras
import nbformat
import numpy as np
import pytest

from mnist_helpers import recipes
from tests.conftest import NOTEBOOKS


def test_the_reference_recipe_is_the_reference_system_s():
    arguments = recipes.REFERENCE.compile_arguments(60_000)
    assert isinstance(arguments["optimizer"], keras.optimizers.Adam)
    assert float(arguments["optimizer"].learning_rate) == pytest.approx(1e-3)
    assert arguments["loss"] == "sparse_categorical_crossentropy"
    assert recipes.REFERENCE.fit_arguments() == {"batch_size": 32, "epochs": 5}
    assert recipes.REFERENCE.schedule(60_000) is None


def test_the_learning_rate_rises_to_its_peak_and_ends_at_zero():
    recipe = dataclasses.replace(recipes.SERIES, epochs=2, batch_size=10, peak=0.5)
    schedule = recipe.schedule(995)  # 100 steps an epoch
    rates = [float(schedule(step)) for step in range(201)]
    assert rates[0] == 0 and rates[20] == max(rates) == pytest.approx(0.5)
    assert rates[-1] == pytest.approx(0, abs=1e-6)
    assert all(np.diff(rates[:20]) > 0) and all(np.diff(rates[20:]) < 0)


def test_warm_up_and_betas_are_as_they_were_unless_a_recipe_says_otherwise():
    adam = recipes.SERIES.compile_arguments(55_000)["optimizer"]
    assert adam.get_config() | {"name": None, "learning_rate": None} == (
        keras.optimizers.Adam().get_config() | {"name": None, "learning_rate": None}
    )
    recipe = dataclasses.replace(recipes.SERIES, epochs=1, batch_size=10, warm_up=0.3, peak=0.5)
    assert float(recipe.schedule(1000)(30)) == pytest.approx(0.5)
    adam = dataclasses.replace(recipe, betas=(0.7, 0.9)).compile_arguments(1000)["optimizer"]
    assert (adam.beta_1, adam.beta_2) == (0.7, 0.9)


def test_warm_up_and_weight_decay_can_be_others():
    recipe = dataclasses.replace(recipes.SERIES, epochs=2, batch_size=10, warm_up=0.5)
    rates = [float(recipe.schedule(995)(step)) for step in range(201)]
    assert rates[100] == max(rates) and all(np.diff(rates[:100]) > 0)
    assert recipe.compile_arguments(995)["optimizer"].weight_decay is None
    decayed = dataclasses.replace(recipe, weight_decay=0.01).compile_arguments(995)
    assert decayed["optimizer"].weight_decay == 0.01
    assert isinstance(decayed["optimizer"], keras.optimizers.Adam)


def test_notebook_03_trains_by_this_recipe():
    """It builds the schedule in full view; run its cell, and compare."""
    notebook = nbformat.read(NOTEBOOKS[2], as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    (cell,) = (source for source in cells if "CosineDecay(" in source)
    import mnist_helpers as mh

    names = {"mh": mh, "np": np, "keras": keras, "x_train": np.zeros(55_000)}
    exec(cell, names)
    recipe = recipes.SERIES
    assert names["schedule"].get_config() == recipe.schedule(55_000).get_config()
    (cell,) = (source for source in cells if "steps_per_execution" in source)
    assert "steps_per_execution=recipe.steps_per_execution" in cell
    assert "keras.optimizers.Adam(schedule)" in cell
    assert isinstance(recipe.compile_arguments(55_000)["optimizer"], keras.optimizers.Adam)
    (cell,) = (source for source in cells if "mh.training.Resume(model)" in source)
    assert "batch_size=batch_size" in cell and "epochs=epochs" in cell
