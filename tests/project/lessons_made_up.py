"""Made-up notebooks with the names of the series, and how long each ran."""

import lessons
import nbformat
import nbformat.v4 as nb

SECONDS = {name: 12.4 + 10 * place for place, name in enumerate(lessons.AT_THE_END)}
NEED = "**What you'll need.** Python, 3.11 or newer. About 1 minutes to read; it\nruns somehow."
TASK = "### {number}.1 A sum (5 minutes)\n\nAdd."
CHECK = 'total = ...\n\nmh.exercises.check("{number}.1", total)'


def make_notebooks(root):
    """Write them into a project that has its results; what they say of minutes is right."""
    folder = root / "notebooks"
    folder.mkdir()
    for name in SECONDS:
        number = name[:2]
        cells = [
            nb.new_markdown_cell(f"# Look at {number}\n\n{NEED}"),
            *(nb.new_code_cell("count = 1") for _ in range(5 * int(number))),
            nb.new_markdown_cell(TASK.format(number=number)),
            nb.new_code_cell(CHECK.format(number=number)),
            nb.new_markdown_cell("**Go further**"),
        ]
        path = folder / f"{name}.ipynb"
        nbformat.write(nb.new_notebook(cells=cells), path)
        cells[0].source = lessons.with_minutes(root, path, cells[0].source)
        nbformat.write(nb.new_notebook(cells=cells), path)
