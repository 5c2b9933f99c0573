"""What README and notebooks say of the lessons: how long they take, and their exercises."""

import math
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import copy_notebooks
import nbformat
from cells import HEADING

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import recording

PACE = 100  # words of prose a minute
EXERCISE = re.compile(r"^### (\d\d\.\d) (.*) \((\d+) minutes?\)$", re.MULTILINE)
# In a notebook's first cell, with a sentence on running after it; `stated` writes them as one.
STATED = re.compile(r"(?<=\s)About\s\w+\sminutes\b[^.]*\.(?:\s+It\s+runs\s+in\b[^.]*\.)?(?=\s|$)")
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
    "08_run_controlled_experiments": (
        "a verdict on each of the usual options, and a way to reach one of your own"
    ),
    "09_find_the_bug": (
        "ten bugs that raise no error, each found by one measurement; a checklist to keep"
    ),
    "10_train_fast": ("a training many times as fast, and what each change to it saved and cost"),
    "11_augment_and_normalise": (
        "the recipe of the most accurate network, and what it is worth on other people's digits"
    ),
    "12_tune_the_hyperparameters": (
        "a recipe that a program found, compared fairly, and a sense of what a search cannot say"
    ),
    "13_bring_other_images": (
        "the same steps on clothes, photographs and a folder of your own; a shortcut, found"
    ),
    "14_transfer_what_was_learned": (
        "a network for few labels, on what another has learned, and the number where it pays"
    ),
    "15_train_on_several_machines": (
        "a training by two workers that survives a failure, and the speed-up of 64, computed"
    ),
}


class TableError(Exception):
    """A table cannot be written; the message says why."""


class Lesson(NamedTuple):
    """What the table says of one notebook."""

    title: str
    reading: int  # minutes, estimated
    exercises: int  # how many
    answering: int  # minutes for these
    running: float  # seconds, measured


def lesson(root: Path, path: Path) -> Lesson:
    """Read what the table says of a notebook.

    Raises:
        TableError: The notebook is not as the others are, or was not measured.
    """
    place = f"notebooks/{path.name}"
    notebook = nbformat.read(path, as_version=4)
    title = re.match(r"# (.+)", notebook.cells[0].source)
    if not title:
        raise TableError(f"{place} does not begin with a heading")
    seconds = measured(root)[0].get(path.stem)
    if seconds is None:
        raise TableError(f"{place} was not measured: run `make notebooks`")
    try:
        answering = exercises(notebook)
    except TableError as error:
        raise TableError(f"{place}: {error}") from error
    return Lesson(title[1], reading(notebook), len(answering), sum(answering), seconds)


def table(root: Path, page: Path) -> str:
    """List the notebooks: what each gives, how long it takes, and how many exercises it has.

    Args:
        root: The project's folder.
        page: The page that the table is for; the links lead from there.

    Raises:
        TableError: A notebook is not as the others are, or AT_THE_END does not fit them.
    """
    notebooks = sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    if odd := {path.stem for path in notebooks} ^ set(AT_THE_END):
        raise TableError(f"AT_THE_END in tools/lessons.py and notebooks/ differ in {odd}")
    lines = [
        "| notebook | what you have at the end | minutes to read | exercises | minutes for these | "
        "runs in |",
        "|---|---|---:|---:|---:|---:|",
    ]
    told = [lesson(root, path) for path in notebooks]
    for path, one in zip(notebooks, told, strict=True):
        link = Path(os.path.relpath(path, page.parent)).as_posix()
        lines.append(
            f"| [{path.name[:2]} {one.title}]({link}) | {AT_THE_END[path.stem]} | {one.reading} | "
            f"{one.exercises} | {one.answering} | {one.running:.0f} s |"
        )
    lines.append(
        f"| together | | {sum(one.reading for one in told)} | "
        f"{sum(one.exercises for one in told)} | {sum(one.answering for one in told)} | "
        f"{sum(round(one.running) for one in told)} s |"
    )
    return "\n".join(lines) + (
        "\n\nThe minutes to read are estimated, for somebody who reads for the first time: one for "
        f"every {PACE} words of text and one for each cell of code, rounded to 5 minutes. Those "
        "for the exercises are what each states. The time to run was measured, with the start of "
        f"Python, {measured(root)[1]}."
    )


def measured(root: Path) -> tuple[dict[str, float], str]:
    """Read how many seconds each notebook ran; and on which computer, and when, in words.

    Raises:
        TableError: That was not measured, or the file is damaged.
    """
    path = root / "benchmarks" / "results" / "run_notebooks.json"
    try:
        result = recording.read(path, "make notebooks")
        seconds = {trial["notebook"]: float(trial["seconds"]) for trial in result["trials"]}
        machine = result["machine"]
        where = f"{machine['cores']} cores ({machine['system']} {machine['machine']})"
        return seconds, f"on {where}, {result['date'][:10]}"
    except recording.ResultError as error:
        raise TableError(str(error).replace(f"{root}{os.sep}", "")) from error
    except (LookupError, TypeError, ValueError) as error:
        raise TableError(f"{path.name} is damaged ({error!r}): run `make notebooks`") from error


def stated(one: Lesson) -> str:
    """Say in a sentence how long a notebook takes, for its first cell."""
    answering = f" and {one.answering} for the exercises" if one.exercises else ""
    minutes = round(one.running / 60)
    running = f"about {minutes} minutes" if minutes > 1 else "about a minute"
    if one.running < 50:
        running = "less than a minute"
    reading = f"About {one.reading} minutes for a first reading{answering}"
    return f"{reading} (estimated); it runs in {running}."


def with_minutes(root: Path, path: Path, text: str) -> str:
    """Write the sentence with the minutes anew in the text of a notebook's first cell.

    Raises:
        TableError: There is no such sentence, or more than one.
    """
    if len(STATED.findall(text)) != 1:
        raise TableError(
            f"notebooks/{path.name}: one sentence of its first cell has to begin with “About 30 "
            "minutes”"
        )
    return STATED.sub(stated(lesson(root, path)), text)


def reading(notebook: nbformat.NotebookNode) -> int:
    """Estimate how many minutes a first reading takes, without the exercises.

    PACE words a minute, and a minute for a code cell, rounded to 5 minutes.
    """
    return 5 * math.floor(sum(words for _, words in portions(notebook)) / PACE / 5 + 0.5)


def sections(notebook: nbformat.NotebookNode) -> dict[str, int]:
    """Share out the minutes of `reading` among the headings of the second level.

    Whole minutes, whose sum is that of `reading`: each section gets its share, rounded down, and
    what is left goes to those that lost most by that. What stands before the first heading counts
    to it.
    """
    words: dict[str, int] = {}
    for heading, count in portions(notebook):
        words[heading] = words.get(heading, 0) + count
    minutes, total = reading(notebook), sum(words.values())
    shared = {heading: count * minutes // total for heading, count in words.items()}
    left = minutes - sum(shared.values())
    for heading in sorted(words, key=lambda name: -(words[name] * minutes % total))[:left]:
        shared[heading] += 1
    return shared


def portions(notebook: nbformat.NotebookNode) -> Iterator[tuple[str, int]]:
    """Yield parts of a notebook outside its exercises: heading of the second level, words.

    A cell of code counts as PACE words. An exercise begins with the cell that has its heading, and
    ends with the one that checks it.
    """
    is_exercise = False
    headings = [name for cell in notebook.cells for name in HEADING.findall(cell.source)]
    heading = headings[0] if headings else ""
    for cell in notebook.cells:
        is_exercise = is_exercise or bool(EXERCISE.search(cell.source))
        if cell.cell_type == "code":
            if not is_exercise:
                yield heading, PACE
            elif copy_notebooks.exercise_in(cell.source):
                is_exercise = False
            continue
        if is_exercise:
            heading = (HEADING.findall(cell.source) or [heading])[-1]
            continue
        before, *after = HEADING.split(STATED.sub("", cell.source))
        yield heading, words_in(before)
        for heading, text in zip(after[::2], after[1::2], strict=True):
            yield heading, words_in(heading) + words_in(text)


def words_in(markdown: str) -> int:
    """Count the words of prose, without code blocks, addresses and signs."""
    prose = re.sub(r"^```.*?^```", "", markdown, flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"\]\([^)]*\)|<[^>]*>", " ", prose)
    return sum(any(map(str.isalnum, word)) for word in prose.split())


def exercises(notebook: nbformat.NotebookNode) -> list[int]:
    """Return the minutes of each exercise, as its heading states them.

    Raises:
        TableError: There are more or fewer headings than cells that check an answer.
    """
    minutes = [
        int(found[3])
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for found in EXERCISE.finditer(cell.source)
    ]
    checks = [
        copy_notebooks.exercise_in(cell.source)
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    if len(minutes) != len([name for name in checks if name]):
        raise TableError("its exercises and the headings “### 02.1 A title (5 minutes)” differ")
    return minutes
