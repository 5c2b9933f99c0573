"""The three verbs of an exercise: check, hint, solution."""

from typing import Any

from IPython.display import Markdown, display

from mnist_helpers.exercises import core, saved

TITLES = {"right": "Right.", "wrong": "Not yet.", "unanswered": "Not answered yet."}
# In this kernel: the last verdict on each exercise, and how many of its hints were given.
verdicts: dict[str, core.State] = {}
_given: dict[str, int] = {}


def check(name: str, answer: Any) -> None:
    """Say whether an answer is right and, if not, what is wrong with it.

    The output's metadata carry the verdict, and a digest of the cell, into the saved notebook.
    Nothing is sent anywhere, and nothing that the answer does ends the cell.

    Args:
        name: The exercise's name, such as "03.2".
        answer: The answer; `...` is fine, and not answered yet.

    Raises:
        ValueError: There is no such exercise.
    """
    verdict = core.judge(name, answer)
    verdicts[name] = verdict.state
    text = f"**{name} · {TITLES[verdict.state]}** {verdict.text}"
    if verdict.state == "unanswered":
        text += f' A hint: `mh.exercises.hint("{name}")`.'
    plain = text.replace("**", "").replace("`", "")
    note = saved.note(name, verdict.state)
    display({"text/markdown": text, "text/plain": plain}, metadata=note, raw=True)


def hint(name: str) -> None:
    """Show the next hint; after the last one, that one again.

    Raises:
        ValueError: There is no such exercise.
    """
    hints = core.find(name).hints
    number = min(_given.get(name, 0) + 1, len(hints))
    _given[name] = number
    text = f"**{name} · Hint {number} of {len(hints)}.** {hints[number - 1]}"
    if number == len(hints):
        text += f' The next step is `mh.exercises.solution("{name}")`.'
    display(Markdown(text))


def solution(name: str) -> None:
    """Show code that answers the exercise, and why it does.

    Raises:
        ValueError: There is no such exercise.
    """
    exercise = core.find(name)
    text = f"**{name} · {exercise.task}**\n\n```python\n{exercise.code.strip()}\n```\n\n"
    display(Markdown(text + exercise.reasoning))
