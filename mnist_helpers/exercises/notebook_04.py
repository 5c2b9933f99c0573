"""Exercises of notebook 04: a confusion matrix, refusing, an interval, what it allows to say."""

from typing import Any

import numpy as np

from mnist_helpers.exercises import interval
from mnist_helpers.exercises.core import (
    Exercise,
    Wrong,
    as_array,
    as_choice,
    as_function,
    as_number,
    call,
)

# Rows: 50 true 3s, 50 true 5s, 50 true 8s; columns: answered 3, 5, 8. As the task shows it.
MATRIX = np.array([[45, 3, 2], [6, 40, 4], [0, 1, 49]])
CLOSE = 0.006  # so that 0.88 is right for 45/51


def _matrix(answer: Any) -> None:
    taken, recall, precision = as_array(answer, (3,))
    if taken == MATRIX[0, 1]:
        raise Wrong(
            "3 is how many 3s were taken for a 5. The row is the true digit: look for 5 in the "
            "row, and for 3 in the column."
        )
    if taken != MATRIX[1, 0]:
        raise Wrong(f"{taken:g} is not the count in the row of the true 5s, under the answer 3.")
    if max(recall, precision) > 1:
        raise Wrong("Recall and precision are shares between 0 and 1, not percentages or counts.")
    right_recall = MATRIX[1, 1] / MATRIX[1].sum()
    precision_of_5 = MATRIX[1, 1] / MATRIX[:, 1].sum()
    if abs(recall - precision_of_5) < CLOSE:
        raise Wrong(
            "40/44 is the precision of the answer 5: it divides by the column. Recall asks how "
            "many of the 50 true 5s were found."
        )
    if abs(recall - right_recall) > CLOSE:
        raise Wrong(f"{recall:.3g} is not the recall of 5: found 5s, divided by all true 5s.")
    recall_of_3 = MATRIX[0, 0] / MATRIX[0].sum()
    if abs(precision - recall_of_3) < CLOSE:
        raise Wrong(
            "45/50 is the recall of 3: it divides by the row. Precision asks how many of all "
            "answers 3 were right."
        )
    if abs(precision - MATRIX[0, 0] / MATRIX[:, 0].sum()) > CLOSE:
        raise Wrong(
            f"{precision:.3g} is not the precision of the answer 3: right answers 3, divided by "
            "all answers 3, the sum of that column."
        )


def _cases() -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Labels, probabilities and a share to refuse: the surest are most often right."""
    rng = np.random.default_rng(4)
    cases = []
    for count, classes, refused in ((200, 10, 0.25), (48, 3, 0.5), (120, 4, 0.0)):
        confidence = rng.permutation(np.linspace(0.55, 0.99, count))
        predicted = rng.integers(classes, size=count)
        # The other probabilities differ: where all are equal, the margin sorts like the largest.
        rest = rng.random((count, classes))
        rest[np.arange(count), predicted] = 0
        probabilities = rest / rest.sum(axis=1, keepdims=True) * (1 - confidence)[:, np.newaxis]
        probabilities[np.arange(count), predicted] = confidence
        is_right = rng.random(count) < (confidence - 0.2)
        labels = np.where(is_right, predicted, (predicted + 1) % classes)
        cases.append((labels, probabilities, refused))
    return cases


def _refusing(answer: Any) -> None:
    function = as_function(answer)
    for labels, probabilities, refused in _cases():
        hits = probabilities.argmax(axis=1) == labels
        order = probabilities.max(axis=1).argsort()
        count = round(refused * len(labels))
        kept = hits[order[count:]]
        where = f"For {len(labels)} images and refused={refused:g}"
        try:
            given = as_number(call(function, labels, probabilities, refused))
        except Wrong as wrong:
            gives_nan = "not `nan`" in str(wrong)
            if not refused and (gives_nan or "ZeroDivisionError" in str(wrong)):
                raise Wrong(
                    "With refused=0 no image may be lost, and your function keeps none: [:-0] is "
                    "empty. Cut from the front: order[count:]."
                ) from None
            if gives_nan:
                raise Wrong(
                    f"{where} your function gives nan: no image is left. Is the number to refuse "
                    "right for this number of images?"
                ) from None
            raise
        if abs(given - kept.mean()) < 1e-6:
            continue
        said = f"{where} your function gives {given:.4g}"
        if abs(given - kept.sum() / len(hits)) < 1e-6:
            raise Wrong(f"{said}: that counts the refused images as wrong. Divide by those kept.")
        if abs(given - hits[order[: len(hits) - count]].mean()) < 1e-6 and refused:
            raise Wrong(f"{said}: that refuses the surest answers. Refuse the least sure ones.")
        if refused and abs(given - hits[order[:count]].mean()) < 1e-6:
            raise Wrong(f"{said}: that is the accuracy of the refused images, not of the others.")
        if abs(given - hits.mean()) < 1e-6:
            raise Wrong(f"{said}: that is the accuracy of all images; none was refused.")
        if abs(given - 100 * kept.mean()) < 1e-4:
            raise Wrong(f"{said}: right as a percentage; a share between 0 and 1 is asked for.")
        raise Wrong(
            f"{said}, and {kept.mean():.4g} is right: {count} images are refused, those with the "
            "smallest highest probability."
        )


STATEMENTS = ("a", "b", "c", "d")


def _statement(answer: Any) -> None:
    chosen = as_choice(answer, STATEMENTS)
    if chosen == "a":
        raise Wrong(
            "Overlapping intervals do not show that two networks are equal. Both saw the same "
            "images, so look at the answers that differ: 10 against 30."
        )
    if chosen == "c":
        raise Wrong(
            "One network of each recipe was trained. Another seed gives another network, and may "
            "turn the order round: a recipe needs several seeds."
        )
    if chosen == "d":
        raise Wrong(
            "An interval does not say for certain: made in this way, it misses the true value 5 "
            "times in 100. And it counts only the luck of the test images."
        )


EXERCISES = (
    Exercise(
        name="04.1",
        task="Read a confusion matrix",
        check=_matrix,
        right="Recall divides by a row, precision by a column.",
        hints=(
            "The row is the true digit, the column the answer. Find the row of the 5s first.",
            "Recall of 5: the count on the diagonal, divided by the sum of its row.",
            "Precision of the answer 3: the count on the diagonal, divided by the sum of its "
            "column, 45 + 6 + 0.",
        ),
        code="""taken = 6
recall_of_5 = 40 / (6 + 40 + 4)
precision_of_3 = 45 / (45 + 6 + 0)""",
        reasoning="In the row of the true 5s, 6 stand under the answer 3. Of the 50 true 5s, 40 "
        "were found: 0.8. The answer 3 was given 51 times, 45 times rightly: 0.88.",
    ),
    Exercise(
        name="04.2",
        task="Refuse the least sure answers",
        check=_refusing,
        right="Now try it on the test images: "
        "`accuracy_when_sure(test_labels, probabilities, 0.01)`.",
        hints=(
            "The confidence of each answer is `probabilities.max(axis=1)`; `argsort()` gives the "
            "positions from the least sure to the surest.",
            "The number of images to refuse is `round(refused * len(labels))`. Leave out so many "
            "positions at the front.",
            "Take `probabilities.argmax(axis=1) == labels` at the positions kept, and its mean.",
        ),
        code="""def accuracy_when_sure(labels, probabilities, refused):
    order = probabilities.max(axis=1).argsort()  # least sure first
    kept = order[round(refused * len(labels)) :]
    right = probabilities.argmax(axis=1) == labels
    return right[kept].mean()""",
        reasoning="Sorting by confidence puts the doubtful answers in front. They are left out, "
        "and the accuracy is that of the others: a person reads the refused ones.",
    ),
    Exercise(
        name="04.3",
        task="An interval by drawing again",
        check=interval.check,
        right="This way is called the bootstrap (Efron, 1979). It needs no formula, and works for "
        "other numbers than an accuracy, too.",
        hints=(
            "One draw: `np.random.choice(right, len(right))` takes as many answers as there are, "
            "and may take one twice.",
            "Append the mean of each draw to a list, 2,000 times.",
            "`np.quantile(means, 0.025)` is the value that 2.5% of the means lie below.",
        ),
        code="""def interval(right):
    means = []
    for _ in range(2000):
        draw = np.random.choice(right, len(right))
        means.append(draw.mean())
    return np.quantile(means, 0.025), np.quantile(means, 0.975)""",
        reasoning="Each draw plays another test set that might have come. The accuracies of the "
        "2,000 draws spread as the luck of the images lets them, and the middle 95% of them are "
        "the interval.",
    ),
    Exercise(
        name="04.4",
        task="What may be said",
        check=_statement,
        right="10 and 30 differ by 20, and luck reaches about 2 × √40 = 13. The statement is on "
        "these two networks and on images like these, and on nothing else.",
        hints=(
            "Which statement is on two networks, and which on two recipes?",
            "Luck moves the difference of two counts a and b by about 2√(a + b). Work it out for "
            "10 and 30.",
        ),
        code='statement = "b"',
        reasoning="On the same images, only the answers that differ tell which network is better: "
        "10 against 30 is more than luck. Overlapping intervals prove no equality (a), one "
        "training each says little on recipes (c), and no interval is certain (d).",
    ),
)
