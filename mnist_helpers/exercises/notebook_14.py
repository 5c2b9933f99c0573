"""The exercises of notebook 14: what is trained, drawing labels, preparing images, mistakes."""

from typing import Any

from mnist_helpers.exercises import few_labels, lettered
from mnist_helpers.exercises.core import Exercise, Wrong, as_parts, as_whole

# The base of 14.1.
BASE, FEATURES, CLASSES = 120_000, 64, 5
HEAD = FEATURES * CLASSES + CLASSES

KINDS = RECOMPILE, RATE, INPUT, LABELS, FINE = (
    "not compiled anew",
    "rate too large",
    "wrong input",
    "judged by what it learned from",
    "fine",
)
WHAT_IS_WRONG = {"A": RATE, "B": RECOMPILE, "C": FINE, "D": INPUT, "E": LABELS}
AGAINST = {
    "A": "the accuracy was good before the first step on the base, and fell with it. What decides "
    "how far a step moves the weights?",
    "B": "the digest says that not one bit of the base has changed. What does `fit` go by?",
    "C": "the base is frozen and its digest is the same, the head learns, and other images judge. "
    "Nothing speaks against it",
    "D": "look at the numbers that go in, and at those that the base was trained on",
    "E": "look at where the 50 images that judge come from",
}


def _check_trained(answer: Any) -> None:
    parts = as_parts(answer)
    if parts is None or len(parts) != 2:
        raise Wrong("Two numbers are asked for: `[frozen, thawed]`.")
    frozen, thawed = (as_whole(part) for part in parts)
    if (frozen, thawed) == (HEAD + BASE, HEAD):
        raise Wrong("The two are exchanged: with a frozen base only the head learns.")
    if frozen != HEAD:
        typical = {
            FEATURES * CLASSES: "the biases are missing: each of the five classes has one.",
            BASE: "these are the weights of the base, which is frozen.",
            BASE + HEAD: "these are all weights, and the base is frozen.",
            FEATURES + CLASSES: "each of the five classes has a weight for *each* of the 64 "
            "features, and a bias.",
            0: "the head learns.",
        }
        reply = typical.get(frozen, "count the weights and the biases of the new head alone.")
        raise Wrong(f"With the frozen base it is not {frozen:,}: {reply}")
    if thawed != BASE + HEAD:
        reply = "the base learns, and so does the head."
        if thawed == BASE:
            reply = "the head still learns, too."
        raise Wrong(f"With the thawed base it is not {thawed:,}: {reply}")


def _check_mistakes(answer: Any) -> None:
    given = lettered.as_words(answer, KINDS)
    against = {(letter, kind): AGAINST[letter] for letter in WHAT_IS_WRONG for kind in KINDS}
    lettered.check_words(given, WHAT_IS_WRONG, against)


EXERCISES = (
    Exercise(
        name="14.1",
        task="How many weights learn?",
        check=_check_trained,
        right="With few labels, what the base already knows need not be learned from them.",
        hints=(
            "With a frozen base only the new head learns: a dense layer from 64 numbers to 5.",
            "It has a weight for each pair, 64 · 5, and a bias for each class.",
            "With the thawed base, its 120,000 weights learn as well.",
        ),
        code="""frozen = 64 * 5 + 5
thawed = 120_000 + frozen""",
        reasoning="The head has 64 · 5 = 320 weights and 5 biases, 325 together. With the base "
        "thawed, 120,325 learn.",
    ),
    Exercise(
        name="14.2",
        task="Draw labels for each class",
        check=few_labels.check_draw,
        right="With such a draw no class is missing, and another seed gives another draw.",
        hints=(
            "`np.flatnonzero(labels == label)` gives the positions of one class.",
            "`random.choice(places, count, replace=False)` picks so many of them, none twice.",
            "Make `random = np.random.default_rng(seed)` once, before the loop, and put the "
            "parts together with `np.concatenate`.",
        ),
        code="""def draw(labels, count, seed):
    random = np.random.default_rng(seed)
    chosen = []
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        chosen.append(random.choice(places, count, replace=False))
    return np.concatenate(chosen)""",
        reasoning="The loop takes each class alone, so each gives `count`. `replace=False` takes "
        "no position twice.",
    ),
    Exercise(
        name="14.3",
        task="Prepare digits for a base of photographs",
        check=few_labels.check_prepare,
        right="The base gets numbers of the kind, and the shape, that it was trained on.",
        hints=(
            "0…255 becomes −1…1 if you divide by 127.5 and take 1 away.",
            "`images[..., np.newaxis]` adds the axis of the colours, with one colour.",
            "`np.repeat(grey, 3, axis=-1)` makes three equal colours of it.",
        ),
        code="""def prepare(images):
    scaled = images / 127.5 - 1
    grey = scaled[..., np.newaxis]
    return np.repeat(grey, 3, axis=-1)""",
        reasoning="Dividing by 127.5 gives 0…2, and taking 1 away −1…1. A grey pixel is one whose "
        "red, green and blue are equal.",
    ),
    Exercise(
        name="14.4",
        task="What went wrong?",
        check=_check_mistakes,
        right="A digest, the range of the inputs and the curve of the first steps tell most of it.",
        hints=(
            "The digest of the base says whether it has learned anything.",
            "`fit` goes by what was trainable when the network was compiled.",
            "MobileNetV2 was trained on numbers from −1 to 1.",
        ),
        code="""causes = {
    "A": "rate too large",
    "B": "not compiled anew",
    "C": "fine",
    "D": "wrong input",
    "E": "judged by what it learned from",
}""",
        reasoning="A: large steps destroy what the base knew. B: `trainable` counts from the next "
        "`compile` on. D: 0…255 is not −1…1. E: images that were learned from say nothing about "
        "new ones.",
    ),
)
