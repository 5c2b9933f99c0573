"""Pictures of digits as a camera would see them, to measure the preparation (notebook 07).

They are made, not taken: each digit is written anew with a pen of another width, turned, and set
on light or dark paper of some grain, under a light that slopes and throws a shadow. Specks and a
smaller second digit lie about. One seed gives always the same pictures.
"""

import numpy as np
from PIL import Image
from scipy import ndimage

HEIGHT, WIDTH = 360, 480  # pixels
MARGIN = 12  # pixels between a digit and the edge of the picture
DIFFICULT = ("felt pen", "thick print", "tiny", "faint pencil", "hard shadow")


def make(digits: np.ndarray, seed: int = 0) -> list[np.ndarray]:
    """Make one picture, uint8 (360, 480), of each digit, uint8 (n, 28, 28) in 0…255."""
    random = np.random.default_rng(seed)
    others = digits[random.permutation(len(digits))]
    return [_photograph(_page(*pair, random), random) for pair in zip(digits, others, strict=True)]


def make_difficult(kind: str, digits: np.ndarray, seed: int = 0) -> list[np.ndarray]:
    """Make one picture, uint8 (h, w), of each digit, uint8 (n, 28, 28) in 0…255.

    Args:
        kind: One of `DIFFICULT`. Felt pens and thick print have strokes of 0.15 to 0.35 of the
            digit's height, and print is 40 pixels high; tiny digits are 14 to 40 pixels high;
            faint pencil has a contrast of 4 to 12%; a hard shadow ends within the digit.
        digits: What to write.
        seed: One seed gives always the same pictures.
    """
    random = np.random.default_rng(seed)
    return [_difficult(kind, digit, random) for digit in digits]


def make_without_digit(count: int, seed: int = 0) -> list[np.ndarray]:
    """Make pictures, uint8 (360, 480), of empty paper with specks and, every other, a scribble."""
    random = np.random.default_rng(seed)
    pages = []
    for number in range(count):
        page = np.zeros((HEIGHT, WIDTH))
        _add_specks(page, random)
        if number % 2:
            ends = random.uniform((0.2 * HEIGHT, 0.2 * WIDTH), (0.8 * HEIGHT, 0.8 * WIDTH), (9, 2))
            line = ndimage.zoom(ends, (60, 1), order=3).round().astype(int)  # (540, 2), smooth
            drawn = np.ones_like(page, bool)
            drawn[line[:, 0].clip(0, HEIGHT - 1), line[:, 1].clip(0, WIDTH - 1)] = False
            np.maximum(page, _stroke(drawn, random.uniform(4, 16)), out=page)
        pages.append(_photograph(page, random))
    return pages


def _page(digit: np.ndarray, other: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Set a digit, often a smaller one beside it, and specks on paper; return ink in [0, 1]."""
    page = np.zeros((HEIGHT, WIDTH))
    height, pen = random.uniform(36, 200), random.uniform(0.02, 0.14)
    ink = _write(digit, height, pen, random.uniform(-20, 20))
    first = _place(ink, random)
    page[first] = ink
    if random.random() < 0.5:
        ink = _write(other, height * random.uniform(0.3, 0.6), pen, random.uniform(-20, 20))
        for _ in range(20):  # attempts to find a place at a distance
            second = _place(ink, random)
            gaps = [
                max(a.start - b.stop, b.start - a.stop) for a, b in zip(first, second, strict=True)
            ]
            if max(gaps) > 0.3 * height:
                page[second] = ink
                break
    _add_specks(page, random)
    return page


def _difficult(kind: str, digit: np.ndarray, random: np.random.Generator) -> np.ndarray:
    is_thick = kind in ("felt pen", "thick print")
    pen = random.uniform(0.15, 0.35) if is_thick else random.uniform(0.04, 0.12)
    ink = _write(digit, random.uniform(90, 180), pen, random.uniform(-10, 10))
    page, place = np.zeros((HEIGHT, WIDTH)), _place(ink, random)
    page[place] = ink
    if kind == "faint pencil":
        picture = random.uniform(0.7, 0.95) * (1 - random.uniform(0.04, 0.12) * page)
        picture *= _slope(0.1, random)
        return _in_bytes(picture + random.normal(0, random.uniform(0.01, 0.03), page.shape))
    if kind == "hard shadow":
        picture = random.uniform(0.7, 0.95) * (1 - random.uniform(0.4, 0.7) * page)
        picture *= 1 - random.uniform(0.25, 0.55) * _half(place, random)
        return _in_bytes(picture + random.normal(0, random.uniform(0, 0.02), page.shape))
    picture = _photograph(page, random)
    return picture if kind == "felt pen" else _shrunk(picture, place, kind, random)


def _half(place: tuple[slice, slice], random: np.random.Generator) -> np.ndarray:
    """Part the page through what is at this place: 0 on one side, 1 on the other."""
    ys, xs = np.indices((HEIGHT, WIDTH))
    y, x = (random.uniform(part.start, part.stop) for part in place)
    angle = random.uniform(0, 2 * np.pi)
    along = (xs - x) * np.cos(angle) + (ys - y) * np.sin(angle)
    return (0.5 + along / random.uniform(1, 6)).clip(0, 1)


def _shrunk(
    picture: np.ndarray, place: tuple[slice, slice], kind: str, random: np.random.Generator
) -> np.ndarray:
    """Cut a digit out with some paper around it, and shrink it to so many pixels in height."""
    margin = random.uniform(0.1, 0.5) * (place[0].stop - place[0].start)
    rows, columns = (
        slice(max(0, int(part.start - margin)), int(part.stop + margin)) for part in place
    )
    height = 40 if kind == "thick print" else random.uniform(14, 40)
    scale = height / (place[0].stop - place[0].start)
    part = Image.fromarray(np.ascontiguousarray(picture[rows, columns]))
    size = (round(scale * part.width), round(scale * part.height))
    return np.asarray(part.resize(size, Image.Resampling.BOX))


def _write(digit: np.ndarray, height: float, pen: float, degrees: float) -> np.ndarray:
    """Write a digit anew along its middle line, with a pen as wide as a share of its height."""
    scale = height / 20
    large = ndimage.zoom(np.pad(digit / 255, 4), scale, order=1)
    inside = ndimage.distance_transform_edt(ndimage.gaussian_filter(large, scale / 2) > 0.4)
    line = inside > 0.7 * ndimage.maximum_filter(inside, round(2 * scale) | 1)
    ink = ndimage.rotate(_stroke(~line, pen * height), degrees, order=1)
    rows, columns = (np.flatnonzero(ink.max(axis=axis) > 0.5) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _stroke(off_line: np.ndarray, width: float) -> np.ndarray:
    """Draw a line, False in a bool array, with a width in pixels and soft edges."""
    return (width / 2 + 0.5 - ndimage.distance_transform_edt(off_line)).clip(0, 1)


def _place(ink: np.ndarray, random: np.random.Generator) -> tuple[slice, slice]:
    top, left = (
        int(random.uniform(MARGIN, max(MARGIN, whole - MARGIN - part)))
        for whole, part in zip((HEIGHT, WIDTH), ink.shape, strict=True)
    )
    return slice(top, top + ink.shape[0]), slice(left, left + ink.shape[1])


def _add_specks(page: np.ndarray, random: np.random.Generator) -> None:
    ys, xs = np.indices(page.shape)
    for _ in range(random.integers(0, 6)):
        y, x, radius = random.uniform(0, HEIGHT), random.uniform(0, WIDTH), random.uniform(1, 3)
        speck = (radius + 0.5 - np.hypot(ys - y, xs - x)).clip(0, 1) * random.uniform(0.3, 1)
        np.maximum(page, speck, out=page)


def _photograph(ink: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Give ink its paper, light, shadow, grain, blur and noise; return uint8 (360, 480)."""
    is_dark = random.random() < 0.3
    paper = random.uniform(0.08, 0.3) if is_dark else random.uniform(0.6, 0.97)
    pen = random.uniform(0.7, 0.98) if is_dark else random.uniform(0.05, 0.4)
    texture = ndimage.gaussian_filter(random.normal(size=ink.shape), 3)
    texture *= random.uniform(0, 0.03) / texture.std()
    picture = (paper + (pen - paper) * ink) * _light(random) + texture
    picture = ndimage.gaussian_filter(picture, random.uniform(0, 2.5))
    picture += random.normal(0, random.uniform(0, 0.04), ink.shape)
    return _in_bytes(picture)


def _in_bytes(picture: np.ndarray) -> np.ndarray:
    return (255 * picture.clip(0, 1)).round().astype(np.uint8)


def _light(random: np.random.Generator) -> np.ndarray:
    """Light a page: a slope of up to 30%, and a shadow, soft or sharp, of up to 55%."""
    ys, xs = np.indices((HEIGHT, WIDTH)) / HEIGHT - 0.5
    angle = random.uniform(0, 2 * np.pi)
    along = xs * np.cos(angle) + ys * np.sin(angle) + random.uniform(-0.4, 0.4)
    shadow = random.uniform(0, 0.55) / (1 + np.exp(-along / random.uniform(0.005, 0.15)))
    return (1 - shadow) * _slope(0.3, random)


def _slope(most: float, random: np.random.Generator) -> np.ndarray:
    ys, xs = np.indices((HEIGHT, WIDTH)) / HEIGHT - 0.5
    angle = random.uniform(0, 2 * np.pi)
    return 1 + random.uniform(0, most) * (xs * np.cos(angle) + ys * np.sin(angle))
