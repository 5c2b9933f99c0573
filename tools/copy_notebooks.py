"""Copies of the notebooks without outputs, to work in.

Without a command it makes those that are missing in my_notebooks/, which git ignores. It never
overwrites anything: what a new copy takes the place of is kept under another name.
"""

import argparse
import ast
import contextlib
import json
import os
import sys
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path

from mnist_helpers import copies
from mnist_helpers.copies import Notebook

ROOT = Path(__file__).parents[1]
MINE = "my_notebooks"
HANDOUT, SOLUTIONS = "handout", "handout_solutions"  # for an instructor; beside notebooks/, too


class CopyError(Exception):
    """A copy cannot be made; the message says how to mend it."""


def originals(root: Path) -> list[Path]:
    """Return the notebooks of the series, in order.

    Raises:
        CopyError: There are none.
    """
    folder = root / copies.ORIGINALS
    if found := sorted(folder.glob("[0-9][0-9]_*.ipynb")):
        return found
    raise CopyError(f"There are no notebooks in {folder}: clone the project anew.")


def choose(root: Path, name: str) -> Path:
    """Find the original that is meant by a number, a name or a path, such as "2" or "02_build".

    Raises:
        CopyError: None is meant, or several; the message lists them.
    """
    found = originals(root)
    wanted = Path(name.strip().replace("\\", "/")).name.removesuffix(".ipynb")
    if wanted.isascii() and wanted.isdigit():
        chosen = [path for path in found if int(path.name[:2]) == int(wanted)]
    else:
        chosen = [path for path in found if wanted and path.stem.startswith(wanted)]
    if len(chosen) == 1:
        return chosen[0]
    known = "\n".join(f"  {path.name[:2]}  {path.stem}" for path in found)
    raise CopyError(f"Which notebook is meant by {name!r}? Name one by its number:\n{known}")


def blank(original: Path) -> Notebook:
    """Make a copy of a notebook, without its outputs; it notes which state it was made from.

    Raises:
        CopyError: The original is no notebook, or cannot be read.
    """
    try:
        notebook = copies.read(original)
        note = copies.note(original)
    except (OSError, ValueError, TypeError) as error:
        place = f"{copies.ORIGINALS}/{original.name}"
        raise CopyError(
            f"{place} cannot be copied ({error}). `git checkout {place}` brings back the one that "
            "was delivered."
        ) from error
    for cell in notebook["cells"]:
        if cell.get("cell_type") == "code":
            cell |= {"outputs": [], "execution_count": None}
    notebook.setdefault("metadata", {})[copies.NOTE] = note
    return notebook


def solved(original: Path) -> Notebook:
    """Make a copy of a notebook without outputs, with the solution of each exercise filled in.

    JupyterLab shows these cells folded: in class a click opens a solution when its time has come.

    Raises:
        CopyError: The original is no notebook, or asks for an exercise that there is not.
    """
    from mnist_helpers.exercises import core  # takes a moment

    notebook = blank(original)
    for cell in notebook["cells"]:
        text = copies.source(cell)
        if cell.get("cell_type") == "code" and (name := exercise_in(text)):
            cell.setdefault("metadata", {})["jupyter"] = {"source_hidden": True}
            try:
                cell["source"] = fill_in(text, core.find(name).code)
            except ValueError as error:
                raise CopyError(f"{copies.ORIGINALS}/{original.name}: {error}") from error
    return notebook


def exercise_in(code: str) -> str | None:
    """Return the name of the exercise whose answer a cell's last statement checks, or None."""
    try:
        statements = ast.parse(code).body
    except SyntaxError:  # a cell with a command of IPython's
        return None
    match statements[-1:]:
        case [ast.Expr(ast.Call(ast.Attribute() as verb, [ast.Constant(str(name)), *_]))]:
            return name if ast.unparse(verb) == "mh.exercises.check" else None
    return None


def fill_in(code: str, solution: str) -> str:
    """Put a solution in the place of what stands before a cell's last statement.

    Values that are given to the learner stay: assignments before the first blank, of names that the
    solution does not define.
    """
    *statements, last = ast.parse(code).body
    lines, solved = code.splitlines(), ast.parse(solution).body
    parts = []
    for given in statements:
        if has_blank([given]) or assigned([given]) <= assigned(solved):
            break
        parts += [*lines[given.lineno - 1 : given.end_lineno], ""]
    is_definition = isinstance(solved[-1], ast.FunctionDef | ast.ClassDef)
    gap = [""] * (1 + is_definition)
    return "\n".join([*parts, solution.strip("\n"), *gap, *lines[last.lineno - 1 :]])


def assigned(statements: list[ast.stmt]) -> set[str]:
    """Return the names that statements define at the top level; imports do not count."""
    names = set()
    for statement in statements:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            names.add(statement.name)
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            nodes = [node for target in targets for node in ast.walk(target)]
            names |= {node.id for node in nodes if isinstance(node, ast.Name)}
    return names


def has_blank(statements: list[ast.stmt]) -> bool:
    """Tell whether there is a `...` to fill in; one in an index, as in `x[..., 0]`, is none."""
    nodes = [node for statement in statements for node in ast.walk(statement)]
    indices = [node.slice for node in nodes if isinstance(node, ast.Subscript)]
    meant = {id(node) for index in indices for node in ast.walk(index)}
    blanks = [node for node in nodes if isinstance(node, ast.Constant) and node.value is ...]
    return any(id(node) not in meant for node in blanks)


def make(root: Path) -> list[str]:
    """Make the learner's copies that are missing, and leave all others alone.

    Returns:
        What there is to say: how many were made, and which are older than their originals.

    Raises:
        CopyError: One cannot be made.
    """
    folder = root / MINE
    missing = [path for path in originals(root) if not os.path.lexists(folder / path.name)]
    for original in missing:
        write(blank(original), folder / original.name)
    said = []
    if missing:
        count = "1 notebook" if len(missing) == 1 else f"{len(missing)} notebooks"
        said.append(f"Copied {count} to {MINE}/, without outputs. They are yours to change.")
    for original in originals(root):
        if advice := copies.outdated(folder / original.name):
            said.append(f"{MINE}/{original.name}: {advice}")
    return said


def fresh(root: Path, name: str) -> list[str]:
    """Make a new copy of one notebook, and keep the one before under another name.

    Args:
        root: The project's folder.
        name: Which notebook, as `choose` takes it.

    Returns:
        What there is to say.

    Raises:
        CopyError: No such notebook, or it cannot be copied; all is as it was.
    """
    original = choose(root, name)
    path = root / MINE / original.name
    kept = put(blank(original), path)
    said = [f"{MINE}/{path.name} is a fresh copy of {copies.ORIGINALS}/{path.name}."]
    if kept:
        said.append(f"What was there is kept as {MINE}/{kept.name}.")
        said.append("Is it open in JupyterLab? Then choose File › Reload Notebook from Disk.")
    return said


def hand_out(root: Path) -> list[str]:
    """Make two folders of copies: without solutions and with them.

    A copy that is there and differs is kept under another name.

    Returns:
        What there is to say.

    Raises:
        CopyError: One cannot be made.
    """
    said = []
    kinds: Iterable[tuple[str, Callable[[Path], Notebook], str]] = (
        (HANDOUT, blank, "without outputs, to hand out"),
        (SOLUTIONS, solved, "the same with the solutions of all exercises filled in"),
    )
    for folder, kind, what in kinds:
        for original in originals(root):
            kept = put(kind(original), root / folder / original.name)
            if kept:
                said.append(f"What was {folder}/{original.name} is kept as {folder}/{kept.name}.")
        said.append(f"{folder}/: {len(originals(root))} notebooks, {what}.")
    return said


def put(notebook: Notebook, path: Path) -> Path | None:
    """Write a notebook; keep what is there, if it differs, under another name.

    Returns:
        That other file, or None.

    Raises:
        CopyError: It cannot be done; all is as it was.
    """
    text = as_text(notebook)
    with contextlib.suppress(OSError, ValueError):
        if path.read_text(encoding="utf-8") == text:
            return None
    return write(notebook, path, keep=True)


def write(notebook: Notebook, path: Path, keep: bool = False) -> Path | None:
    """Write a notebook as a whole, or not at all.

    Args:
        notebook: What to write.
        path: Its file; the folder is made if need be.
        keep: Whether to keep what is there under another name first.

    Returns:
        That other file, or None.

    Raises:
        CopyError: It cannot be written; all is as it was.
    """
    # Of another kind, so that neither JupyterLab nor a search for notebooks takes it for one.
    part = path.with_name(f".{path.stem}-{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(exist_ok=True)
        try:
            part.write_text(as_text(notebook), encoding="utf-8", newline="\n")
            kept = path.rename(unused(path)) if keep and os.path.lexists(path) else None
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except FileExistsError as error:
        raise CopyError(
            f"{path.parent} is a file; the copies need a folder of this name: rename the file."
        ) from error
    except OSError as error:
        raise CopyError(
            f"{path} cannot be written ({error.strerror}). Make room on the disk, or move the "
            "project to a folder in which you may write. Nothing was lost."
        ) from error
    return kept


def unused(path: Path) -> Path:
    """Return a name beside a file that nothing has yet; no notebook of the series looks like it."""
    number = 1
    while os.path.lexists(kept := path.with_name(f"{path.stem}.kept-{number}{path.suffix}")):
        number += 1
    return kept


def as_text(notebook: Notebook) -> str:
    """Write a notebook as JSON, in the form in which Jupyter does."""
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Make the copies that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", title="commands")
    again = commands.add_parser(
        "fresh", help="a fresh copy of one notebook; the one before is kept under another name"
    )
    again.add_argument("notebook", nargs="?", default="", help="its number, such as 02")
    commands.add_parser(
        "handout", help=f"{HANDOUT}/ without solutions and {SOLUTIONS}/ with them, to hand out"
    )
    options = parser.parse_args()
    try:
        if options.command == "fresh":
            said = fresh(ROOT, options.notebook)
        elif options.command == "handout":
            said = hand_out(ROOT)
        else:
            said = make(ROOT) or [f"{MINE}/ has a copy of each notebook."]
    except CopyError as error:
        sys.exit(str(error))
    print("\n".join(said))


if __name__ == "__main__":
    main()
