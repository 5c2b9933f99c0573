"""What an exercise is, and how an answer is judged without ever raising."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

# The notebooks' modules take all they need from here.
from mnist_helpers.exercises.answers import as_array as as_array
from mnist_helpers.exercises.answers import as_choice as as_choice
from mnist_helpers.exercises.answers import as_function as as_function
from mnist_helpers.exercises.answers import as_indices as as_indices
from mnist_helpers.exercises.answers import as_number as as_number
from mnist_helpers.exercises.answers import as_parts as as_parts
from mnist_helpers.exercises.answers import as_shape as as_shape
from mnist_helpers.exercises.answers import as_whole as as_whole
from mnist_helpers.exercises.answers import call as call
from mnist_helpers.exercises.answers import has_blank as has_blank
from mnist_helpers.exercises.answers import short as short
from mnist_helpers.exercises.limit import TooSlow, restored, run_limited
from mnist_helpers.exercises.limit import Unanswered as Unanswered
from mnist_helpers.exercises.limit import Wrong as Wrong

SECONDS = 5  # for one check, the learner's code included
MOMENT = 0.5  # seconds, for showing an answer that cannot be judged


@dataclass(frozen=True)
class Exercise:
    """An exercise of a notebook.

    Attributes:
        name: Notebook and number, such as "03.2".
        task: What it is about, in a short line.
        check: Takes the answer; returns None if it is right, raises `Wrong` if not.
        right: What is said after "Right."
        hints: One step each, in their order.
        code: The solution: what stands in the answer's cell before the line that checks.
        reasoning: Why it is the solution.
        needs: Modules that the check imports; loading them does not count as its time.
    """

    name: str
    task: str
    check: Callable[[Any], None]
    right: str
    hints: tuple[str, ...]
    code: str
    reasoning: str
    needs: tuple[str, ...] = ()


State = Literal["right", "wrong", "unanswered"]


class Verdict(NamedTuple):
    """What is said of an answer."""

    state: State
    text: str


def names() -> list[str]:
    """Return the names of all exercises, sorted."""
    package = importlib.import_module("mnist_helpers.exercises")
    modules = [module.name for module in pkgutil.iter_modules(package.__path__)]
    numbers = [name.removeprefix("notebook_") for name in modules if name.startswith("notebook_")]
    return sorted(exercise.name for number in numbers for exercise in _of_notebook(number))


def find(name: str) -> Exercise:
    """Return the exercise of this name, such as "03.2".

    Raises:
        ValueError: There is none; the message lists those of the same notebook.
    """
    number, _, _ = name.partition(".") if isinstance(name, str) else ("", "", "")
    there = _of_notebook(number)
    for exercise in there:
        if exercise.name == name:
            return exercise
    known = [exercise.name for exercise in there] or names()
    raise ValueError(f"There is no exercise {name!r}; there are {', '.join(known)}.")


def judge(name: str, answer: Any) -> Verdict:
    """Judge an answer, in at most some `SECONDS`; nothing that it does raises here.

    Args:
        name: The exercise's name, such as "03.2".
        answer: Anything at all; `...`, or what holds one, is not answered yet.

    Raises:
        ValueError: There is no such exercise.
    """
    exercise = find(name)

    def look() -> None:
        if has_blank(answer):
            raise Unanswered("Put your answer in place of `...`.")
        exercise.check(answer)

    try:
        for module in exercise.needs:
            importlib.import_module(module)
        with restored():
            run_limited(look, SECONDS)
    except Unanswered as blank:
        return Verdict("unanswered", str(blank))
    except Wrong as wrong:
        return Verdict("wrong", str(wrong))
    except TooSlow as slow:
        return Verdict("wrong", str(slow))
    except BaseException as error:  # an answer of a kind that nobody thought of
        return Verdict("wrong", _unjudged(answer, error))
    return Verdict("right", exercise.right)


def _unjudged(answer: Any, error: BaseException) -> str:
    """Say what happened; showing the two is the answer's own code, too, and so is limited."""

    def text() -> str:
        what = short(f"{type(error).__name__}: {error}")
        return f"This answer, {short(answer)}, cannot be judged: {what}."

    try:
        with restored():
            return run_limited(text, MOMENT)
    except BaseException:
        return f"This answer, of the type {short(type(answer).__name__)}, cannot be judged."


def _of_notebook(number: str) -> tuple[Exercise, ...]:
    if not (number.isascii() and number.isdigit()):
        return ()
    module = f"mnist_helpers.exercises.notebook_{number}"
    try:
        return importlib.import_module(module).EXERCISES
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return ()
