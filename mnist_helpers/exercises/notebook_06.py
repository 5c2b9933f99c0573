"""The exercises of notebook 06: times, status codes, what one sends and what comes back."""

import json
from typing import Any

import numpy as np

from mnist_helpers.datasets import mnist
from mnist_helpers.exercises import look_again
from mnist_helpers.exercises.core import (
    Exercise,
    Wrong,
    as_function,
    as_number,
    as_parts,
    as_whole,
    call,
)

# 06.1: how many of 200 answers took how many milliseconds.
TIMES = [2.0] * 150 + [5.0] * 45 + [80.0] * 5
PARTS = ("p50", "p90", "p99", "mean")

# 06.2: the code that each of the five requests gets.
CODES = (200, 422, 415, 413, 503)
SENT = (
    "three correct images",
    "an image with a row that is too short",
    "a PDF",
    "a photo of 20 MB",
    "a correct request when too many others wait",
)

WHERE = {
    "A": "the code stands below the first answered request",
    "E": "the service cannot take it now: read above the table of refusals",
}


def _parts(answer: Any, count: int, names: str) -> list[Any]:
    """Take an answer of several parts apart."""
    parts = as_parts(answer)
    if parts is None or len(parts) != count:
        raise Wrong(f"The answer has {count} parts, in this order: {names}.")
    return parts


def _percentiles(answer: Any) -> None:
    given = list(map(as_number, _parts(answer, len(PARTS), ", ".join(PARTS))))
    right = [*np.percentile(TIMES, (50, 90, 99)), np.mean(TIMES)]
    if np.allclose(given, np.array(right) / 1000, rtol=0.01, atol=0):
        raise Wrong("In milliseconds, please: 2 ms is 2.")
    off = "For the mean, 2 ms counts 150 times, 5 ms 45 times, and 80 ms 5 times."
    typical = (
        (0, right[3], "You give the mean for p50, which is the time in the middle of the row."),
        (1, 80, "p90 is not 80 ms: 195 of 200 answers, more than 90%, took at most 5 ms."),
        (2, 5, "p99 is not 5 ms: only 195 of 200 answers, 97.5%, took at most 5 ms."),
        (3, np.mean([2, 5, 80]), off),
    )
    for place, value, text in typical:
        if abs(given[place] - value) < 0.01:
            raise Wrong(text)
    wrong = [name for name, g, r in zip(PARTS, given, right, strict=True) if abs(g - r) > 0.03]
    if wrong == ["mean"]:
        raise Wrong("Not right yet: mean. The mean is the sum of all 200 times, divided by 200.")
    if wrong:
        raise Wrong(f"Not right yet: {', '.join(wrong)}. Think of the 200 times in a sorted row.")


def _status_codes(answer: Any) -> None:
    given = [as_whole(code) for code in _parts(answer, len(CODES), "request A to request E")]
    a, b, c, d, e = given
    typical = (
        (a // 100 != 2, f"For A you give {a}: but this request is correct, and is answered."),
        (e // 100 == 4, f"For E, {e} would say that the request is wrong; but it is correct."),
        (e == 500, "500 would say that the service has failed. In E it works, and is only busy."),
        (400 in (b, c, d), "400 is too general: the table of refusals has codes that say more."),
        ((b, c) == (415, 422), "B and C are exchanged: 415 is about the kind, 422 about the form."),
        ((c, d) == (413, 415), "C and D are exchanged: 413 is about the size, 415 about the kind."),
    )
    for applies, text in typical:
        if applies:
            raise Wrong(text)
    for letter, code, right, sent in zip("ABCDE", given, CODES, SENT, strict=True):
        if code != right:
            where = WHERE.get(letter, "see the table of refusals")
            raise Wrong(f"For {letter}, {sent}, {code} is not right: {where}.")


def _images(count: int, seed: int) -> np.ndarray:
    """Make random images, float32 (count, 28, 28, 1) in [0, 1], with shades that are not whole."""
    random = np.random.default_rng(seed)
    shades = random.integers(0, 256, (count, *mnist.DESCRIPTION.image_shape))
    shades = (shades + random.uniform(-0.4, 0.4, shades.shape)).clip(0, 255)
    shades[:, ::2] = 0  # as most pixels are
    return (shades / 255).astype(np.float32)


def _body(answer: Any) -> None:
    function = as_function(answer)
    for count, seed in ((1, 0), (3, 1), (2, 2)):
        images = _images(count, seed)
        try:
            text = call(function, images)
        except Wrong as error:
            if "JSON serializable" not in str(error):
                raise
            raise Wrong(f"{error} JSON knows lists and no arrays: use `tolist()`.") from error
        if isinstance(text, (bytes, bytearray)):
            text = text.decode(errors="replace")
        if isinstance(text, dict):
            raise Wrong("Your function returns a dictionary. json.dumps turns it into text.")
        if not isinstance(text, str):
            raise Wrong(f"Your function returns {type(text).__name__}: it must return text (str).")
        _judge_body(text, (images * 255).round().astype(int)[..., 0])


def _judge_body(text: str, right: np.ndarray) -> None:
    """Compare a body with the images, whole shades (n, 28, 28), that it should hold."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Wrong(f"The text is no JSON ({error}). json.dumps writes correct JSON.") from error
    if isinstance(content, list):
        raise Wrong('The text is a list. The service expects a dictionary with one key, "images".')
    if not isinstance(content, dict) or set(content) != {"images"}:
        raise Wrong('The text must be a dictionary with one key, "images", and no other.')
    try:
        given = np.array(content["images"])
    except ValueError as error:
        raise Wrong("The rows in your body do not all have the same length.") from error
    if given.shape == (*right.shape, 1):
        raise Wrong(
            f"The shape in your body is {given.shape}: the last axis, of length 1, is still there. "
            "The service expects rows of numbers; images[..., 0] takes the axis away."
        )
    if given.shape != right.shape:
        raise Wrong(
            f"The shape in your body is {given.shape}: for {len(right)} of such images it must be "
            f"{right.shape}."
        )
    if given.dtype.kind not in "iuf":
        raise Wrong("In your body there is more than numbers: each shade is a whole number.")
    if given.dtype.kind == "f" and given.max() <= 1:
        raise Wrong("The shades are still between 0 and 1. The service expects 0 to 255.")
    if given.dtype.kind == "f":
        raise Wrong("The shades must be whole numbers: round them, and turn them into int.")
    if given.max() <= 1:
        raise Wrong("All shades in your body are 0 or 1: multiply by 255 before you round.")
    off = right - given
    if off.min() == 0 and off.max() == 1:
        raise Wrong(
            f"{np.count_nonzero(off)} of {off.size} shades are too small by 1: int cuts off what "
            "comes after the point, so that 126.8 becomes 126. Round first."
        )
    if off.any():
        raise Wrong(f"{np.count_nonzero(off)} of {off.size} shades are not those of the images.")


EXERCISES = (
    Exercise(
        name="06.1",
        task="Percentiles of 200 times",
        check=_percentiles,
        right=(
            "Half of the people wait 2 ms. The mean, 4.6 ms, is more than twice that, mostly "
            "because of 5 answers of 200; p99 shows what these 5 people saw."
        ),
        hints=(
            "Think of the 200 times in a sorted row: 150 times 2, 45 times 5, and 5 times 80.",
            "p50 is at place 100 of this row, p90 at place 180, p99 at place 198.",
            "The mean is the sum of all 200 times, 150 · 2 + 45 · 5 + 5 · 80, divided by 200.",
        ),
        code="p50_ms, p90_ms, p99_ms, mean_ms = 2, 5, 80, 4.625",
        reasoning=(
            "The places 1 to 150 of the sorted row hold 2 ms, 151 to 195 hold 5 ms, and 196 to 200 "
            "hold 80 ms. Place 100 (p50) is in the first group, place 180 (p90) in the second, "
            "place 198 (p99) in the third. The mean is (300 + 225 + 400) / 200 = 4.625 ms."
        ),
    ),
    Exercise(
        name="06.2",
        task="Status codes",
        check=_status_codes,
        right=(
            "The first digit says who has to act: 4, the client must send something else; 5, the "
            "client may send the same again later."
        ),
        hints=(
            "Four of the five codes stand in this notebook: one below the first request with "
            "images, three in the table of refusals.",
            "B is of the wrong form, C is of a kind that is not taken, D is too large.",
            "E is not the client's mistake, so its code begins with 5: read above the table.",
        ),
        code="codes = [200, 422, 415, 413, 503]",
        reasoning=(
            "A is a correct request: 200. B is JSON, but an image has a wrong form: 422. A PDF is "
            "of a kind that the service does not take: 415. 20 MB are more than 10 MB: 413. E is "
            "correct, and the service has no room for it at the moment: 503."
        ),
    ),
    Exercise(
        name="06.3",
        task="Build the body of a request",
        check=_body,
        right="Any service that takes JSON is asked like this: plain lists first, then text.",
        hints=(
            "Go backwards through what notebook 01 did: it divided by 255 and added an axis.",
            "images[..., 0] takes the last axis away; (255 * images).round().astype(int) rounds.",
            'json.dumps({"images": shades.tolist()}) is the text.',
        ),
        code=(
            "def body_for(images):\n"
            "    shades = (255 * images[..., 0]).round().astype(int)\n"
            '    return json.dumps({"images": shades.tolist()})'
        ),
        reasoning=(
            "The service takes what MNIST's files have: rows of whole shades from 0 to 255. So the "
            "scaling and the axis of notebook 01 are undone. Rounding comes before int, since int "
            "would make 126 of 126.8. JSON knows lists and not arrays, therefore tolist."
        ),
    ),
    Exercise(
        name="06.4",
        task="Find the answers that a person should check",
        check=look_again.check,
        right="A program that asks a model needs such a rule for answers that are not sure.",
        hints=(
            'Go through answer["predictions"] with enumerate, and collect positions in a list.',
            "If label is None, it belongs there; its probabilities may be None: leave them alone.",
            "Otherwise it belongs in the list if the largest probability is below least.",
        ),
        code=(
            "def look_again(answer, least):\n"
            "    positions = []\n"
            '    for position, one in enumerate(answer["predictions"]):\n'
            '        if one["label"] is None or max(one["probabilities"]) < least:\n'
            "            positions.append(position)\n"
            "    return positions"
        ),
        reasoning=(
            "Python's `or` looks at its second part only if the first is false. So max is never "
            "called where the service has found nothing to read, and probabilities is None. A "
            "probability of exactly least is enough, so the comparison is <."
        ),
    ),
)
