"""The exercises of notebook 07: a closing, a bound, a vote, and another distribution."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mnist_helpers.exercises import closing, core
from mnist_helpers.exercises.core import Exercise, Wrong, call, short

# least probability → digits answered, right of those; of 1,000
_COUNTED = {0.5: (988, 974), 0.6: (981, 972), 0.7: (969, 964), 0.8: (957, 955), 0.9: (921, 920)}
_ALLOWED = 5  # wrong answers


def _check_bound(answer: Any) -> None:
    number = core.as_number(answer)
    bound = next((bound for bound in _COUNTED if abs(bound - number) < 1e-6), None)
    if bound is None and number in {round(100 * bound) for bound in _COUNTED}:
        raise Wrong("Give the bound as it stands in the table, such as 0.5, not in percent.")
    if bound is None:
        raise Wrong(f"{short(number)} is none of the bounds in the table.")
    wrong = {bound: answered - right for bound, (answered, right) in _COUNTED.items()}
    answered, right = _COUNTED[bound]
    if wrong[bound] > _ALLOWED:
        raise Wrong(
            f"With {bound} the bank answers {answered} digits, {right} of them rightly: that is "
            f"{wrong[bound]} wrong amounts, and at most {_ALLOWED} are allowed."
        )
    if any(wrong[other] <= _ALLOWED for other in _COUNTED if other < bound):
        raise Wrong(
            f"With {bound} the wrong amounts are only {wrong[bound]}, but {1000 - answered} "
            f"digits are refused. A lower bound keeps to the condition, too: {_ALLOWED} wrong "
            "amounts are allowed."
        )


def _winner(votes: Sequence[Any], least: int) -> Any:
    ranked = Counter(votes).most_common(2)
    if not ranked or ranked[0][1] < least:
        return None
    if len(ranked) == 2 and ranked[0][1] == ranked[1][1]:
        return None
    return ranked[0][0]


def _vote(labels: Sequence[int | None], least: int) -> int | None:
    return _winner([label for label in labels if label is not None], least)


def _first(labels: Sequence[int | None], least: int) -> int | None:
    """Vote without a look at who shares the first place."""
    ranked = Counter(label for label in labels if label is not None).most_common(1)
    return ranked[0][0] if ranked and ranked[0][1] >= least else None


def _films() -> list[tuple[list[int | None], int]]:
    random = np.random.default_rng(7)
    films: list[tuple[list[int | None], int]] = [
        ([None, 3, 3, 1, None], 2),
        ([None, None, None, 8, 8], 2),
        ([0, 0, 0, None, 6], 3),
        ([5, 5, 2], 3),
        ([4, 9, 4, 9, None], 2),
        ([4, 9, 9, 4, 7], 1),
        ([None, None], 1),
        ([], 1),
        ([7], 1),
    ]
    for _ in range(12):
        labels = random.integers(-2, 4, 9).tolist()
        film = [None if label < 0 else label for label in labels]
        films.append((film, int(random.integers(1, 5))))
    return films


_NOT_VOTED: tuple[tuple[str, Callable[[Sequence[int | None], int], Any]], ...] = (
    ("Two labels share the first place here: then the answer is None.", _first),
    (
        "0 is a label like the others. Compare with None: `label is not None`.",
        lambda labels, least: _vote([label or None for label in labels], least),
    ),
    (
        "None is no label: a film with many empty pictures can still have an answer. Leave them "
        "out before you count.",
        _winner,
    ),
    (
        "`least` pictures are enough: compare with `>=`.",
        lambda labels, least: _vote(labels, least + 1),
    ),
    (
        "A label that fewer than `least` pictures got is no answer.",
        lambda labels, least: _vote(labels, 0),
    ),
)


def _check_vote(answer: Any) -> None:
    function, films, found = core.as_function(answer), _films(), []
    for labels, least in films:
        given = call(function, labels, least, none=True)
        if isinstance(given, str):
            raise Wrong(f"Your function returns the text “{given[:20]}”: return a label, or None.")
        try:
            found.append(None if given is None else core.as_whole(given))
        except Wrong as error:
            case = f"For {short(labels)} and least = {least}"
            raise Wrong(f"{case}: {error} Return a label, or None.") from None
    for (labels, least), given in zip(films, found, strict=True):
        if given == _vote(labels, least):
            continue
        what = f"For {short(labels)} and least = {least} your function gives {short(given)}"
        for reply, wrong in _NOT_VOTED:  # one that explains all answers
            if found == [wrong(*film) for film in films]:
                raise Wrong(f"{what}. {reply}")
        if _vote(labels, least) is None and _first(labels, least) is not None:
            raise Wrong(f"{what}. {_NOT_VOTED[0][0]}")
        raise Wrong(f"{what}; right is {short(_vote(labels, least))}.")


_SETS = {  # number → whether it is of another distribution, and why
    1: (False, "the order of the images changes nothing in how each of them is written"),
    2: (True, "forms that are frequent there are rare among MNIST's writers"),
    3: (False, "twenty are few, and that makes their accuracy uncertain, but nothing else"),
    4: (True, "the writers are the same, but hardly any image of the training is turned so far"),
    5: (True, "strokes as thick as a felt pen's are rare in the training images"),
    6: (False, "without loss, each image has the same shades as before"),
}


def _check_shifted(answer: Any) -> None:
    given = core.as_indices(answer)
    for number in given:
        if number not in _SETS:
            raise Wrong(f"There is no set {number}: they are numbered from 1 to {len(_SETS)}.")
    if not given:
        raise Wrong("At least one of the sets is of another distribution.")
    for number, (is_shifted, why) in _SETS.items():
        if is_shifted and number not in given:
            raise Wrong(f"Think again about set {number}, which you left out: {why}.")
        if not is_shifted and number in given:
            raise Wrong(f"Think again about set {number}, which you named: {why}.")


EXERCISES = (
    Exercise(
        name="07.1",
        task="A closing by hand",
        check=closing.check,
        right="With a window of 1 nothing changes; with one wider than the row all is as light as "
        "its lightest pixel. `ndimage.grey_closing(row, window)` gives the same.",
        hints=(
            "The window of pixel i goes from i − half to i + half, where half is `window // 2`.",
            "At the ends: `row[max(0, i - half) : i + half + 1]`. A slice may reach beyond the "
            "end of a list, but a negative start counts from the end.",
            "Put the lightest of each window into a new list, and take the darkest from *that* "
            "list in a second loop.",
        ),
        code="""
def closing(row, window):
    half = window // 2
    lightest = []
    for i in range(len(row)):
        lightest.append(max(row[max(0, i - half) : i + half + 1]))
    ground = []
    for i in range(len(row)):
        ground.append(min(lightest[max(0, i - half) : i + half + 1]))
    return ground
""".strip(),
        reasoning="The first loop takes dark things away that are narrower than the window, and "
        "makes light parts wider. The second loop makes them as narrow as before. It must read the "
        "finished list of the first: otherwise the ink comes back.",
    ),
    Exercise(
        name="07.2",
        task="Choose a bound",
        check=_check_bound,
        right="5 wrong amounts, and 31 digits for somebody to look at. On other cheques it will "
        "not be exactly 5: these are counts, and each has its interval.",
        hints=(
            "Wrong answers are the digits answered minus the right ones of those.",
            "Cross out the bounds with more than 5 wrong answers. Of the others, which refuses "
            "the fewest digits?",
        ),
        code="bound = 0.7",
        reasoning="The bounds give 14, 9, 5, 2 and 1 wrong answers, so 0.7, 0.8 and 0.9 are "
        "allowed. Of these, 0.7 refuses the fewest digits: 31. The smudges have no part in the "
        "rule; they tell what the choice costs elsewhere.",
    ),
    Exercise(
        name="07.3",
        task="One answer for a film",
        check=_check_vote,
        right="A rule that may answer None needs two things: enough votes, and a clear winner.",
        hints=(
            "Leave the None out first, with `label is not None`: 0 counts as false, too.",
            "`Counter(labels).most_common(2)` gives the two labels with the most votes, each with "
            "its count. There can be fewer than two.",
            "Return None if the first count is below `least`, or if it equals the second.",
        ),
        code="""
def vote(labels, least):
    from collections import Counter

    votes = Counter(label for label in labels if label is not None)
    ranked = votes.most_common(2)
    if not ranked or ranked[0][1] < least:
        return None
    if len(ranked) == 2 and ranked[0][1] == ranked[1][1]:
        return None
    return ranked[0][0]
""".strip(),
        reasoning="The empty pictures are no votes. Then there are three ways to have no answer: "
        "no votes at all, too few for the winner, or two winners.",
    ),
    Exercise(
        name="07.4",
        task="Which are of another distribution?",
        check=_check_shifted,
        right="Writers, pens and the way of taking a picture make a distribution; the number of "
        "images, their order and the file format do not.",
        hints=(
            "Ask of each set: is there something frequent in it that is rare in the training "
            "images?",
            "Few images make an accuracy uncertain. That is no shift.",
        ),
        code="shifted = [2, 4, 5]",
        reasoning="2 has other writers, 4 other positions, 5 another pen: each makes something "
        "frequent that is rare in the training. 1, 3 and 6 hold images of the same source, in "
        "another order, fewer of them, or in another file.",
    ),
)
