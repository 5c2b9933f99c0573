"""Notebook 13 on a learner's own folder: its last section, with MY_PICTURES set."""

import ast

import nbformat
import numpy as np
from PIL import Image

from mnist_helpers import artifacts
from tests.conftest import NOTEBOOKS, ROOT, run_code

PRELUDE = """
import matplotlib
matplotlib.use("agg")
import mnist_helpers as mh
mh.start()
import keras, numpy as np
from pathlib import Path
SHAPE = (48, 48, 3)
prefix = mh.datasets.groups.prefix
"""


def section():
    """Return the code from the section's heading to the recap, and the functions that it calls."""
    (path,) = (path for path in NOTEBOOKS if path.name.startswith("13_"))
    cells = nbformat.read(path, as_version=4).cells
    starts = [i for i, cell in enumerate(cells) if "## Take your own pictures" in cell.source]
    ends = [i for i, cell in enumerate(cells) if "## Recap" in cell.source]
    own = [cell.source for cell in cells[starts[0] : ends[0]] if cell.cell_type == "code"]
    before = [cell.source for cell in cells[: starts[0]] if cell.cell_type == "code"]
    functions = [
        ast.unparse(node)
        for source in before
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef)
    ]
    return "\n".join([PRELUDE, *functions, *own])


def test_it_ends_with_a_saved_network_that_knows_its_classes(bundled, results, tmp_path):
    random = np.random.default_rng(0)
    folder = tmp_path / "my pictures"
    shades = {"Äpfel": (200, 40, 40), "pears": (40, 160, 40), "plums": (60, 30, 120)}
    for name, shade in shades.items():
        (folder / name).mkdir(parents=True)
        for number in range(12):
            size = random.integers(40, 90, 2)
            picture = random.normal(shade, 40, (*size, 3)).clip(0, 255).astype(np.uint8)
            ending = "jpg" if number % 2 else "png"
            Image.fromarray(picture).save(folder / name / f"IMG_{number:03}.{ending}")
    (folder / "pears" / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    done = run_code(section(), env={"MY_PICTURES": str(folder), "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr
    assert "36 pictures of 3 classes: pears (12), plums (12), Äpfel (12)." in done.stdout
    assert "broken.jpg: " in done.stdout and "16 epochs; right: " in done.stdout
    run = artifacts.newest_run("pictures")
    assert run.classes == ("pears", "plums", "Äpfel") and run.trained_on == "my pictures"
    assert len(run.history["loss"]) == 16 and artifacts.newest_run() is None
    assert any(f"{name}, with " in done.stdout for name in run.classes)
