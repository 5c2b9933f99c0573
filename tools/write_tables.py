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

import lessons
import nbformat
from lessons import TableError

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import recording
import tables

ROOT = Path(__file__).parents[1]
END = "<!-- end of table -->"
MARK = re.compile(rf"^(?:<!-- table: (.*) -->|{END})$", re.MULTILINE)
BLOCK = re.compile(rf"^(<!-- table: ([^\n]*) -->\n)(.*?)^{END}$", re.MULTILINE | re.DOTALL)
RESULTS = {  # table → the benchmark it comes from, and what makes it of the benchmark's result
    "recipes": ("compare_recipes", tables.recipes),
    "recipes-short": ("compare_recipes", tables.recipes_short),
    "factors": ("compare_recipes", tables.factors),
    "schedule": ("compare_recipes", tables.schedule),
    "recipes-by-seed": ("compare_recipes", tables.recipes_by_seed),
    "seeds": ("compare_seeds", tables.seeds),
    "seeds-paired": ("compare_seeds", tables.seeds_paired),
    "learning-rates": ("choose_learning_rate", tables.learning_rates),
    "neighbours": ("compare_neighbours", tables.neighbours),
    "service": ("load_service", tables.service),
    "attacks": ("attack_service", tables.attacks),
    "preparation": ("measure_preparation", tables.preparation),
    "reader": ("train_reader", tables.reader),
    "bounds": ("choose_bounds", tables.bounds),
    "pictures-short": ("read_pictures", tables.pictures_short),
    "pictures": ("read_pictures", tables.pictures),
}
PACE = 100  # words of prose a minute
AT_THE_END = {  # notebook → what its reader has then
    "01_explore_the_data": "images you know, a validation set, a baseline without a network",
    "02_build_the_model": "the network, each shape and parameter count predicted",
    "03_train_the_model": "how a network learns; a trained model, its curves, its files",
    "04_evaluate_the_model": "its test accuracy with an interval, its mistakes, its limits",
    "05_load_and_predict": "predictions for test images and for a picture of your own",
    "06_serve_predictions": (
        "the network behind HTTP, without TensorFlow, its limits and its speed measured"
    ),
    "07_recognise_live_digits": (
        "a pad, a camera, and a preparation for pictures like photos, each step measured"
    ),
}


class TableError(Exception):
    """A table cannot be written; the message says why."""


def lessons(root: Path, page: Path) -> str:
    """List the notebooks: what each gives, how long it takes, and how many exercises it has.

    Args:
        root: The project's folder.
        page: The page that the table is for; the links lead from there.

    Raises:
        TableError: A notebook is not as the others are, or AT_THE_END does not fit them.
    """
    notebooks = sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    if odd := {path.stem for path in notebooks} ^ set(AT_THE_END):
        raise TableError(f"AT_THE_END in tools/write_tables.py and notebooks/ differ in {odd}")
    lines = [
        "| notebook | what you have at the end | minutes for a first-time reader | exercises |",
        "|---|---|---:|---:|",
    ]
    for path in notebooks:
        notebook = nbformat.read(path, as_version=4)
        title = re.match(r"# (.+)", notebook.cells[0].source)
        if not title:
            raise TableError(f"notebooks/{path.name} does not begin with a heading")
        link = Path(os.path.relpath(path, page.parent)).as_posix()
        try:
            count = exercises(notebook)
        except TableError as error:
            raise TableError(f"notebooks/{path.name}: {error}") from error
        lines.append(
            f"| [{path.name[:2]} {title[1]}]({link}) | {AT_THE_END[path.stem]} | "
            f"{minutes(notebook)} | {count} |"
        )
    return "\n".join(lines) + (
        f"\n\nThe minutes are estimated: one for every {PACE} words of text and one for each cell "
        "of code, rounded to 5 minutes."
    )


def minutes(notebook: nbformat.NotebookNode) -> int:
    """Estimate how long a first reading takes: PACE words a minute, and a minute a code cell."""
    cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    words = sum(words_in(cell.source) for cell in notebook.cells if cell.cell_type == "markdown")
    return 5 * math.floor((words / PACE + cells) / 5 + 0.5)


def words_in(markdown: str) -> int:
    """Count the words of prose, without code blocks, addresses and signs."""
    prose = re.sub(r"^```.*?^```", "", markdown, flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"\]\([^)]*\)|<[^>]*>", " ", prose)
    return sum(any(map(str.isalnum, word)) for word in prose.split())


def exercises(notebook: nbformat.NotebookNode) -> int:
    """Count the items of the list under "On your own" in the last cell.

    Raises:
        TableError: There is no such list.
    """
    _, found, below = notebook.cells[-1].source.partition("**On your own**")
    if not found:
        raise TableError('there is no "**On your own**" in the last cell')
    items = re.split(r"^(?:\*\*|#)", below, maxsplit=1, flags=re.MULTILINE)[0]
    return len(re.findall(r"^(?:[-*+]|\d+[.)]) ", items, re.MULTILINE))


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
    if table not in RESULTS:
        known = ", ".join(["lessons", *RESULTS])
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
