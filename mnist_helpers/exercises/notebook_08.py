"""The exercises of notebook 08: verdicts, unfair plans, a paired interval, the seeds it takes."""

from mnist_helpers.exercises import lettered, paired
from mnist_helpers.exercises.core import Exercise

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


def _verdicts(answer: object) -> None:
    given = lettered.as_words(answer, VERDICTS)
    lettered.check_words(given, WHAT_FOLLOWS, AGAINST_VERDICT)


def _plans(answer: object) -> None:
    against = {(letter, kind): AGAINST_KIND[letter] for letter in AGAINST_KIND for kind in KINDS}
    lettered.check_words(lettered.as_words(answer, KINDS), WHAT_CHANGED, against)


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
