"""The exercises of notebook 08: verdicts, unfair plans, a paired interval, the seeds it takes."""

from collections.abc import Mapping, Sequence

import numpy as np

from mnist_helpers.exercises import paired
from mnist_helpers.exercises.core import Exercise, Wrong, as_choice, short

LETTERS = "ABCDE"
VERDICTS = BETTER, WORSE, UNDECIDED = ("better", "worse", "undecided")
WHAT_FOLLOWS = {"A": UNDECIDED, "B": BETTER, "C": BETTER, "D": WORSE, "E": UNDECIDED}
# (Comparison, what was answered) → what speaks against the answer.
AGAINST_VERDICT = {
    ("A", BETTER): "its interval holds 0, too; the mean alone does not decide",
    ("A", WORSE): "most of its interval lies above 0, and a part of it below",
    ("B", WORSE): "more accuracy is better, and all of the interval lies above 0",
    ("B", UNDECIDED): "a small difference can be decided: all of the interval lies above 0",
    ("C", WORSE): "of a loss, less is better",
    ("C", UNDECIDED): "all of the interval lies on one side of 0",
    ("D", BETTER): "of seconds, fewer are better",
    ("D", UNDECIDED): "all of the interval lies on one side of 0",
    ("E", BETTER): "one seed has no interval, however large the difference is",
    ("E", WORSE): "one seed has no interval; and the difference is above 0",
}
KINDS = FAIR, SEEDS, EPOCHS, RATE, METRIC = ("fair", "seeds", "epochs", "rate", "metric")
WHAT_CHANGED = {"A": SEEDS, "B": RATE, "C": FAIR, "D": EPOCHS, "E": METRIC}
# Plan → what a wrong answer to it has overlooked.
AGAINST_KIND = {
    "A": "look at the numbers from which the random numbers of the two sides come",
    "B": "a batch eight times as large makes an eighth of the steps; what has to go with it?",
    "C": "look for a second difference: the seeds are the same, the epochs too, and the metric",
    "D": "count how long each of the two networks is trained",
    "E": "compare what is reported of the one side with what is reported of the other",
}


def _letters(answer: object, kinds: Sequence[str]) -> dict[str, str]:
    """Read letter → kind, from a dictionary or, in their order, a list."""
    if isinstance(answer, dict):
        found = {str(letter).strip().upper(): kind for letter, kind in answer.items()}
    elif isinstance(answer, list | tuple) or (isinstance(answer, np.ndarray) and answer.ndim == 1):
        if len(answer) != len(LETTERS):
            raise Wrong(f"There are five letters, and your list has {len(answer)} entries.")
        found = dict(zip(LETTERS, answer, strict=True))
    else:
        raise Wrong(f"The answer is a dictionary, one word for each letter, not {short(answer)}.")
    if set(found) != set(LETTERS):
        raise Wrong(f"The letters are A to E; your answer has {short(list(found))}.")
    return {letter: as_choice(found[letter], kinds) for letter in LETTERS}


def _judge(given: Mapping[str, str], right: Mapping[str, str]) -> tuple[str, str, str] | None:
    """Return how many are right, in words, and the first letter that is not, with its answer."""
    wrong = [letter for letter in LETTERS if given[letter] != right[letter]]
    if not wrong:
        return None
    return f"{len(LETTERS) - len(wrong)} of 5 are right.", wrong[0], given[wrong[0]]


def _verdicts(answer: object) -> None:
    if found := _judge(_letters(answer, VERDICTS), WHAT_FOLLOWS):
        count, letter, kind = found
        raise Wrong(f'{count} {letter} is not "{kind}": {AGAINST_VERDICT[letter, kind]}.')


def _plans(answer: object) -> None:
    if found := _judge(_letters(answer, KINDS), WHAT_CHANGED):
        count, letter, kind = found
        raise Wrong(f'{count} {letter} is not "{kind}": {AGAINST_KIND[letter]}.')


EXERCISES = (
    Exercise(
        name="08.1",
        task="Give the verdicts",
        check=_verdicts,
        right="The size of the difference says nothing about the verdict: B is small and decided, "
        "E is large and undecided.",
        hints=(
            "Does the interval hold 0? Then it is undecided.",
            "Of a loss and of seconds, less is better.",
            "With one seed nothing is known about other seeds.",
        ),
        code="""verdicts = {
    "A": "undecided",
    "B": "better",
    "C": "better",
    "D": "worse",
    "E": "undecided",
}""",
        reasoning="A's interval holds 0. B's lies above 0: small, yet decided. C's lies below 0, "
        "and a smaller loss is better. D's lies above 0, and more seconds are worse. E has no "
        "interval at all.",
    ),
    Exercise(
        name="08.2",
        task="Find what changed unnoticed",
        check=_plans,
        right="Whatever differs between the two sides may be the cause of what comes out.",
        hints=(
            "Write down for each plan: seeds, epochs, rate, metric of the one side, and of the "
            "other.",
            "B has the same rate on both sides. That is just what is wrong there: trap 2.",
            "Which plan has nothing more than what it is about?",
        ),
        code="""changed = {
    "A": "seeds",
    "B": "rate",
    "C": "fair",
    "D": "epochs",
    "E": "metric",
}""",
        reasoning="A has other seeds on each side, so there are no pairs. In B the rate had to go "
        "with the batch. D trains one network longer. E gives one side five tries. In C only the "
        "pooling differs.",
    ),
    Exercise(
        name="08.3",
        task="The interval of paired results",
        check=paired.check_interval,
        right="Pairs first, then mean, standard deviation and factor.",
        hints=(
            "Go through the seeds of `option`; take those that are `in baseline`, too.",
            "Each pair gives one difference: `option[seed] - baseline[seed]`.",
            "`interval` from above does the rest.",
        ),
        code="""def paired_interval(option, baseline):
    values = []
    for seed in option:
        if seed in baseline:
            values.append(option[seed] - baseline[seed])
    n = len(values)
    factor = stats.t.ppf(0.975, n - 1)
    reach = factor * np.std(values, ddof=1) / np.sqrt(n)
    return np.mean(values) - reach, np.mean(values) + reach""",
        reasoning="Only a seed that both have makes a pair. The mean of n differences is uncertain "
        "by s / √n; with n differences the factor takes n − 1.",
    ),
    Exercise(
        name="08.4",
        task="How many seeds does it take?",
        check=paired.check_seeds,
        right="Half the reach takes up to four times as many seeds. That is why small differences "
        "are so often undecided.",
        hints=(
            "Begin with n = 2, and count up while the reach is too large.",
            "With n seeds it reaches `stats.t.ppf(0.975, n - 1) * s / np.sqrt(n)`.",
        ),
        code="""def seeds_needed(s, reach):
    n = 2
    while stats.t.ppf(0.975, n - 1) * s / np.sqrt(n) > reach:
        n += 1
    return n""",
        reasoning="The factor depends on n, so no formula gives n at once: count up until the "
        "reach is small enough. Both the factor and 1 / √n fall, so the first n that is enough is "
        "the smallest.",
    ),
)
