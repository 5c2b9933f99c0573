"""Search for a recipe better than notebook 03's, at the same time, without fooling oneself.

The network is that of notebook 02, the epochs are the series' five. What is searched is how it is
trained: the peak of the learning rate, the batch, the warm-up, dropout, weight decay. Three ways
to search get the same number of seconds: at random, by TPE (Bergstra et al. 2011), and by TPE with
pruning. So that they try many settings, they train with a part of the images.

The training images are parted anew: 5,000 to choose by, 5,000 others to report, the rest to train
with. The best five of all settings are trained again with new seeds, as in the search and then
with all images; the images to choose by name the recipe. With seeds that nothing has used before,
it is compared with the series' recipe; there, and nowhere else, the test set is read.

An interrupted run goes on where it was, also in the middle of a search. Needs real MNIST, unless
--quick is given.
"""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import optuna
import recording
import tables_of_studies as tables
from judge_on_the_test_set import parts
from optuna.trial import TrialState

from mnist_helpers import datasets, studies
from mnist_helpers.datasets import mnist
from mnist_helpers.quiet import quiet_stderr

if TYPE_CHECKING:  # it imports Keras, whose start belongs to a trial
    from mnist_helpers.recipes import Recipe

SEARCHES = (0, 1, 2)  # how often each way searches; their seeds
SECONDS = 160  # for each search
IMAGES = 8_000  # to train with in the search
# New seeds, each for one purpose. The trainings of the searches have seeds from 10,000 on.
AGAIN, IN_FULL, FINAL = (100, 101, 102, 103, 104), (200, 201, 202), (300, 301, 302, 303, 304)
QUICK = {"images": 300, "seconds": 0, "least": 2}  # two trials in each search


def propose(trial: optuna.Trial) -> dict[str, Any]:
    """Take settings from the search space."""
    return {
        "peak": trial.suggest_float("peak", 5e-4, 5e-2, log=True),
        # Smaller batches take longer, and the time is the same for all.
        "batch_size": trial.suggest_int("batch_size", 128, 512, log=True),
        "warm_up": trial.suggest_float("warm_up", 0, 0.5),
        "dropout": trial.suggest_float("dropout", 0, 0.6),
        "weight_decay": trial.suggest_float("weight_decay", 1e-5, 1e-1, log=True),
    }


def recipe_of(settings: dict[str, Any]) -> Recipe:
    """Make the series' recipe with other settings; without any, it is the series' own."""
    import dataclasses

    from mnist_helpers import recipes

    changes = {name: settings[name] for name in tables.PARAMETERS if name in settings}
    found = dataclasses.replace(recipes.SERIES, **changes)
    return dataclasses.replace(found, epochs=2) if settings["quick"] else found


def load(images: int | None) -> list[tuple[Any, Any]]:
    """Return images and labels to train with, to choose by, and to report."""
    train, *judges = parts(QUICK["images"] if images == QUICK["images"] else None)
    return [tuple(array[:images] for array in train), *judges]


def fit(recipe: Recipe, seed: int, data: list[tuple[Any, Any]], callbacks: Any = ()) -> Any:
    """Build the network anew and train it; return it, its history and the seconds."""
    import keras

    from mnist_helpers import models

    (x, y), choose, _ = data
    keras.utils.set_random_seed(seed)
    model = models.build_cnn(dropout=recipe.dropout)
    model.compile(**recipe.compile_arguments(len(x)))
    started = time.perf_counter()
    history = model.fit(
        x,
        y,
        **recipe.fit_arguments(),
        validation_data=choose,
        validation_batch_size=500,
        callbacks=list(callbacks),
        verbose=0,
    )
    return model, history.history, time.perf_counter() - started


@quiet_stderr()  # TensorFlow tells at its start what it finds
def search(settings: dict[str, Any], seed: int) -> dict[str, Any]:
    """Search until the seconds are used up; return what each trial tried and reached.

    Args:
        settings: `number` of the way, `sampler`, `pruned`, `images`, `seconds`, `least` (of the
            trials), `journal` (beside the results, without the seed; or None), and `quick`.
        seed: Number of the search.
    """
    import keras

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    data = load(settings["images"])
    if not settings["quick"]:  # so that no trial has TensorFlow's start in it
        few = [tuple(array[:500] for array in part) for part in data]
        fit(recipe_of({"quick": True}), seed, few)

    class Report(keras.callbacks.Callback):
        """Tells the study how far the training is, and ends it if the study says so."""

        def __init__(self, trial: optuna.Trial, last: int) -> None:
            super().__init__()
            self.trial, self.last = trial, last

        def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
            self.trial.report((logs or {})["val_accuracy"], epoch + 1)
            if epoch + 1 < self.last and self.trial.should_prune():
                raise optuna.TrialPruned

    def objective(trial: optuna.Trial) -> float:
        recipe = recipe_of(propose(trial) | {"quick": settings["quick"]})
        luck = _numbers(settings, seed) + trial.number  # no two trials share a seed
        model, curves, _ = fit(recipe, luck, data, [Report(trial, recipe.epochs)])
        trial.set_user_attr("report_accuracy", _accuracy(model, data[2]))
        return curves["val_accuracy"][-1]

    study = _study(settings, seed)
    while _spent(study) < settings["seconds"] or len(_ended(study)) < settings["least"]:
        study.optimize(objective, n_trials=1)
    return as_lists(_ended(study))


def as_lists(trials: list[optuna.trial.FrozenTrial]) -> dict[str, Any]:
    """Return a number or a list for each thing that is known of trials, in their order."""
    done = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    cut = [trial for trial in trials if trial.state == TrialState.PRUNED]
    times = [trial.duration.total_seconds() if trial.duration else 0.0 for trial in trials]
    ends = dict(zip((trial.number for trial in trials), itertools.accumulate(times), strict=True))
    found: dict[str, Any] = {
        "seconds": sum(times),
        "accuracy": [trial.value for trial in done],
        "report_accuracy": [trial.user_attrs["report_accuracy"] for trial in done],
        "after_first_epoch": [trial.intermediate_values[1] for trial in done],
        "ended_after": [ends[trial.number] for trial in done],
        "pruned_after": [max(trial.intermediate_values) for trial in cut],
        "pruned_accuracy": [max(trial.intermediate_values.values()) for trial in cut],
    }
    for name in tables.PARAMETERS:
        found[name] = [trial.params[name] for trial in done]
        found[f"pruned_{name}"] = [trial.params[name] for trial in cut]
    return found


def _study(settings: dict[str, Any], seed: int) -> optuna.Study:
    """Begin a search, or take it up again."""
    about = {key: settings[key] for key in ("sampler", "pruned", "images", "quick")}
    if settings["journal"]:
        study = studies.open_study(journal(settings["journal"], seed), about=about)
    else:
        study = optuna.create_study(direction="maximize")
    # Else a search that is taken up again would propose what it proposed at its beginning.
    numbers = _numbers(settings, seed) + len(study.trials)
    samplers = {"random": optuna.samplers.RandomSampler, "TPE": optuna.samplers.TPESampler}
    study.sampler = samplers[settings["sampler"]](seed=numbers)
    study.pruner = (
        optuna.pruners.MedianPruner() if settings["pruned"] else optuna.pruners.NopPruner()
    )
    return study


def _numbers(settings: dict[str, Any], seed: int) -> int:
    """Return where the seeds of a search begin."""
    return 10_000 + 1_000 * (len(tables.WAYS) * seed + settings["number"])


def _ended(study: optuna.Study) -> list[optuna.trial.FrozenTrial]:
    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))


def _spent(study: optuna.Study) -> float:
    """Return the seconds of all trials, with what the sampler took."""
    return sum(trial.duration.total_seconds() for trial in _ended(study) if trial.duration)


def _accuracy(model: Any, part: tuple[Any, Any]) -> float:
    return model.evaluate(*part, batch_size=500, verbose=0)[1]


@quiet_stderr()
def retrain(settings: dict[str, Any], seed: int) -> dict[str, Any]:
    """Train with settings that were found, and measure on both parts that were held out.

    Args:
        settings: Those of the recipe, none for the series' own; `images`, None for all; `test`,
            whether the test set is read at the end; and `quick`.
        seed: The seed.
    """
    data = load(settings["images"])
    model, curves, seconds = fit(recipe_of(settings), seed, data)
    found = {
        "accuracy": curves["val_accuracy"][-1],
        "report_accuracy": _accuracy(model, data[2]),
        "images": len(data[2][1]),
        "seconds": seconds,
    }
    if settings["test"]:
        images, labels = (
            array[: QUICK["images"] if settings["quick"] else None] for array in test()
        )
        found["test_accuracy"] = _accuracy(model, (datasets.scale(images), labels))
    return found


def test() -> Any:
    """Open the test set."""
    return mnist.load_test()


def importance(result: dict) -> dict[str, float]:
    """Return each parameter's share in what the random searches reached, by fANOVA."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize")
    space: dict[str, Any] = {}

    def asked(trial: optuna.Trial) -> float:
        propose(trial)
        space.update(trial.distributions)
        return 0.0

    optuna.create_study(sampler=optuna.samplers.RandomSampler(0)).optimize(asked, n_trials=1)
    for trial in tables.finished(result, "random"):
        params = {name: trial[name] for name in tables.PARAMETERS}
        value = trial["accuracy"]
        study.add_trial(optuna.trial.create_trial(params=params, distributions=space, value=value))
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    return optuna.importance.get_param_importances(study, evaluator=evaluator)


def journal(named: str, seed: int) -> Path:
    """Return the file of a search, beside the results."""
    return recording.RESULTS / f"{named}-{seed}.journal"


def ways(kept: recording.Recording) -> dict[str, dict[str, Any]]:
    """Return the settings of each way to search."""
    how = QUICK if kept.quick else {"images": IMAGES, "seconds": SECONDS, "least": 0}
    found = {}
    for way, settings in tables.WAYS.items():
        named = None
        if kept.path:
            named = f"{kept.path.stem}.{way.replace(', ', '-')}"
            if kept.path.parent != recording.RESULTS:
                named = str(kept.path.with_name(named))
        found[way] = {**settings, **how, "journal": named}
    return found


def main() -> None:
    """Search, train the best again, compare the recipe, and record it all."""
    options = recording.parser(__doc__).parse_args()
    packages = (*recording.TRAINING, "optuna")
    kept = recording.Recording(options, recording.real_mnist(options), packages)
    quick, searched = options.quick, ways(kept)
    seeds = SEARCHES[: 1 if quick else None]
    kept.measure(search, searched, seeds)
    kept.add(recipe="importance", seed=0, **importance(kept.result))

    best = tables.best(kept.result)[: 1 if quick else tables.TOP]
    small = {"images": QUICK["images"] if quick else IMAGES, "test": False}
    kept.measure(
        retrain, {f"{n}": s | small for n, s in enumerate(best, 1)}, AGAIN[: 1 if quick else None]
    )
    whole = {"images": QUICK["images"] if quick else None, "test": False}
    kept.measure(
        retrain,
        {f"{n}, in full": s | whole for n, s in enumerate(best, 1)},
        IN_FULL[: 1 if quick else None],
    )
    chosen = best[tables.chosen(kept.result) - 1]
    last = whole | {"test": True}
    kept.measure(retrain, {"tuned": chosen | last, "series": last}, FINAL[: 2 if quick else None])
    kept.finish("\n\n".join(make(kept.result) for make in tables.ALL))
    for named, seed in itertools.product([way["journal"] for way in searched.values()], seeds):
        if named:
            file = journal(named, seed)
            for left in (file, *file.parent.glob(f".{file.name}.*lock")):
                left.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
