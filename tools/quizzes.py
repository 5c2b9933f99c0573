"""The questions of docs/teaching/quizzes.yaml, with their keys computed.

`read` returns plain objects, for paper and for any other form; `.model_dump()` makes dictionaries.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Annotated, NamedTuple

import numpy as np
import yaml
from cells import Cells, PaperError
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from scipy import ndimage, stats

FILE = Path("docs", "teaching", "quizzes.yaml")
COMPUTED = re.compile(r"\{= ?(.+?)(?: :([^\s}]+))? ?\}")
NUMBER = re.compile(r"(?:about )?(−?[\d,]*\.?\d+)")


def compute(text: str) -> str:
    """Put its value in the place of each `{= expression :format}`.

    It may use np, and SciPy's ndimage and stats. The file is a part of the project, as trusted as
    its code: what stands there is executed.

    Raises:
        ValueError: An expression cannot be computed.
    """

    def value(found: re.Match) -> str:
        try:
            computed = eval(found[1], {"np": np, "ndimage": ndimage, "stats": stats})
            return format(computed, found[2] or "").replace("-", "−")
        except Exception as error:  # whatever Python says about it
            raise ValueError(f"{found[0]} cannot be computed ({error!r})") from error

    written = COMPUTED.sub(value, text)
    if "{=" in written:
        raise ValueError(f"“{text}” has a “{{=” without its “}}”")
    return written


Text = Annotated[str, StringConstraints(min_length=1), AfterValidator(compute)]


class Part(BaseModel):
    """A part of the file; unknown words in it are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Wrong(Part):
    """A wrong answer: what it says, which misconception leads to it, and the cell that refutes it.

    Without `cell`, it is the cell that answers the question. `ask` is a question to somebody who
    believes it; the instructor's guide lists the beliefs that have one.
    """

    says: Text
    belief: Text
    cell: str | None = None
    ask: Text | None = None


class Option(NamedTuple):
    """An answer to choose; `wrong` is None for the right one."""

    says: str
    wrong: Wrong | None


class Question(Part):
    """A question with its right answer, why it is right, and the cell that says so."""

    name: str
    ask: Text
    right: Text
    because: Text
    cell: str
    wrong: Annotated[list[Wrong], Field(min_length=2, max_length=3)]

    @model_validator(mode="after")
    def _one_right(self) -> "Question":
        says = [option.says for option in self.options()]
        if len(set(says)) < len(says):
            raise ValueError(f"two answers are the same, once they are computed: {says}")
        return self

    def options(self) -> list[Option]:
        """Return all answers: numbers by size, others mixed, the same on every computer."""
        options = [Option(self.right, None), *(Option(each.says, each) for each in self.wrong)]
        Random(self.name).shuffle(options)
        sizes = [NUMBER.match(option.says) for option in options]
        if sum(map(bool, sizes)) >= 3:  # a text among numbers comes last
            options.sort(key=lambda option: size(option.says))
        return options


def size(text: str) -> float:
    """Return the number that a text begins with; a text without one is larger than any."""
    found = NUMBER.match(text)
    return float(found[1].replace(",", "").replace("−", "-")) if found else float("inf")


Quiz = Annotated[list[Question], Field(min_length=5, max_length=8)]


def read(root: Path) -> dict[str, list[Question]]:
    """Read all questions: number of the notebook, such as "03" → its questions.

    Raises:
        PaperError: The file cannot be read, or something in it is not as it has to be.
    """
    quizzes = load(root / FILE, TypeAdapter(dict[str, Quiz]))
    for number, quiz in quizzes.items():
        names = [question.name for question in quiz]
        if twice := {name for name in names if names.count(name) > 1}:
            raise PaperError(f"{FILE.as_posix()}, {number}: the name {twice} stands there twice.")
    return quizzes


def sections(quiz: Iterable[Question], cells: Cells) -> dict[str, str]:
    """Return words → heading above the cell that has them, for all cells that a quiz names.

    Raises:
        PaperError: No cell has the words, or several do.
    """
    named = [each.cell for question in quiz for each in (question, *question.wrong) if each.cell]
    return {words: cells.find(words).section for words in named}


def load(path: Path, kind: TypeAdapter):
    """Read a YAML file, all scalars as text, and check it.

    Raises:
        PaperError: It cannot be read, or is not of this kind; the message says where and why.
    """
    try:
        return kind.validate_python(yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader))
    except (OSError, yaml.YAMLError) as error:
        raise PaperError(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        wrong = error.errors()[0]
        place = ", ".join(
            f"item {step + 1}" if isinstance(step, int) else str(step) for step in wrong["loc"]
        )
        raise PaperError(f"{path.name}, {place}: {wrong['msg']}.") from error
