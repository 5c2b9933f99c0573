"""From any picture of a digit to an image as MNIST would have it (notebooks 05 and 07).

The target is the one that LeCun et al. describe (1998, https://doi.org/10.1109/5.726791): white
ink on black, scaled with its proportions into a 20×20 box, and set into 28×28 so that its
centre of mass is the centre of the frame.
"""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy import ndimage

from mnist_helpers.pictures.decoding import FORMATS, MAX_UNPACKED, WORKING_SIDE, Picture, decode
from mnist_helpers.pictures.errors import NoDigitError

SIDE, BOX = 28, 20  # pixels
STEPS = ("even light", "largest blob", "upright", "thin")  # what `prepare` can leave out

FLAT = 0.05  # of the range from black to white; less contrast than that is no ink
PALE = 0.1  # of the strongest ink; what is paler counts as ground
SMALL = 0.035  # of the picture's longer side; a smaller blob is a speck
GRAIN = 5  # standard deviations of the ground's grain; what is paler counts as ground
THICK, PEN = 0.28, 0.22  # of the digit's longer side; a stroke that is too wide, and what it gets
FINE = 60  # pixels that a digit's longer side gets for it
SLANT = 0.2  # columns to the side for each row, about the mean of MNIST's own digits


class Prepared(NamedTuple):
    """The image, float32 (28, 28) in [0, 1], and the steps: title → grey array in [0, 1]."""

    image: np.ndarray
    steps: dict[str, np.ndarray]


def prepare(
    picture: Picture,
    steps: Collection[str] = STEPS,
    *,
    formats: tuple[str, ...] = FORMATS,
    max_unpacked: int = MAX_UNPACKED,
) -> Prepared:
    """Turn a picture of a digit into the image that MNIST would have made of it.

    Of several digits the largest counts, unless it is cut by the edge of the picture.

    Args:
        picture: A file or its path, a Pillow image, or an array: (h, w) grey, (h, w, 3) RGB or
            (h, w, 4) RGBA; bool, whole numbers up to 255 or 65,535, or floats in [0, 1]. Dark
            ink on a light ground or the reverse; of an animated picture the first frame counts.
        steps: Which of `STEPS` to take.
        formats: Which kinds of files to read; of `FORMATS`.
        max_unpacked: The most bytes that the picture may take while it is unpacked.

    Raises:
        NoDigitError: It shows no ink.
        TooLargeError: It has more than 25 million pixels, or takes too much memory.
        PictureError: It is no picture of these kinds, or damaged.
    """
    grey = decode(picture, formats, max_unpacked)  # (h, w)
    ink, grain = _ink(grey) if "even light" in steps else _difference(grey)
    mask = ink > max(FLAT * PALE, PALE * np.quantile(ink, 0.9995), GRAIN * grain)
    if ink.max() < FLAT or not mask.any():
        raise NoDigitError("Nothing stands out from the ground: show a digit, large and clear.")
    if "largest blob" in steps:
        mask = _largest_blob(mask, ink)
    ink = np.where(mask, ink / np.quantile(ink[mask], 0.9), 0).clip(0, 1)
    digit = _cut(ink.astype(np.float32))
    shown = {"picture, in grey": grey, "ink, white on black": ink, "cut to the ink": digit}
    if "upright" in steps:
        digit = shown["upright"] = _upright(digit)
    if "thin" in steps and (thin := _thin(digit)) is not digit:
        digit = shown["thinned"] = thin
    height, width = (max(1, round(BOX * length / max(digit.shape))) for length in digit.shape)
    box = _resize(digit, height, width, Image.Resampling.LANCZOS)
    box = (box / box.max()).clip(0, 1)  # at most (20, 20)
    image = centre(box)  # (28, 28)
    return Prepared(image, shown | {"in a box of 20×20": box, "centred in 28×28": image})


def centre(box: np.ndarray) -> np.ndarray:
    """Set a digit, at most (28, 28) and not all zero, into the frame, its mass in the middle.

    The middle is pixel (14, 14): there lies the centre of mass of MNIST's own images.

    Returns:
        float32 (28, 28); the digit is moved by whole pixels, and never out of the frame.
    """
    top, left = (
        int(np.clip(round(SIDE / 2 - middle), 0, SIDE - length))
        for middle, length in zip(ndimage.center_of_mass(box), box.shape, strict=True)
    )
    frame = np.zeros((SIDE, SIDE), np.float32)
    frame[top : top + box.shape[0], left : left + box.shape[1]] = box
    return frame


def slant(digit: np.ndarray) -> float:
    """Return by how many columns a digit moves to the right with each row downwards.

    It is the slope of the line that fits the ink best, from its second moments. A digit that leans
    to the right, as most do, has less than 0.

    Args:
        digit: Ink, (h, w), not all zero.
    """
    ys, xs = np.indices(digit.shape)
    ys, xs = ys - np.average(ys, weights=digit), xs - np.average(xs, weights=digit)
    return float((ys * xs * digit).sum() / max((ys**2 * digit).sum(), 1e-9))


def _difference(grey: np.ndarray) -> tuple[np.ndarray, float]:
    """Return how far each pixel is from the shade of the border, and 0 for the grain."""
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return np.abs(grey - np.median(border)), 0.0


def _ink(grey: np.ndarray) -> tuple[np.ndarray, float]:
    """Separate ink from unevenly lit ground; return both ink (h, w) and the ground's grain.

    What is narrower than a stroke can be is ink: a morphological closing takes dark ink away, an
    opening light ink. What remains is the ground, with its shadows.
    """
    smooth = ndimage.gaussian_filter(grey, max(grey.shape) / WORKING_SIDE)
    coarse = _shrink(smooth, 36)
    # Ink, unlike a shadow's edge, leaves more on its own side of the local median.
    left = coarse - ndimage.median_filter(coarse, round(0.4 * max(coarse.shape)) | 1)
    rows, columns = (length // 10 for length in coarse.shape)
    is_dark = (left[rows : len(left) - rows, columns : left.shape[1] - columns] ** 3).sum() < 0

    def swallowed(ground: np.ndarray, seen: np.ndarray) -> np.ndarray:
        # Dark ink swallows a share of the light that is there; in a shadow, a share of less.
        return (ground - seen) / np.maximum(ground, 0.05) if is_dark else seen - ground

    coarse = _shrink(smooth, 160)
    size = max(3, round(0.35 * min(coarse.shape)))
    take_away = ndimage.grey_closing if is_dark else ndimage.grey_opening
    pad = size // 2 + 1  # else a slope of light leaves ink along the picture's edge
    ground = take_away(np.pad(coarse, pad, mode="edge"), (size, size))[pad:-pad, pad:-pad]
    # Shrunk alike, ground and picture agree even along the hard edge of a shadow; further down
    # they do not, and so no pixel gets more ink than the shrunk picture shows around it.
    most = ndimage.maximum_filter(swallowed(ground, coarse), 3)
    most = 1.5 * most.clip(0)  # thin strokes get paler when shrunk
    ground = ndimage.gaussian_filter(ground, 1)
    height, width = grey.shape
    most, ground = (
        _resize(part, height, width, Image.Resampling.BILINEAR) for part in (most, ground)
    )
    ink = swallowed(ground, smooth)
    some = ink[::2, ::2]  # enough for a median, and faster
    level = np.median(some)
    grain = 1.4826 * float(np.median(np.abs(some - level)))
    return np.minimum((ink - level).clip(0), most), grain


def _largest_blob(mask: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """Keep the largest and strongest blob of a mask, and the pieces that lie close to it.

    A blob that the edge of the picture cuts is rather a shadow or the table than a digit.
    """
    labels, _ = ndimage.label(mask, np.ones((3, 3)))
    boxes = np.array(
        [[(part.start, part.stop) for part in box] for box in ndimage.find_objects(labels)]
    )  # (count, 2, 2)
    starts, stops = boxes[..., 0], boxes[..., 1]
    edge = max(mask.shape) // 100
    is_whole = ((starts > edge) & (stops < np.array(mask.shape) - edge)).all(axis=1)
    side = (stops - starts).max(axis=1)
    if side.max() < SMALL * max(mask.shape):
        raise NoDigitError("There are only specks in view: show a digit, large and clear.")
    pixels = np.bincount(labels.ravel())[1:]
    amounts = np.bincount(labels.ravel(), ink.ravel())[1:]
    best = int(np.argmax(side * amounts / pixels * np.where(is_whole, 1, 0.1)))
    gaps = np.maximum(starts - stops[best], starts[best] - stops).max(axis=1)
    is_piece = (gaps < 0.2 * side[best]) & (amounts > 0.02 * amounts[best])
    is_piece &= is_whole | ~is_whole[best]
    is_piece[best] = True
    return np.append(False, is_piece)[labels]


def _upright(digit: np.ndarray) -> np.ndarray:
    """Shear a digit, by its second moments, if it slants more than MNIST's digits do."""
    leaning = slant(digit)
    shear = np.sign(leaning) * max(0, abs(leaning) - SLANT)
    if not shear:
        return digit
    height, width = digit.shape
    shift = shear * height
    size = (width + int(np.ceil(abs(shift))), height)
    back = (1, shear, -max(0, shift), 0, 1, 0)  # from the new column to the old one
    sheared = Image.fromarray(digit).transform(
        size, Image.Transform.AFFINE, back, Image.Resampling.BILINEAR
    )
    return _cut(np.asarray(sheared))


def _thin(digit: np.ndarray) -> np.ndarray:
    """Take from all sides of a digit what a thick pen has too much; leave other digits alone."""
    if np.count_nonzero(digit > 0.5) < 0.4 * digit.size:  # no thick pen; to know it saves time
        return digit
    scale = FINE / max(digit.shape)
    height, width = (max(1, round(scale * length)) for length in digit.shape)
    large = _resize(digit, height, width, Image.Resampling.BILINEAR)
    is_ink = np.zeros((height + 2, width + 2), bool)
    is_ink[1:-1, 1:-1] = large > 0.5 * large.max()
    inside = ndimage.distance_transform_edt(is_ink)  # distance to the ground
    stroke = 4 * inside[inside > 0].mean()  # in a stroke, a quarter of its width
    if stroke < THICK * FINE:
        return digit
    return _cut((inside - (stroke - PEN * FINE) / 2).clip(0, 1).astype(np.float32))


def _cut(ink: np.ndarray) -> np.ndarray:
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _shrink(grey: np.ndarray, side: int) -> np.ndarray:
    """Shrink to a longer side, unless it is shorter already."""
    scale = min(1, side / max(grey.shape))
    height, width = (max(1, round(scale * length)) for length in grey.shape)
    return _resize(grey, height, width, Image.Resampling.BOX)


def _resize(grey: np.ndarray, height: int, width: int, how: Image.Resampling) -> np.ndarray:
    return np.asarray(Image.fromarray(grey).resize((width, height), how))
