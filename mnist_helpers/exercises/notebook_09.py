"""The exercises of notebook 09: losses to expect, three runs to diagnose, a check of a batch."""

from typing import Any

import numpy as np

from mnist_helpers.datasets import mnist
from mnist_helpers.exercises import batches
from mnist_helpers.exercises.core import (
    Exercise,
    Wrong,
    as_choice,
    as_number,
    as_parts,
    short,
)

CLASSES = len(mnist.DESCRIPTION.classes)
MANY, FEW = 200, 2  # classes, in 09.1
FIRST, LOWEST = float(np.log(MANY)), float(np.log(1 + 1 / np.e))


def _two_losses(answer: Any) -> None:
    parts = as_parts(answer)
    if parts is None or len(parts) != 2:
        raise Wrong("Leave the last line as it was: it passes a list of your two answers.")
    first, lowest = (as_number(part) for part in parts)
    sure = float(np.e / (np.e + 1))
    _expect(
        first,
        FIRST,
        "`first_loss`",
        {
            float(np.log(CLASSES)): f"that is −ln(1/{CLASSES}), or the logarithm to base ten; "
            f"here there are {MANY} classes, and the loss takes `np.log`.",
            -FIRST: "a loss is never negative: *minus* the logarithm of 1/200.",
            float(np.log2(MANY)): "that is the logarithm to base 2; the loss takes `np.log`.",
            1 / MANY: "that is the probability of each class; the loss is −ln of it.",
            float(MANY): "that is the number of classes; the loss is −ln of a probability.",
            0.0: "a loss of 0 means: sure and always right. This network knows nothing yet.",
        },
    )
    _expect(
        lowest,
        LOWEST,
        "`lowest_loss`",
        {
            float(np.log(1 + (CLASSES - 1) / np.e)): f"that is the value for {CLASSES} classes: "
            f"now only one other class is left.",
            sure: "that is the highest probability; the loss is −ln of it.",
            1 - sure: "that is the probability of the *other* class.",
            -LOWEST: "a loss is never negative: *minus* the logarithm.",
            float(np.log(FEW)): "that is −ln(1/2), the loss of a network that knows nothing. How "
            "sure can it become?",
            0.0: "for that the true class would need the probability 1. What does the second "
            "softmax make of 1 and 0?",
            -float(np.log(1 - sure)): "that is the loss where it is sure, and wrong.",
            -float(np.log10(sure)): "that is the logarithm to base ten; the loss takes `np.log`.",
        },
    )


def _expect(given: float, wanted: float, name: str, typical: dict[float, str]) -> None:
    if abs(given - wanted) <= 0.005:
        return
    value = min(typical, key=lambda value: abs(given - value))
    if abs(given - value) <= 0.005:
        raise Wrong(f"{name} is not {given:.4g}: {typical[value]}")
    raise Wrong(f"{name} is not {given:.4g}. Which probability has the true class? Take −ln of it.")


BUGS = APART, SORTED, COPIED, TWICE, LOGITS, AT_END, OVER = (
    "shuffled apart",
    "sorted before the split",
    "copied before the split",
    "softmax twice",
    "logits",
    "schedule at its end",
    "overfitting",
)


def _run(before: str, shares: str, loss: str, val_loss: str) -> dict[str, Any]:
    training, validation, new = shares.split()
    return {
        "first loss": before,
        "training": training,
        "validation": validation,
        "new images": new,
        "loss": [float(value) for value in loss.split()],
        "val_loss": [float(value) for value in val_loss.split()],
    }


# The network of notebook 02 on MNIST, Adam, batches of 32. A: 150 images, ten noisy copies of
# each, a fifth of the copies held out. B: 2,000 images, shuffled apart from their labels, a fifth
# held out, learning rate 0.002. C: 2,000 images, sorted by digit, the last fifth held out. The
# new images are 2,000 others.
RUNS = {
    "A": _run(
        "2.31",
        "100.0% 100.0% 83.9%",
        "1.655 0.348 0.066 0.016 0.007 0.005 0.003 0.002",
        "0.703 0.163 0.038 0.014 0.007 0.005 0.003 0.002",
    ),
    "B": _run(
        "2.31",
        "75.6% 9.0% 9.7%",
        "2.303 2.296 2.287 2.271 2.245 2.207 2.152 2.090 2.007 1.923 "
        "1.791 1.645 1.526 1.410 1.316 1.149 1.013 0.944 0.879 0.769",
        "2.305 2.303 2.307 2.312 2.327 2.350 2.414 2.451 2.540 2.608 "
        "2.750 2.982 3.269 3.617 3.820 4.070 4.320 4.443 4.667 4.891",
    ),
    "C": _run(
        "2.35",
        "99.4% 3.5% 78.4%",
        "1.096 0.291 0.166 0.104 0.070 0.052 0.041 0.028",
        "13.074 9.749 8.929 8.672 8.351 9.711 9.679 10.376",
    ),
}
WHAT_IT_IS = {"A": COPIED, "B": APART, "C": SORTED}
# (Run, what was answered) → what would be different then.
AGAINST = {
    ("A", APART): "with labels of other images, only about one new image in ten would be right",
    ("A", SORTED): "then validation would ask for digits that training has not seen, and be low",
    ("A", TWICE): "its loss comes near 0; with softmax twice it stays above 1.46",
    ("A", LOGITS): "the loss before training is 2.31, as it should be; with logits it is far off",
    ("A", AT_END): "its training loss still falls in the last epoch, from 0.003 to 0.002",
    ("A", OVER): "an overfitted network does not read held-out images better than other new ones",
    (
        "B",
        SORTED,
    ): "then it would read new images of the digits that it trained with, as run C does",
    ("B", COPIED): "then validation would look too good; here it is no better than guessing",
    ("B", TWICE): "its training loss gets below 1, which softmax twice does not allow",
    ("B", LOGITS): "it begins at −ln(1/10), as a healthy network does; with logits it would not",
    ("B", AT_END): "its losses still move in the last epoch, so the rate is not 0",
    ("B", OVER): "an overfitted network still reads far more new images than somebody who "
    "guesses. What this one learned holds for no new image",
    ("C", APART): "78 of 100 new images are right, so the labels belong to their images",
    ("C", COPIED): "a twin in training makes validation better; here it is worse than guessing",
    ("C", TWICE): "its training loss gets far below 1.46",
    ("C", LOGITS): "the loss before training is near 2.30; with logits it would be far from it",
    ("C", AT_END): "the training loss is still falling in the last epoch",
    ("C", OVER): "then validation would be about as good as the new images: it has seen neither. "
    "Here 3.5% stand against 78.4%",
}


def _diagnoses(answer: Any) -> None:
    if isinstance(answer, dict):
        given = {str(run).strip().upper(): bug for run, bug in answer.items()}
    elif isinstance(answer, list | tuple | np.ndarray) and len(
        parts := as_parts(answer) or []
    ) == len(RUNS):
        given = dict(zip(RUNS, parts, strict=True))
    else:
        raise Wrong(f"The answer is a dictionary, one bug for each run, not {short(answer)}.")
    if set(given) != set(RUNS):
        raise Wrong(f"The runs are A, B and C; your answer has {short(list(given))}.")
    named = {run: as_choice(given[run], BUGS) for run in RUNS}
    wrong = [run for run in RUNS if named[run] != WHAT_IT_IS[run]]
    if wrong:
        run, right = wrong[0], len(RUNS) - len(wrong)
        raise Wrong(
            f'{right} of {len(RUNS)} are right. {run} is not "{named[run]}": '
            f"{AGAINST[run, named[run]]}."
        )


EXERCISES = (
    Exercise(
        name="09.1",
        task="Two losses to expect",
        check=_two_losses,
        right="Two numbers to compare with before and while you train.",
        hints=(
            "An untrained network gives each of 200 classes about the same probability. Which?",
            "For the second: at best, the first softmax gives 1 and 0. What do e¹ and e⁰ make?",
            "The loss is −ln of the probability of the true class: `-np.log(...)`.",
        ),
        code="""first_loss = -np.log(1 / 200)
lowest_loss = -np.log(np.e / (np.e + 1))""",
        reasoning="Untrained: 1/200 for each class, and −ln(1/200) = 5.30. Twice: the scores 1 and "
        "0 become e / (e + 1) = 0.731 at best, and −ln(0.731) = 0.313. With fewer classes the "
        "floor is lower, so this bug is harder to see.",
    ),
    Exercise(
        name="09.2",
        task="Three runs, three diagnoses",
        check=_diagnoses,
        right="Validation and new images should agree. Where they do not, ask how the split was "
        "made.",
        hints=(
            "Begin with the loss before training, and with how low the training loss gets. Which "
            "answers do these two rule out?",
            "Validation images and new images are both unseen, so they should be read equally "
            "well. In which runs are they not, and which of the two is better?",
            "In the run that is left: is anything that it learned of use for new images?",
        ),
        code="""diagnoses = {
    "A": "copied before the split",
    "B": "shuffled apart",
    "C": "sorted before the split",
}""",
        reasoning="A: validation is perfect, new images are not: each held-out copy has a twin "
        "in training. B: it learns its wrong labels by heart, slowly, and new images are a "
        "guess. C: it learns at once, and reads the digits that it knows; validation asks for "
        "the others.",
    ),
    Exercise(
        name="09.3",
        task="Check a batch",
        check=batches.check,
        right="Keep it: a call before `fit` costs nothing. It cannot see labels that are "
        "shuffled apart, though; for that, look at the images.",
        hints=(
            "One `if` for each word, all of them independent of each other.",
            "`images.min() < 0 or images.max() > 1` is the range. `<` and `>` with NaN "
            "are always False, so NaN needs a test of its own.",
            "`np.nanmax(images) < 0.5`, `labels.ndim > 1`, `len(np.unique(labels)) == 1`.",
        ),
        code="""def check_batch(images, labels):
    problems = []
    if len(images) != len(labels):
        problems.append("lengths")
    if labels.ndim > 1:
        problems.append("axes")
    if np.isnan(images).any():
        problems.append("nan")
    if np.nanmin(images) < 0 or np.nanmax(images) > 1:
        problems.append("range")
    if np.nanmax(images) < 0.5:
        problems.append("dark")
    if labels.min() < 0 or labels.max() > 9:
        problems.append("classes")
    if len(np.unique(labels)) == 1:
        problems.append("one class")
    return problems""",
        reasoning="Each line is one question about what goes in. `np.nanmin` and `np.nanmax` "
        "leave NaN out; with `min` and `max` the other questions would get NaN for an answer.",
    ),
)
