"""Fonts for pages that look the same on every computer, without a network."""

import base64
import functools
import io
import re
from pathlib import Path

import matplotlib
from fontTools import subset
from PIL import ImageFont

# family, weight, style → a file of those that come with matplotlib
DECK = {  # the figures' fonts, too
    ("Deck", "normal", "normal"): "DejaVuSans.ttf",
    ("Deck", "bold", "normal"): "DejaVuSans-Bold.ttf",
    ("Deck", "normal", "italic"): "DejaVuSans-Oblique.ttf",
    ("Deck mono", "normal", "normal"): "DejaVuSansMono.ttf",
}
PAPER = {
    ("Paper", "normal", "normal"): "STIXGeneral.ttf",
    ("Paper", "bold", "normal"): "STIXGeneralBol.ttf",
    ("Paper", "normal", "italic"): "STIXGeneralItalic.ttf",
    ("Paper mono", "normal", "normal"): "DejaVuSansMono.ttf",
}


def rules(faces: dict[tuple[str, str, str], str], text: str) -> str:
    """Write style rules that hold the fonts, with no more glyphs than a text needs."""
    written = []
    for (family, weight, style), file in faces.items():
        options = subset.Options(flavor="woff", hinting=False, drop_tables=["FFTM"])
        face = subset.load_font(_file(file), options)
        chosen = subset.Subsetter(options)
        chosen.populate(text=text)
        chosen.subset(face)
        subset.save_font(face, packed := io.BytesIO(), options)
        data = base64.b64encode(packed.getvalue()).decode()
        written.append(
            f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style}; '
            f'src: url("data:font/woff;base64,{data}"); }}'
        )
    return "\n".join(written)


def wrapped(text: str, room: float, weight: str = "normal") -> int:
    """Return how many lines a text takes on a slide, in a room of so many times its type."""
    count, used = 1, 0.0
    for word in text.split(" "):
        wide = width(word, weight)
        if used and used + wide > room:
            count, used = count + 1, 0.0
        used += wide + width(" ", weight)
    return count


@functools.cache
def width(text: str, weight: str = "normal") -> float:
    """Measure a text on a slide, in times its type.

    Marks of Markdown do not count, nor does where a link leads.
    """
    seen = re.sub(r"\]\([^)]*\)|[*`\[]", "", text)
    return _face(DECK["Deck", weight, "normal"]).getlength(seen) / 100


@functools.cache
def _face(file: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_file(file), 100)


def _file(name: str) -> Path:
    return Path(matplotlib.get_data_path(), "fonts", "ttf", name)
