"""From any picture of a digit to an image as MNIST would have it (introduced in notebook 05).

The target is the one that LeCun et al. describe (1998, https://doi.org/10.1109/5.726791): white
ink on black, scaled with its proportions into a 20×20 box, and set into 28×28 so that its
centre of mass is the centre of the frame.
"""

import contextlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from scipy import ndimage

SIDE, BOX = 28, 20  # pixels
MAX_PIXELS = 64_000_000  # 8,000 × 8,000
WORKING_SIDE = 800  # pixels; larger pictures are shrunk to it first
FLAT = 0.1  # of the range from black to white; less contrast than that is no ink
NOISE = 0.2  # of the strongest ink; what is paler counts as ground


class PictureError(ValueError):
    """The picture cannot be turned into a digit's image; the message says what to give."""


class Prepared(NamedTuple):
    """The image, float32 (28, 28) in [0, 1], and the steps: title → grey array in [0, 1]."""

    image: np.ndarray
    steps: dict[str, np.ndarray]


def prepare(picture: str | Path | np.ndarray | Image.Image) -> Prepared:
    """Turn a picture of one digit into the image that MNIST would have made of it.

    Args:
        picture: A file, a Pillow image, or an array: (h, w) grey, (h, w, 3) RGB or (h, w, 4)
            RGBA; bool, whole numbers up to 255 or 65,535, or floats in [0, 1]. Dark ink on a
            light ground or the reverse; of an animated picture the first frame counts.

    Raises:
        PictureError: It is no picture, too large, or shows no ink.
    """
    grey = _grey(picture)  # (h, w)
    ground = np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]))
    ink = np.abs(grey - ground)
    if ink.max() < FLAT:
        raise PictureError("The picture is all one colour: give one with a digit on it.")
    ink = np.where(ink > NOISE * ink.max(), ink / ink.max(), 0)
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    digit = ink.astype(np.float32)[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = (max(1, round(BOX * length / max(digit.shape))) for length in digit.shape)
    box = np.asarray(Image.fromarray(digit).resize((width, height), Image.Resampling.LANCZOS))
    box = (box / box.max()).clip(0, 1)  # at most (20, 20)
    image = centre(box)  # (28, 28)
    steps = {"picture, in grey": grey, "ink, white on black": ink, "cut to the ink": digit}
    return Prepared(image, steps | {"in a box of 20×20": box, "centred in 28×28": image})


def centre(box: np.ndarray) -> np.ndarray:
    """Set a digit, at most (28, 28) and not all zero, into the frame, its mass in the middle.

    Returns:
        float32 (28, 28); the digit is moved by whole pixels, and never out of the frame.
    """
    top, left = (
        int(np.clip(round((SIDE - 1) / 2 - middle), 0, SIDE - length))
        for middle, length in zip(ndimage.center_of_mass(box), box.shape, strict=True)
    )
    frame = np.zeros((SIDE, SIDE), np.float32)
    frame[top : top + box.shape[0], left : left + box.shape[1]] = box
    return frame


def _grey(picture: str | Path | np.ndarray | Image.Image) -> np.ndarray:
    """Return the picture in grey, float32 (h, w) in [0, 1], its longer side at most 800.

    Transparent parts get white or black paper, whichever lets the ink show.
    """
    name = picture if isinstance(picture, str | Path) else "The picture"
    try:
        if isinstance(picture, np.ndarray):
            opened = contextlib.nullcontext(Image.fromarray(_bytes(picture)))
        elif isinstance(picture, Image.Image):
            opened = contextlib.nullcontext(picture)
        else:
            opened = Image.open(picture)
        with opened as image:
            if image.width * image.height > MAX_PIXELS:
                raise PictureError(f"{name} has more than {MAX_PIXELS:,} pixels: shrink it.")
            upright = ImageOps.exif_transpose(image)
            if upright.mode[0] in "IF":  # 16 or 32 bits a pixel
                values = np.asarray(upright)
                upright = Image.fromarray(_bytes(values if upright.mode == "F" else values.clip(0)))
            upright = upright.convert("RGBA")
            upright.thumbnail((WORKING_SIDE, WORKING_SIDE))
    except (PictureError, FileNotFoundError) as error:
        raise PictureError(str(error)) from error
    except (UnidentifiedImageError, TypeError, AttributeError) as error:
        raise PictureError(f"{name} is no picture: give a PNG, JPEG or similar.") from error
    except Exception as error:  # Pillow's plugins raise many kinds over damaged files
        raise PictureError(f"{name} is damaged, too large, or no file: {error}.") from error
    papers = (Image.new("RGBA", upright.size, colour) for colour in ("white", "black"))
    greys = [Image.alpha_composite(paper, upright).convert("L") for paper in papers]
    return max((np.asarray(grey, np.float32) / 255 for grey in greys), key=np.std)


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
