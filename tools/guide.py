"""What docs/teaching/guide.yaml plans for a class, held against the notebooks.

Minutes, headings and exercises come from the notebooks, and are not written in the file; a plan
that does not fit into its time is an error. `guide_pages` writes all of it for instructors.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated, NamedTuple

import lessons
import nbformat
import quizzes
from cells import Cells
from lessons import TableError
from nbformat import NotebookNode
from pydantic import Field, TypeAdapter
from quizzes import Strict, Text

FILE = Path("docs", "teaching", "guide.yaml")
GUESS = re.compile(r"guess_\w+ = \.\.\.")
SESSION = 90  # minutes
OPENING = 5  # at its beginning, to look back
QUESTION = 2  # to ask one, to let everybody answer, and to compare
RESERVE = 5  # at its end, at least
SPARE = 10  # that a plan can do without


class Question(Strict):
    """A question to the class, with the answer to expect.

    `cell` has words of the cell that it is asked before. What is timed comes out anew in each run.
    """

    cell: str
    timed: bool = False
    ask: Text
    expect: Text


class Stuck(Strict):
    """A place where a class loses time, why, and what to do; `cell` has words of it."""

    cell: str
    why: Text
    do: Text


class Page(Strict):
    """What an instructor needs for a notebook, beside the notebook; guide.yaml explains it."""

    aim: Text
    prepare: Annotated[list[Text], Field(min_length=1)]
    exercises: dict[str, str]
    home: list[str]
    late: list[str]
    ask: Annotated[list[Question], Field(min_length=3, max_length=6)]
    stuck: Annotated[list[Stuck], Field(min_length=2, max_length=4)]
    leave: Text


class Block(Strict):
    """A part of the day: what it is about, what is shown, and which exercises are done."""

    about: Text
    show: dict[str, list[str]]
    exercises: dict[str, str]


class Guide(Strict):
    """The whole file."""

    notebooks: dict[str, Page]
    day: list[Block]


class Step(NamedTuple):
    """A line of a plan.

    Attributes:
        key: The heading of a section, or the number of an exercise.
        name: What stands in the plan.
        minutes: Without questions.
        questions: Their numbers on the notebook's page.
    """

    key: str
    name: str
    minutes: int
    questions: tuple[int, ...] = ()

    @property
    def whole(self) -> int:
        """Minutes, with those for the questions."""
        return self.minutes + QUESTION * len(self.questions)


class Lesson:
    """A notebook, and what the file says of it.

    Attributes:
        number: Such as "03".
        page: What the file says.
        cells: The notebook's cells.
        outcomes: Cell that asks for a guess, such as "guess_rows = ...", → what came out.
        sections: Heading → minutes to read; see `lessons.sections`.
        exercises: Number, such as "03.1" → title and minutes.
    """

    def __init__(self, path: Path, page: Page) -> None:
        """Read a notebook."""
        notebook, self.cells = opened(path, path.stat().st_mtime_ns)
        self.number, self.stem, self.page = path.name[:2], path.stem, page
        self.sections = lessons.sections(notebook)
        asked = [found[0] for cell in notebook.cells if (found := GUESS.match(cell.source))]
        came_out = [outcome for _, outcome in self.cells.guesses()]  # none, if not executed
        self.outcomes = dict(zip(asked, came_out, strict=False))
        self.exercises = {
            found[1]: (found[2], int(found[3]))
            for cell in notebook.cells
            for found in lessons.EXERCISE.finditer(cell.source)
        }

    def section(self, words: str) -> str:
        """Return the heading above the one cell that has these words."""
        return self.cells.find(words).section

    def steps(self, shown: Iterable[str], exercises: dict[str, str]) -> list[Step]:
        """Put sections and exercises in the order in which a class meets them.

        Raises:
            TableError: The notebook does not have one of them.
        """
        self._check([*shown, *exercises.values()], self.sections)
        self._check(exercises, self.exercises)
        asked = [self.section(question.cell) for question in self.page.ask]
        steps = []
        for heading, minutes in self.sections.items():
            if heading in shown:
                numbers = tuple(n for n, section in enumerate(asked, 1) if section == heading)
                steps.append(Step(heading, heading, minutes, numbers))
            for number in (number for number, after in exercises.items() if after == heading):
                title, takes = self.exercises[number]
                steps.append(Step(number, f"**Exercise {number}: {title}**", takes))
        return steps

    def session(self) -> list[Step]:
        """Plan the 90 minutes of the notebook.

        Raises:
            TableError: They do not fit, or the file names what the notebook does not have.
        """
        self._check(self.page.home, self.sections)
        shown = [heading for heading in self.sections if heading not in self.page.home]
        steps = fitting(f"{FILE.as_posix()}, {self.number}", self.steps(shown, self.page.exercises))
        self._check(self.page.late, [step.key for step in steps])
        if (spare := self.spare(steps)) < SPARE:
            raise self._error(f"late: {spare} minutes; name sections until {SPARE} can be saved")
        for question in self.page.ask:
            if (heading := self.section(question.cell)) not in shown:
                raise self._error(f"“{question.ask}” is asked in “{heading}”, which is not shown")
        return steps

    def spare(self, steps: Iterable[Step]) -> int:
        """Return how many minutes are saved if what is `late` goes."""
        return sum(step.whole for step in steps if step.key in self.page.late)

    def at_home(self) -> tuple[int, int]:
        """Return the minutes that are left for home: to read, and for exercises."""
        reading = sum(self.sections[heading] for heading in self.page.home)
        return reading, sum(self.exercises[number][1] for number in self.left())

    def left(self) -> list[str]:
        """Return the numbers of the exercises that are for home."""
        return [number for number in self.exercises if number not in self.page.exercises]

    def _check(self, names: Iterable[str], known: Iterable[str]) -> None:
        for name in names:
            if name not in known:
                raise self._error(f"there is no “{name}”, but {', '.join(known)}")

    def _error(self, message: str) -> TableError:
        return TableError(f"{FILE.as_posix()}, {self.number}: {message}")


@cache
def opened(path: Path, changed: int) -> tuple[NotebookNode, Cells]:
    """Read a notebook, once for all tables, unless it has changed."""
    return nbformat.read(path, as_version=4), Cells(path)


def read(root: Path) -> Guide:
    """Read the file.

    Raises:
        PaperError: It cannot be read, or something in it is not as it has to be.
    """
    return quizzes.load(root / FILE, TypeAdapter(Guide))


def told(root: Path) -> dict[str, Lesson]:
    """Read the notebooks of which the file tells: number → lesson.

    Raises:
        TableError: One of them is not there.
    """
    paths = {path.name[:2]: path for path in (root / "notebooks").glob("[0-9][0-9]_*.ipynb")}
    pages = read(root).notebooks
    if unknown := pages.keys() - paths.keys():
        raise TableError(f"{FILE.as_posix()} tells of notebooks that are not there: {unknown}")
    return {number: Lesson(paths[number], page) for number, page in sorted(pages.items())}


def fitting(place: str, steps: list[Step]) -> list[Step]:
    """Return the steps of a plan, if they fit.

    Raises:
        TableError: They do not.
    """
    if (minutes := taken(steps)) > SESSION - RESERVE:
        raise TableError(
            f"{place}: {minutes} minutes are planned, of {SESSION - RESERVE}: leave more for home"
        )
    return steps


def taken(steps: Iterable[Step]) -> int:
    """Return how many minutes the steps take, with the opening."""
    return OPENING + sum(step.whole for step in steps)
