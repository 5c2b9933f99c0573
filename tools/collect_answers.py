"""Report which exercises a class has answered, from the saved notebooks of its learners.

In the class's folder, each folder, zip or notebook is what one learner handed in. What is reported
are claims: each check leaves its verdict in the notebook's file, which its owner can edit. Nothing
that was handed in is run.
"""

import argparse
import csv
import io
import re
import sys
import unicodedata
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, get_args

import class_page
import handed_in

from mnist_helpers import artifacts, copies
from mnist_helpers.exercises import core, saved

VERDICTS = {"right": "right", "wrong": "not right", "unanswered": "not answered", None: ""}
STANDINGS = get_args(saved.Standing)
SHOWN = 60  # characters of a name
NOTED = 5  # files that a learner's notes name
# Where a cell can begin, also in a program that takes another sign for the comma.
FORMULA = re.compile(r"(^|[;,|\"])(\s*)(?=[=+\-@＝＋－＠])")


class CollectError(Exception):
    """There is no report; the message says how to get one."""


class Learner(NamedTuple):
    """What one learner handed in.

    Attributes:
        name: That of the folder, zip or notebook, as it can be shown; no two have the same.
        best: Of each exercise that was found, the best claim, and the place of its file.
        notes: What the instructor should know of the files.
    """

    name: str
    best: dict[str, tuple[saved.Claim, str]]
    notes: list[str]


def collect(folder: Path, exercises: Iterable[str]) -> list[Learner]:
    """Read what the learners of a class handed in.

    Args:
        folder: In it stands one folder, zip or notebook for each learner.
        exercises: The names of those that count.

    Raises:
        CollectError: The folder cannot be read, or is empty.
    """
    try:
        entries = handed_in.learners(folder)
    except OSError as error:
        raise CollectError(
            f"{folder} cannot be read ({error.strerror}). Name a folder that holds one folder, or "
            "one zip, for each learner."
        ) from error
    if not entries:
        raise CollectError(f"{folder} is empty: put one folder, or one zip, for each learner in.")
    known, names, found = frozenset(exercises), set[str](), []
    for entry in entries:
        name, number = shown(entry.name), 1
        while name in names:
            number += 1
            name = f"{shown(entry.name)} ({number})"
        names.add(name)
        found.append(read(name, handed_in.files(entry), known))
    return found


def read(name: str, files: Iterable[handed_in.File], known: frozenset[str]) -> Learner:
    """Read the claims in a learner's files; of several on one exercise, the best counts."""
    best: dict[str, tuple[saved.Claim, str]] = {}
    notebooks: dict[str, list[str]] = {}
    problems, unknown, count = [], 0, 0
    for file in files:
        place, claims, problem = shown(file.place), list[saved.Claim](), file.problem
        if file.content is not None:
            try:
                claims = list(saved.claims(copies.parse(file.content)))
                count += 1
            except ValueError:
                problem = "not read: damaged, or no notebook; ask for it again"
        if problem:
            problems.append(f"{place}: {problem}")
        unknown += len([claim for claim in claims if claim.exercise not in known])
        claims = [claim for claim in claims if claim.exercise in known]
        for number in {claim.exercise.partition(".")[0] for claim in claims}:
            notebooks.setdefault(number, []).append(place)
        for claim in claims:
            if claim.exercise not in best or rank(claim) < rank(best[claim.exercise][0]):
                best[claim.exercise] = claim, place
    notes = [] if count else ["no notebook (.ipynb) that can be read"]
    notes += few(problems)
    for number, places in sorted(notebooks.items()):
        if len(places) > 1:
            notes.append(f"notebook {number} is there {len(places)} times; the best verdict counts")
    if unknown:
        notes.append(f"{unknown} verdicts on exercises that this version of the series has not")
    return Learner(name, best, notes)


def rank(claim: saved.Claim) -> tuple[int, int]:
    """Order claims: first by verdict, then by how much they can be relied on."""
    return list(VERDICTS).index(claim.verdict), STANDINGS.index(claim.standing)


def few(problems: list[str]) -> list[str]:
    """Shorten a long list of problems."""
    rest = len(problems) - NOTED
    return problems if rest <= 1 else [*problems[:NOTED], f"{rest:,} more files with problems"]


def shown(name: str) -> str:
    """Make a name safe to show: short, and without signs that cannot be seen or that steer."""
    signs = unicodedata.normalize("NFC", name)
    signs = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in signs)
    return signs if len(signs) <= SHOWN else f"{signs[: SHOWN - 1]}…"


def table(learners: list[Learner], tasks: dict[str, str], titles: dict[str, str]) -> str:
    """Write a line of CSV for each learner and exercise; no cell is taken for a formula.

    Args:
        learners: As `collect` returns them.
        tasks: Of each exercise, what it is about.
        titles: Of each notebook's number, the notebook's name.
    """
    text = io.StringIO()
    lines = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    lines.writerow(["learner", "notebook", "exercise", "verdict", "standing", "file"])
    for learner in learners:
        for name, task in tasks.items():
            claim, place = learner.best.get(name, (None, ""))
            number = name.partition(".")[0]
            verdict = VERDICTS[claim.verdict] if claim else ""
            standing = claim.standing if claim else "missing"
            row = [learner.name, titles.get(number, number), f"{name} {task}", verdict, standing]
            lines.writerow([FORMULA.sub(r"\1\2'", cell) for cell in [*row, place]])
    return text.getvalue()


def summary(learners: list[Learner], tasks: dict[str, str]) -> str:
    """Count for each learner and notebook how many verdicts “right” still stand."""
    numbers = sorted({name.partition(".")[0] for name in tasks})
    width = max(len("learner"), *(len(learner.name) for learner in learners))
    lines = [f"{'learner':{width}}  " + "".join(f"{number:>5}" for number in numbers)]
    lines[0] += "  right  stale  notes"
    for learner in learners:
        counts = []
        for number in numbers:
            mine = [name for name in tasks if name.startswith(f"{number}.")]
            is_there = any(name in learner.best for name in mine)
            counts.append(f"{len(right(learner, mine))}/{len(mine)}" if is_there else "–")
        stale = sum(claim.standing == "stale" for claim, _ in learner.best.values())
        lines.append(
            f"{learner.name:{width}}  {''.join(f'{count:>5}' for count in counts)}"
            f"{len(right(learner, tasks)):>7}{stale:>7}{len(learner.notes):>7}"
        )
    return "\n".join(lines)


def right(learner: Learner, exercises: Iterable[str]) -> list[str]:
    """Return those exercises that are claimed to be right."""
    claimed = ("right", "claimed")
    return [
        name for name in exercises if name in learner.best and learner.best[name][0][1:] == claimed
    ]


def write(path: Path, text: str) -> None:
    """Write a file as a whole, or not at all.

    Raises:
        CollectError: It cannot be written.
    """
    part = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_text(text, encoding="utf-8", newline="")
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise CollectError(
            f"{path} cannot be written ({error.strerror}). Close it in other programs, or name "
            "another folder with --to."
        ) from error


def main() -> None:
    """Write the report on a class, and print its summary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the class's folder: one folder or zip a learner")
    parser.add_argument(
        "--to", type=Path, help="folder for the report; without it, artifacts/collected/"
    )
    options = parser.parse_args()
    target = options.to or artifacts.folder() / "collected"
    tasks = {name: core.find(name).task for name in core.names()}
    originals = Path(__file__).parents[1] / copies.ORIGINALS
    titles = {path.name[:2]: path.stem for path in sorted(originals.glob("[0-9][0-9]_*.ipynb"))}
    try:
        learners = collect(options.folder, tasks)
        # Spreadsheets take the text for UTF-8 if it begins with a mark.
        write(target / "collected.csv", "\ufeff" + table(learners, tasks, titles))
        write(target / "collected.html", class_page.page(learners, tasks, titles))
    except CollectError as error:
        sys.exit(str(error))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a console may lack signs of a name
    print(summary(learners, tasks))
    print(
        "\nThese are claims, read from files that their owners can edit; nothing was run.\n"
        f"By exercise: {target / 'collected.html'}, {target / 'collected.csv'}"
    )


if __name__ == "__main__":
    main()
