"""How exercise 11.3 is judged: the mean of a network's answers to moved copies of an image."""

from collections.abc import Callable, Sequence

import numpy as np

from mnist_helpers.datasets.mnist import DESCRIPTION
from mnist_helpers.exercises.core import Wrong, as_array, as_function, call

SIDE, CLASSES = DESCRIPTION.image_shape[0], len(DESCRIPTION.classes)
Predict = Callable[[np.ndarray], np.ndarray]
PLUS = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))  # down, to the right
SQUARE = tuple((down, right) for down in (-1, 0, 1) for right in (-1, 0, 1))


def moved(image: np.ndarray, down: int, right: int) -> np.ndarray:
    """Move an image, (h, w), and let black come in."""
    framed, (height, width) = np.pad(image, 2), image.shape
    return framed[2 - down : 2 - down + height, 2 - right : 2 - right + width]


def _copies(image: np.ndarray, moves: Sequence[tuple[int, int]], step: int = 1) -> np.ndarray:
    return np.stack([moved(image, step * down, step * right) for down, right in moves])


def mean_of_copies(predict: Predict, image: np.ndarray) -> np.ndarray:
    """Return the mean of the answers to an image and to four copies, each moved by a pixel."""
    return predict(_copies(image, PLUS)).mean(axis=0)


def _rolled(predict: Predict, image: np.ndarray) -> np.ndarray:
    copies = [np.roll(image, move, (0, 1)) for move in PLUS]
    return predict(np.stack(copies)).mean(axis=0)


def _voted(predict: Predict, image: np.ndarray) -> np.ndarray:
    votes = predict(_copies(image, PLUS)).argmax(axis=1)
    return np.bincount(votes, minlength=CLASSES) / len(PLUS)


MISTAKES: dict[str, Callable[[Predict, np.ndarray], np.ndarray]] = {  # what is said → it gives
    "This is the answer to the image itself: the four moved copies are missing.": (
        lambda predict, image: predict(image[np.newaxis])[0]
    ),
    "The image itself is missing: there are five answers, and these are the four of the moved "
    "copies.": lambda predict, image: predict(_copies(image, PLUS[1:])).mean(axis=0),
    "`np.roll` brings what leaves on one side back on the other. Black shall come in: pad the "
    "image with zeros, and cut it out.": _rolled,
    "This is the sum of the five answers: probabilities have the sum 1, so divide by 5.": (
        lambda predict, image: predict(_copies(image, PLUS)).sum(axis=0)
    ),
    "This averages the *images*, and asks once. Ask about each copy, and average the answers.": (
        lambda predict, image: predict(_copies(image, PLUS).mean(axis=0)[np.newaxis])[0]
    ),
    "This counts votes: how sure each answer was is lost. Average the probabilities.": _voted,
    "These are nine copies, the diagonal ones among them. Five are asked for.": (
        lambda predict, image: predict(_copies(image, SQUARE)).mean(axis=0)
    ),
    "The copies are moved by two pixels; one is asked for.": (
        lambda predict, image: predict(_copies(image, PLUS, 2)).mean(axis=0)
    ),
    "This is the mean over the classes, one number for each copy. Average over the copies: "
    "`axis=0`.": lambda predict, image: predict(_copies(image, PLUS)).mean(axis=1),
}


def network(images: np.ndarray) -> np.ndarray:
    """Give made-up probabilities, (n, 10), for images, (n, 28, 28): the same for the same image.

    Raises:
        ValueError: They have another shape.
    """
    images = np.asarray(images, float)
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE):
        raise ValueError(
            f"images of the shape (n, {SIDE}, {SIDE}) are asked for, not one of {images.shape}"
        )
    weights = np.random.default_rng(0).normal(0, 0.3, (SIDE, SIDE, CLASSES))
    scores = np.einsum("nij,ijc->nc", images, weights)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _images() -> list[np.ndarray]:
    random = np.random.default_rng(11)
    middle = np.zeros((SIDE, SIDE))
    middle[8:20, 10:18] = random.random((12, 8))
    full = random.random((SIDE, SIDE))  # with ink at its border
    return [middle, full]


def check(answer: object) -> None:
    """Raise `Wrong` unless the answer is a function that averages the answers to five copies."""
    function = as_function(answer)
    images = _images()
    found = [as_array(call(function, network, image)) for image in images]
    wanted = [mean_of_copies(network, image) for image in images]
    if all(map(_agree, found, wanted)):
        return
    for reply, mistaken in MISTAKES.items():
        if all(_agree(f, mistaken(network, i)) for f, i in zip(found, images, strict=True)):
            raise Wrong(reply)
    for ours in found:
        if ours.shape != (CLASSES,):
            raise Wrong(f"Ten probabilities are asked for; yours has the shape `{ours.shape}`.")
    if _agree(found[0], wanted[0]):
        raise Wrong(
            "With black all round the digit it is right. With ink at the border it is not: what "
            "leaves the frame is lost, and black comes in."
        )
    raise Wrong(
        "For a made-up network and image the first probability is "
        f"{wanted[0][0]:.4f}; yours is {found[0][0]:.4f}."
    )


def _agree(found: np.ndarray, wanted: np.ndarray) -> bool:
    return found.shape == wanted.shape and bool(np.allclose(found, wanted, rtol=1e-4, atol=1e-6))
