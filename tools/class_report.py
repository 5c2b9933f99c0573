"""A report on what a class has answered: as text, as CSV, and as a page."""

import csv
import io
import itertools
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import jinja2
from class_claims import Learner

TEMPLATE = Path(__file__).with_name("class_report.html")
SIGNS = {"right": "✓", "wrong": "✗", "unanswered": "…", None: "·"}
WORDS = {"right": "right", "wrong": "not right", "unanswered": "not answered", None: ""}
AFTER = {"claimed": "", "undated": "?", "stale": "≠", "unchecked": ""}
# Where a cell can begin, also in a program that takes another sign for the comma.
FORMULA = re.compile(r"(^|[;,|\"])(\s*)(?=[=+\-@＝＋－＠])")


class Asked(NamedTuple):
    """An exercise of the series: its name, its task in a line, and its notebook."""

    name: str
    task: str
    notebook: str


class Mark(NamedTuple):
    """What is reported of a learner and an exercise; `sign` is short for the other two."""

    sign: str
    verdict: str
    standing: str
    place: str


def mark(learner: Learner, exercise: Asked) -> Mark:
    """Say how a learner answered an exercise."""
    if exercise.name not in learner.best:
        return Mark("", "", "missing", "")
    claim, place = learner.best[exercise.name]
    sign = SIGNS[claim.verdict] + AFTER[claim.standing]
    return Mark(sign, WORDS[claim.verdict], claim.standing, place)


def is_right(learner: Learner, exercise: Asked) -> bool:
    """Tell whether an answer is claimed to be right, and is as it was then."""
    return mark(learner, exercise).sign == SIGNS["right"]


def count_right(learner: Learner, exercises: Iterable[Asked]) -> int:
    """Count the answers that are claimed to be right, and are as they were then."""
    return sum(is_right(learner, exercise) for exercise in exercises)


def by_notebook(exercises: list[Asked]) -> list[tuple[str, list[Asked]]]:
    """Group exercises by their notebooks, which are in order."""
    groups = itertools.groupby(exercises, key=lambda exercise: exercise.notebook)
    return [(notebook, list(inside)) for notebook, inside in groups]


def table(learners: list[Learner], exercises: list[Asked]) -> str:
    """Write a line of CSV for each learner and exercise; no cell is taken for a formula."""
    text = io.StringIO()
    lines = csv.writer(text, quoting=csv.QUOTE_ALL)
    lines.writerow(["learner", "notebook", "exercise", "verdict", "standing", "file"])
    for learner, exercise in itertools.product(learners, exercises):
        # Not the name alone: a spreadsheet would take 03.1 for a number, or for a date.
        asked = [exercise.notebook, f"{exercise.name} {exercise.task}"]
        cells = [learner.name, *asked, *mark(learner, exercise)[1:]]
        lines.writerow([FORMULA.sub(r"\1\2'", cell) for cell in cells])
    return text.getvalue()


def summary(learners: list[Learner], exercises: list[Asked]) -> str:
    """Count for each learner the answers that are claimed to be right, notebook by notebook."""
    groups = by_notebook(exercises)
    width = max(len("learner"), *(len(learner.name) for learner in learners))
    heads = "".join(f"{notebook[:2]:>5}" for notebook, _ in groups)
    lines = [f"{'learner':{width}}{heads}  right  stale  notes"]
    for learner in learners:
        counts = "".join(f"{fraction(learner, inside):>5}" for _, inside in groups)
        stale = sum(mark(learner, exercise).standing == "stale" for exercise in exercises)
        lines.append(
            f"{learner.name:{width}}{counts}{count_right(learner, exercises):7}{stale:7}"
            f"{len(learner.notes):7}"
        )
    return "\n".join(lines)


def fraction(learner: Learner, exercises: list[Asked]) -> str:
    """Write how many of a notebook's exercises are right, or a dash where it is missing."""
    if all(mark(learner, exercise).standing == "missing" for exercise in exercises):
        return "–"
    return f"{count_right(learner, exercises)}/{len(exercises)}"


def page(learners: list[Learner], exercises: list[Asked], made: str) -> str:
    """Write a page with a row for each learner; it loads nothing.

    Args:
        learners: As `collect` returns them.
        exercises: In order.
        made: When, and of which folder.
    """
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(
        TEMPLATE.read_text("utf-8")
    )
    return template.render(
        learners=learners,
        exercises=exercises,
        groups=by_notebook(exercises),
        made=made,
        mark=mark,
        count_right=count_right,
        is_right=is_right,
    )
