"""From any picture of a digit to an image as MNIST would have it (introduced in notebook 05).

The target is the one that LeCun et al. describe (1998, https://doi.org/10.1109/5.726791): white
ink on black, scaled with its proportions into a 20×20 box, and set into 28×28 so that its
centre of mass is the centre of the frame.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from scipy import ndimage

SIDE, BOX = 28, 20  # pixels
MAX_PIXELS = 64_000_000  # 8,000 × 8,000
WORKING_SIDE = 800  # pixels; larger pictures are shrunk to it first
FLAT = 0.1  # of the range from black to white; less contrast than that is no ink
NOISE = 0.2  # of the strongest ink; paler pixels count as ground when the ink is boxed


class PictureError(ValueError):
    """The picture cannot be turned into a digit's image; the message says what to give."""


class Prepared(NamedTuple):
    """A picture, prepared, and how it came about.

    Attributes:
        image: float32 (28, 28) in [0, 1], as the network expects it (without batch and channel).
        steps: Title → grey array in [0, 1], one for each step, from the picture to the image.
    """

    image: np.ndarray
    steps: dict[str, np.ndarray]


def prepare(picture: str | Path | np.ndarray | Image.Image) -> Prepared:
    """Turn a picture of one digit into the image that MNIST would have made of it.

    Args:
        picture: A file, a Pillow image, or an array: (h, w) grey, (h, w, 3) RGB or (h, w, 4)
            RGBA; uint8, uint16, bool, or float in [0, 1]. Dark ink on a light ground or the
            reverse; of an animated picture the first frame counts.

    Returns:
        The image and the steps that led to it.

    Raises:
        PictureError: It is no picture, too large, or shows no ink.
    """
    grey = _grey(_open(picture))  # (h, w)
    ground = np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]))
    ink = np.abs(grey - ground)
    if ink.max() < FLAT:
        raise PictureError("The picture is all one colour: give one with a digit on it.")
    ink = ink / ink.max()
    rows, columns = (np.flatnonzero((ink > NOISE).any(axis=axis)) for axis in (1, 0))
    digit = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    box = _fit(digit)  # at most (20, 20)
    image = centre(box)  # (28, 28)
    steps = {"picture, in grey": grey, "ink, white on black": ink, "cut to the ink": digit}
    return Prepared(image, steps | {"scaled to 20×20": box, "centred in 28×28": image})


def centre(box: np.ndarray) -> np.ndarray:
    """Set a digit into the 28×28 frame with its centre of mass in the middle.

    Args:
        box: Ink in [0, 1], at most (28, 28), not all zero.

    Returns:
        float32 (28, 28); the digit is moved by whole pixels, and never out of the frame.
    """
    mass = ndimage.center_of_mass(box)
    top, left = (
        int(np.clip(round((SIDE - 1) / 2 - middle), 0, SIDE - length))
        for middle, length in zip(mass, box.shape, strict=True)
    )
    frame = np.zeros((SIDE, SIDE), np.float32)
    frame[top : top + box.shape[0], left : left + box.shape[1]] = box
    return frame


def _open(picture: str | Path | np.ndarray | Image.Image) -> Image.Image | np.ndarray:
    """Open a file; check an array; leave a Pillow image as it is."""
    if isinstance(picture, np.ndarray):
        colour = picture.ndim == 3 and picture.shape[2] in (3, 4)
        if (picture.ndim != 2 and not colour) or not picture.size:
            raise PictureError(
                f"An array of shape {picture.shape} is no picture: give (height, width), "
                "(height, width, 3) or (height, width, 4)."
            )
        opened = picture
    elif isinstance(picture, Image.Image):
        opened = picture
    else:
        try:
            opened = Image.open(picture)
        except Image.DecompressionBombError as error:
            raise PictureError(f"{picture}: {error}") from error
        except UnidentifiedImageError as error:
            raise PictureError(f"{picture} is no picture: give a PNG, JPEG or similar.") from error
        except OSError as error:
            raise PictureError(f"{picture} cannot be opened: {error.strerror or error}.") from error
    width, height = opened.size if isinstance(opened, Image.Image) else opened.shape[1::-1]
    if width * height > MAX_PIXELS:
        raise PictureError(
            f"The picture has {width:,} × {height:,} pixels, more than {MAX_PIXELS:,}: shrink it."
        )
    return opened


def _grey(opened: Image.Image | np.ndarray) -> np.ndarray:
    """Return the picture in grey, float32 (h, w) in [0, 1], its longer side at most 800."""
    if isinstance(opened, np.ndarray):
        levels = np.iinfo(opened.dtype).max if opened.dtype.kind in "ui" else 1
        values = opened.astype(np.float32) / levels
        if not (np.isfinite(values).all() and values.min() >= 0 and values.max() <= 1):
            raise PictureError("The array holds values that are no shades: scale it to [0, 1].")
        bands = [Image.fromarray(band) for band in np.atleast_3d(values).transpose(2, 0, 1)]
    else:
        try:
            upright = ImageOps.exif_transpose(opened)
            if upright.mode.startswith("I;16") or upright.mode in "IF":  # 16 bits a pixel
                bands = [Image.fromarray(np.asarray(upright, np.float32) / 65_535)]
            else:
                colour = np.asarray(upright.convert("RGBA"), np.float32) / 255
                bands = [Image.fromarray(band) for band in colour.transpose(2, 0, 1)]
        except (OSError, SyntaxError, ValueError) as error:
            raise PictureError(f"The picture cannot be read, it is damaged: {error}.") from error
    scale = min(1, WORKING_SIDE / max(bands[0].size))
    size = tuple(max(1, round(side * scale)) for side in bands[0].size)
    *colour, alpha = [np.asarray(band.resize(size, Image.Resampling.BOX)) for band in bands]
    if len(colour) in (0, 2):  # no transparency
        colour, alpha = [*colour, alpha], np.float32(1)
    grey = colour[0] if len(colour) == 1 else np.tensordot((0.299, 0.587, 0.114), colour, axes=1)
    papers = [grey * alpha + paper * (1 - alpha) for paper in (1, 0)]
    return max(papers, key=np.std).astype(np.float32).clip(0, 1)  # the paper on which ink shows


def _fit(digit: np.ndarray) -> np.ndarray:
    """Scale a digit, with its proportions, so that its longer side is 20 pixels."""
    scale = BOX / max(digit.shape)
    height, width = (max(1, round(length * scale)) for length in digit.shape)
    box = np.asarray(
        Image.fromarray(digit.astype(np.float32)).resize((width, height), Image.Resampling.LANCZOS)
    )
    return (box / box.max()).clip(0, 1)
