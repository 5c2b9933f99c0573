"""The way from the reference recipe to the fast one: each row changes what it says."""

import choose_fast_recipe
import compare_recipes
import keras
import numpy as np
import race_the_reference
import tables_of_speed as tables
import train_fast

from mnist_helpers import fast, models, recipes
from mnist_helpers.datasets import sample


def configuration(optimizer):
    """What an optimiser was told, its schedule with it."""
    return keras.saving.serialize_keras_object(optimizer)["config"] | {"name": None}


def test_the_first_row_is_the_reference_recipe_and_the_last_one_kept_the_fast_one():
    rows = train_fast.chain()
    assert list(rows) == list(tables.CHANGES)
    for name, recipe in (("reference", recipes.REFERENCE), (tables.FAST, fast.RECIPE)):
        ours = train_fast.compile_arguments(rows[name], 55_000)
        theirs = recipe.compile_arguments(55_000)
        assert ours.pop("jit_compile") is False
        assert configuration(ours.pop("optimizer")) == configuration(theirs.pop("optimizer"))
        assert ours == theirs
        fitted = {key: rows[name][key] for key in ("batch_size", "epochs")}
        assert fitted == recipe.fit_arguments()
    for key in ("validates", "prepared"):
        assert rows["reference"][key] is not rows[tables.FAST][key]
    assert not rows[tables.FAST]["validates"]


def test_each_row_has_one_change_more_than_the_last_one_that_was_kept():
    rows, changed, kept = train_fast.chain(), [], None
    for name, settings in rows.items():
        if kept:
            changed.append({key for key in settings if settings[key] != kept.get(key)})
        kept = kept if name in tables.LEFT_OUT else settings
    assert changed == [
        {"pixels"},
        {"validates"},
        {"batch_size", "rate"},
        {"steps_per_execution"},
        {"jit_compile"},
        {"network"},
        {"network"},
        {"rate", "warm_up", "betas"},
        {"epochs"},
        {"prepared"},
        {"jit_compile"},
    ]
    recipe = fast.RECIPE
    assert f"batches of {recipe.batch_size} " in tables.CHANGES["batches"]
    assert tables.CHANGES["calls"].startswith(f"{recipe.steps_per_execution} steps")
    root = np.sqrt(recipe.batch_size / recipes.REFERENCE.batch_size)
    assert float(f"{0.001 * root:.2g}") == tables.RATE
    assert f"rate {recipe.peak:g} " in tables.CHANGES["one cycle"]
    assert all(f"{beta:g}" in tables.CHANGES["one cycle"] for beta in recipe.betas)


def test_a_network_that_is_described_is_the_one_that_it_describes():
    layers = [
        [layer.get_config() | {"name": None} for layer in network.layers]
        for network in (fast.build_cnn(), train_fast.build({"network": [5, 16, 32, 256]}))
    ]
    assert layers[0] == layers[1]


def test_pooling_before_relu_changes_no_number():
    ours, theirs = models.build_cnn(), train_fast.build(train_fast.chain()["pool first"])
    theirs.set_weights(ours.get_weights())
    images = np.random.default_rng(0).random((20, 28, 28, 1), dtype=np.float32)
    np.testing.assert_allclose(ours(images), theirs(images), atol=1e-6)


def test_each_row_of_the_choice_changes_the_fast_recipe():
    rows = choose_fast_recipe.rows()
    first, *others = rows.values()
    assert first == train_fast.chain()[tables.FAST]
    assert all(row != first for row in others)
    assert not set(choose_fast_recipe.SEEDS) & set(train_fast.SEEDS + race_the_reference.SEEDS)
    for row in others:
        train_fast.build(row)
        train_fast.compile_arguments(row, 500)


def test_the_images_of_validation_and_of_the_test_set_are_not_trained_on(bundled, monkeypatch):
    seen = {}

    def trained(settings, seed, data):
        seen["training"] = {image.tobytes() for image in data.x}
        seen["validation"] = {image.tobytes() for image in data.x_val}
        return None, {}

    def judged(model, images, labels):
        scaled = compare_recipes.scale(images, "float64")
        seen["judged"] = {image.tobytes() for image in scaled}
        return {}

    monkeypatch.setattr(train_fast, "trained", trained)
    monkeypatch.setattr(train_fast, "judged", judged)
    reference = train_fast.chain()["reference"] | {"quick": False}
    for measure, counts in (
        (train_fast.train, (sample.DESCRIPTION.counts[0] * 11 // 12,)),
        (race_the_reference.train, sample.DESCRIPTION.counts),
    ):
        measure(reference, 0)
        assert len(seen["training"]) == counts[0]
        assert seen["judged"] == seen["validation"] and not seen["judged"] & seen["training"]


def test_a_judge_compiles_nothing_and_counts_what_is_right(bundled):
    model = fast.build_cnn()
    images = np.random.default_rng(0).integers(0, 256, (700, 28, 28), dtype=np.uint8)
    answers = model.predict(images[..., np.newaxis] / np.float32(255), verbose=0).argmax(axis=1)
    labels = np.where(np.arange(700) < 350, answers, (answers + 1) % 10)
    found = train_fast.judged(model, images, labels)
    assert found["accuracy"] == 0.5 and found["loss"] > 0
