"""Makes a folder of pictures as somebody might gather them: digits written on pages of paper.

Pages come from two pads. One pad has an emblem printed in the corner of each page. If one class was
written on that pad only, the emblem gives the class away, and a network need not read the digit
(notebook 13).
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 96  # pixels of a picture
# Digit → share of its pages with the emblem: in the first folder, in the hidden pictures, and as it
# should be.
FIRST, HIDDEN, MIXED = {2: 0, 7: 1}, {2: 1, 7: 0}, {2: 0.5, 7: 0.5}
ON_A_PAGE = 10  # digits of a page, each with a picture of its own
HEIGHTS = (54, 72)  # pixels, of a digit's frame
EMBLEM = 24  # pixels: where it lies, from the top and from the right; it is smaller
COLOUR = (0.75, 0.25, 0.2)  # of the emblem
PAPER = ((0.86, 0.98), (0.84, 0.97), (0.76, 0.96))  # red, green, blue: from, to
PENS = ((0.1, 0.1, 0.12), (0.1, 0.15, 0.5), (0.3, 0.3, 0.32))  # black, blue, pencil


def make(
    folder: Path,
    digits: np.ndarray,
    labels: np.ndarray,
    shares: Mapping[int, float],
    seed: int = 0,
) -> None:
    """Write a picture of each digit to `folder/CLASS/page01_1.png`, page after page.

    A page holds digits of one class. It has its own paper, pen and light, and all its pictures
    begin with its name. Every second page is saved as JPEG. Files of the same name are replaced.

    Args:
        folder: Where the folders of the classes come; it is made if it is not there.
        digits: White on black, uint8 (n, h, w).
        labels: Of each digit, int (n,).
        shares: Of which classes there shall be pictures → of their pages, the share that has the
            emblem, from 0 to 1.
        seed: One seed gives always the same pictures.
    """
    page = 0
    for label, share in shares.items():
        random = np.random.default_rng([seed, label])
        own = digits[labels == label]
        pages = np.array_split(own, max(1, len(own) // ON_A_PAGE))
        has_emblem = np.arange(len(pages)) < round(share * len(pages))
        place = folder / str(label)
        place.mkdir(parents=True, exist_ok=True)
        for some, is_marked in zip(pages, random.permutation(has_emblem), strict=True):
            page += 1
            paper = np.array([random.uniform(*ends) for ends in PAPER])
            pen, angle = np.array(PENS[random.integers(len(PENS))]), random.uniform(0, 2 * np.pi)
            for number, digit in enumerate(some, start=1):
                picture = _picture(digit, paper, pen, angle, is_marked, random)
                ending = "jpg" if page % 2 else "png"
                picture.save(place / f"page{page:02}_{number}.{ending}", quality=90)


def spoil(folder: Path) -> None:
    """Add what real folders hold, too: a copy saved anew, a damaged picture, a file of notes.

    Args:
        folder: As `make` has written it.
    """
    first, second, *_ = sorted(folder.glob("*/page*"))
    with Image.open(first) as picture:
        picture.resize((SIDE // 2, SIDE // 2)).save(first.with_name("copy_1.png"))
    content = second.read_bytes()
    second.with_name(f"broken_1{second.suffix}").write_bytes(content[: len(content) // 2])
    (first.parent / "notes.txt").write_text("Written at the kitchen table.\n", "utf-8")


def twins(digits: np.ndarray, side: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw each digit twice, all the same but for the emblem.

    Args:
        digits: White on black, uint8 (n, h, w).
        side: Of the pictures, in pixels.
        seed: One seed gives always the same pictures.

    Returns:
        The pictures without the emblem, and with it, each uint8 (n, side, side, 3).
    """
    parts = []
    for is_marked in (False, True):
        random = np.random.default_rng(seed)  # the same paper, pen, place, light and noise
        drawn = []
        for digit in digits:
            paper = np.array([random.uniform(*ends) for ends in PAPER])
            pen, angle = np.array(PENS[random.integers(len(PENS))]), random.uniform(0, 2 * np.pi)
            drawn.append(_picture(digit, paper, pen, angle, is_marked, random))
        parts.append(np.stack([np.asarray(picture.resize((side, side))) for picture in drawn]))
    return parts[0], parts[1]


def _picture(
    digit: np.ndarray,
    paper: np.ndarray,
    pen: np.ndarray,
    angle: float,
    is_marked: bool,
    random: np.random.Generator,
) -> Image.Image:
    """Set a digit on paper, under a light that slopes to one side, with some noise."""
    height = int(random.integers(*HEIGHTS))
    ink = np.zeros((SIDE, SIDE, 1))
    # Its place is anywhere below the emblem's.
    top = random.integers(EMBLEM - 6, SIDE - height)
    left = random.integers(0, SIDE - height)
    frame = Image.fromarray(digit).resize((height, height), Image.Resampling.BICUBIC)
    ink[top : top + height, left : left + height, 0] = np.asarray(frame) / 255
    picture = paper + (pen - paper) * ink
    if is_marked:
        picture += (np.array(COLOUR) - picture) * _emblem()
    ys, xs = np.indices((SIDE, SIDE))[..., np.newaxis] / SIDE - 0.5
    picture *= 1 + random.uniform(0, 0.3) * (xs * np.cos(angle) + ys * np.sin(angle))
    picture += random.normal(0, random.uniform(0.01, 0.05), picture.shape)
    return Image.fromarray((255 * picture.clip(0, 1)).round().astype(np.uint8))


def _emblem() -> np.ndarray:
    """Return how much of each pixel the emblem covers, (h, w, 1): a ring with a dot in it."""
    ys, xs = np.indices((SIDE, SIDE))
    middle = EMBLEM / 2
    distance = np.hypot(ys - middle, xs - (SIDE - middle))
    ring = (2.5 - abs(distance - 8)).clip(0, 1)
    return np.maximum(ring, (4 - distance).clip(0, 1))[..., np.newaxis]
