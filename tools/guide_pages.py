"""The instructor's guide in Markdown: a page for each notebook, and the plans.

`tools/write_tables.py` writes them between the marks of docs/teaching/*.md.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import guide
import quizzes
from cells import PaperError
from guide import OPENING, SESSION, Lesson, Step
from lessons import TableError

LEARNED = "07"  # the last notebook of the seven sessions


def made(root: Path, name: str) -> str:
    """Make a part of the guide: `sessions`, `further`, `day`, or the page of a notebook.

    Raises:
        TableError: It cannot be made; the message says how to mend it.
    """
    try:
        known = guide.told(root)
        if name == "sessions":
            return plan([known[number] for number in known if number <= LEARNED])
        if name == "further":
            return plan([known[number] for number in known if number > LEARNED])
        if name == "day":
            return day(guide.read(root).day, known)
        if name in known:
            return page(known[name], quizzes.read(root).get(name, []))
    except PaperError as error:
        raise TableError(str(error)) from error
    raise TableError(f"{guide.FILE.as_posix()} has nothing for “{name}”")


def plan(known: Iterable[Lesson]) -> str:
    """List sessions, one for each notebook."""
    lines = [
        "| session | minutes planned | exercises in class | for home: to read | exercises |",
        "|---|---:|---|---:|---:|",
    ]
    for lesson in known:
        link = f"[{lesson.number} {lesson.cells.title}]({lesson.stem}.md)"
        minutes = guide.taken(lesson.session())
        reading, answering = lesson.at_home()
        lines.append(
            f"| {link} | {minutes} | {', '.join(lesson.page.exercises)} | "
            f"{reading} min | {answering} min |"
        )
    return "\n".join(lines)


def day(blocks: Iterable[guide.Block], known: dict[str, Lesson]) -> str:
    """Write the plan of a day, block by block."""
    parts = []
    for place, block in enumerate(blocks, 1):
        steps = []
        if unknown := block.show.keys() - known.keys():
            raise TableError(f"{guide.FILE.as_posix()}, day, block {place}: there is no {unknown}")
        for number, shown in block.show.items():
            own = {name: after for name, after in block.exercises.items() if name[:2] == number}
            steps += [
                step._replace(name=f"{number} · {step.name}")
                for step in known[number].steps(shown, own)
            ]
        guide.fitting(f"{guide.FILE.as_posix()}, day, block {place}", steps)
        parts += [f"### Block {place}: {block.about}", clock(steps)]
    return "\n\n".join(parts)


def clock(steps: Iterable[Step]) -> str:
    """Write a plan as a table, with the minute at which each step begins."""
    lines = ["| at | minutes | what | ask |", "|---:|---:|---|---|"]
    now = 0
    for step in [Step("", "*Opening*", OPENING), *steps]:
        numbers = ", ".join(map(str, step.questions))
        lines.append(f"| {now} | {step.whole} | {step.name} | {numbers} |")
        now += step.whole
    return "\n".join([*lines, f"| {now} | {SESSION - now} | *Free* |  |"])


def page(lesson: Lesson, quiz: Iterable[quizzes.Question]) -> str:
    """Write what an instructor reads before the class meets a notebook."""
    told, steps = lesson.page, lesson.session()
    reading, answering = lesson.at_home()
    home = "; ".join("further reading" if name == "Exercises" else name for name in told.home)
    questions = [
        f"{place}. {where(lesson, each.cell)}: **{each.ask}** {each.expect}{came_out(lesson, each)}"
        for place, each in enumerate(told.ask, 1)
    ]
    doubts = [
        row(wrong.belief, where(lesson, wrong.cell or question.cell), wrong.ask)
        for question in quiz
        for wrong in question.wrong
        if wrong.ask
    ]
    return "\n\n".join(
        [
            f"**Aim.** {told.aim}",
            "## The day before",
            "\n".join(f"- {each}" for each in told.prepare),
            "## 90 minutes",
            clock(steps),
            f"- **For home:** {reading} min to read ({home}), {answering} min of exercises "
            f"({', '.join(lesson.left())}). The whole notebook has "
            f"{sum(lesson.sections.values())} min to read and "
            f"{sum(minutes for _, minutes in lesson.exercises.values())} min of exercises.\n"
            f"- **Ten minutes are missing?** Leave for home: {'; '.join(told.late)} "
            f"({lesson.spare(steps)} min).\n- **What can go, what must not:** {told.leave}",
            "## Ask, before the cell",
            "\n".join(questions),
            "## Misconceptions",
            "\n".join(["| somebody believes | refuted in | ask |", "|---|---|---|", *doubts]),
            "## Where a class gets stuck",
            "\n".join(
                f"- {where(lesson, each.cell)}: {each.why} **Do:** {each.do}" for each in told.stuck
            ),
        ]
    )


def row(*texts: str) -> str:
    """Write a line of a table."""
    return "| " + " | ".join(text.replace("|", "\\|") for text in texts) + " |"


def came_out(lesson: Lesson, question: guide.Question) -> str:
    """Say what came out in the committed notebook, where the class guesses what is not timed."""
    outcome = lesson.outcomes.get(question.cell)
    return f" (Committed notebook: {outcome}.)" if outcome and not question.timed else ""


def where(lesson: Lesson, words: str) -> str:
    """Name a cell by its section, and by the words to look for."""
    part = lesson.cells.find(words)
    quoted = f"`{words}`" if part.is_code else f"“{re.sub(r'[*`]', '', words)}”"
    return f"*{part.section}*, {quoted}"
