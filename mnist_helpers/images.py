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
            RGBA; uint8, uint16, bool, or float in [0, 1]. Dark ink on a light ground or the
            reverse; of an animated picture the first frame counts.

    Raises:
        PictureError: It is no picture, too large, or shows no ink.
    """
    grey = _grey(*_bands(picture))  # (h, w)
    ground = np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]))
    ink = np.abs(grey - ground)
    if ink.max() < FLAT:
        raise PictureError("The picture is all one colour: give one with a digit on it.")
    ink = np.where(ink > NOISE * ink.max(), ink / ink.max(), 0)
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    digit = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = (max(1, round(BOX * length / max(digit.shape))) for length in digit.shape)
    box = _resize(digit, (width, height), Image.Resampling.LANCZOS)  # at most (20, 20)
    box = (box / box.max()).clip(0, 1)
    image = centre(box)  # (28, 28)
    steps = {"picture, in grey": grey, "ink, white on black": ink, "cut to the ink": digit}
    return Prepared(image, steps | {"scaled to 20×20": box, "centred in 28×28": image})


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


def _bands(picture: str | Path | np.ndarray | Image.Image) -> tuple[np.ndarray, np.ndarray]:
    """Return the colours, (1 or 3, h, w), and the opacity, (h, w), both float32 in [0, 1]."""
    if isinstance(picture, np.ndarray):
        values = np.atleast_3d(picture)
        if picture.ndim not in (2, 3) or values.shape[2] not in (1, 3, 4) or not values.size:
            raise PictureError(
                f"An array of shape {picture.shape} is no picture: give (height, width), "
                "(height, width, 3) or (height, width, 4)."
            )
        _check_size(values.shape[1], values.shape[0])
        top = np.iinfo(values.dtype).max if values.dtype.kind in "ui" else 1
        values = values.transpose(2, 0, 1).astype(np.float32) / top
        if not (np.isfinite(values).all() and values.min() >= 0 and values.max() <= 1):
            raise PictureError("The array holds values that are no shades: scale it to [0, 1].")
    else:
        try:
            opened = picture if isinstance(picture, Image.Image) else Image.open(picture)
            _check_size(*opened.size)
            upright = ImageOps.exif_transpose(opened)
            if upright.mode.startswith("I") or upright.mode == "F":  # 16 bits a pixel
                values = np.asarray(upright, np.float32)[None].clip(0, 65_535) / 65_535
            else:
                values = np.asarray(upright.convert("RGBA"), np.float32).transpose(2, 0, 1) / 255
        except UnidentifiedImageError as error:
            raise PictureError(f"{picture} is no picture: give a PNG, JPEG or similar.") from error
        except Image.DecompressionBombError as error:
            raise PictureError(f"{picture} is too large: shrink it. ({error})") from error
        except (OSError, SyntaxError, EOFError) as error:
            raise PictureError(f"{picture} cannot be opened, or is damaged: {error}.") from error
    opacity = values[3] if len(values) == 4 else np.ones_like(values[0])
    return values[:3], opacity


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise PictureError(
            f"The picture has {width:,} × {height:,} pixels, more than {MAX_PIXELS:,}: shrink it."
        )


def _grey(colours: np.ndarray, opacity: np.ndarray) -> np.ndarray:
    """Return grey, (h, w) in [0, 1], on paper on which ink shows; the longer side at most 800."""
    grey = colours[0] if len(colours) == 1 else np.tensordot((0.299, 0.587, 0.114), colours, axes=1)
    papers = (grey * opacity + paper * (1 - opacity) for paper in (1, 0))
    shown = max(papers, key=np.std)
    scale = min(1, WORKING_SIDE / max(shown.shape))
    size = tuple(max(1, round(length * scale)) for length in reversed(shown.shape))
    return _resize(shown, size, Image.Resampling.BOX).clip(0, 1)


def _resize(values: np.ndarray, size: tuple[int, int], method: Image.Resampling) -> np.ndarray:
    """Resize (h, w) to `size`, width first, as float32."""
    return np.asarray(Image.fromarray(values.astype(np.float32)).resize(size, method))
