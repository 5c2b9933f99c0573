"""The exercises of notebook 15: accidents, the time for sending, gradients, machines."""

from mnist_helpers.exercises import lettered, sharing
from mnist_helpers.exercises.core import Exercise

KINDS = REFUSED, STOPS, GOES_ON = ("refused", "stops", "goes on")
WHAT_HAPPENS = {"A": STOPS, "B": REFUSED, "C": GOES_ON, "D": STOPS, "E": GOES_ON}
# Case → what a wrong answer to it has overlooked.
AGAINST = {
    "A": "it had begun, and the gradients of a worker are missing from now on; nobody has started "
    "it anew yet",
    "B": "what do the workers compare before the first step?",
    "C": "what has the chief kept, and what do all read from it when they start?",
    "D": "it had begun; what happens to the others when the chief cannot save?",
    "E": "look at what may change between two starts, and what may not",
}


def _cases(answer: object) -> None:
    against = {(letter, kind): AGAINST[letter] for letter in AGAINST for kind in KINDS}
    lettered.check_words(lettered.as_words(answer, KINDS), WHAT_HAPPENS, against)


EXERCISES = (
    Exercise(
        name="15.1",
        task="Say what happens",
        check=_cases,
        right="No case ends with half a training that looks like a whole one.",
        hints=(
            "First ask: had the training begun? What is found before it begins is refused.",
            "Then: has somebody started it again? Only a new start can go on.",
            "The number of workers is not among the settings that must stay as they were.",
        ),
        code="""happens = {
    "A": "stops",
    "B": "refused",
    "C": "goes on",
    "D": "stops",
    "E": "goes on",
}""",
        reasoning="A and D happen in the middle: all workers stop, with the same message. B is "
        "found when the workers meet. C and E are new starts, with the same data and settings: "
        "they go on after the last epoch that was kept; the number of workers may be another one.",
    ),
    Exercise(
        name="15.2",
        task="Compute the time for sending",
        check=sharing.check_sending,
        right="And this in each step, however fast the machines compute.",
        hints=(
            "2,500,000 gradients of 4 bytes are 10 MB, and 80 million bits.",
            "At 1 Gbit/s all of them once would take 80 ms.",
            "In the ring a machine sends 2 × 7 pieces, each of them an eighth of all.",
        ),
        code="""milliseconds = 1000 * 2 * 7 / 8 * 2_500_000 * 4 * 8 / 1e9""",
        reasoning="10 MB are 80 million bits: 80 ms at 1 Gbit/s. Of them each machine sends 14 "
        "eighths: 140 ms.",
    ),
    Exercise(
        name="15.3",
        task="Put the gradients together",
        check=sharing.check_together,
        right="A worker without images has no say, whatever its numbers are.",
        hints=(
            "A worker that had three times as many images counts three times as much.",
            "Multiply each gradient by its count, and add up: `zip(gradients, counts)` gives both.",
            "Then divide by the number of all images, `sum(counts)`.",
        ),
        code="""def together(gradients, counts):
    total = 0
    for gradient, count in zip(gradients, counts):
        total = total + count * gradient
    return total / sum(counts)""",
        reasoning="A mean gradient, times its number of images, is the sum over these images. All "
        "sums together are the sum over the batch; divided by the number of its images, it is the "
        "batch's mean gradient. In one line: `np.average(gradients, axis=0, weights=counts)`.",
    ),
    Exercise(
        name="15.4",
        task="Find how many machines are fastest",
        check=sharing.check_best,
        right="From there on, a further machine makes a step longer.",
        hints=(
            "Compute the time of a step for each number of machines: its part, and the sending.",
            "A round takes `size / n * 8 / bits + latency` seconds, and there are `2 * (n - 1)`.",
            "Keep the number whose step is the shortest so far, in a loop over "
            "`part_seconds.items()`.",
        ),
        code="""def fastest(part_seconds, size, bits, latency):
    steps = {}
    for n, seconds in part_seconds.items():
        one_round = size / n * 8 / bits + latency
        steps[n] = seconds + 2 * (n - 1) * one_round
    return min(steps, key=steps.get)""",
        reasoning="More machines compute their parts sooner, and send for longer. Only the sum "
        "says which number is best. `min` with `key` gives the key of the smallest value.",
    ),
)
