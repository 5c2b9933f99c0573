"""The exercises of notebook 11: labels kept, normalising, moved copies, equal time."""

import math
from typing import Any

from mnist_helpers.exercises import moved_copies, normalising
from mnist_helpers.exercises.core import (
    Exercise,
    Wrong,
    as_choice,
    as_number,
    as_parts,
    short,
)

KEEPS, CHANGES = WORDS = ("keeps", "changes")
LETTERS = "ABCDEF"
WHAT_HAPPENS = dict(zip(LETTERS, (KEEPS, CHANGES, KEEPS, CHANGES, CHANGES, KEEPS), strict=True))
# Letter → what a wrong answer to it has overlooked.
AGAINST = {
    "A": "moved by two pixels, every digit is still the same digit",
    "B": "think of a 2 or a 7: nobody writes them mirrored",
    "C": "a cat that looks to the left is as much a cat as one that looks to the right",
    "D": "think of a 6 and a 9",
    "E": "here the colour is what the label is about",
    "F": "a wider pen writes the same digit",
}

START, PLAIN, CHANGED, SECONDS = 4, 0.020, 0.026, 60
BATCH, IMAGES = 128, 55_000


def epochs(step: float, start: float = START) -> float:
    """Return how many epochs fit into the time, if a step takes so many seconds."""
    return (SECONDS - start) / step * BATCH / IMAGES


def _check_labels(answer: Any) -> None:
    if isinstance(answer, dict):
        found = {str(letter).strip().upper(): word for letter, word in answer.items()}
    else:
        parts = as_parts(answer)
        if parts is None:
            raise Wrong(f"The answer is a dictionary, a word for each letter, not {short(answer)}.")
        if len(parts) != len(LETTERS):
            raise Wrong(f"There are six letters, and your list has {len(parts)} entries.")
        found = dict(zip(LETTERS, parts, strict=True))
    if set(found) != set(LETTERS):
        raise Wrong(f"The letters are A to F; your answer has {short(list(found))}.")
    words = {letter: as_choice(found[letter], WORDS) for letter in LETTERS}
    wrong = [letter for letter in LETTERS if words[letter] != WHAT_HAPPENS[letter]]
    if wrong:
        letter = wrong[0]
        raise Wrong(
            f"{len(LETTERS) - len(wrong)} of 6 are right. {letter} is not "
            f'"{words[letter]}": {AGAINST[letter]}.'
        )


def _check_epochs(answer: Any) -> None:
    parts = as_parts(answer)
    if parts is None or len(parts) != 2:
        raise Wrong("Two numbers are asked for: `[without_changes, with_changes]`.")
    given = [as_number(part) for part in parts]
    right = [epochs(PLAIN), epochs(CHANGED)]
    if _near(given, right):
        return
    steps = [(SECONDS - START) / step for step in (PLAIN, CHANGED)]
    for reply, mistaken in {
        "The two are exchanged: with changes each step takes longer.": right[::-1],
        "Here the clock runs from the start: the 4 s before the first step count, too.": [
            epochs(PLAIN, 0),
            epochs(CHANGED, 0),
        ],
        "These are steps. A step has 128 images, and an epoch 55,000.": steps,
        "These are images. An epoch has 55,000.": [BATCH * count for count in steps],
        "A thousand times too many: 20 ms are 0.02 s, not 0.00002 s.": [
            1000 * value for value in right
        ],
        "A thousand times too few: 20 ms are 0.02 s, not 20 s.": [value / 1000 for value in right],
        "The 4 s before the first step are taken away from the time, not added to it.": [
            epochs(PLAIN, -START),
            epochs(CHANGED, -START),
        ],
    }.items():
        if _near(given, mistaken):
            raise Wrong(reply)
    place = 0 if not _near(given[:1], right[:1]) else 1
    called = ("Without changes", "With changes")[place]
    raise Wrong(
        f"{called} it is not {given[place]:g}. Begin with the seconds that are left for steps."
    )


def _near(given: list[float], right: list[float]) -> bool:
    return all(math.isclose(g, r, rel_tol=0.02) for g, r in zip(given, right, strict=True))


EXERCISES = (
    Exercise(
        name="11.1",
        task="Does the label stay right?",
        check=_check_labels,
        right="Whether a change may be used depends on what the label is about: mirroring is fine "
        "for cats, and wrong for digits.",
        hints=(
            "Would somebody who sees only the changed image give the same label?",
            "One image for which the label changes is enough: try a 6, a 7, a green tomato.",
        ),
        code="""labels = {
    "A": "keeps",
    "B": "changes",
    "C": "keeps",
    "D": "changes",
    "E": "changes",
    "F": "keeps",
}""",
        reasoning="A and F leave a digit what it is. A mirrored 2 is no 2, and a 6 upside down is "
        "a 9. A mirrored cat is a cat. The colour of a tomato says whether it is ripe.",
    ),
    Exercise(
        name="11.2",
        task="Normalise a batch by hand",
        check=normalising.check,
        right="In prediction the answer to an image depends on that image alone.",
        hints=(
            "In training, put `values.mean(axis=0)` in the place of `mean`, and "
            "`values.var(axis=0)` in that of `variance`.",
            "Both cases are then the same formula: take the mean away, divide by a square root.",
            "The square root is `np.sqrt(variance + 0.001)`.",
        ),
        code="""def normalise(values, mean, variance, is_training):
    if is_training:
        mean = values.mean(axis=0)
        variance = values.var(axis=0)
    return (values - mean) / np.sqrt(variance + 0.001)""",
        reasoning="`axis=0` goes through the images, so each column gets a mean and a variance of "
        "its own. The 0.001 keeps a column of equal values from a division by 0.",
    ),
    Exercise(
        name="11.3",
        task="Ask about moved copies",
        check=moved_copies.check,
        right="Five answers cost five times as much as one; nothing has to be trained for it.",
        hints=(
            "`np.pad(image, 1)` has a black border of one pixel: 30×30.",
            "`framed[0:28, 1:29]` is the image moved down by one; find the other three.",
            "Collect the five in a list, ask `predict(np.stack(copies))`, and take the mean over "
            "`axis=0`.",
        ),
        code="""def mean_of_copies(predict, image):
    framed = np.pad(image, 1)
    copies = []
    for top, left in [(1, 1), (0, 1), (2, 1), (1, 0), (1, 2)]:
        copies.append(framed[top : top + 28, left : left + 28])
    return predict(np.stack(copies)).mean(axis=0)""",
        reasoning="Cutting the window one row higher out of the larger image moves the digit down "
        "by one. What leaves is lost, and black comes in. The mean over `axis=0` is that over the "
        "five answers.",
    ),
    Exercise(
        name="11.4",
        task="Equal time",
        check=_check_epochs,
        right="At equal time the changes cost about 1.5 of 6.5 epochs here. At equal epochs that "
        "price would be hidden.",
        hints=(
            "Of the 60 s, 4 are gone before the first step.",
            "The rest, divided by the time of a step, is the number of steps; each has 128 images.",
        ),
        code="""without_changes = (60 - 4) / 0.020 * 128 / 55_000
with_changes = (60 - 4) / 0.026 * 128 / 55_000""",
        reasoning="56 s hold 2,800 steps of 20 ms, or 2,154 of 26 ms. Each step has 128 images, "
        "and 55,000 images make an epoch: 6.5 and 5.0 epochs.",
    ),
)
