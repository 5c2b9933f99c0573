"""The instructor's guide: a page for each notebook, and plans, from docs/teaching/guide.yaml.

What is not written there is not written twice: minutes, headings and exercises come from the
notebooks, misconceptions from quizzes.yaml. `tools/write_tables.py` writes the tables that are made
here, as it writes all others.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated, NamedTuple

import lessons
import nbformat
import quizzes
from cells import Cells, PaperError
from lessons import TableError
from pydantic import Field, TypeAdapter
from quizzes import Part, Text

FILE = Path("docs", "teaching", "guide.yaml")
SESSION = 90  # minutes
OPENING = 5  # at its beginning, to look back
QUESTION = 2  # to ask one, to let everybody answer, and to compare
RESERVE = 5  # at its end; more is free
LAST = "07"  # of the notebooks that are taught in seven sessions


class Question(Part):
    """A question for the class; `cell` has words of the cell that it is asked before."""

    cell: str
    ask: Text
    expect: Text


class Stuck(Part):
    """A place where a class loses time, and what to do; `cell` has words of it."""

    cell: str
    why: Text
    do: Text


class Page(Part):
    """What an instructor needs for a notebook.

    Attributes:
        aim: What learners can do afterwards, in a sentence.
        prepare: What to do the day before.
        exercises: Exercise → heading of the section after which the class does it. The others are
            done at home.
        home: Sections that are not shown; learners read them.
        late: Sections that are left out first when time is short.
        leave: What else can be left out, and what must not be.
    """

    aim: Text
    prepare: Annotated[list[Text], Field(min_length=1)]
    exercises: dict[str, str]
    home: list[str]
    late: Annotated[list[str], Field(min_length=1)]
    ask: Annotated[list[Question], Field(min_length=3, max_length=6)]
    stuck: Annotated[list[Stuck], Field(min_length=2, max_length=4)]
    leave: Text


class Block(Part):
    """A part of the day: what it is about; notebook → sections; exercises, as in a page."""

    about: Text
    show: dict[str, list[str]]
    exercises: dict[str, str]


class Guide(Part):
    """The whole file."""

    notebooks: dict[str, Page]
    day: list[Block]


class Step(NamedTuple):
    """A line of a plan: a section that is shown, or an exercise."""

    name: str
    minutes: int
    questions: tuple[int, ...] = ()  # their numbers

    @property
    def whole(self) -> int:
        """Minutes, those for the questions included."""
        return self.minutes + QUESTION * len(self.questions)


class Source:
    """What the guide takes from a notebook.

    Attributes:
        sections: Heading → minutes to read; see `lessons.sections`.
        exercises: Number, such as "03.1" → title and minutes.
    """

    def __init__(self, path: Path) -> None:
        """Read a notebook."""
        notebook = nbformat.read(path, as_version=4)
        self.path, self.cells = path, Cells(path)
        self.sections = lessons.sections(notebook)
        self.exercises = {
            found[1]: (found[2], int(found[3]))
            for cell in notebook.cells
            for found in lessons.EXERCISE.finditer(cell.source)
        }

    def check(self, what: str, names: Iterable[str], known: Iterable[str]) -> None:
        """Raise a TableError if the notebook does not have one of these names."""
        for name in names:
            if name not in known:
                raise TableError(
                    f"{FILE.as_posix()}, {self.path.name[:2]}, {what}: the notebook has no “{name}”"
                    f", but {', '.join(known)}"
                )

    def section(self, words: str) -> str:
        """Return the heading above the cell that has these words."""
        return self.cells.find(words).section

    def steps(self, page: Page, shown: Iterable[str], exercises: dict[str, str]) -> list[Step]:
        """Put sections and exercises in the order in which a class meets them."""
        self.check("sections", [*shown, *exercises.values()], self.sections)
        self.check("exercises", exercises, self.exercises)
        asked = [self.section(question.cell) for question in page.ask]
        steps = []
        for heading, minutes in self.sections.items():
            if heading in shown:
                numbers = tuple(n for n, section in enumerate(asked, 1) if section == heading)
                steps.append(Step(heading, minutes, numbers))
            for number in (number for number, after in exercises.items() if after == heading):
                title, takes = self.exercises[number]
                steps.append(Step(f"**Exercise {number}:** {title}", takes))
        return steps


def read(root: Path) -> Guide:
    """Read the file.

    Raises:
        PaperError: It cannot be read, or something in it is not as it has to be.
    """
    return quizzes.load(root / FILE, TypeAdapter(Guide))


@cache
def source(path: Path, _changed: float) -> Source:
    """Read a notebook, once for all tables."""
    return Source(path)


def sources(root: Path) -> dict[str, Source]:
    """Read all notebooks: number → what the guide takes from it."""
    paths = sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    return {path.name[:2]: source(path, path.stat().st_mtime) for path in paths}


def session(one: Source, page: Page) -> list[Step]:
    """Plan the 90 minutes of a notebook.

    Raises:
        TableError: They do not fit, or the file names what the notebook does not have.
    """
    place = f"{FILE.as_posix()}, {one.path.name[:2]}"
    one.check("home", page.home, one.sections)
    shown = [heading for heading in one.sections if heading not in page.home]
    one.check("late", page.late, shown)
    if (spare := sum(one.sections[heading] for heading in page.late)) < 10:
        raise TableError(f"{place}, late: these are {spare} minutes; name 10 or more")
    for question in page.ask:
        if (heading := one.section(question.cell)) not in shown:
            raise TableError(f"{place}: “{question.ask}” is asked in “{heading}”, not shown")
    return fitting(place, one.steps(page, shown, page.exercises))


def fitting(place: str, steps: list[Step]) -> list[Step]:
    """Return the steps if they fit.

    Raises:
        TableError: They do not.
    """
    if (minutes := taken(steps)) > SESSION - RESERVE:
        raise TableError(
            f"{place}: {minutes} minutes are planned, of {SESSION - RESERVE}: leave something for home"
        )
    return steps


def taken(steps: Iterable[Step]) -> int:
    """Return how many minutes they take, with the opening."""
    return OPENING + sum(step.whole for step in steps)


def at_home(one: Source, page: Page) -> tuple[int, int]:
    """Return the minutes that are left for home: to read, and for exercises."""
    reading = sum(one.sections[heading] for heading in page.home)
    return reading, sum(
        minutes for number, (_, minutes) in one.exercises.items() if number not in page.exercises
    )


def clock(steps: Iterable[Step]) -> list[str]:
    """Write a plan as the lines of a table."""
    lines = ["| at | minutes | what | ask |", "|---:|---:|---|---|"]
    now = 0
    for step in [Step("Opening: look back", OPENING), *steps]:
        numbers = ", ".join(map(str, step.questions))
        lines.append(f"| {now} | {step.whole} | {step.name} | {numbers} |")
        now += step.whole
    return [*lines, f"| {now} | {SESSION - now} | Free | |"]


def words(one: Source, cell: str) -> str:
    """Name a cell: its section, and the words to look for."""
    found = one.cells.find(cell)
    quoted = f"`{cell}`" if found.cell.cell_type == "code" else f"“{cell}”"
    return f"*{found.section}*, {quoted}"


def page(root: Path, number: str) -> str:
    """Write what an instructor needs for a notebook."""
    one, told = sources(root)[number], read(root).notebooks[number]
    steps = session(one, told)
    reading, answering = at_home(one, told)
    spare = sum(one.sections[heading] for heading in told.late)
    left = [number for number in one.exercises if number not in told.exercises]
    doubts = [
        (wrong.belief, wrong.cell or question.cell, wrong.ask)
        for question in quizzes.read(root)[number]
        for wrong in question.wrong
        if wrong.ask
    ]
    parts = [
        f"**Aim.** {told.aim}",
        "## The day before",
        "\n".join(f"- {each}" for each in told.prepare),
        "## 90 minutes",
        "\n".join(clock(steps)),
        f"- **At home:** {reading} minutes to read ({', '.join(told.home) or 'nothing'}), "
        f"{answering} for exercises ({', '.join(left) or 'none'}).\n"
        f"- **Ten minutes are missing?** Leave out, for home: {', '.join(told.late)} "
        f"({spare} minutes).\n- **Leave out, or not:** {told.leave}",
        "## Ask",
        "\n".join(
            f"{place}. Before {words(one, each.cell)}: **{each.ask}** {each.expect}"
            for place, each in enumerate(told.ask, 1)
        ),
        "## Misconceptions",
        "| somebody believes | refuted in | ask |\n|---|---|---|\n"
        + "\n".join(f"| {belief} | {one.section(cell)} | {ask} |" for belief, cell, ask in doubts),
        "## Where a class gets stuck",
        "\n".join(
            f"- {words(one, each.cell)}: {each.why} **Do:** {each.do}" for each in told.stuck
        ),
    ]
    return "\n\n".join(parts)


def plan(root: Path, numbers: Iterable[str]) -> str:
    """List sessions, one for each of these notebooks."""
    lines = [
        "| session | notebook | minutes in class | of these exercises | to read at home | "
        "exercises at home |",
        "|---:|---|---:|---:|---:|---:|",
    ]
    told = read(root).notebooks
    for place, number in enumerate(numbers, 1):
        one = sources(root)[number]
        steps = session(one, told[number])
        link = f"[{number} {one.cells.title}]({one.path.stem}.md)"
        doing = sum(one.exercises[name][1] for name in told[number].exercises)
        reading, answering = at_home(one, told[number])
        lines.append(f"| {place} | {link} | {taken(steps)} | {doing} | {reading} | {answering} |")
    return "\n".join(lines)


def day(root: Path) -> str:
    """Write the plan of a day, block by block."""
    told, known = read(root), sources(root)
    parts = []
    for place, block in enumerate(told.day, 1):
        steps = []
        for number, shown in block.show.items():
            own = {name: after for name, after in block.exercises.items() if name[:2] == number}
            found = known[number].steps(told.notebooks[number], shown, own)
            steps += [step._replace(name=f"{number} · {step.name}") for step in found]
        fitting(f"{FILE.as_posix()}, day, block {place}", steps)
        parts += [f"### Block {place}: {block.about}", "\n".join(clock(steps))]
    return "\n\n".join(parts)


def made(root: Path, name: str) -> str:
    """Make a part of the guide: `lessons`, `further`, `day`, or the page of a notebook.

    Raises:
        TableError: It cannot be made; the message says how to mend it.
    """
    try:
        told = read(root).notebooks
        first = [number for number in told if number <= LAST]
        if name in ("lessons", "further"):
            return plan(root, first if name == "lessons" else sorted(set(told) - set(first)))
        if name == "day":
            return day(root)
        if name in told:
            return page(root, name)
    except (PaperError, LookupError) as error:
        raise TableError(str(error)) from error
    raise TableError(f"{FILE.as_posix()} has nothing for “{name}”")
