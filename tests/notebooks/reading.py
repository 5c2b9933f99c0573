"""What notebooks hold: outputs, verdicts; and what is wrong with their exercises and guesses."""

import ast
import re

import copy_notebooks
from copy_notebooks import assigned, has_blank

from mnist_helpers.exercises import saved

HEADING = re.compile(r"^### (\d\d\.\d) \S.* \((\d+) minutes\)$", re.MULTILINE)
EXERCISES, GUESSES, MINUTES = range(2, 5), range(2, 4), range(2, 21)  # allowed in a notebook
GUESS, OUTCOME, SUMMARY = "guess_", "mh.exercises.guess", "mh.exercises.guesses"


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook):
    return [output for cell in code(notebook) for output in cell.outputs]


def verdicts(notebook):
    """Return what the checks of an executed notebook have said: (exercise, verdict), in order."""
    claims = saved.claims(notebook)
    return [(claim.exercise, claim.verdict) for claim in claims if claim.verdict]


def parsed(cell):
    try:
        return ast.parse(cell.source)
    except SyntaxError:  # a command of IPython's
        return ast.Module([], [])


def calls(cell, name):
    """Return the calls of `name`, such as "mh.exercises.check", anywhere in a cell of code."""
    if cell.cell_type != "code":
        return []
    nodes = [node for node in ast.walk(parsed(cell)) if isinstance(node, ast.Call)]
    return [node for node in nodes if ast.unparse(node.func) == name]


def wrong_exercises(notebook, number, exercises):
    """Say what is wrong with the exercises in a notebook; an empty list if nothing is.

    Args:
        notebook: The notebook.
        number: Its number, such as "03".
        exercises: Those that the helpers know for it.
    """
    known = {exercise.name: exercise for exercise in exercises}
    asked, problems = [], []
    for place, cell in enumerate(notebook.cells):
        checks = calls(cell, "mh.exercises.check")
        if not checks:
            continue
        name = copy_notebooks.exercise_in(cell.source)
        if name is None or len(checks) > 1:
            problems.append(f"the check is not the last statement, or not alone: {cell.source}")
            continue
        asked.append(name)
        above = [cell for cell in notebook.cells[:place] if cell.cell_type == "markdown"]
        heading = [found for cell in above for found in HEADING.findall(cell.source)][-1:]
        if not heading or heading[0][0] != name or int(heading[0][1]) not in MINUTES:
            problems.append(f"{name}: no heading “### {name} A title (5 minutes)” above its cell")
        if name in known:
            problems += wrong_solution(cell.source, known[name])
    headings = [found[1] for cell in notebook.cells for found in HEADING.finditer(cell.source)]
    expected = [f"{number}.{place}" for place in range(1, len(known) + 1)]
    if not expected == sorted(known) == asked == headings or len(known) not in EXERCISES:
        problems.append(f"known: {sorted(known)}; asked: {asked}; headings: {headings}")
    return problems


def wrong_solution(source, exercise):
    """Say what is wrong with a cell to answer in, and with the solution that is to replace it."""
    *blank, check = ast.parse(source).body
    solution = ast.parse(exercise.code)
    problems = []
    if not has_blank(blank):
        problems.append(f"{exercise.name}: there is no blank in its cell")
    if has_blank(solution.body):
        problems.append(f"{exercise.name}: there is a blank in its solution")
    filled = ast.parse(copy_notebooks.fill_in(source, exercise.code)).body
    if missing := assigned(blank) - assigned(filled):
        problems.append(f"{exercise.name}: its solution does not define {', '.join(missing)}")
    if blank and blank[-1].end_lineno >= check.lineno:
        problems.append(f"{exercise.name}: the check shares a line")
    if max(map(len, exercise.code.splitlines())) > 80:
        problems.append(f"{exercise.name}: a line of its solution is longer than 80 characters")
    return problems


def wrong_guesses(notebook):
    """Say what is wrong with the guesses in a notebook; an empty list if nothing is."""
    made, told, problems = {}, {}, []
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        for statement in parsed(cell).body:
            names = {name for name in assigned([statement]) if name.startswith(GUESS)}
            made |= dict.fromkeys(names, place)
            if names and not has_blank([statement]):
                problems.append(f"{', '.join(names)}: not left blank")
        for call in calls(cell, OUTCOME):
            names = [node.id for node in call.args if isinstance(node, ast.Name)]
            told |= {name: place for name in names if name.startswith(GUESS)}
    if len(made) not in GUESSES:
        problems.append(f"{len(made)} guesses")
    problems += [f"{name}: what came out is not told" for name in made if name not in told]
    for name, place in told.items():
        if made.get(name, place) >= place:
            problems.append(f"{name}: no cell before the outcome asks for it")
    summary = [place for place, cell in enumerate(notebook.cells) if calls(cell, SUMMARY)]
    recap, exercises = (
        [place for place, cell in enumerate(notebook.cells) if title in cell.source.splitlines()]
        for title in ("## Recap", "## Exercises")
    )
    if not (len(recap) == len(exercises) == len(summary) == 1):
        problems.append("the headings “## Recap” and “## Exercises”, or the count of guesses, miss")
    elif not recap[0] < summary[0] < exercises[0]:
        problems.append("the recap does not show the guesses")
    elif told and max(told.values()) > summary[0]:
        problems.append("an outcome is told after the recap")
    return problems
