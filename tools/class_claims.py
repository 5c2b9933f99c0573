"""What the learners of a class have answered, as the files that they handed in claim it."""

import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, get_args

import handed_in

from mnist_helpers import copies
from mnist_helpers.exercises import core, saved

VERDICTS = (*get_args(core.State), None)
STANDINGS = get_args(saved.Standing)
SHOWN = 60  # characters of a name
NOTED = 5  # files that a learner's notes name
LOOSE = "counts as a learner: put the notebooks of one learner into one folder"


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
        learner = read(name, handed_in.files(entry), known)
        if entry.suffix.lower() == ".ipynb":
            learner.notes.append(LOOSE)
        found.append(learner)
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
        notes.append(f"{unknown} cells check exercises that this version of the series lacks")
    return Learner(name, best, notes)


def rank(claim: saved.Claim) -> tuple[int, int]:
    """Order claims: first by verdict, then by how much they can be relied on."""
    return VERDICTS.index(claim.verdict), STANDINGS.index(claim.standing)


def few(problems: list[str]) -> list[str]:
    """Shorten a long list of problems."""
    rest = len(problems) - NOTED
    return problems if rest <= 1 else [*problems[:NOTED], f"{rest:,} more files with problems"]


def shown(name: str) -> str:
    """Make a name safe to show: short, and without signs that cannot be seen or that steer."""
    signs = unicodedata.normalize("NFC", name)
    signs = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in signs)
    return signs if len(signs) <= SHOWN else f"{signs[: SHOWN - 1]}…"
