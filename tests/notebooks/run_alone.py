"""Run notebooks in clones of their own; a process apart from the tests' settings.

Usage: run_alone.py FOLDER TIMES:NOTEBOOK.ipynb …      FOLDER/NOTEBOOK/error.txt holds what went
wrong. What runs is a copy, as a learner has it; the last time, all exercises are answered in it.
"""

import shutil
import sys
import traceback
from pathlib import Path

import copy_notebooks
import nbformat
import run_notebooks

for order in sys.argv[2:]:
    times, _, source = order.partition(":")
    clone = Path(sys.argv[1], Path(source).stem)
    (clone / "notebooks").mkdir(parents=True)
    original = Path(shutil.copy(source, clone / "notebooks"))
    examples = Path(source).parents[1] / "examples"  # notebook 03 shows one
    if examples.is_dir():
        shutil.copytree(examples, clone / "examples")
    path = clone / copy_notebooks.MINE / original.name
    error = ""
    try:
        for left in reversed(range(int(times))):
            kind = copy_notebooks.blank if left else copy_notebooks.solved
            copy_notebooks.put(kind(original), path)
            nbformat.write(run_notebooks.execute(path, progress=False), path)
    except Exception:  # whatever it is, its test shall show it
        error = traceback.format_exc()
    (clone / "error.new").write_text(error, encoding="utf-8")
    (clone / "error.new").replace(clone / "error.txt")  # the sign that it is finished
