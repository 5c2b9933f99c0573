"""The tables of README and docs come from the results and the notebooks, and are up to date."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import nbformat.v4 as nb
import pytest
import tables_of_data_sets
import tables_of_speed
import write_tables

from mnist_helpers import fast
from tests.project import transfer_made_up
from tests.project.lessons_made_up import SECONDS, make_notebooks

ROOT = Path(__file__).parents[2]
MACHINE = {"cores": 2, "system": "Linux", "machine": "x86_64", "processor": "a processor"}


def result(name, trials):
    """A result as benchmarks/recording.py writes it; its numbers are made up."""
    return {
        "name": name,
        "command": f"python benchmarks/{name}.py",
        "date": "2025-02-03T04:05:06+00:00",
        "machine": MACHINE,
        "versions": {"python": "3.12.1", "tensorflow": "2.21.0"},
        "data": "MNIST",
        "trials": trials,
    }


def training(recipe, seed, seconds, memory, accuracy, loss):
    return {
        "recipe": recipe,
        "seed": seed,
        "training_s": seconds,
        "script_s": seconds + 10,
        "peak_memory_mb": memory,
        "test_accuracy": accuracy,
        "test_loss": loss,
    }


def load(body, clients, rate):
    return {
        "measure": "load",
        "body": body,
        "clients": clients,
        "answers_per_s": rate,
        "p50_ms": 1.25,
        "p99_ms": 1234.5,
        "answers": 99,
    }


def learners(measure, name, count, memory, processor):
    measured = {"memory_mb": memory, "processor_s": processor, "seconds": 9.0, "results_mb": 1.26}
    return {"measure": measure, "name": name, "learners": count, **measured}


def attacked(name, answers, peak, **more):
    measured = {
        "attack": name,
        "seconds": 5.0,
        "answers": answers,
        "slowest_s": 1.234,
        "visits": 1000,
        "visits_failed": 0,
        "slowest_visit_s": 0.056,
        "most_processes": 3,
        "memory_before_mb": 140.0,
        "peak_memory_mb": peak,
        "ordinary": 1000,
        "ordinary_right": 999,
        "marks": 0,
        "memory_after_mb": 150.0,
    }
    return measured | dict.fromkeys(("more_processes", "more_threads", "more_files"), -1) | more


def refusals(shown, count, none, name="a reader", **more):
    common = {"seed": 0, "name": name, "model": "abc", "sure": 0.5, "full": 0.4}
    counts = {"count": count, "no_digit": none}
    return {"measure": "no digit", "shown": shown, **common, **counts, **more}


def bounded(shown, sure, answered, right=0):
    counts = {"count": 200, "answered": answered, "right": right}
    return {"shown": shown, "model": "abc", "sure": sure, **counts}


def variant(name, parameters, *rights):
    return [
        {
            "variant": name,
            "seed": seed,
            "parameters": parameters,
            "validation_accuracy": right / 2000,
            "validation_loss": 0.1,
            "right": right,
            "count": 2000,
        }
        for seed, right in enumerate(rights)
    ]


def seeded(seed, right, lost, won):
    return {
        "seed": seed,
        "images": 1000,
        "right": right,
        "only_first_right": lost,
        "only_this_right": won,
    }


def by_epoch(recipe, seed, accuracies, losses, **more):
    """A training of compare_options.py; each epoch takes 2 s, and with seed 1 one more."""
    return {
        "recipe": recipe,
        "seed": seed,
        "parameters": 1000,
        "rate": 0.001,
        "accuracy_by_epoch": accuracies,
        "loss_by_epoch": losses,
        "training_accuracy_by_epoch": [1.0] * len(losses),
        "seconds_by_epoch": [(2.0 + seed % 2) * (epoch + 1) for epoch in range(len(losses))],
        "memory": 800.0,
    } | more


def constant(seed, fifth, after_seven):
    """15 epochs: the lowest loss after the fourth, so early stopping ends after the seventh."""
    accuracies = [0.9, 0.95, 0.96, 0.97, fifth, 0.97, after_seven, *[0.98] * 7, 0.985]
    return by_epoch("constant", seed, accuracies, [4, 3, 2, 1, *[2] * 11])


def changed(kind, is_normalised, share, seed, *rights):
    """A training of compare_augmentations.py; right: validation, with copies, pictures."""
    network = "with" if is_normalised else "without"
    return {
        "recipe": f"{kind}; {network} batch normalisation; {share} R",
        "seed": seed,
        "training_s": 40.0 + seed,
        "epochs": 4.25,
        "parameters": 1000,
        "validation_count": 200,
        "validation_right": rights[0],
        "validation_right_with_copies": rights[1],
        "pictures_count": 100,
        "pictures_right": rights[2],
        "pictures_right_with_copies": rights[2],
    }


def augmented():
    """What compare_augmentations.py finds with two kinds of changes and two seeds."""
    trials = [{"recipe": "reference", "seed": 3, "training_s": 42.5}]
    for is_normalised in (False, True):
        network = "with" if is_normalised else "without"
        trials += [
            changed("", False, 1, 3, right, right, 90)
            | {"recipe": f"rate {rate}; {network} batch normalisation"}
            for rate, right in (("0.003", 190), ("0.006", 191))
        ]
    for share in ("0.25", "1", "3"):
        for is_normalised in (False, True):
            for seed in (0, 1):
                more = 2 * is_normalised
                trials += [
                    changed("no changes", is_normalised, share, seed, 190 + more, 192, 80),
                    changed("shift", is_normalised, share, seed, 191 + seed + more, 192, 90),
                ]
    return trials


def accurate(seed, seconds, right):
    counts = {"test_count": 10_000, "test_right": right - 10, "test_right_with_copies": right}
    forms = {"forms_count": 50, "forms_right": 45, "forms_right_with_copies": 46}
    more = {"training_s": seconds, "parameters": 114_690}
    return {"recipe": "accurate", "seed": seed, **more, **counts, **forms}


def data_set(name, rule, seed, right):
    """A trial of compare_data_sets.py."""
    more = {"training_s": 180.0 + seed, "parameters": 392_426, "epochs": 12}
    counts = {"validation_count": 5_000, "validation_right": 4_000, "test_count": 10_000}
    return {"recipe": f"{name}; {rule}", "seed": seed, **more, **counts, "test_right": right}


def data_sets():
    mean, same, better = tables_of_data_sets.RULES
    return [
        {"recipe": "reference", "seed": 10, "training_s": 45.0},
        data_set("MNIST", mean, 10, 8200),
        data_set("CIFAR-10 (JPEG copy)", mean, 10, 2700),
        *(
            data_set(name, rule, seed, right + 2 * seed)
            for seed in (10, 11)
            for name, rule, right in (
                ("MNIST", same, 9900),
                ("CIFAR-10 (JPEG copy)", same, 7000),
                ("CIFAR-10 (JPEG copy)", better, 8100),
            )
        ),
    ]


def judges(seed):
    """A has its best epoch first, B its best one last."""
    return {
        "recipe": "reference",
        "seed": seed,
        "accuracy_A": [0.99, 0.98],
        "loss_A": [0.1, 0.2],
        "accuracy_B": [0.96, 0.97],
        "loss_B": [0.2, 0.1],
    }


def timed(recipe, seed, seconds, accuracy, **more):
    """A training of train_fast.py."""
    return {
        "recipe": recipe,
        "seed": seed,
        "seconds": seconds,
        "first_s": 1.5,
        "parameters": 1000,
        "accuracy": accuracy,
        "loss": 0.05,
        "memory": 900.0,
    } | more


def searched(way, seed, values, others, pruned=()):
    """A search of tune_recipe.py, of three trials."""
    return {
        "recipe": way,
        "seed": seed,
        "seconds": 100.0,
        "accuracy": values,
        "report_accuracy": others,
        "after_first_epoch": [0.9, 0.8, 0.7],
        "peak": [0.001, 0.002, 0.003],
        "batch_size": [128, 256, 512],
        "warm_up": [0.05, 0.2, 0.4],
        "dropout": [0.1, 0.2, 0.3],
        "weight_decay": [0.001, 0.002, 0.003],
        "pruned_after": [1] * len(pruned),
        "pruned_warm_up": list(pruned),
    }


def retrained(recipe, seeds, accuracies, others, **more):
    """The same settings with new seeds, in tune_recipe.py."""
    return [
        {
            "recipe": recipe,
            "seed": seed,
            "accuracy": accuracy,
            "report_accuracy": other,
            "images": 5000,
            "seconds": 25.0,
        }
        | more
        for seed, accuracy, other in zip(seeds, accuracies, others, strict=True)
    ]


def workers():
    """What measure_workers.py finds with one network, and two workers directly connected."""
    seconds = {"alone_s": [0.012, 0.008], "batches": [128, 64], "bytes": 31_400}
    alone = {"recipe": "small, alone", "seed": 0, "workers": 1} | seconds
    two = {"workers": 2, "bits_per_second": 0, "step_s": 0.01}
    return [alone, {"recipe": "small, direct", "seed": 0} | two]


VALIDATED = {"validation_accuracy": 0.985, "validation_loss": 0.05}
READER = {"parameters": 114_690, "validation_accuracy": 0.995}
PICTURES = {"pictures": 50, "pictures_right": 25, "ms_per_picture": 12.4}
DIFFICULT = {"measure": "difficult", "preparation": "with “upright”", "count": 200}
DIGITS = {"seed": 0, "model": "abc", "digits": 1000, "digits_right": 990}
RESULTS = {
    "transfer_labels": transfer_made_up.measured().result["trials"],
    "run_notebooks": [{"notebook": name, "seconds": s} for name, s in SECONDS.items()],
    "compare_recipes": [
        training("reference", 0, 100.0, 1600.0, 0.98, 0.05),
        training("series", 0, 60.0, 1200.0, 0.99, 0.03),
        training("reference", 1, 200.0, 1700.0, 0.99, 0.03),
        training("series", 1, 60.0, 1200.0, 0.992, 0.01),
        training("calls", 0, 70.0, 1200.0, 0.985, 0.04) | VALIDATED,
        training("calls", 1, 80.0, 1200.0, 0.987, 0.04)
        | {"validation_accuracy": 0.987, "validation_loss": 0.04},
        {"recipe": "notebooks", "what": "notebooks 01 to 05", "script_s": 80.0},
    ],
    "compare_seeds": [
        seeded(0, 990, 0, 0),
        seeded(1, 992, 10, 12),
        seeded(2, 960, 40, 10),
    ],
    "choose_learning_rate": [
        {"peak": peak, "seed": seed, "validation_accuracy": accuracy, "validation_loss": 0.1}
        for peak, accuracy in ((0.002, 0.97), (0.004, 0.98))
        for seed in (0, 1)
    ],
    "ablate_network": [
        *variant("as it is", 121_930, 1980, 1990),
        *variant("no ReLU", 121_930, 1960, 1970),
        *variant("one block", 347_146, 800, 900),
    ],
    "compare_neighbours": [
        {"kept": "means", "stored": 10, "numbers": 7840, "images": 100, "right": 80}
        | {"cpu_ms_per_image": 0.004},
        {"kept": "images", "stored": 5000, "numbers": 3_920_000, "images": 100}
        | {"right": 90, "cpu_ms_per_image": 1.3},
    ],
    "train_reader": [
        training("reference", 0, 100.0, 1600.0, 0.98, 0.05),
        training("reader", 0, 350.0, 1200.0, 0.996, 0.02) | READER,
        training("reference", 1, 100.0, 1600.0, 0.99, 0.03),
        training("reader", 1, 330.0, 1200.0, 0.998, 0.02) | READER,
    ],
    "choose_bounds": [
        bounded("made pictures", 0.5, 190, 189),
        bounded("made pictures", 0.8, 150, 150),
        bounded("scribbles", 0.5, 20),
        bounded("scribbles", 0.8, 0),
    ],
    "explain_reader": [
        {"recipe": recipe, **seed, "shown": shown, "count": 200, "right": right}
        for recipe, seed, right in (
            ("whole", {"seed": 0}, 199),
            ("whole", {"seed": 1}, 198),
            ("less", {}, 150),
        )
        for shown in ("validation digits", "felt pen, made")
    ],
    "draw_in_the_browser": [
        {"network": name, "browser": "1.2", "per_second": 59.6, "p50_ms": 16.6}
        | {"p95_ms": 18.2, "cpu_ms": 7.7}
        for name in ("reference", "reader")
    ],
    "measure_learners": [
        {"measure": "JupyterLab", "learners": 1, "memory_mb": 100.0},
        learners("notebook", "01_explore_the_data", 1, 500.0, 6.0),
        learners("notebook", "03_train_the_model", 1, 1000.0, 50.0),
        learners("together", "03_train_the_model", 2, 1700.0, 55.0),
        learners("together", "03_train_the_model", 4, 3400.0, 60.0),
    ],
    "load_service": [
        {"measure": "start", "seconds": 1.0},
        {"measure": "start", "seconds": 3.0},
        {"measure": "start", "seconds": 1.5},
        load("28×28 array", 1, 1816.4),
        load("the same, constant answer", 1, 2000.0) | {"p50_ms": 1.0},
        load("280×280 PNG", 8, 62.0),
        {
            "measure": "memory",
            "first_mb": 100.2,
            "before_mb": 111.0,
            "after_mb": 112.0,
            "requests": 100_000,
            "exit_code": 0,
        },
    ],
    "attack_service": [
        attacked("60 pictures at once", "1×200, 59×503", 350.4),
        attacked("300 connections", "", 170.2, visits_failed=2, more_threads=1),
        {"attack": "after all", "exit_code": 0, "tracebacks": 0},
    ],
    "measure_preparation": [
        {"measure": "accuracy", "preparation": "none", **DIGITS},
        {"measure": "accuracy", "preparation": "with “upright”", **DIGITS, **PICTURES},
        {**DIFFICULT, "shown": "felt pen", "right": 190, "right_of_lessons": 100},
        {**DIFFICULT, "shown": "tiny", "right": 100, "right_of_lessons": 20},
        refusals("scribbles", 100, 53),
        refusals("scribbles", 100, 40, "another"),
        {"measure": "paired", "shown": "scribbles", "count": 100, "gained": 15, "lost": 2},
        refusals("made pictures", 50, 10, right=40),
        refusals("made pictures", 50, 11, "another", right=30),
        {"measure": "paired", "shown": "made pictures", "count": 50, "gained": 3, "lost": 1},
    ],
    "tune_recipe": [
        searched("random", 0, [0.970, 0.980, 0.975], [0.971, 0.977, 0.970]),
        searched("random", 1, [0.970, 0.982, 0.975], [0.971, 0.979, 0.970]),
        searched("TPE", 0, [0.970, 0.9845, 0.975], [0.971, 0.978, 0.970]),
        searched("TPE", 1, [0.970, 0.9835, 0.975], [0.971, 0.978, 0.970]),
        searched("TPE, pruned", 0, [0.970, 0.979, 0.97], [0.970] * 3, pruned=(0.4, 0.44)),
        searched("TPE, pruned", 1, [0.970, 0.9792, 0.97], [0.970] * 3),
        {"recipe": "importance", "seed": 0, "peak": 0.6, "batch_size": 0.1, "warm_up": 0.2}
        | {"dropout": 0.05, "weight_decay": 0.05},
        *retrained("1", (100, 101), (0.974, 0.976), (0.974, 0.974)),
        *retrained("2", (100, 101), (0.984, 0.986), (0.974, 0.974)),
        *retrained("3", (100, 101), (0.973, 0.975), (0.974, 0.974)),
        *retrained("4", (100, 101), (0.972, 0.978), (0.974, 0.974)),
        *retrained("5", (100, 101), (0.971, 0.979), (0.974, 0.974)),
        *retrained("1, in full", (200,), (0.990,), (0.990,)),
        *retrained("2, in full", (200,), (0.989,), (0.990,)),
        *retrained("3, in full", (200,), (0.992,), (0.990,)),
        *retrained("4, in full", (200,), (0.991,), (0.990,)),
        *retrained("5, in full", (200,), (0.980,), (0.990,)),
        *retrained("tuned", (300, 301), (0.99, 0.99), (0.991, 0.992), test_accuracy=0.992),
        *retrained("series", (300, 301), (0.99, 0.99), (0.990, 0.990), test_accuracy=0.991),
    ],
    "compare_options": [
        by_epoch("choice of 0.1", 5, [0.9, 0.94], [2, 1], rate=0.1),
        constant(0, 0.980, 0.976),
        by_epoch("batch 16", 0, [0.98] * 5, [1] * 5, rate=0.001),
        by_epoch("batch 16, adapted", 0, [0.99] * 5, [1] * 5, rate=0.00071),
        by_epoch("deeper, with dropout", 0, [0.98] * 5, [1] * 5),
        by_epoch("deeper, without dropout", 0, [0.97] * 5, [1] * 5),
        by_epoch("cosine", 0, [0.9, 0.96, 0.96, 0.96, 0.96, 0.99], [2, 1, 2, 2, 2, 0.5]),
        constant(1, 0.982, 0.974),
        by_epoch("batch 16", 1, [0.979] * 5, [1] * 5, rate=0.001),
        by_epoch("batch 16, adapted", 1, [0.9921] * 5, [1] * 5, rate=0.00071),
        by_epoch("deeper, with dropout", 1, [0.98] * 5, [1] * 5),
        by_epoch("deeper, without dropout", 1, [0.97] * 5, [1] * 5),
        by_epoch("cosine", 1, [0.9, 0.96, 0.96, 0.96, 0.97, 0.99], [2, 1, 2, 2, 2, 0.5]),
    ],
    "judge_on_the_test_set": [judges(0), judges(1)],
    "train_fast": [
        timed("reference", 0, 40.0, 0.98),
        timed("float32", 0, 30.0, 0.982),
        timed("XLA", 0, 36.0, 0.982, first_s=8.0),
        timed("one trace", 0, 4.0, 0.99),
        timed("XLA at last", 0, 9.0, 0.99, first_s=7.0),
        timed("reference", 1, 44.0, 0.984),
        timed("float32", 1, 35.0, 0.988),
        timed("XLA", 1, 40.0, 0.988, first_s=9.0),
        timed("one trace", 1, 3.0, 0.996),
        timed("XLA at last", 1, 8.0, 0.996, first_s=6.0),
    ],
    "choose_fast_recipe": [
        timed("as it is", 10, 4.0, 0.99),
        timed("two epochs", 10, 7.0, 0.992),
        timed("as it is", 11, 4.2, 0.99),
        timed("two epochs", 11, 7.0, 0.992),
    ],
    "race_the_reference": [
        timed(recipe, seed, seconds, 0, test_accuracy=accuracy)
        for recipe, seed, seconds, accuracy in (
            ("reference", 0, 40.0, 0.988),
            ("fast", 0, 2.0, 0.99),
            ("reference", 1, 45.0, 0.989),
            ("fast", 1, 3.0, 0.991),
        )
    ],
    "read_pictures": [
        {
            "measure": "all",
            "model": "abc",
            "name": "a reader",
            "trained_on": "it",
            "numbers": "0 to 9",
            "unreadable": 2,
        },
        {"measure": "label", "model": "abc", "label": 0, "pictures": 1500, "best_right": 1400}
        | {"read_0": 1300, "read_1": 100, "none": 100},
        {"measure": "label", "model": "abc", "label": 1, "pictures": 0, "best_right": 0}
        | {"read_0": 0, "read_1": 0, "none": 0},
    ],
    "compare_augmentations": augmented(),
    "compare_data_sets": data_sets(),
    "train_accurate": [
        training("reference", 10, 40.0, 1700.0, 0.98, 0.05),
        accurate(10, 150.0, 9970),
        training("reference", 11, 50.0, 1700.0, 0.99, 0.05),
        accurate(11, 170.0, 9980),
    ],
    "measure_workers": workers(),
}


def block(name, content=""):
    return f"<!-- table: {name} -->\n{content}<!-- end of table -->\n"


@pytest.fixture
def project(tmp_path):
    """A project with a README and one page, and results and notebooks that are made up."""
    for folder in ("docs", "benchmarks/results"):
        (tmp_path / folder).mkdir(parents=True)
    for name, trials in RESULTS.items():
        save(tmp_path, name, result(name, trials))
    make_notebooks(tmp_path)
    (tmp_path / "README.md").write_text(f"# Title\n\n{block('recipes')}\nThe end.\n", "utf-8")
    return tmp_path


def save(project, name, content):
    text = content if isinstance(content, str) else json.dumps(content)
    (project / "benchmarks" / "results" / f"{name}.json").write_text(text, "utf-8")


def readme(project, text=None):
    """Read the README, or write it."""
    path = project / "README.md"
    if text is not None:
        path.write_text(text, "utf-8")
    return path.read_text("utf-8")


def test_the_tables_of_readme_and_docs_are_up_to_date():
    script = ROOT / "tools" / "write_tables.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_what_is_written_passes_the_check_and_all_else_stays(project):
    page = project / "docs" / "page.md"
    names = ("lessons", *write_tables.RESULTS)
    page.write_text(
        "Before.\n\n" + "\nBetween.\n\n".join(map(block, names)) + "\nAfter.\n", "utf-8"
    )
    assert write_tables.update(project, write=True) == []
    text = page.read_text("utf-8")
    assert text.startswith("Before.\n\n<!-- table: lessons -->\n\n| notebook |")
    assert text.endswith("\n\n<!-- end of table -->\n\nAfter.\n")
    assert text.count("\n\n<!-- end of table -->\n\nBetween.\n\n<!-- table: ") == len(names) - 1
    assert readme(project).startswith("# Title\n\n") and readme(project).endswith("\nThe end.\n")
    assert write_tables.update(project, write=False) == []
    assert write_tables.update(project, write=True) == [] and page.read_text("utf-8") == text


def test_a_changed_number_makes_a_table_stale_and_changes_it(project):
    write_tables.update(project, write=True)
    before = readme(project)
    changed = result("compare_recipes", json.loads(json.dumps(RESULTS["compare_recipes"])))
    changed["trials"][1]["test_accuracy"] = 0.91
    save(project, "compare_recipes", changed)
    (problem,) = write_tables.update(project, write=False)
    assert "README.md" in problem and "“recipes”" in problem and "stale" in problem
    assert readme(project) == before, "the check writes nothing"
    assert write_tables.update(project, write=True) == []
    assert "series 91.00%, 99.20%" in readme(project) and "| 98.50% | 95.10% |" in readme(project)


def test_a_table_that_was_changed_by_hand_is_stale(project):
    write_tables.update(project, write=True)
    readme(project, readme(project).replace("99.20%", "99.90%"))
    assert "stale" in write_tables.update(project, write=False)[0]


def test_a_table_in_the_text_of_a_notebook_is_kept_up_to_date(project):
    path = project / "notebooks" / "07_recognise_live_digits.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(1, nb.new_markdown_cell(f"Measured:\n\n{block('recipes-short')}"))
    nbformat.write(notebook, path)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    (problem,) = [p for p in write_tables.update(project, write=False) if "notebooks" in p]
    assert problem.startswith("notebooks/07_recognise_live_digits.ipynb, table “recipes-short”: st")
    assert write_tables.update(project, write=True) == []
    written = nbformat.read(path, as_version=4)
    assert "| test accuracy, mean of 2 seeds | 98.50% |" in written.cells[1].source
    assert [cell for cell in written.cells if cell.cell_type == "code"] == code
    assert write_tables.update(project, write=False) == []


def test_the_check_fails_and_names_page_and_table(project, monkeypatch):
    monkeypatch.setattr(write_tables, "ROOT", project)
    monkeypatch.setattr(sys, "argv", ["write_tables.py", "--check"])
    with pytest.raises(SystemExit, match=r"README\.md, table “recipes”: stale"):
        write_tables.main()
    monkeypatch.setattr(sys, "argv", ["write_tables.py"])
    write_tables.main()
    monkeypatch.setattr(sys, "argv", ["write_tables.py", "--check"])
    write_tables.main()


@pytest.mark.parametrize("write", [False, True])
def test_an_unknown_table_is_an_error(project, write):
    text = readme(project, block("recipies", "old\n"))
    (problem,) = write_tables.update(project, write)
    assert problem.startswith("README.md, table “recipies”: there is no table of this name")
    assert "recipes-short" in problem and "lessons" in problem
    assert readme(project) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<!-- table: recipes -->\nold\n", "table “recipes”: “<!-- end of table -->” is missing"),
        (
            "<!-- table: recipes -->\nold\n" + block("service"),
            "table “recipes”: “<!-- end of table -->” is missing",
        ),
        (
            block("service") + "old\n<!-- end of table -->\n",
            "“<!-- end of table -->” with no table before it",
        ),
    ],
)
@pytest.mark.parametrize("write", [False, True])
def test_a_page_whose_marks_do_not_pair_is_an_error_and_stays(project, text, message, write):
    readme(project, text)
    assert write_tables.update(project, write) == [f"README.md: {message}"]
    assert readme(project) == text


@pytest.mark.parametrize("write", [False, True])
def test_a_missing_result_is_an_error_and_the_other_tables_are_written(project, write):
    readme(project, block("recipes", "old\n") + "\n" + block("service"))
    (project / "benchmarks" / "results" / "compare_recipes.json").unlink()
    missing, *others = write_tables.update(project, write)
    assert missing == (
        "README.md, table “recipes”: benchmarks/results/compare_recipes.json is missing: "
        "run `python benchmarks/compare_recipes.py`, which writes it."
    )
    assert len(others) == (not write), "that of the service is stale until it is written"
    assert ("1,816" in readme(project)) == write and block("recipes", "old\n") in readme(project)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"name": ', "is no JSON"),
        ("[]", "is not complete"),
        ({"name": "compare_recipes"}, "trials is missing"),
        (result("compare_recipes", []), "is not what benchmarks/compare_recipes.py writes now"),
        (
            result("compare_recipes", [{"recipe": "reference", "seed": 0}]),
            "is not what benchmarks/compare_recipes.py writes now",
        ),
    ],
)
def test_a_result_of_another_form_is_an_error(project, content, message):
    save(project, "compare_recipes", content)
    (problem,) = write_tables.update(project, write=True)
    assert problem.startswith("README.md, table “recipes”: benchmarks/results/compare_recipes.json")
    assert message in problem


def table(project, name, page="README.md"):
    return write_tables.made(project, project / page, name)


def test_the_table_of_recipes(project):
    assert table(project, "recipes").split("\n") == [
        "Measured by `benchmarks/compare_recipes.py` on 2 cores (Linux x86_64), seeds 0 and 1, "
        "Python 3.12.1, TensorFlow 2.21.0, 2025-02-03.",
        "",
        "| mean over the seeds | reference recipe | this series | ratio |",
        "|---|---:|---:|---:|",
        "| training time | 150 s | 60 s | 0.40 |",
        "| peak memory | 1,650 MB | 1,200 MB | 0.73 |",
        "| test accuracy | 98.50% | 99.10% | |",
        "| test loss | 0.0400 | 0.0200 | |",
        "| whole script; notebooks 01 to 05 | 160 s | 80 s | 0.50 |",
        "",
        "Test accuracy by seed: reference 98.00%, 99.00%; series 99.00%, 99.20%.",
    ]


def test_the_short_table_of_recipes(project):
    assert table(project, "recipes-short").split("\n") == [
        "| | reference recipe | this series |",
        "|---|---:|---:|",
        "| test accuracy, mean of 2 seeds | 98.50% | 99.10% |",
        "| training time on 2 cores | 150 s | 60 s (0.40 of it) |",
        "| peak memory | 1,650 MB | 1,200 MB |",
    ]


def test_the_table_of_factors_has_a_row_for_each_recipe_that_was_measured(project):
    lines = table(project, "factors").split("\n")
    assert lines[2].startswith("| one change more in each row | training time | peak memory |")
    assert lines[4:7] == [
        "| the reference recipe | 150 s | 1,650 MB | 98.50% | 98.00% – 99.00% |",
        "| ten steps in one call to TensorFlow (`steps_per_execution`) | 75 s | 1,200 MB | 98.60% "
        "| 98.50% – 98.70% |",
        "| warm-up to 0.006, then decay to 0: this series | 60 s | 1,200 MB | 99.10% "
        "| 99.00% – 99.20% |",
    ]


def test_the_table_of_the_schedule_shows_no_figure_of_the_test_set(project):
    text = table(project, "schedule")
    row = "| plain Adam: 0.001 in every step | 98.60% | 98.50% – 98.70% | 0.0450 |"
    assert row in text and text.endswith("Means of 2 trainings each.")
    assert "decay" not in text, "the series was not measured on validation images here"


def test_the_table_of_recipes_by_seed(project):
    text = table(project, "recipes-by-seed")
    assert "| 0 | 98.00% | 99.00% |\n| 1 | 99.00% | 99.20% |" in text
    assert text.endswith("this series is 99.00%, the highest of the reference recipe 99.00%.")


def test_the_table_of_seeds(project):
    text = table(project, "seeds")
    assert "\n| 1 | 99.20% (95% interval 98.43% to 99.59%) |\n" in text
    assert text.endswith("The accuracies lie between 96.00% and 99.20%.")


def test_the_table_of_seeds_compared_image_by_image(project):
    text = table(project, "seeds-paired")
    assert "| seed | only seed 0 is right | only this seed is right | difference | luck |" in text
    assert "| 1 | 10 | 12 | +2 | ±9 |\n| 2 | 40 | 10 | -30 | ±14 |" in text
    assert text.endswith("In 1 of 2 comparisons the difference is larger than luck.")


def test_the_table_of_learning_rates(project):
    text = table(project, "learning-rates")
    assert "| 0.002 | 97.00% | 0.1000 |\n| 0.004 | 98.00% | 0.1000 |" in text
    assert text.endswith("the highest accuracy is that of 0.004.")


def test_the_tables_of_the_network(project):
    ours = "| as it is | 121,930 | 99.25% | 20, 10 |"
    bent, small = "| no ReLU | 121,930 | 98.25% | 40, 30 |", "| one block | 347,146 | 42.50% | 1,2"
    text = table(project, "network")
    assert f"{ours}\n{bent}\n{small}" in text and "among 2,000 validation images" in text
    parts, sizes = table(project, "network-parts"), table(project, "network-sizes")
    assert parts.endswith(f"---:|\n{ours}\n{bent}") and parts.startswith("| network |")
    assert f"---:|\n{ours}\n{small}" in sizes and "ReLU" not in sizes


def test_the_table_of_neighbours(project):
    lines = table(project, "neighbours").splitlines()
    assert "| 10 means | 7,840 | 0.004 ms | 80.00% (95% interval 71.12% to 86.66%) |" in lines
    assert lines[-1].startswith("| 5,000 images | 3,920,000 | 1.300 ms | 90.00% (")


def test_the_table_of_the_reader(project):
    text = table(project, "reader")
    assert "| training time | 100 s | 340 s | 3.40 |" in text
    assert "| test accuracy | 98.50% | 99.70% | |" in text
    assert "Test accuracy by seed: reference 98.00%, 99.00%; reader 99.60%, 99.80%." in text
    assert text.endswith("validation images: 99.50%, 99.50%. It has 114,690 parameters.")


def test_the_table_of_bounds(project):
    text = table(project, "bounds")
    assert "| least probability | made pictures: answered, right | scribbles: re" in text
    assert "| 0.5 | 95.0%, 99.5% | 90.0% |\n| 0.8 | 75.0%, 100.0% | 100.0% |" in text
    assert "200 made pictures, 200 scribbles; model abc." in text


def test_the_table_of_the_service(project):
    text = table(project, "service")
    assert "| 28×28 array | 1 | 1,816 | 1.25 ms | 1,234.5 ms |\n| the same, " in text
    assert "| 280×280 PNG | 8 | 62 |" in text
    assert text.endswith(
        "From the start of the process to the first answer: 1.50 s (median of 3; 1.00 to 3.00 s). "
        "Memory: 100 MB at first, 111 MB before and 112 MB after 100,000 more requests. Exit "
        "code 0."
    )


def test_the_table_of_the_service_says_what_a_constant_answer_costs(project):
    assert "An array takes 1.25 times as long with 1 client as" in table(project, "service")


def test_the_table_of_attacks(project):
    text = table(project, "attacks")
    row = "| 60 pictures at once | 1×200, 59×503 | 1.23 s | 0.06 s | 0 of 1,000 | 350 MB | 999 of"
    assert row in text and "| 300 connections | none | | 0.06 s | 2 of 1,000 | 170 MB |" in text
    assert "at most: 0 processes, 1 threads, 0 files." in text
    assert "140 MB before the first attack, 150 MB after the last" in text
    assert text.endswith("Exit code 0, 0 tracebacks in the log.")


def test_the_table_of_the_preparation(project):
    text = table(project, "preparation")
    assert "| none | | 99.00% (95% interval 98.17% to 99.46%) | |\n" in text
    assert "| with “upright” | 50.00% (95% interval 36.64% to 63.36%) | 99.00%" in text
    assert " | 12 ms |\n" in text
    assert "that another reads right:\n\n| preparation | felt pen | tiny |\n" in text
    assert "\n| with “upright” | 95%, 50% | 50%, 10% |\n\n" in text
    assert "| 100 scribbles | 53.0% | 40.0% | 15 : 2 | |\n" in text
    row = "| 50 made pictures | 20.0% | 22.0% | 3 : 1 | 100.00% (95% interval 91.24% to 100.00%) |"
    assert row in text
    assert "| shown | “no digit” from a reader | from another |" in text
    assert "bounds: 50% probability and at most 40% ink are asked for by a reader." in text


def test_the_table_of_pictures(project):
    many = "1,400 of 1,500: 93.33% (95% interval 91.96% to 94.49%)"
    right = "1,300 of 1,400: 92.86% (95% interval 91.39% to 94.09%)"
    assert table(project, "pictures").split("\n")[2:] == [
        "| read by | best answer right | answered | right of those answered |",
        "|---|---:|---:|---:|",
        f"| a reader (abc) | {many} | {many} | {right} |",
        "",
        "What a reader (abc) read:",
        "",
        "| label | pictures | best answer right | 0 | 1 | none |",
        "|---|---:|---:|---:|---:|---:|",
        "| 0 | 1,500 | 1,400 | 1,300 | 100 | 100 |",
        "| 1 | 0 | 0 | 0 | 0 | 0 |",
        "",
        "The columns 0, 1 and so on say what each label was read as; “none”: no digit was found, "
        "or none surely enough.",
    ]
    heading = "1,500 pictures of MNIST, those numbered 0 to 9; 2 more could not be opened."
    assert heading in table(project, "pictures")
    assert f"| a reader (abc) | {many} |" in table(project, "pictures-short")


def test_the_short_table_of_bounds_shows_real_pictures_if_there_are_some(project):
    made = table(project, "bounds-short")
    assert "| least probability | 200 made pictures: answered |" in made
    assert "| 0.5 | 95.00% | 99.47% | 90.0% |" in made and "| 0.8 | 75.00% |" in made
    real = [bounded("real pictures", sure, 180, 90) for sure in (0.5, 0.8)]
    save(project, "choose_bounds", result("choose_bounds", RESULTS["choose_bounds"] + real))
    assert "| 0.5 | 90.00% | 50.00% | 90.0% |" in table(project, "bounds-short")


def test_what_the_reader_is_without_one_thing_has_a_share_for_each_seed(project):
    made = table(project, "explained-short")
    assert made.startswith("| trained with | 200 validation digits | 200 felt pen, made |")
    assert table(project, "explained").endswith(
        f"seeds 0 and 1, Python 3.12.1, TensorFlow 2.21.0, 2025-02-03.\n\n{made}"
    )
    assert "| whole | 99.5%, 99.0% | 99.5%, 99.0% |" in made
    assert "| less | 75.0% | 75.0% |" in made


def test_the_table_of_options(project):
    text = table(project, "options")
    assert "seeds 0 and 1, Python" in text, "not the seed of the choice"
    assert (
        "| 5 epochs (the reference recipe) | 98.10% | – | – | the baseline | 2.0000 | – | 10 s |"
        in text
    )
    row = "| batch 16, rate 0.00071 | 99.11% | +1.01 | +0.94 to +1.07 | better | 1.0000 | -1.0000 ("
    assert row in text and " | 800 MB | 1,000 |" in text
    assert "| 15 epochs | 98.50% | +0.40 | -0.87 to +1.67 | undecided |" in text


def test_the_short_tables_of_options(project):
    epochs, batches = table(project, "options-epochs"), table(project, "options-batches")
    assert "| 5 epochs (the reference recipe) | 5 | 98.10% | – | – | the baseline | 1.0 |" in epochs
    assert "| early stopping | 7 | 97.50% | -0.60 | -3.14 to +1.94 | undecided | 1.4 |" in epochs
    assert "| early stopping, `restore_best_weights` | 7 | 97.00% | -1.10 |" in epochs
    assert "batch 16" not in epochs
    assert "| batch 16, rate 0.001 | 5 | 97.95% | -0.15 |" in batches and "early" not in batches
    networks = table(project, "options-networks")
    assert "`sgd`" not in networks, "what was not measured has no row"
    assert "| deeper, without dropout | 5 | 97.00% | -1.10 |" in networks
    assert networks.endswith(
        "dropout, against the same without: +1.00 points (95% interval +1.00 to +1.00): better."
    )


def test_the_table_of_options_by_seed(project):
    text = table(project, "options-by-seed")
    assert "| 5 epochs (the reference recipe) | 98.00% | 98.20% | 0.20 |" in text
    assert text.endswith(
        "Of one and the same option, the highest and the lowest seed lie 0.07 points apart, as a "
        "mean over the 10 options (0.00 to 0.21). Of the 9 options besides the reference recipe, 0 "
        "differ from it by less than that mean. Of 9 verdicts: 1 better, 1 worse, 7 undecided."
    )


def test_the_tables_of_epochs_and_rates(project):
    assert "| 5 | 100.00% | 98.10% | 2.0000 |" in table(project, "by-epoch")
    rates = table(project, "sgd-rates")
    assert "| 0.1 | 94.00% | 1.0000 |" in rates and "with seed 5" in rates
    assert rates.endswith("The highest accuracy is that of 0.1, the largest rate tried.")
    best = table(project, "best-epoch")
    assert "| 0 | 98.50% | 98.50% | 15 | +0.00 |" in best
    assert best.endswith("the best of 15 epochs is 0.00 points above the last one.")


def test_the_table_of_early_stopping_under_a_schedule(project):
    text = table(project, "under-schedule")
    assert "| seed | stopped after epoch | accuracy then | after all 6 | difference |" in text
    assert "| 0 | 5 | 96.00% | 99.00% | -3.00 |\n| 1 | 5 | 97.00% | 99.00% | -2.00 |" in text
    assert "against all 6 epochs: -2.50 points (95% interval -8.85 to +3.85): undecided." in text


def test_the_tables_of_judging_by_the_images_that_chose(project):
    text = table(project, "judged")
    assert (
        "| the epoch of the highest accuracy | 98.00% | 97.00% | +1.00 | +1.00 to +1.00 |" in text
    )
    assert "| early stopping | 97.50% | 97.50% | +0.00 |" in text
    by_seed = table(project, "judged-by-seed")
    assert (
        "| 0 | A | 1 | 99.00% | 96.00% | +3.00 |\n| 0 | B | 2 | 97.00% | 98.00% | -1.00 |"
        in by_seed
    )


def test_the_tables_of_augmentations(project):
    short = table(project, "augmentations-short")
    assert short.startswith(
        "| changes to the images | batch normalisation | epochs | 200 validation digits | "
        "100 real pictures | mistakes by seed |"
    )
    assert "| no changes | no | 4.2 | 95.00% | 80.00% | 10, 10 |" in short
    assert "| shift | yes | 4.2 | 96.75% | 90.00% | 7, 6 |" in short
    full = table(project, "augmentations")
    assert full.endswith(short) and "seeds 0 and 1, Python" in full
    assert "1 R was 42 s, the shortest of 1. How many steps a training gets follows from" in full


def test_the_tables_of_data_sets(project):
    short = table(project, "data-sets-short")
    assert "| MNIST | 82.0% | 99.2% | – |" in short
    assert "| CIFAR-10 (JPEG copy) | 27.0% | 70.2% | 81.2% |" in short
    aim = "CIFAR-10 (JPEG copy): the aim of 80% was reached: 81.21%, with 392,426 parameters and"
    assert f"{aim} 4.2 R of training, within the 10 R" in short
    full = table(project, "data-sets")
    assert "| MNIST: nearest mean | 392,426 | – | – | – | 80.00% | 82.00% | 82.00% (95%" in full
    assert "| 12 | 190 s | 4.2 R | 80.00% | 81.20%, 81.22% | 81.21% (95%" in full and aim in full


def test_the_verdicts_on_augmentations(project):
    text = table(project, "augmentation-verdicts")
    assert (
        "| shift, against no changes; with batch normalisation | +0.75 (-2.43 to +3.93): undecided "
        "| +10.00 (+10.00 to +10.00): better |" in text
    )
    assert (
        "| with batch normalisation, against without; no changes | +1.00 (+1.00 to +1.00): better "
        "| +0.00 (+0.00 to +0.00): undecided |" in text
    )
    rows, counted = text.split("\n\n")
    assert len(rows.splitlines()) == 2 + 2 + 2
    for verdict in ("better", "worse", "undecided"):
        assert f" {rows.count(f': {verdict} |')} *{verdict}*" in counted


def test_the_tables_of_lengths_copies_and_rates(project):
    lengths = table(project, "augmentation-lengths")
    assert (
        "| validation digits: 0.25 R | validation digits: 1 R | validation digits: 3 R |" in lengths
    )
    row = "| shift | 4.2, 4.2, 4.2 | 96.75% | 96.75% | 96.75% | 90.00% | 90.00% | 90.00% |"
    assert row in lengths
    copies = table(project, "augmentation-copies")
    assert "| shift, 3 R | 7, 6 | 8, 8 | -1.5 |" in copies
    assert copies.endswith(table(project, "copies-sentence"))
    assert copies.endswith(
        "With copies, 0 of 12 networks read more validation digits, and 6 fewer; the median is "
        "-0.5 of 200."
    )
    rates = table(project, "augmentation-rates")
    assert "| with batch normalisation | 0.006 | 95.50% | 9 |" in rates


def test_the_tables_of_the_most_accurate_network(project):
    text = table(project, "best-short")
    assert "| 10 | 150 s | 3.75 | 99.60% | 99.70% |" in text
    assert "| mean | 160 s | 3.56 | 99.65% | 99.75% |" in text
    assert "The aim, 99.75% as a mean with copies, is reached; the limit of 4 R is kept." in text
    assert "The mean is 25.0 mistakes in 10,000." in text
    assert "With other seeds: 99.75%, 95% interval 99.11% to 100.00%." in text
    assert text.endswith("The reference recipe, for comparison: 98.50%.")
    assert table(project, "best").endswith(text)
    assert table(project, "best-sentence") == (
        "The recipe of notebook 11 trains 114,690 parameters, in 3.6 times the time of the "
        "reference recipe, and they read 99.75% of the test set (mean of 2 seeds)."
    )
    asked = table(project, "best-asked")
    assert "| MNIST's test set (10,000) | 99.65% | 99.75% |" in asked
    assert "| rare forms, drawn (50) | 90.00% | 92.00% |" in asked


def test_a_missed_aim_is_said(project):
    trials = [training("reference", 10, 40.0, 1.0, 0.98, 0.05), accurate(10, 170.0, 9974)]
    trials += [training("reference", 11, 40.0, 1.0, 0.98, 0.05), accurate(11, 170.0, 9974)]
    save(project, "train_accurate", result("train_accurate", trials))
    text = table(project, "best-short")
    assert "is missed; the limit of 4 R is not kept." in text


def test_the_table_of_the_chain_compares_each_row_with_the_last_one_that_was_kept(project):
    text = table(project, "speed")
    row = "| the reference recipe | 42.0 s | 40.0 – 44.0 s | – | 1.5 s | 900 MB | 1,000 | 98.20% |"
    assert row in text
    assert "not 64-bit | 32.5 s | 30.0 – 35.0 s | -9.5 (-15.9 to -3.1): better | 1.5 s |" in text
    left_out = "| XLA (`jit_compile=True`): *left out* | 38.0 s | 36.0 – 40.0 s | +5.5 (-0.9 to"
    assert left_out in text
    assert "no metric in training | 3.5 s | 3.0 – 4.0 s | -29.0 (" in text, "not against XLA's row"
    assert "| 99.30% | +0.80 (+0.80 to +0.80): better | 0.0500 |" in text
    assert "seeds 0 and 1, Python" in text and text.endswith("means over the seeds.")


def test_the_rows_of_the_chain_name_what_the_recipe_does():
    said, recipe = tables_of_speed.CHANGES, fast.RECIPE
    assert said["calls"].startswith(f"{recipe.steps_per_execution} steps in one call")
    assert said["batches"].startswith(f"batches of {recipe.batch_size} images")


def test_the_short_table_of_the_chain(project):
    rows = table(project, "speed-short").splitlines()[2:]
    assert rows[0] == (
        "| one change more in each row | time | change in time | times as fast | accuracy "
        "| change in points |"
    )
    assert rows[2:] == [
        "| the reference recipe | 42.0 s | – | 1.0 | 98.20% | – |",
        "| pixels as 32-bit floats, not 64-bit | 32.5 s | -9.5 s: better | 1.3 | 98.50% "
        "| +0.30: undecided |",
        "| XLA (`jit_compile=True`): *left out* | 38.0 s | +5.5 s: undecided | 1.1 | 98.50% "
        "| +0.00: undecided |",
        "| traced once, not twice: Adam's memory made before, no metric in training | 3.5 s "
        "| -29.0 s: undecided | 12.0 | 99.30% | +0.80: better |",
        "| XLA (`jit_compile=True`): *left out* | 8.5 s | +5.0 s: worse | 4.9 | 99.30% "
        "| +0.00: undecided |",
        "",
        "From the first line to the last one kept: 12.0 times as fast; accuracy +1.10 points (95% "
        "interval -0.17 to +2.37): undecided.",
    ]


def test_the_table_of_xla_parts_the_first_call_from_the_rest(project):
    assert table(project, "speed-xla").splitlines()[2:] == [
        "| our network, five epochs, without XLA | 1.5 s | 31.0 s | 32.5 s |",
        "| our network, five epochs, with XLA | 8.5 s | 29.5 s | 38.0 s |",
        "| the fast recipe, without XLA | 1.5 s | 2.0 s | 3.5 s |",
        "| the fast recipe, with XLA | 6.5 s | 2.0 s | 8.5 s |",
    ]


def test_the_table_of_the_choice_compares_with_the_recipe_that_was_chosen(project):
    text = table(project, "speed-choice")
    assert "| as it is | 4.1 s | 99.00% | – | 0.0500 |" in text
    assert "| two epochs | 7.0 s | 99.20% | +0.20 (+0.20 to +0.20): better | 0.0500 |" in text
    assert "seeds 10 and 11" in text


def test_the_table_of_the_race(project):
    text = table(project, "speed-race")
    assert "| the fast recipe | 2.5 s | 2.0 – 3.0 s | 99.05% | 99.00%, 99.10% |" in text
    assert text.endswith(
        "The fast recipe was **17.3 times** as fast (by seed 20.0, 15.0). Its accuracy against the "
        "reference's: +0.20 points (95% interval +0.20 to +0.20): better."
    )
    assert table(project, "race-sentence") == (
        "The recipe of notebook 10 trains in 2.5 s, 17.3 times as fast as the reference recipe in "
        "the same run, and reads 99.05% of the test set (means of 2 seeds; the reference recipe "
        "there: 98.85%)."
    )


def test_the_table_of_searches(project):
    text = table(project, "searches")
    assert "| random | 3 | 0 | 98.10% | 97.80% | -0.30 | -0.23 |" in text
    assert "| TPE, pruned | 3 | 1 | 97.91% | 97.00% | -0.91 | -0.30 |" in text
    assert "Means of 2 searches of 100 s each; " in text
    assert "TPE against random: +0.30 points (95% interval -1.61 to +2.21): undecided" in text


def test_the_tables_of_what_the_searches_found(project):
    shares = table(project, "importances")
    row = "| peak of the learning rate | 60% | 0.001 to 0.003 | 0.002 to 0.002 |"
    assert shares.startswith("| parameter | importance |") and row in shares
    assert shares.index("60%") < shares.index("20%") < shares.index("| batch | 10%")
    assert "from the 6 trials of the random" in shares and "of 18 finished trials" in shares
    settings = table(project, "winners")
    assert "| 1 | 98.45% | 0.002 | 256 | 20% | 20% | 0.002 |" in settings
    assert len(settings.splitlines()) == 7


def test_the_table_of_the_winners_with_new_seeds(project):
    text = table(project, "retrained")
    row = "| 1 | 98.45% | 97.50% | 97.40% – 97.60% | 2 | 97.40% | 99.00% | 3 |"
    assert row in text and "| 2 | 98.35% | 98.50% | 98.40% – 98.60% | 1 | 97.40% | 98.90%" in text
    assert "98.18% in the search, 97.68% with 2 new seeds (-0.50 points), and 97.40% on" in text
    assert "Of 10 pairs among them, compared over the new seeds, 7 are undecided." in text
    assert text.endswith("the standard error of 5,000 images at 97.7% is 0.21 points.")


def test_the_table_of_warm_ups(project):
    text = table(project, "warm-ups")
    assert "| 0% to 10% | 2 | 0 (0%) | 2 (100%) |" in text
    assert "| 30% to 50% | 2 | 2 (100%) | 0 (0%) |" in text
    assert text.endswith("of the 2 pruned trials is 42%, that of the 6 finished ones 20%.")


def test_the_table_of_the_tuned_recipe(project):
    text = table(project, "tuned")
    assert "on 2 cores (Linux x86_64), seeds 300 and 301, Python" in text
    assert "| 300 | 99.00% | 99.10% | 99.10% | 99.20% | 25 s | 25 s |" in text
    assert "is number 3 of the search: peak of the learning rate 0.002, batch 256," in text
    assert "the images to report +0.15 points (95% interval -0.49 to +0.79): undecided" in text
    assert "on the test set +0.10 points (95% interval +0.10 to +0.10): better" in text


def test_the_tables_of_workers(project):
    row = "| small | 7,850 | 0.03 MB | 12.0 ms | 8.0 ms | 10.0 ms | – | 8.5 ms | – | 10.7 ms |"
    assert row in table(project, "workers-steps")
    assert "| small, 100 Mbit/s | 1.00 | 1.12 |" in table(project, "workers-speed-ups")


def test_the_table_of_drawings(project):
    text = table(project, "drawing")
    assert "| Notebook 03’s network | 60 | 17 ms | 18 ms | 8 ms |" in text
    assert "Chromium 1.2" in text


def test_the_table_of_learners(project):
    text = table(project, "learners")
    assert "| 01 Explore the data | 500 MB | 6 s | 1.3 MB |" in text
    assert "| learners who run 03 Train the model at the same time |" in text
    assert "| 1 | 1,000 MB | – | 50 s |" in text and "| 2 | 1,700 MB | 700 MB | 55 s |" in text
    assert "| 4 | 3,400 MB | 800 MB | 60 s |" in text
    # 3,000 for JupyterLab, 1,000 for the first learner, 23,200 for the others
    assert "30 × 100 MB + 1,000 MB + 29 × 800 MB = **27 GB of memory**, and 1,800 s on" in text
    assert "225 s with 8 cores, 112 s with 16." in text and "from what 4 learners took" in text
