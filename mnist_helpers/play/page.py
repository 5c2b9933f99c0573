"""Folders of files with the figures, which a browser opens from a double click, or a site includes.

Each script is of the old kind, for browsers refuse modules and requests of a page from a folder.
"""

import json
import shutil
from pathlib import Path

from mnist_helpers import artifacts
from mnist_helpers.play import scripts, weights

NETWORKS = {  # key → what it is called beside the other one, and where it lies
    "reference": ("Notebook 03’s network", artifacts.REFERENCE),
    "reader": ("The reader of handwriting", artifacts.READER),
}


def write_look(folder: Path) -> None:
    """Write the page `look inside while you draw` to a folder: open its index.html.

    Args:
        folder: Is made if need be; files of the same names are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(scripts.WEB / "look.html", folder / "index.html")
    _write(folder / "look.js", scripts.script(scripts.WEB / "look.js"))
    _write(folder / "look.css", scripts.style(scripts.WEB / "look.css"))
    known = {key: {"title": title, "file": f"{key}.js"} for key, (title, _) in NETWORKS.items()}
    drawings = json.dumps(weights.drawings())
    text = f"globalThis.mnistNetworks = {json.dumps(known)};\nglobalThis.mnistDrawings = {drawings};\n"
    _write(folder / "networks.js", text)
    for key, (_, where) in NETWORKS.items():
        network = json.dumps(weights.describe_run(artifacts.read_run(where)))
        _write(folder / f"{key}.js", f"Object.assign(globalThis.mnistNetworks.{key}, {network});\n")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
