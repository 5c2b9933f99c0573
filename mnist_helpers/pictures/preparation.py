"""From any picture of a digit to an image as MNIST would have it (notebooks 05 and 07).

The target is the one that LeCun et al. describe (1998, https://doi.org/10.1109/5.726791): white
ink on black, scaled with its proportions into a 20×20 box, and set into 28×28 so that its
centre of mass is the centre of the frame.
"""

import contextlib
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from scipy import ndimage

from mnist_helpers.pictures.errors import NoDigitError, PictureError, TooLargeError

SIDE, BOX = 28, 20  # pixels
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM")
MAX_PIXELS = 25_000_000  # as of a phone's camera
MAX_UNPACKED = 250_000_000  # bytes, by the table below
# How many bytes a pixel takes while a picture is unpacked, with all copies; a test measures them.
BYTES = {"L": 2, "1": 3, "RGB": 5, "I;16": 5, "P": 6}
WITH_TRANSPARENCY, IN_WEBP, OF_OTHERS = 13, 17, 25
WORKING_SIDE = 480  # pixels; larger pictures are shrunk to it first
STEPS = ("even light", "largest blob", "upright")  # what `prepare` can do without, to measure it

FLAT = 0.1  # of the range from black to white; less contrast than that is no ink
PALE = 0.1  # of the strongest ink; what is paler counts as ground
SMALL = 0.035  # of the picture's longer side; a smaller blob is a speck
GRAIN = 5  # standard deviations of the ground's grain; what is paler counts as ground
SLANT = 0.2  # columns to the side for each row, about the mean of MNIST's own digits

Picture = str | Path | BinaryIO | np.ndarray | Image.Image


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
    grey = _grey(picture, formats, max_unpacked)  # (h, w)
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
    coarse = _shrink(smooth, 40)
    # Ink, unlike a shadow's edge, leaves more on its own side of the local median.
    left = coarse - ndimage.median_filter(coarse, round(0.4 * max(coarse.shape)) | 1)
    rows, columns = (length // 10 for length in coarse.shape)
    is_dark = (left[rows : len(left) - rows, columns : left.shape[1] - columns] ** 3).sum() < 0
    coarse = _shrink(smooth, 100)
    size = max(3, round(0.35 * min(coarse.shape)))
    take_away = ndimage.grey_closing if is_dark else ndimage.grey_opening
    ground = ndimage.gaussian_filter(take_away(coarse, (size, size)), 1)
    height, width = grey.shape
    ground = _resize(ground, height, width, Image.Resampling.BILINEAR)
    # Dark ink swallows a share of the light that is there; in a shadow, a share of less.
    ink = (ground - smooth) / np.maximum(ground, 0.05) if is_dark else smooth - ground
    level = np.median(ink)
    return (ink - level).clip(0), 1.4826 * float(np.median(np.abs(ink - level)))


def _largest_blob(mask: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """Keep the largest and strongest blob of a mask, and the pieces that lie close to it.

    A blob that the edge of the picture cuts is rather a shadow or the table than a digit.
    """
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    boxes = np.array(
        [[(part.start, part.stop) for part in box] for box in ndimage.find_objects(labels)]
    )  # (count, 2, 2)
    starts, stops = boxes[..., 0], boxes[..., 1]
    edge = max(mask.shape) // 100
    is_whole = ((starts > edge) & (stops < np.array(mask.shape) - edge)).all(axis=1)
    side = (stops - starts).max(axis=1)
    numbers = np.arange(1, count + 1)
    if side.max() < SMALL * max(mask.shape):
        raise NoDigitError("There are only specks in view: show a digit, large and clear.")
    best = int(np.argmax(side * ndimage.mean(ink, labels, numbers) * np.where(is_whole, 1, 0.1)))
    gaps = np.maximum(starts - stops[best], starts[best] - stops).max(axis=1)
    amounts = ndimage.sum_labels(ink, labels, numbers)
    is_piece = (gaps < 0.2 * side[best]) & (amounts > 0.02 * amounts[best])
    is_piece &= is_whole | ~is_whole[best]
    is_piece[best] = True
    return np.isin(labels, numbers[is_piece])


def _upright(digit: np.ndarray) -> np.ndarray:
    """Shear a digit, by its second moments, if it slants more than MNIST's digits do."""
    ys, xs = np.indices(digit.shape)
    ys, xs = ys - np.average(ys, weights=digit), xs - np.average(xs, weights=digit)
    slant = (ys * xs * digit).sum() / max((ys**2 * digit).sum(), 1e-9)
    shear = np.sign(slant) * max(0, abs(slant) - SLANT)
    height, width = digit.shape
    shift = shear * height
    size = (width + int(np.ceil(abs(shift))), height)
    back = (1, shear, -max(0, shift), 0, 1, 0)  # from the new column to the old one
    sheared = Image.fromarray(digit).transform(
        size, Image.Transform.AFFINE, back, Image.Resampling.BILINEAR
    )
    return _cut(np.asarray(sheared))


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


def _grey(picture: Picture, formats: tuple[str, ...], max_unpacked: int) -> np.ndarray:
    """Return the picture in grey, float32 (h, w) in [0, 1], its longer side at most 480.

    Transparent parts get white or black paper, whichever lets the ink show.
    """
    name = picture if isinstance(picture, str | Path) else "The picture"
    too_many = f"{name} has more than {MAX_PIXELS:,} pixels: shrink it."
    opened: contextlib.AbstractContextManager[Image.Image]
    try:
        if isinstance(picture, np.ndarray):
            opened = contextlib.nullcontext(Image.fromarray(_bytes(picture)))
        elif isinstance(picture, Image.Image):
            opened = contextlib.nullcontext(picture.copy())
        else:
            opened = Image.open(picture, formats=formats)
        with opened as image:
            if image.width * image.height > MAX_PIXELS:
                raise TooLargeError(too_many)
            if image.width * image.height * _bytes_per_pixel(image) > max_unpacked:
                limit = f"{max_unpacked // 1_000_000} MB"
                raise TooLargeError(f"{name} takes more than {limit} unpacked: shrink it.")
            image.draft(None, (WORKING_SIDE, WORKING_SIDE))  # unpacks a JPEG at a fraction
            if image.mode == "I;16":
                ImageOps.exif_transpose(image, in_place=True)  # the new image has no EXIF
                whole = _in_8_bits(image)
            elif image.mode[0] in "IF":  # 32 bits a pixel
                ImageOps.exif_transpose(image, in_place=True)
                values = np.asarray(image)
                whole = Image.fromarray(_bytes(values if image.mode == "F" else values.clip(0)))
            elif image.has_transparency_data:
                whole = image if image.mode == "RGBA" else image.convert("RGBA")
            else:
                is_plain = image.mode in ("L", "RGB")
                whole = image if is_plain else image.convert("L" if image.mode == "1" else "RGB")
            whole.thumbnail((WORKING_SIDE, WORKING_SIDE))
            upright = ImageOps.exif_transpose(whole)
    except PictureError:
        raise
    except Image.DecompressionBombError as error:
        raise TooLargeError(too_many) from error
    except FileNotFoundError as error:
        raise PictureError(str(error)) from error
    except (UnidentifiedImageError, TypeError, AttributeError) as error:
        kinds = " or ".join(", ".join(formats).replace("WEBP", "WebP").rsplit(", ", 1))
        message = f"{name} is no picture of a kind that is read: give a {kinds}."
        raise PictureError(message) from error
    except Exception as error:  # Pillow's plugins raise many kinds over damaged files
        raise PictureError(f"{name} is damaged, too large, or no file.") from error
    if upright.mode != "RGBA":
        return np.asarray(upright.convert("L"), np.float32) / np.float32(255)
    papers = (Image.new("RGBA", upright.size, colour) for colour in ("white", "black"))
    greys = [Image.alpha_composite(paper, upright).convert("L") for paper in papers]
    return max((np.asarray(grey, np.float32) / 255 for grey in greys), key=np.std)


def _bytes_per_pixel(image: Image.Image) -> float:
    """Tell how much memory a picture takes while it is unpacked; nothing is unpacked for it."""
    if image.format == "WEBP":
        return IN_WEBP
    if layers := getattr(image, "layer", None):  # of a JPEG: (name, columns, rows, table) of each
        if not image.info.get("progressive"):
            return 1
        largest = max(columns for _, columns, _, _ in layers) * max(rows for *_, rows, _ in layers)
        return 1 + 2 * sum(columns * rows for _, columns, rows, _ in layers) / largest
    if image.has_transparency_data:
        return WITH_TRANSPARENCY if image.mode != "RGBA" else 9
    return BYTES.get(image.mode, OF_OTHERS)


def _in_8_bits(image: Image.Image) -> Image.Image:
    """Turn 16 bits a pixel into 8, a strip at a time: the numbers between take much memory."""
    rows = max(1, 500_000 // image.width)
    boxes = [
        (0, top, image.width, min(top + rows, image.height)) for top in range(0, image.height, rows)
    ]
    return Image.fromarray(np.concatenate([_bytes(np.asarray(image.crop(box))) for box in boxes]))


def _bytes(array: np.ndarray) -> np.ndarray:
    """Turn an array of shades into uint8."""
    values = array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array
    if not values.size or values.ndim not in (2, 3) or values.shape[2:] not in ((), (3,), (4,)):
        raise PictureError(
            f"An array of shape {array.shape} is no picture: give (height, width), "
            "(height, width, 3) or (height, width, 4)."
        )
    kind = values.dtype.kind
    limit = 1 if kind in "bf" else 255 if values.dtype == np.uint8 or values.max() < 256 else 65_535
    if kind not in "bfui" or not (values.min() >= 0 and values.max() <= limit):  # NaN fails, too
        raise PictureError(
            f"The array ({values.dtype}) holds values that are no shades: give floats in [0, 1] "
            "or whole numbers up to 255."
        )
    if values.dtype == np.uint16:
        limit = 65_535
    return (values * (255 / limit)).round().astype(np.uint8)
