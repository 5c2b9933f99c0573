"""Run notebooks in clones of their own; a process apart from the tests' settings.

Usage: run_alone.py FOLDER TIMES:NOTEBOOK.ipynb …      FOLDER/NOTEBOOK/error.txt holds what went
wrong.
"""

import shutil
import sys
import traceback
from pathlib import Path

import nbformat
import run_notebooks

for order in sys.argv[2:]:
    times, _, source = order.partition(":")
    clone = Path(sys.argv[1], Path(source).stem)
    (clone / "notebooks").mkdir(parents=True)
    path = Path(shutil.copy(source, clone / "notebooks"))
    shutil.copytree(
        Path(source).parents[1] / "examples", clone / "examples"
    )  # notebook 03 shows it
    error = ""
    try:
        for _ in range(int(times)):
            nbformat.write(run_notebooks.execute(path, progress=False), path)
    except Exception:  # whatever it is, its test shall show it
        error = traceback.format_exc()
    (clone / "error.new").write_text(error, encoding="utf-8")
    (clone / "error.new").replace(clone / "error.txt")  # the sign that it is finished
