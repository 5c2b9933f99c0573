"""The exercises of notebook 12: unfair searches, a log scale, an honest report, a pruner."""

from mnist_helpers.exercises import lettered, searching
from mnist_helpers.exercises.core import Exercise

KINDS = FAIR, SEED, WINNER, TEST, TIME = ("fair", "seed", "winner", "test", "time")
WHAT_IS_WRONG = {"A": WINNER, "B": SEED, "C": TEST, "D": FAIR, "E": TIME}
# Study → what a wrong answer to it has overlooked.
AGAINST = {
    "A": "ask which images the reported number comes from, and what else they were used for",
    "B": "two workers are to try different settings; what makes them draw the same?",
    "C": "look for images that were to stay closed until the end",
    "D": "look once more: other images report, the seeds are new, and each has as many",
    "E": "compare how much each of the two sides was allowed to try",
}


def _studies(answer: object) -> None:
    against = {(letter, kind): AGAINST[letter] for letter in AGAINST for kind in KINDS}
    lettered.check_words(lettered.as_words(answer, KINDS), WHAT_IS_WRONG, against)


EXERCISES = (
    Exercise(
        name="12.1",
        task="Find what is wrong with the search",
        check=_studies,
        right="All four faults make the found settings look better than they are, or waste trials.",
        hints=(
            "For each study, ask: which images choose, and which report?",
            "Then: do both sides get the same time, and does each worker draw for itself?",
            "One study has no fault. It is the one that retrains with seeds that nothing used.",
        ),
        code="""faults = {
    "A": "winner",
    "B": "seed",
    "C": "test",
    "D": "fair",
    "E": "time",
}""",
        reasoning="A reports the number that chose, the highest of a hundred. In B both workers "
        "try the same settings, so that half of the work is for nothing. C lets the test set "
        "choose. E gives one side a hundred tries, and the other none. D is how it should be.",
    ),
    Exercise(
        name="12.2",
        task="Draw on a log scale",
        check=searching.check_draw,
        right="Each factor of ten gets the same share of the draws.",
        hints=(
            "Take logarithms: `np.log(low)` and `np.log(high)` are the ends of an ordinary range.",
            "At the share `u` of that range lies `start + u * (end - start)`.",
            "And back again: `np.exp(...)`.",
        ),
        code="""def log_draw(low, high, u):
    start, end = np.log(low), np.log(high)
    return np.exp(start + u * (end - start))""",
        reasoning="On the logarithms the range is an ordinary one, and `u` is a place in it. "
        "`np.exp` leads back. In one line: `low * (high / low) ** u`.",
    ),
    Exercise(
        name="12.3",
        task="Report honestly",
        check=searching.check_report,
        right="The images that chose name the trial; the others say how good it is.",
        hints=(
            "First find the place of the best trial, by the images to choose by.",
            "`np.argmax(choose)` gives the place of the largest value.",
            "What do the *other* images say of the trial at this place?",
        ),
        code="""def report_winner(choose, report):
    place = np.argmax(choose)
    return report[place]""",
        reasoning="`max(choose)` is the luckiest of many numbers. `max(report)` would let the "
        "images to report choose, and be as lucky. Only the trial's other number had no part in "
        "the choice.",
    ),
    Exercise(
        name="12.4",
        task="Be the pruner",
        check=searching.check_pruner,
        right="That is Optuna's `MedianPruner`. It knows nothing of schedules: who starts slowly "
        "is ended.",
        hints=(
            "After how many epochs do we look? `epochs = len(running)`. Of a finished trial, the "
            "accuracy after as many epochs is `curve[epochs - 1]`.",
            "With fewer than five finished trials, the answer is False.",
            "Compare `max(running)`, its best epoch so far, with `np.median(...)` of those values.",
        ),
        code="""def should_end(running, finished):
    if len(finished) < 5:
        return False
    epochs = len(running)
    then = []
    for curve in finished:
        then.append(curve[epochs - 1])
    return max(running) < np.median(then)""",
        reasoning="It compares at the same epoch: a trial after one epoch with others after one "
        "epoch, not with what they reached in the end. And it waits until there is something to "
        "compare with.",
    ),
)
