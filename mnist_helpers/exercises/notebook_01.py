"""The exercises of notebook 01: leaks, intervals, and the nearest neighbour."""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from mnist_helpers.exercises.core import (
    Exercise,
    Wrong,
    as_function,
    as_indices,
    as_number,
    as_whole,
    call,
)

MOST_IMAGES = 10**9  # above it nothing is computed

LEAKS = {  # step → what to think about, if it is left out
    2: "In step 2, the images that are held out have already been averaged into the means.",
    3: "In step 3, an image and its shifted copies come into both parts: they are nearly the same.",
    5: "In step 5, look at who wrote the images of both parts. The question is about strangers.",
    6: "In step 6, the best of twenty was chosen by the very images that the score is taken from.",
}
SOUND = {  # step → why it lets nothing leak, if it is named
    1: "Step 1 lets nothing leak: 255 is known before any image is seen.",
    4: "Step 4 lets nothing leak: no image of these six people is used for learning.",
    7: "Step 7 lets nothing leak: the largest value comes from training images only. They may be "
    "used for anything.",
}


def _leaks(answer: Any) -> None:
    steps = as_indices(answer)
    for step in steps:
        if step not in LEAKS | SOUND:
            raise Wrong(f"There is no step {step}: the steps have the numbers from 1 to 7.")
    for step in steps:
        if step in SOUND:
            raise Wrong(SOUND[step])
    if not steps:
        raise Wrong("Some of the steps do leak: find at least one.")
    missing = [step for step in LEAKS if step not in steps]
    if missing:
        found = "What you name does leak" if len(steps) > 1 else "This step does leak"
        raise Wrong(f"{found}, but it is not all. {LEAKS[missing[0]]}")


def _width(count: float) -> float:
    """Return how many points wide the 95% interval of 80% is, roughly, for so many images."""
    return 100 * 2 * 1.96 * math.sqrt(0.8 * 0.2 / count)


def _images_needed(answer: Any) -> None:
    count = as_number(answer)
    if count <= 0:
        raise Wrong("That is no number of images: it has to be larger than 0.")
    if 20 <= count <= 30:
        raise Wrong(f"If {count:g} is how many times as many are needed, multiply it by 1,000.")
    if count > MOST_IMAGES:
        raise Wrong("That is far too many.")
    if count <= 1000:
        raise Wrong(
            f"With {count:,.0f} images, no more than before, the interval does not get narrower."
        )
    says = f"With {count:,.0f} images it would be about {_width(count):.2f} points wide"
    if 4500 <= count <= 5500:
        raise Wrong(
            f"{says}: five times as many images do not make it five times narrower. In the "
            "notebook, how much narrower did four times as many make it?"
        )
    if count < 20_000:
        raise Wrong(f"{says}, and that is still too wide.")
    if count > 30_000:
        raise Wrong(f"{says}: fewer images are enough.")


Rule = Callable[[np.ndarray, np.ndarray, np.ndarray], int]


def _nearest(image: np.ndarray, stored: np.ndarray, labels: np.ndarray) -> int:
    differences = stored.astype(float) - image
    return int(labels[(differences**2).sum(axis=(1, 2)).argmin()])


def _all_together(image: np.ndarray, stored: np.ndarray, labels: np.ndarray) -> int:
    return int(labels[((stored.astype(float) - image) ** 2).sum().argmin()])


def _over_columns(image: np.ndarray, stored: np.ndarray, labels: np.ndarray) -> int:
    return int(labels[((stored.astype(float) - image) ** 2).sum(axis=(0, 1)).argmin()])


def _over_rows(image: np.ndarray, stored: np.ndarray, labels: np.ndarray) -> int:
    return int(labels[((stored.astype(float) - image) ** 2).sum(axis=(0, 2)).argmin()])


def _place(image: np.ndarray, stored: np.ndarray, labels: np.ndarray) -> int:
    return int(((stored.astype(float) - image) ** 2).sum(axis=(1, 2)).argmin())


def _farthest(image: np.ndarray, stored: np.ndarray, labels: np.ndarray) -> int:
    return int(labels[((stored.astype(float) - image) ** 2).sum(axis=(1, 2)).argmax()])


def _not_squared(image: np.ndarray, stored: np.ndarray, labels: np.ndarray) -> int:
    return int(labels[(stored.astype(float) - image).sum(axis=(1, 2)).argmin()])


def _not_squared_the_other_way(image: np.ndarray, stored: np.ndarray, labels: np.ndarray) -> int:
    return int(labels[(image - stored.astype(float)).sum(axis=(1, 2)).argmin()])


def _absolute(image: np.ndarray, stored: np.ndarray, labels: np.ndarray) -> int:
    return int(labels[abs(stored.astype(float) - image).sum(axis=(1, 2)).argmin()])


def _ink_only(image: np.ndarray, stored: np.ndarray, labels: np.ndarray) -> int:
    return int(labels[abs((stored.astype(float) - image).sum(axis=(1, 2))).argmin()])


_WRAPS = (
    "With scaled images your answers are right, with `uint8` they are not: it cannot hold negative "
    "numbers, and 3 − 5 becomes 254. Turn the images into floats before you subtract."
)
_CUTS = (
    "With `uint8` your answers are right, with scaled images they are not: whole numbers cut 0.7 "
    "down to 0. Use `astype(float)`."
)
_TOGETHER = (
    "You seem to add up all stored images together; one sum for each stored image is needed."
)
_SIGNED = (
    "Your function seems to add up the differences as they are, so that positive and negative "
    "ones cancel. Square each of them first."
)
TYPICAL: tuple[tuple[Rule, str], ...] = (
    (_place, "You return the place of the nearest image. Its label is asked for: `labels[place]`."),
    (_farthest, "You return the label of the image that is *farthest* away: take the smallest."),
    (_all_together, _TOGETHER),
    (_over_columns, _TOGETHER),
    (_over_rows, _TOGETHER),
    (_not_squared, _SIGNED),
    (_not_squared_the_other_way, _SIGNED),
    (_ink_only, _SIGNED),
    (
        _absolute,
        "You seem to add up the absolute differences. That is a distance, too, but another one: "
        "here each difference is squared.",
    ),
)


def _hidden_cases() -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Make small images, every other case scaled; none has two that are equally near.

    How many are stored differs, so that a loop over a fixed number of them is seen.
    """
    rng = np.random.default_rng(1)
    cases = []
    for number in range(40):
        height, width = rng.integers(3, 7, 2)
        count = int(rng.integers(7, 12))
        drawn = rng.integers(0, 256, (count + 1, height, width)).astype(np.uint8)
        images = drawn / np.float32(255) if number % 2 else drawn
        cases.append((images[0], images[1:], rng.permutation(count) + 2))
    return cases


def _tried(function: Callable, case: tuple[np.ndarray, np.ndarray, np.ndarray]) -> int:
    """Return the function's answer; the sizes stand in what is said if there is none."""
    try:
        return as_whole(call(function, *case))
    except Wrong as wrong:
        _, raised, error = str(wrong).partition("your function raises ")
        height, width = case[0].shape
        said = f"With an image of {height}×{width} and {len(case[1])} stored images: "
        said += raised + error if raised else str(wrong)
        if re.search(r"\b784|28, ?28", error):
            said += " The images may have any size, not only 28×28."
        raise Wrong(said) from None


def _nearest_label(answer: Any) -> None:
    function = as_function(answer)
    cases = _hidden_cases()
    answers = [_tried(function, case) for case in cases]
    right = [_nearest(*case) for case in cases]
    if answers == right:
        return
    for rule, reply in TYPICAL:
        if answers == [rule(*case) for case in cases]:
            raise Wrong(reply)
    if answers[1::2] == right[1::2]:
        raise Wrong(_WRAPS)
    if answers[::2] == right[::2]:
        raise Wrong(_CUTS)
    if len(set(answers)) == 1:
        raise Wrong(f"Your function always returns {answers[0]}, whatever the image.")
    places = [place for place, one in enumerate(right) if answers[place] != one]
    image, stored, labels = cases[places[0]]
    raise Wrong(
        f"For {len(places)} of {len(cases)} images the label is not that of the nearest. In the "
        f"first of these cases, {len(stored)} images of {image.shape[0]}×{image.shape[1]} "
        f"({image.dtype}) are stored, with the labels {labels.tolist()}: the answer is "
        f"{right[places[0]]}, and yours {answers[places[0]]}."
    )


EXERCISES = (
    Exercise(
        name="01.1",
        task="Find the leaks",
        check=_leaks,
        right="In steps 2, 3, 5 and 6, something about the images we judge with was known before.",
        hints=(
            "For each step ask: does anything that is learned or chosen depend on the images that "
            "are held out?",
            "What is nearly the same as an image held out leaks as well: a shifted copy of it, or "
            "another digit by the same hand. There are four such steps.",
        ),
        code="leaks = [2, 3, 5, 6]  # the numbers of the steps that leak",
        reasoning=(
            "Step 2 averages the held-out images into the means. Step 3 puts copies of an image "
            "into both parts. Step 5 puts each person's hand into both parts, though the question "
            "is about strangers; step 4 does it right. Step 6 chooses by the images we judge "
            "with: a test set is missing. Steps 1 and 7 use nothing of the images held out."
        ),
    ),
    Exercise(
        name="01.2",
        task="Plan a measurement",
        check=_images_needed,
        right="Five times narrower takes 5 × 5 = 25 times as many images, about 25,000.",
        hints=(
            "In the notebook, four times as many images made the interval half as wide.",
            "16 times as many make it four times narrower. And how many make it five times "
            "narrower?",
        ),
        code="images_needed = 25 * 1000",
        reasoning=(
            "The width shrinks with the square root of the number of images: 4 times as many give "
            "1/2, 9 times as many 1/3, 25 times as many 1/5. That is why the last bit of certainty "
            "is so expensive."
        ),
    ),
    Exercise(
        name="01.3",
        task="Write the nearest neighbour yourself",
        check=_nearest_label,
        right="Tried on 40 cases, with `uint8` and with scaled images.",
        hints=(
            "Go through the stored images in a loop. Compute for each the sum of the squared "
            "differences, and put it into a list.",
            "`image.astype(float)` first: `uint8` cannot hold negative numbers.",
            "`np.argmin(distances)` is the place of the smallest. The answer is the label at this "
            "place.",
        ),
        code="""def nearest_label(image, stored, labels):
    distances = []
    for other in stored:
        differences = other.astype(float) - image.astype(float)
        distances.append((differences**2).sum())
    return labels[np.argmin(distances)]""",
        reasoning=(
            "The square root of the sum is not needed: it does not change which distance is the "
            "smallest. The conversion to float is: in `uint8`, 3 − 5 is 254, and the nearest image "
            "is another one."
        ),
    ),
)
