"""Each benchmark works, in its quick form, and keeps what it measured."""

import argparse
import concurrent.futures
import dataclasses
import importlib.util
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import compare_augmentations
import compare_data_sets
import compare_options
import compare_recipes
import judge_on_the_test_set
import pytest
import tables
import tables_of_augmentations
import tables_of_data_sets
import tables_of_options
import tables_of_studies
import train_accurate
import tune_recipe
from PIL import Image

from mnist_helpers import artifacts, recipes
from mnist_helpers.datasets import sample
from tests.unit.experiments import measures

ROOT = Path(__file__).parents[2]
BENCHMARKS = ROOT / "benchmarks"
HEADS = {  # script → the first cell of its table
    "compare_recipes": "mean over the seeds",
    "compare_seeds": "seed",
    "choose_learning_rate": "peak of the learning rate",
    "ablate_network": "network",
    "compare_neighbours": "kept",
    "attack_service": "attack",
    "load_service": "one image as",
    "measure_preparation": "preparation",
    "read_pictures": "label",
    "train_reader": "mean over the seeds",
    "choose_bounds": "least probability",
    "explain_reader": "trained with",
    "compare_options": "option",
    "judge_on_the_test_set": "the epoch is chosen by",
    "compare_augmentations": "changes to the images",
    "train_accurate": "seed",
    "train_fast": "one change more in each row",
    "choose_fast_recipe": "what is changed",
    "race_the_reference": "recipe",
    "tune_recipe": "way to search",
    "compare_data_sets": "images and rule",
    "transfer_labels": "digits 5 to 9",
    "measure_workers": "network",
    "draw_in_the_browser": "network",
    "measure_learners": "notebook",
}


def start(name, *options, **settings):
    return subprocess.run(
        [sys.executable, BENCHMARKS / f"{name}.py", *options],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8"} | settings,
        timeout=300,
    )


def kept_results():
    results = (BENCHMARKS / "results").glob("*.json")
    return {path: path.read_bytes() for path in results if ".partial" not in path.name}


@pytest.fixture(scope="module")
def quick(tmp_path_factory, stroke):
    """The quick form of each benchmark: what it printed, and the file that it wrote."""
    folder, before = tmp_path_factory.mktemp("quick"), kept_results()
    (folder / "pictures").mkdir()
    Image.fromarray(stroke).save(folder / "pictures" / "7_first.png")
    arguments = {"read_pictures": [folder / "pictures"]}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = {
            name: pool.submit(
                start, name, "--quick", "--out", folder / f"{name}.json", *arguments.get(name, [])
            )
            for name in HEADS
        }
    assert kept_results() == before, "the quick form leaves benchmarks/results/ alone"
    return {name: (run.result(), folder / f"{name}.json") for name, run in runs.items()}


@pytest.fixture
def with_browser(quick, name):
    """Skip what needs a browser where there is none."""
    if "no Chromium" in quick[name][0].stderr:
        pytest.skip("no Chromium or Chrome: install one, or name its file in CHROMIUM")


def test_every_benchmark_is_tested():
    scripts = {
        path.stem for path in BENCHMARKS.glob("*.py") if "parse_args" in path.read_text("utf-8")
    }
    assert scripts == set(HEADS)


@pytest.mark.usefixtures("with_browser")
@pytest.mark.parametrize("name", HEADS)
def test_the_quick_form_prints_its_table(name, quick):
    done, _ = quick[name]
    assert done.returncode == 0, done.stderr
    assert f"\n| {HEADS[name]} |" in done.stdout and "the numbers mean nothing" in done.stdout


def is_curve(value):
    return isinstance(value, list)


@pytest.mark.usefixtures("with_browser")
@pytest.mark.parametrize("name", HEADS)
def test_the_file_says_what_was_measured_and_where(name, quick):
    _, file = quick[name]
    result = json.loads(file.read_text("utf-8"))
    assert result["name"] == name and result["command"].startswith(f"python benchmarks/{name}.py")
    assert result["machine"]["cores"] == os.cpu_count()
    assert set(result["machine"]) == {"cores", "system", "machine", "processor"}
    assert {"python", "numpy"} < set(result["versions"]) and result["data"]
    assert len(result["trials"]) >= 2
    for trial in result["trials"]:
        values = [v for value in trial.values() for v in (value if is_curve(value) else [value])]
        assert all(isinstance(value, str | int | float) for value in values), trial
    assert not list(file.parent.glob(f"{name}.*.json")) and not list(file.parent.glob("*.new"))


def trials(quick, name, **wanted):
    result = json.loads(quick[name][1].read_text("utf-8"))
    return [t for t in result["trials"] if all(t.get(k) == v for k, v in wanted.items())]


def test_the_recipes_are_trained_with_the_same_seed_in_their_order(quick):
    found = trials(quick, "compare_recipes")
    assert [trial["recipe"] for trial in found] == list(compare_recipes.QUICK_RECIPES)
    for trial in found:
        assert trial["seed"] == 0
        assert 0 < trial["training_s"] < trial["script_s"] and trial["peak_memory_mb"] > 100
        assert 0 <= trial["test_accuracy"] <= 1
        held_out = trial["recipe"] not in ("reference", "held out")
        assert ("validation_accuracy" in trial) == held_out, "none is of the test set"
    assert len({trial["test_loss"] for trial in found}) == len(found), "each change reaches it"


def test_each_recipe_changes_one_thing_on_the_one_before_it():
    chain = compare_recipes.chain()
    assert list(chain) == list(tables.CHANGES) and set(tables.IN_NOTEBOOK_03) < set(chain)
    assert chain["reference"].recipe == recipes.REFERENCE
    assert chain["series"].recipe == recipes.SERIES and chain["series"].constant is None
    flat = [{**dataclasses.asdict(v.recipe), **v._asdict(), "recipe": 0} for v in chain.values()]
    changes = [
        {key for key in before if before[key] != after[key]}
        for before, after in itertools.pairwise(flat)
    ]
    assert changes == [
        {"pixels"},
        {"holds_out"},
        {"validates_on_test"},
        {"batch_size"},
        {"steps_per_execution"},
        {"constant"},
        {"constant", "peak"},
    ]
    assert f"{recipes.SERIES.peak:g}" in tables.CHANGES["rate"]
    assert chain["rate"].constant == recipes.SERIES.peak


@pytest.mark.parametrize("name", ["reference", "held out", "series"])
def test_each_recipe_gets_its_data(name, bundled):
    variant = compare_recipes.chain()[name]
    x, y, x_val, y_val = compare_recipes.load(variant)
    counts = sample.DESCRIPTION.counts
    held_out = counts[0] // 12 if variant.holds_out else 0
    assert len(x) == len(y) == counts[0] - held_out
    assert len(x_val) == len(y_val) == (counts[1] if variant.validates_on_test else held_out)
    assert x.dtype == x_val.dtype == variant.pixels and x.shape[1:] == (28, 28, 1)
    assert x.min() == 0 and x.max() == 1


def test_networks_of_two_seeds_are_compared_image_by_image(quick):
    first, second = trials(quick, "compare_seeds")
    assert [first["seed"], second["seed"]] == [0, 1]
    assert first["only_first_right"] == first["only_this_right"] == 0
    gain = second["only_this_right"] - second["only_first_right"]
    assert second["right"] - first["right"] == gain != 0


def test_each_trial_of_the_learning_rate_has_a_peak_of_its_own(quick):
    peaks = [trial["peak"] for trial in trials(quick, "choose_learning_rate")]
    assert len(peaks) == len(set(peaks)) == 2
    losses = {trial["validation_loss"] for trial in trials(quick, "choose_learning_rate")}
    assert len(losses) == 2, "the peak reaches the training"


def test_each_variant_of_the_network_is_another_one(quick):
    import ablate_network

    from mnist_helpers import models

    found = trials(quick, "ablate_network")
    assert [trial["variant"] for trial in found] == list(ablate_network.VARIANTS)
    assert len({trial["validation_loss"] for trial in found}) == len(found)
    for trial in found:
        assert trial["right"] == pytest.approx(trial["validation_accuracy"] * trial["count"])
    ours, same = models.build_cnn(), ablate_network.build()
    layers = [
        [layer.get_config() | {"name": None} for layer in network.layers]
        for network in (ours, same)
    ]
    assert layers[0] == layers[1], "without a change it is the network of notebook 02"
    assert set(tables.SIZES) < set(ablate_network.VARIANTS)


def test_the_service_answers_arrays_and_pictures_and_ends_well(quick):
    found = trials(quick, "load_service", measure="load")
    assert {t["body"] for t in found} == {"28×28 array", "the same, constant answer", "280×280 PNG"}
    assert all(t["answers"] > 0 and 0 < t["p50_ms"] <= t["p99_ms"] for t in found)
    (memory,) = trials(quick, "load_service", measure="memory")
    assert memory["exit_code"] == 0 and memory["requests"] == 200 and memory["after_mb"] > 30


def test_the_preparation_is_measured_step_by_step(quick):
    from mnist_helpers import pictures
    from mnist_helpers.pictures import synthetic

    found = trials(quick, "measure_preparation", measure="accuracy")
    assert len(found) == len(pictures.STEPS) + 2
    assert found[-1]["pictures_right"] > found[1]["pictures_right"], "the steps help"
    hard = [
        trials(quick, "measure_preparation", measure="difficult", preparation=trial["preparation"])
        for trial in found[1:]
    ]
    assert all({trial["shown"] for trial in row} == set(synthetic.DIFFICULT) for row in hard)
    assert sum(t["right"] for t in hard[-1]) > sum(t["right"] for t in hard[0])
    assert all(trial["digits_right"] >= 0.8 * trial["digits"] for trial in found)
    made = trials(quick, "measure_preparation", measure="no digit", shown="made pictures")
    assert len({trial["name"] for trial in made}) == len(made) == 2
    for trial in made:
        assert trial["right"] + trial["no_digit"] <= trial["count"] == found[-1]["pictures"]
    (paired,) = trials(quick, "measure_preparation", measure="paired", shown="made pictures")
    gain = made[0]["best_right"] - made[1]["best_right"]
    assert paired["gained"] - paired["lost"] == gain


def test_the_reader_is_trained_beside_the_reference_recipe(quick):
    seeds = {
        recipe: [trial["seed"] for trial in trials(quick, "train_reader", recipe=recipe)]
        for recipe in ("reference", "reader")
    }
    assert seeds == {"reference": [0], "reader": [0]}
    (trial,) = trials(quick, "train_reader", recipe="reader")
    assert 0 < trial["training_s"] < trial["script_s"] and trial["parameters"] <= 122_000


def test_tighter_bounds_answer_less(quick):
    for shown in ("made pictures", "empty paper", "scribbles"):
        found = trials(quick, "choose_bounds", shown=shown)
        answered = [t["answered"] for t in sorted(found, key=lambda t: t["sure"])]
        assert len(answered) > 3 and answered == sorted(answered, reverse=True)
        assert all(0 <= trial["right"] <= trial["answered"] for trial in found)


def test_each_variant_of_the_reader_is_asked_the_same(quick):
    asked = {}
    for trial in trials(quick, "explain_reader"):
        asked.setdefault(trial["recipe"], []).append((trial["shown"], trial["count"]))
        assert 0 <= trial["right"] <= trial["count"]
    assert len(asked) == 5 and len(set(map(tuple, asked.values()))) == 1


def test_each_option_changes_what_its_name_says_on_the_reference_recipe():
    runs = compare_options.runs(0.1)
    trainings = {option.training for option in tables_of_options.OPTIONS.values()} | {"cosine"}
    assert trainings == set(runs), "no training for nothing"
    plain, reference = (
        arguments["optimizer"].get_config() | {"name": None}
        for arguments in (
            compare_options.compile_arguments({}, 500),
            recipes.REFERENCE.compile_arguments(500),
        )
    )
    assert plain == reference
    for name, settings in runs.items():
        how = compare_options.fit_arguments({**settings, "quick": False})
        optimizer = compare_options.compile_arguments(settings, 500)["optimizer"]
        if name.startswith("batch"):
            assert how["batch_size"] == int(name.removesuffix(", adapted").split()[1])
        elif name == "cosine":
            assert how == {"batch_size": recipes.SERIES.batch_size, "epochs": 20}
            continue
        else:
            assert how["batch_size"] == 32
        assert how["epochs"] == (20 if name == "constant" else 5)
        assert type(optimizer).__name__ == ("SGD" if "sgd" in name else "Adam")
        assert float(optimizer.learning_rate.numpy()) == pytest.approx(settings.get("rate", 0.001))
    assert [compare_options.adapted(size) for size in (16, 32, 128, 512)] == [
        0.00071,
        0.001,
        0.002,
        0.004,
    ]


def test_the_deeper_network_has_the_layers_that_the_reference_names():
    dropped, kept = map(compare_options.build, ("with dropout", "without dropout"))
    shares = [layer.rate for layer in dropped.layers if hasattr(layer, "rate")]
    assert shares == [0.25, 0.25, 0.5] and dropped.count_params() == kept.count_params()
    parts = [type(layer).__name__ for layer in dropped.layers]
    block, dense = ["Conv2D", "MaxPooling2D", "Dropout"], ["Flatten", "Dense", "Dropout", "Dense"]
    assert parts == block * 2 + dense
    assert [type(layer).__name__ for layer in kept.layers] == [p for p in parts if p != "Dropout"]
    assert dropped.layers[7].units == 128


def test_a_shorter_training_is_the_beginning_of_a_longer_one():
    long = compare_options.train({"epochs": 2, "quick": True}, 3)
    short = compare_options.train({"epochs": 1, "quick": True}, 3)
    assert len(long["accuracy_by_epoch"]) == len(long["seconds_by_epoch"]) == 2
    assert short["accuracy_by_epoch"] == long["accuracy_by_epoch"][:1]
    assert short["loss_by_epoch"] == pytest.approx(long["loss_by_epoch"][:1], rel=1e-5)


@pytest.mark.parametrize(
    "losses", [[3, 2, 1], [3, 2, 1, 2, 1, 1], [1, 2, 2, 0.5, 1, 1, 1, 0.1], [1, 2, 3, 4, 5], [2]]
)
def test_early_stopping_is_that_of_keras(losses):
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    theirs = keras.callbacks.EarlyStopping("val_loss", patience=3, restore_best_weights=True)
    theirs.set_model(model)
    theirs.on_train_begin()
    ours = None
    for epoch, loss in enumerate(losses):
        theirs.on_epoch_end(epoch, {"val_loss": loss})
        ours = tables_of_options.stopped(losses[: epoch + 1])
        assert bool(ours) == bool(theirs.stopped_epoch)
        if ours:
            assert ours == (theirs.stopped_epoch + 1, theirs.best_epoch + 1)
            break
    assert tables_of_options.stopped(losses) == ours


def test_what_makes_a_training_faster_is_measured_seed_by_seed(quick):
    import choose_fast_recipe
    import train_fast

    found = trials(quick, "train_fast")
    rows = [(trial["recipe"], trial["seed"]) for trial in found]
    assert rows == [(name, seed) for seed in (0, 1) for name in train_fast.QUICK_STEPS]
    assert all(0 < trial["first_s"] <= trial["seconds"] for trial in found)
    assert "accuracy" in found[0] and not any("test" in key for key in found[0])
    names = {trial["recipe"] for trial in trials(quick, "choose_fast_recipe")}
    assert names == set(choose_fast_recipe.QUICK_ROWS)
    race = trials(quick, "race_the_reference")
    assert [trial["recipe"] for trial in race] == ["reference", "fast"] * 2
    assert race[0]["parameters"] == 121_930 != race[1]["parameters"]
    assert all(0 <= trial["test_accuracy"] <= 1 for trial in race)


def test_the_two_judges_and_the_training_have_no_image_in_common(bundled):
    found = judge_on_the_test_set.parts()
    counts = [len(labels) for _, labels in found]
    assert counts[1] == counts[2] and sum(counts) == sample.DESCRIPTION.counts[0]
    images = [image.tobytes() for part, _ in found for image in part]
    everything = [image.tobytes() for image in compare_recipes.everything()[0]]
    assert len(set(images)) == len(set(everything))


def test_kinds_of_augmentation_get_the_steps_that_fit_into_the_time(quick):
    found = trials(quick, "compare_augmentations")
    (reference, *_) = found
    assert set(reference) == {"recipe", "seed", "training_s", "memory"}, "its accuracy stays shut"
    asked = [trial for trial in found if "validation_right" in trial]
    plan = compare_augmentations.QUICK_PLAN
    wanted = [
        tables_of_augmentations.name(kind, True, share)
        for share in plan.seeds
        for kind in plan.kinds
    ]
    assert [trial["recipe"] for trial in asked[1:]] == wanted
    for trial in asked:
        assert trial["parameters"] == 118_530 and trial["forms_count"] == 23
        for way in ("", "_with_copies"):
            assert 0 <= trial[f"validation_right{way}"] <= trial["validation_count"] == 500
    assert compare_augmentations.steps_for(1, 45.0, 3.0, 0.02) == 175  # of 12 parts: 42 s
    assert compare_augmentations.steps_for(0.01, 45.0, 3.0, 0.02) == 1


def test_each_cell_of_the_comparison_has_its_own_changes_and_network(monkeypatch):
    plan, asked = compare_augmentations.Plan(), {}

    class Kept:
        result: ClassVar = {"trials": []}

        def measure(self, function, recipes, seeds):
            for name, settings in recipes.items():
                asked[name] = settings | {"seeds": tuple(seeds)}
                trial = {"recipe": name, "training_s": 45.0, "start_s": 3.0, "step_s": 0.02}
                disturbed = {"recipe": name, "training_s": 55.0, "start_s": 4.0, "step_s": 0.03}
                if name.startswith(("speed", "reference")):
                    self.result["trials"].append(disturbed)
                # the rate of the highest accuracy is 0.003 without normalisation, else 0.006
                right = 4900 + (name in ("rate 0.003; without batch normalisation",))
                right += name == "rate 0.006; with batch normalisation"
                self.result["trials"].append(trial | {"validation_right": right})

    compare_augmentations.measure(Kept(), plan)
    cells = {name: settings for name, settings in asked.items() if name.endswith(" R")}
    assert len(cells) == 8 + 4 + 4
    for name, settings in cells.items():
        kind, network, share = name.split("; ")
        assert tuple(settings["kinds"]) == tables_of_augmentations.KINDS[kind]
        assert settings["is_normalised"] == (network == "with batch normalisation")
        assert settings["rate"] == (0.006 if settings["is_normalised"] else 0.003)
        share = float(share.removesuffix(" R"))
        assert settings["steps"] == round((share * 45 - 3) / 0.02 / 12)
        assert settings["seeds"] == plan.seeds[share]
        assert compare_augmentations.SEED_OF_THE_CHOICE not in settings["seeds"]


def test_the_final_seeds_chose_nothing():
    seeds = {seed for seeds in compare_augmentations.Plan().seeds.values() for seed in seeds}
    seeds.add(compare_augmentations.SEED_OF_THE_CHOICE)
    assert not seeds & set(train_accurate.SEEDS) and len(train_accurate.SEEDS) >= 3


def test_the_most_accurate_network_is_asked_with_copies_and_without(quick):
    for trial in trials(quick, "train_accurate", recipe="accurate"):
        assert trial["parameters"] <= 122_000 and trial["images"] == train_accurate.QUICK
        for way in ("", "_with_copies"):
            assert 0 <= trial[f"test_right{way}"] <= trial["test_count"] == 500
    seeds = [trial["seed"] for trial in trials(quick, "train_accurate", recipe="reference")]
    assert seeds == list(train_accurate.SEEDS[:2])


def test_each_rule_is_measured_on_the_data_sets_that_are_at_hand(quick):
    first, *found = trials(quick, "compare_data_sets")
    assert set(first) == {"recipe", "seed", "training_s", "memory"}, (
        "only the reference's time is wanted"
    )
    rows = [trial["recipe"].rpartition("; ")[2] for trial in found]
    mean, same, better = tables_of_data_sets.RULES
    assert rows == [mean, same, better, same, better]
    for trial in found:
        for part in ("validation", "test"):
            assert 0 <= trial[f"{part}_right"] <= trial[f"{part}_count"] <= 500
    wanted = compare_data_sets.trials({"mnist": "M", "cifar10": "C"}, compare_data_sets.NEEDS_MORE)
    assert list(wanted) == [f"M; {mean}", f"M; {same}", f"C; {mean}", f"C; {same}", f"C; {better}"]


def test_the_space_of_the_search_holds_the_recipe_of_the_series():
    asked = {}

    class Trial:
        def suggest_float(self, name, low, high, log=False):
            asked[name] = (low, high)
            return low

        suggest_int = suggest_float

    settings = tune_recipe.propose(Trial())
    assert list(settings) == list(tables_of_studies.PARAMETERS) == list(asked)
    for name, (low, high) in asked.items():
        assert low <= (getattr(recipes.SERIES, name) or low) <= high, name
    assert tune_recipe.recipe_of({"quick": False}) == recipes.SERIES
    changed = tune_recipe.recipe_of({**settings, "images": None, "quick": False})
    assert {name: getattr(changed, name) for name in settings} == settings
    assert changed.epochs == recipes.SERIES.epochs


def test_a_search_that_was_broken_off_goes_on_where_it_was(tmp_path, bundled):
    settings = {**tables_of_studies.WAYS["random"], **tune_recipe.QUICK, "quick": True}
    settings |= {"journal": str(tmp_path / "tune_recipe.random"), "least": 1}
    first = tune_recipe.search(settings, 0)
    assert len(first["accuracy"]) == 1 and (tmp_path / "tune_recipe.random-0.journal").exists()
    both = tune_recipe.search(settings | {"least": 2}, 0)
    assert both["peak"][:1] == first["peak"] != both["peak"][1:] and len(both["peak"]) == 2
    assert tune_recipe.search(settings | {"least": 2}, 0) == both, "nothing is left to do"


def test_a_search_trains_chooses_and_reports_with_different_images(quick):
    searches = trials(quick, "tune_recipe", seed=0)[:3]
    assert [trial["recipe"] for trial in searches] == list(tables_of_studies.WAYS)
    for trial in searches:
        assert len(trial["accuracy"]) + len(trial["pruned_after"]) == 2
    opened = [t["recipe"] for t in trials(quick, "tune_recipe") if "test_accuracy" in t]
    assert set(opened) == {"tuned", "series"}, "the test set is for the last comparison only"
    seeds = {}
    for trial in trials(quick, "tune_recipe"):
        if "images" in trial:
            seeds.setdefault(trial["seed"] // 100, set()).add(trial["recipe"])
    assert seeds == {1: {"1"}, 2: {"1, in full"}, 3: {"tuned", "series"}}


def test_the_tuned_recipe_is_the_one_that_was_recorded():
    path = BENCHMARKS / "results" / "tune_recipe.json"
    if not path.exists():
        pytest.skip("not recorded yet")
    result = json.loads(path.read_text("utf-8"))
    settings = tables_of_studies.best(result)[tables_of_studies.chosen(result) - 1]
    assert dataclasses.replace(recipes.SERIES, **settings) == recipes.TUNED


@pytest.mark.parametrize("name", ["choose_bounds", "measure_preparation", "read_pictures"])
def test_what_is_reported_was_measured_on_the_models_that_ship(name):
    result = json.loads((BENCHMARKS / "results" / f"{name}.json").read_text("utf-8"))
    measured = {trial["model"] for trial in result["trials"] if "model" in trial}
    shipped = [artifacts.find_export(f).version for f in (artifacts.READER, artifacts.REFERENCE)]
    assert shipped[0] in measured and measured <= set(shipped), "measure anew: CONTRIBUTING.md"


@pytest.mark.parametrize(
    "name",
    sorted(set(HEADS) - {"attack_service", "draw_in_the_browser", "load_service", "read_pictures"}),
)
def test_the_full_form_refuses_other_data_than_mnist(name):
    before = kept_results()
    done = start(name, MNIST_SOURCE="sample")
    assert done.returncode != 0 and "on real MNIST, and here is: MNIST_SOURCE=sample" in done.stderr
    assert kept_results() == before


@pytest.fixture
def recording(monkeypatch, tmp_path):
    """benchmarks/recording.py, as `python benchmarks/example.py` would use it, elsewhere."""
    spec = importlib.util.spec_from_file_location("recording", BENCHMARKS / "recording.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(sys, "argv", ["benchmarks/example.py"])
    return module


def options(quick=False, out=None):
    return argparse.Namespace(quick=quick, out=out)


def test_an_interrupted_run_keeps_its_trials_and_the_last_complete_result(recording):
    kept = recording.Recording(options(), "MNIST", ["numpy"])
    kept.add(seed=0, accuracy=0.5)
    kept.finish("table")
    path = recording.RESULTS / "example.json"
    complete = path.read_bytes()

    kept = recording.Recording(options(), "MNIST", ["numpy"])
    kept.add(seed=0, accuracy=0.6)
    kept.add(seed=1, accuracy=0.7)
    assert path.read_bytes() == complete
    partial = json.loads((recording.RESULTS / "example.partial.json").read_text("utf-8"))
    assert [trial["accuracy"] for trial in partial["trials"]] == [0.6, 0.7]

    kept.finish("table")
    assert len(recording.read(path)["trials"]) == 2
    assert [file.name for file in recording.RESULTS.iterdir()] == ["example.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signal")
def test_trials_with_processes_of_their_own_are_taken_up_again(recording):
    recipes = {"one": {"base": 1}, "two": {"base": 2}}
    kept = recording.Recording(options(), "MNIST", ["numpy"])
    with pytest.raises(SystemExit, match="SIGKILL"):
        kept.measure(measures.killed, recipes, [0, 1])
    trials = recording.RESULTS / "example.trials.json"
    assert len(json.loads(trials.read_text("utf-8"))["trials"]) == 2

    kept = recording.Recording(options(), "MNIST", ["numpy"])
    kept.measure(measures.killed, recipes, [0])
    kept.finish("table")
    result = recording.read(recording.RESULTS / "example.json")
    found = [(trial["recipe"], trial["seed"], trial["accuracy"]) for trial in result["trials"]]
    assert found == [("one", 0, 0.5), ("two", 0, 0.5)]
    assert [file.name for file in recording.RESULTS.iterdir()] == ["example.json"]


def test_a_write_that_fails_leaves_the_file_before_it(recording, tmp_path):
    recording.write(tmp_path / "result.json", {"trials": [1]})
    with pytest.raises(TypeError, match="does not belong"):
        recording.write(tmp_path / "result.json", {"trials": [object()]})
    assert json.loads((tmp_path / "result.json").read_text("utf-8")) == {"trials": [1]}


def test_numbers_of_numpy_are_kept_as_numbers(recording, tmp_path):
    import numpy as np

    recording.write(tmp_path / "result.json", {"a": np.float32(0.5), "b": np.int64(3)})
    assert json.loads((tmp_path / "result.json").read_text("utf-8")) == {"a": 0.5, "b": 3}


def test_the_quick_form_without_a_file_writes_nothing(recording, capsys):
    kept = recording.Recording(options(quick=True), "MNIST", ["numpy"])
    kept.add(seed=0, accuracy=0.5)
    kept.finish("the table")
    assert not recording.RESULTS.exists() and "the table" in capsys.readouterr().out
