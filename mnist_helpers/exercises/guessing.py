"""Guesses: what a learner expected, beside what came out."""

import math
from typing import Any, NamedTuple

from IPython.display import Markdown, display

from mnist_helpers.exercises.answers import as_number, short
from mnist_helpers.exercises.limit import Wrong


class _Guess(NamedTuple):
    guess: str  # as shown; empty if there is none
    outcome: str
    close: bool


# In this kernel: question → guess. A cell that runs again replaces its own.
_made: dict[str, _Guess] = {}


def guess(question: str, guess: Any, outcome: float | str, within: float = 0) -> None:
    """Set a guess beside what came out, and remember both for `guesses`.

    Args:
        question: What was asked, in a few words with the unit.
        guess: What the learner typed; `...` if nothing. A number may stand in quotes.
        outcome: What came out: a number, or one of the words to choose from.
        within: How far off a number may be and still be close.
    """
    close, note = False, ""
    if guess is ...:
        shown = ""
    elif isinstance(outcome, str):
        shown = str(guess)[:60]
        close = shown.strip().casefold() == outcome.casefold()
    else:
        try:
            number = as_number(_without_quotes(guess))
            shown, close = _show(number), math.fabs(number - outcome) <= within
            note = " A number needs no quotes." if isinstance(guess, str) else ""
        except Wrong:
            shown = short(guess)
    made = _made[question] = _Guess(shown, _show(outcome), close)
    if not shown:
        text = f"No guess yet. What came out: **{made.outcome}** ({question})."
    else:
        verdict = "close" if close else "not close"
        if isinstance(outcome, str):
            verdict = "as you guessed" if close else "something else"
        text = (
            f"Your guess: {shown}. What came out: **{made.outcome}** ({question}): {verdict}.{note}"
        )
    display(Markdown(text))


def guesses() -> None:
    """Show all guesses of this notebook beside what came out, and count them."""
    lines = ["| asked | your guess | what came out |", "| :--- | ---: | ---: |"]
    for question, made in _made.items():
        lines.append(f"| {question} | {made.guess or '–'} | {made.outcome} |")
    tried = sum(bool(made.guess) for made in _made.values())
    close = sum(made.close for made in _made.values())
    count = f"You guessed {tried} of {len(_made)}"
    count += f"; {close} of them came out as guessed, or close to it." if tried else "."
    display(Markdown("\n".join(lines) + "\n\n" + count))


def _without_quotes(guess: Any) -> Any:
    try:
        return float(guess) if isinstance(guess, str) else guess
    except ValueError:
        return guess


def _show(outcome: float | str) -> str:
    if isinstance(outcome, str):
        return outcome
    outcome = float(outcome)
    return f"{outcome:,.0f}" if outcome == round(outcome) else f"{outcome:,.4g}"
