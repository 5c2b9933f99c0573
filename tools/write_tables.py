"""Write the tables of README.md, docs/ and notebooks anew, from benchmarks/results/ and notebooks.

A table stands between the lines `<!-- table: NAME -->` and `<!-- end of table -->`. In the first
cell of each notebook, the sentence that begins with "About 30 minutes" is written anew, too.
--check only looks, and fails if something is not what it would be now.
"""

import argparse
import os
import re
import sys
from pathlib import Path

import guide_pages
import lessons
import nbformat
from lessons import TableError

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import recording
import tables
import tables_of_augmentations
import tables_of_data_sets
import tables_of_drawing
import tables_of_learners
import tables_of_options
import tables_of_speed
import tables_of_studies
import tables_of_transfer
import tables_of_workers

ROOT = Path(__file__).parents[1]
END = "<!-- end of table -->"
MARK = re.compile(rf"^(?:<!-- table: (.*) -->|{END})$", re.MULTILINE)
BLOCK = re.compile(rf"^(<!-- table: ([^\n]*) -->\n)(.*?)^{END}$", re.MULTILINE | re.DOTALL)
RESULTS = {  # table → the benchmark it comes from, and what makes it of the benchmark's result
    "recipes": ("compare_recipes", tables.recipes),
    "recipes-short": ("compare_recipes", tables.recipes_short),
    "recipes-by-seed": ("compare_recipes", tables.recipes_by_seed),
    "seeds": ("compare_seeds", tables.seeds),
    "seeds-paired": ("compare_seeds", tables.seeds_paired),
    "factors": ("compare_recipes", tables.factors),
    "schedule": ("compare_recipes", tables.schedule),
    "learning-rates": ("choose_learning_rate", tables.learning_rates),
    "network": ("ablate_network", tables.network),
    "network-parts": ("ablate_network", tables.network_parts),
    "network-sizes": ("ablate_network", tables.network_sizes),
    "neighbours": ("compare_neighbours", tables.neighbours),
    "service": ("load_service", tables.service),
    "attacks": ("attack_service", tables.attacks),
    "preparation": ("measure_preparation", tables.preparation),
    "reader": ("train_reader", tables.reader),
    "bounds": ("choose_bounds", tables.bounds),
    "bounds-short": ("choose_bounds", tables.bounds_short),
    "explained": ("explain_reader", tables.explained),
    "explained-short": ("explain_reader", tables.explained_short),
    "pictures-short": ("read_pictures", tables.pictures_short),
    "pictures": ("read_pictures", tables.pictures),
    "options": ("compare_options", tables_of_options.options),
    "options-epochs": ("compare_options", tables_of_options.options_epochs),
    "options-networks": ("compare_options", tables_of_options.options_networks),
    "options-batches": ("compare_options", tables_of_options.options_batches),
    "options-by-seed": ("compare_options", tables_of_options.options_by_seed),
    "sgd-rates": ("compare_options", tables_of_options.sgd_rates),
    "by-epoch": ("compare_options", tables_of_options.by_epoch),
    "best-epoch": ("compare_options", tables_of_options.best_epoch),
    "under-schedule": ("compare_options", tables_of_options.under_schedule),
    "judged": ("judge_on_the_test_set", tables_of_options.judged),
    "judged-by-seed": ("judge_on_the_test_set", tables_of_options.judged_by_seed),
    "augmentations": ("compare_augmentations", tables_of_augmentations.augmentations),
    "augmentations-short": ("compare_augmentations", tables_of_augmentations.augmentations_short),
    "augmentation-verdicts": (
        "compare_augmentations",
        tables_of_augmentations.augmentation_verdicts,
    ),
    "augmentation-lengths": ("compare_augmentations", tables_of_augmentations.augmentation_lengths),
    "augmentation-copies": ("compare_augmentations", tables_of_augmentations.augmentation_copies),
    "copies-sentence": ("compare_augmentations", tables_of_augmentations.copies_sentence),
    "augmentation-rates": ("compare_augmentations", tables_of_augmentations.augmentation_rates),
    "best": ("train_accurate", tables_of_augmentations.best),
    "best-short": ("train_accurate", tables_of_augmentations.best_short),
    "best-sentence": ("train_accurate", tables_of_augmentations.best_sentence),
    "best-asked": ("train_accurate", tables_of_augmentations.best_asked),
    "speed": ("train_fast", tables_of_speed.chain),
    "speed-short": ("train_fast", tables_of_speed.chain_short),
    "speed-xla": ("train_fast", tables_of_speed.xla),
    "speed-choice": ("choose_fast_recipe", tables_of_speed.choice),
    "speed-race": ("race_the_reference", tables_of_speed.race),
    "data-sets": ("compare_data_sets", tables_of_data_sets.data_sets),
    "data-sets-short": ("compare_data_sets", tables_of_data_sets.data_sets_short),
    "race-sentence": ("race_the_reference", tables_of_speed.race_sentence),
    "transfer": ("transfer_labels", tables_of_transfer.transfer),
    "transfer-digits": ("transfer_labels", tables_of_transfer.digits),
    "transfer-digits-own": ("transfer_labels", tables_of_transfer.digits_own),
    "transfer-bases": ("transfer_labels", tables_of_transfer.bases),
    "transfer-scans": ("transfer_labels", tables_of_transfer.scans),
    "transfer-photos": ("transfer_labels", tables_of_transfer.photos),
    "transfer-differences": ("transfer_labels", tables_of_transfer.differences),
    "transfer-rates": ("transfer_labels", tables_of_transfer.rates),
    "searches": ("tune_recipe", tables_of_studies.searches),
    "importances": ("tune_recipe", tables_of_studies.importances),
    "winners": ("tune_recipe", tables_of_studies.winners),
    "retrained": ("tune_recipe", tables_of_studies.retrained),
    "warm-ups": ("tune_recipe", tables_of_studies.warm_ups),
    "tuned": ("tune_recipe", tables_of_studies.tuned),
    "workers-steps": ("measure_workers", tables_of_workers.steps),
    "workers-speed-ups": ("measure_workers", tables_of_workers.speed_ups),
    "drawing": ("draw_in_the_browser", tables_of_drawing.drawing),
    "learners": ("measure_learners", tables_of_learners.learners),
}


def from_result(root: Path, table: str) -> str:
    """Make a table from the result of its benchmark.

    Raises:
        TableError: The result is missing, or is not what the benchmark writes.
    """
    name, make = RESULTS[table]
    path = root / "benchmarks" / "results" / f"{name}.json"
    try:
        return make(recording.read(path))
    except recording.ResultError as error:
        raise TableError(str(error).replace(f"{root}{os.sep}", "")) from error
    except (LookupError, TypeError, ValueError, StopIteration, ArithmeticError) as error:
        raise TableError(
            f"benchmarks/results/{name}.json is not what benchmarks/{name}.py writes now "
            f"({error!r}): run it again."
        ) from error


def made(root: Path, page: Path, table: str) -> str:
    """Make the table of a name, for a page.

    Raises:
        TableError: There is no such table, or it cannot be made.
    """
    if table == "lessons":
        return lessons.table(root, page)
    if table.startswith("guide "):
        return guide_pages.made(root, table.removeprefix("guide "))
    if table not in RESULTS:
        known = ", ".join(["lessons", "guide …", *RESULTS])
        raise TableError(f"there is no table of this name; the names are {known}")
    return from_result(root, table)


def update(root: Path, write: bool) -> list[str]:
    """Make every table of README.md, docs/ and the notebooks' text anew.

    Args:
        root: The project's folder.
        write: Whether to write them; otherwise a table that is stale is a problem, too.

    Returns:
        The problems: page, table, and what is wrong. Such a table stays as it is.
    """
    problems = []
    for page in (root / "README.md", *sorted((root / "docs").rglob("*.md"))):
        text = page.read_text(encoding="utf-8")
        written, wrong = renewed(root, page, text, write)
        problems += wrong
        if write and written != text:
            page.write_text(written, encoding="utf-8")
            print(f"{page.relative_to(root).as_posix()}: written")
    for page in sorted((root / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(page, as_version=4)
        before = [cell.source for cell in notebook.cells]
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source, wrong = renewed(root, page, cell.source, write)
                problems += wrong
        first = notebook.cells[0]
        try:
            new = lessons.with_minutes(root, page, first.source)
            if new != first.source and not write:
                problems.append(f"notebooks/{page.name}, minutes: stale; run tools/write_tables.py")
            first.source = new
        except TableError as error:
            problems.append(str(error))
        if write and before != [cell.source for cell in notebook.cells]:
            nbformat.write(notebook, page)
            print(f"{page.relative_to(root).as_posix()}: written")
    return problems


def renewed(root: Path, page: Path, text: str, write: bool) -> tuple[str, list[str]]:
    """Make the tables in a text anew; return the text, and the problems."""
    place, problems = page.relative_to(root).as_posix(), []
    if wrong := wrong_mark(text):
        return text, [f"{place}: {wrong}"]
    anew, end = [], 0
    for block in BLOCK.finditer(text):
        mark, name, old = block.groups()
        new = old
        try:
            new = f"\n{made(root, page, name)}\n\n"
        except TableError as error:
            problems.append(f"{place}, table “{name}”: {error}")
        if new != old and not write:
            problems.append(f"{place}, table “{name}”: stale; run tools/write_tables.py")
        anew += [text[end : block.start()], mark, new, END]
        end = block.end()
    return "".join([*anew, text[end:]]), problems


def wrong_mark(text: str) -> str | None:
    """Say which table of a page has no end, or which end no table; None if all is well."""
    name = None  # of the table that is open
    for mark in MARK.finditer(text):
        starts = mark[0] != END
        if starts and name is not None:
            break
        if not starts and name is None:
            return f"“{END}” with no table before it"
        name = mark[1] if starts else None
    return None if name is None else f"table “{name}”: “{END}” is missing"


def main() -> None:
    """Write the tables, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if one is stale")
    if problems := update(ROOT, write=not parser.parse_args().check):
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
