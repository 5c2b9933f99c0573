"""What the tools that make pages share: files that are whole, and the browser that prints."""

import os
import shutil
import uuid
from pathlib import Path

ON_PATH = ("chromium", "chromium-browser", "google-chrome", "chrome")
ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
REMEDY = "Make room on the disk, or move the project to a folder in which you may write."


class PageError(Exception):
    """A page cannot be written; the message says how to mend it."""


def write(path: Path, content: str | bytes, remedy: str = REMEDY) -> None:
    """Write a file as a whole, or not at all; its folder is made if need be.

    Args:
        path: The file; one that is there is replaced.
        content: A text is written in UTF-8, with its line ends as they are.
        remedy: What the message advises if that fails.

    Raises:
        PageError: It cannot be written.
    """
    part = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(content if isinstance(content, bytes) else content.encode())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise PageError(f"{path} cannot be written ({error.strerror}). {remedy}") from error


def find_browser() -> str | None:
    """Return a browser of Chromium's kind: the one named in CHROMIUM, else one installed."""
    if named := os.environ.get("CHROMIUM"):
        return named
    found = next(filter(None, map(shutil.which, ON_PATH)), None)
    return found or next((place for place in ELSEWHERE if Path(place).exists()), None)
