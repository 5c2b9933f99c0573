"""Folders of files with the figures, which a browser opens from a double click, or a site includes.

Each script is of the old kind, for browsers refuse modules and requests of a page from a folder.
"""

import json
import shutil
import string
from pathlib import Path

from mnist_helpers import artifacts
from mnist_helpers.play import networks, scripts, stills, weights

FIGURES = ("kernel", "descent", "threshold")
RECORDED = scripts.WEB / "recorded.json"  # what they show on the site: tools/record_figures.py


def write_look(folder: Path) -> None:
    """Write the page `look inside while you draw` to a folder: open its index.html.

    Args:
        folder: Is made if need be; files of the same names are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "index.html", _page("look.html"))
    shutil.copy(scripts.WEB / "look.png", folder)
    _write(folder / "look.js", scripts.script(scripts.WEB / "look.js"))
    _write(folder / "look.css", scripts.style(scripts.WEB / "look.css"))
    shipped = networks.SHIPPED.items()
    known = {key: {"title": title, "file": f"{key}.js"} for key, (title, _) in shipped}
    drawings = _assign("mnistDrawings", weights.drawings())
    _write(folder / "networks.js", _assign("mnistNetworks", known) + drawings)
    for key, (_, where) in shipped:
        network = json.dumps(weights.describe_run(artifacts.read_run(where)))
        _write(folder / f"{key}.js", f"Object.assign(globalThis.mnistNetworks.{key}, {network});\n")


def write_figures(folder: Path) -> None:
    """Write the three small figures to a folder: open its index.html.

    A page of a site has one with `<div data-figure="kernel">…</div>`, the style sheet figures.css,
    and the scripts figures.js and kernel.js, with `defer`. Inside the div stands what is shown
    without JavaScript, such as its still picture, kernel.png.

    Args:
        folder: Is made if need be; files of the same names are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "index.html", _page("figures.html"))
    _write(folder / "figures.css", scripts.style(scripts.WEB / "figures.css"))
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    _write(folder / "figures.js", _assign("mnistFigures", recorded))
    for name in FIGURES:
        shutil.copy(scripts.WEB / f"{name}.png", folder)
        _write(folder / f"{name}.js", scripts.script(scripts.WEB / f"{name}.js"))


def _page(name: str) -> str:
    """Return a page, with what its still pictures show."""
    text = (scripts.WEB / name).read_text(encoding="utf-8")
    return string.Template(text).substitute(stills.ALT)


def _assign(name: str, value: object) -> str:
    return f"globalThis.{name} = {json.dumps(value)};\n"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
