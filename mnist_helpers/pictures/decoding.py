"""From a picture of any kind to shades of grey, with no more memory than it needs."""

import contextlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from mnist_helpers.pictures.errors import PictureError, TooLargeError

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM")
MAX_PIXELS = 25_000_000  # as of a phone's camera
MAX_UNPACKED = 250_000_000  # bytes, by the table below
# How many bytes a pixel takes while a picture is unpacked, with all copies; a test measures them.
BYTES = {"L": 2, "1": 3, "RGB": 5, "I;16": 5, "P": 6}
WITH_TRANSPARENCY, IN_WEBP, OF_OTHERS = 13, 17, 25
WORKING_SIDE = 480  # pixels; larger pictures are shrunk to it first

Picture = str | Path | BinaryIO | np.ndarray | Image.Image


def decode(
    picture: Picture, formats: tuple[str, ...] = FORMATS, max_unpacked: int = MAX_UNPACKED
) -> np.ndarray:
    """Return the picture in grey, float32 (h, w) in [0, 1], its longer side at most 480.

    Transparent parts get white or black paper, whichever lets the ink show.
    """
    upright = unpack(picture, formats, max_unpacked)
    if upright.mode != "RGBA":
        return np.asarray(upright.convert("L"), np.float32) / np.float32(255)
    papers = (Image.new("RGBA", upright.size, colour) for colour in ("white", "black"))
    greys = [Image.alpha_composite(paper, upright).convert("L") for paper in papers]
    return max((np.asarray(grey, np.float32) / 255 for grey in greys), key=np.std)


def unpack(
    picture: Picture, formats: tuple[str, ...] = FORMATS, max_unpacked: int = MAX_UNPACKED
) -> Image.Image:
    """Return the picture upright, in mode L, RGB or RGBA, its longer side at most 480 pixels.

    Raises:
        PictureError: It is no picture, damaged or too large; the message says what to give.
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
            return ImageOps.exif_transpose(whole)
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
