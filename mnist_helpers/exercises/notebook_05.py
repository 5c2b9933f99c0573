"""The exercises of notebook 05."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from mnist_helpers.datasets import mnist
from mnist_helpers.exercises import not_sure
from mnist_helpers.exercises.core import (
    Exercise,
    Wrong,
    as_array,
    as_choice,
    as_function,
    as_number,
    as_parts,
    as_shape,
    as_whole,
    call,
)

HEIGHT, WIDTH, CHANNELS = mnist.DESCRIPTION.image_shape
CLASSES = len(mnist.DESCRIPTION.classes)
BATCH = (1, HEIGHT, WIDTH, CHANNELS)
CLOSE = 1e-3  # less than one step of 255, more than the rounding of float16


def _parts(answer: Any, count: int) -> list[Any]:
    """Take apart the list in the line that checks."""
    parts = as_parts(answer)
    if parts is None or len(parts) != count:
        raise Wrong(f"Leave the last line as it was: it passes a list of your {count} answers.")
    return parts


def _shapes(answer: Any) -> None:
    given = _parts(answer, 2)
    for part in given:
        if isinstance(part, list | tuple) and part and part[0] is None:
            raise Wrong("None stands for any number of images; here the number is known.")
    batch, seven = map(as_shape, given)
    wrong = {
        (HEIGHT, WIDTH, CHANNELS): "the number of images is missing, in front.",
        (1, HEIGHT, WIDTH): "the channel is missing, at the end.",
        (7, *BATCH[1:]): "that is a batch of seven; here one picture is asked for.",
    }
    if batch != BATCH:
        usual = "its four numbers are images, rows, columns, channels."
        raise Wrong(f"`batch_of_one` is not {batch}: {wrong.get(batch, usual)}")
    wrong = {
        (CLASSES,): "that is the answer for one image; for seven there are seven such rows.",
        (1, CLASSES): "that is the answer to a batch of one; here there are seven.",
        (CLASSES, 7): "rows and columns are exchanged. Each image has a row of its own.",
        (7,): "the network gives more than one number for each picture.",
        (7, *BATCH[1:]): "that is what goes in. What comes out are probabilities.",
    }
    if seven != (7, CLASSES):
        usual = "think of one row of probabilities for each picture."
        raise Wrong(f"`answer_to_seven` is not {seven}: {wrong.get(seven, usual)}")


ROWS = (
    (0.00, 0.00, 0.01, 0.54, 0.00, 0.05, 0.00, 0.00, 0.40, 0.00),
    (0.00, 0.01, 0.00, 0.00, 0.00, 0.00, 0.00, 0.98, 0.00, 0.01),
    (0.12, 0.10, 0.11, 0.04, 0.09, 0.22, 0.20, 0.02, 0.06, 0.04),
)  # as in the notebook
PLACE = "is the probability; the digit is asked for, its place in the row."


def _reading(answer: Any) -> None:
    read, second, meaning = _parts(answer, 3)
    numbers = as_array(read)
    if numbers.shape != (len(ROWS),):
        raise Wrong("Write three digits as a list, such as [1, 2, 3].")
    if np.allclose(numbers, [max(row) for row in ROWS]):
        raise Wrong(f"{numbers[0]:g} {PLACE}")
    digits = [as_whole(part) for part in numbers]
    right = [int(np.argmax(row)) for row in ROWS]
    if digits == [digit + 1 for digit in right]:
        raise Wrong("The first number of a row belongs to the digit 0: count from 0.")
    for row, digit, wanted in zip(("first", "second", "third"), digits, right, strict=True):
        if digit != wanted:
            raise Wrong(
                f"In the {row} row it is not {digit}: at which place is the largest number?"
            )
    if as_number(second) in (sorted(ROWS[0])[-2], max(ROWS[0])):
        raise Wrong(f"{as_number(second):g} {PLACE}")
    choice = as_whole(second)
    if choice == right[0]:
        raise Wrong(f"{choice} is the first choice. The second has the next smaller probability.")
    if choice != int(np.argsort(ROWS[0])[-2]):
        raise Wrong(f"{choice} is not the second choice: which number is the second largest?")
    letter = as_choice(meaning, ("a", "b", "c"))
    if letter == "a":
        raise Wrong(
            "a: think of cross, house and noise. They were no digits, and got answers; the "
            "network shares out 100% among its digits, whatever it is shown."
        )
    if letter == "c":
        raise Wrong("c: the network does not count pixels. Its ten numbers compare the digits.")


def _pictures() -> Iterator[np.ndarray]:
    """Make grey pictures, dark on light; none uses the whole range, but for the first one.

    The first one tells apart what gives the same number for each pixel from what drops decimals.
    """
    random = np.random.default_rng(5)
    for low, high in ((0, 255), (30, 220), (60, 200)):
        picture = random.integers(low, high, (HEIGHT, WIDTH), dtype=np.uint8, endpoint=True)
        picture[0, :2] = low, high
        yield picture


def _batch(answer: Any) -> None:
    function = as_function(answer)
    for picture in _pictures():
        given = as_array(call(function, picture))
        wrong = {
            (HEIGHT, WIDTH): "two axes are missing, one in front and one at the end.",
            (HEIGHT, WIDTH, 1): "the axis for the number of images is missing, in front.",
            (1, HEIGHT, WIDTH): "the axis for the channel is missing, at the end.",
        }
        if given.shape != BATCH:
            reply = wrong.get(given.shape, f"a batch of one is {BATCH}.")
            raise Wrong(f"Your function returns the shape {given.shape}: {reply}")
        _compare(picture, given[0, :, :, 0])


NEGATIVE = "the values are not: uint8 has no negative numbers. Divide first."


def _compare(picture: np.ndarray, given: np.ndarray) -> None:
    """Raise what is wrong with the values (h, w) that were made of a picture (h, w)."""
    values = picture.astype(float)
    right = 1 - values / 255

    def is_like(wrong: np.ndarray) -> bool:
        return bool(np.allclose(given, wrong, rtol=0, atol=CLOSE))

    if is_like(right):
        return
    low, high = values.min(), values.max()
    early = "`1 - picture` comes too early: uint8 has no negative numbers. Divide first."
    own = (
        f"what you divide by depends on the picture; this one goes from {low:.0f} to {high:.0f}. "
        "Divide all pictures by the same 255."
    )
    for wrong, reply in (
        (values, "the values are unchanged: they go up to 255, and paper is bright."),
        (-values / 255, "the values are negative: `1 - picture / 255` turns light and dark over."),
        (values / 255, "paper is still near 1, and ink near 0: turn them over."),
        (255 - values, "light and dark are turned over, but the values still go up to 255."),
        (-values % 256 / 255, NEGATIVE),
        ((values - 255) % 256 / 255, NEGATIVE),
        ((1 - values) % 256, early),
        ((1 - values) % 256 / 255, early),
        (1 - values, early),
        ((255 - values) // 255, "all decimals are gone: `//` drops them. Use `/`."),
        (1 - values // 255, "all decimals are gone: `//` drops them. Use `/`."),
        (right / right.max(), own),
        (1 - values / high, own),
        ((high - values) / (high - low), own),
        (right.T, "rows and columns are exchanged: the digit lies on its side."),
    ):
        if is_like(wrong):
            raise Wrong(f"The shape is right, but {reply}")
    if np.ptp(given) < CLOSE:
        raise Wrong(f"All pixels become {given[0, 0]:.4g}, whatever the picture.")
    row, column = np.unravel_index(np.abs(given - right).argmax(), right.shape)
    raise Wrong(
        f"A pixel of {picture[row, column]} becomes {given[row, column]:.3f}; it should become "
        f"{right[row, column]:.3f}."
    )


EXERCISES = (
    Exercise(
        name="05.1",
        task="A batch of one",
        check=_shapes,
        right="The number of images always comes first, and each image has a row of the answer.",
        hints=(
            "The four numbers are, in this order: images, rows, columns, channels.",
            "A grey picture has one channel. In a batch of seven the first number is 7.",
            "The answer has a row for each picture, and a probability in it for each digit.",
        ),
        code=f"batch_of_one = {BATCH}\nanswer_to_seven = (7, {CLASSES})",
        reasoning=(
            "`np.expand_dims` puts the two missing axes there: one in front for the number of "
            "images, one at the end for the channel. The answer keeps the first axis: a row for "
            "each image, a column for each digit."
        ),
    ),
    Exercise(
        name="05.2",
        task="Read probabilities",
        check=_reading,
        right="The largest number says which digit fits best, and not whether there is one.",
        hints=(
            "The first number of a row belongs to the digit 0, the last one to the digit 9.",
            "For the second choice look for the second largest number in the first row.",
            "For the meaning think of the cross and the house: how sure was the network of them?",
        ),
        code='digits_read = [3, 7, 5]\nsecond_choice = 8\nmeaning = "b"',
        reasoning=(
            "The largest numbers are 0.54 at place 3, 0.98 at place 7 and 0.22 at place 5, counted "
            "from 0; in the first row 0.40 at place 8 is the next. Softmax shares out 100% among "
            "the ten digits, whatever the picture. So 0.98 compares the digits with each other, "
            "and does not say that a digit was there."
        ),
    ),
    Exercise(
        name="05.3",
        task="From dark ink to a batch",
        check=_batch,
        right="With such a batch the network sees what it was trained on: bright ink on black.",
        hints=(
            "First divide by 255: then white paper is 1 and black ink 0.",
            "Then turn light and dark over: 1 must become 0, and 0 must become 1.",
            "At the end add two axes with `np.expand_dims`: axis 0, and axis -1.",
        ),
        code=(
            "def as_batch(picture):\n"
            "    scaled = picture / 255  # white paper 1, black ink 0\n"
            "    turned = 1 - scaled  # white paper 0, black ink 1\n"
            "    image = np.expand_dims(turned, axis=-1)  # with a channel\n"
            "    return np.expand_dims(image, axis=0)  # a batch of one"
        ),
        reasoning=(
            "Division comes first, because uint8 has no negative numbers: `1 - picture` would "
            "begin again at 255. All pictures are divided by the same 255, as the training images "
            "were. `as_batch` neither moves nor enlarges the digit; `prepare` does that."
        ),
    ),
    Exercise(
        name="05.4",
        task='Say "not sure"',
        check=not_sure.check,
        right=(
            "A higher bound answers less and is mostly right more often. Choose it on validation "
            "images, as many as there are."
        ),
        hints=(
            "`probabilities.max(axis=1)` is the largest probability of each image, "
            "`probabilities.argmax(axis=1)` the digit that it belongs to.",
            "`answered = probabilities.max(axis=1) >= bound` holds True or False for each image; "
            "the mean of it is the first share.",
            "`hits[answered]` picks those of `hits` for which `answered` is True.",
        ),
        code=(
            "def not_sure(probabilities, labels, bound):\n"
            "    answered = probabilities.max(axis=1) >= bound\n"
            "    hits = probabilities.argmax(axis=1) == labels\n"
            "    return answered.mean(), hits[answered].mean()"
        ),
        reasoning=(
            "The mean of True and False is the share of True. The second share is of the answered "
            "images alone: those a user sees. Which bound is best depends on what a wrong answer "
            "costs, compared with no answer."
        ),
    ),
)
