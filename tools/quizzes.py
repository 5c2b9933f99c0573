"""The questions of docs/teaching/quizzes.yaml, with their keys computed.

`read` returns plain objects, for paper and for any other form; `.model_dump()` makes dictionaries.
"""

import re
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
NUMBER = re.compile(r"(?:about )?([−-]?[\d,]*\.?\d+)")


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


class Strict(BaseModel):
    """A part of the file; unknown words in it are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Wrong(Strict):
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


class Question(Strict):
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


class Place(NamedTuple):
    """Where to look in a notebook: under which heading, and for which words, as they are shown."""

    section: str
    words: str


def places(quiz: list[Question], cells: Cells) -> dict[str, Place]:
    """Return `cell` of each question and wrong answer → where that is.

    Raises:
        PaperError: No cell has the words, or several do.
    """
    named = [question.cell for question in quiz]
    named += [wrong.cell for question in quiz for wrong in question.wrong if wrong.cell]
    found = {words: cells.find(words) for words in named}
    return {
        words: Place(part.section, words if part.is_code else re.sub(r"[*`]", "", words))
        for words, part in found.items()
    }


def load(path: Path, kind: TypeAdapter):
    """Read a YAML file, all scalars as text, and check it.

    Raises:
        PaperError: It cannot be read, or is not of this kind; the message says where and why.
    """
    try:
        text = path.read_text(encoding="utf-8")
        numbers = re.findall(r"^[\"']?(\d+)[\"']?:", text, re.MULTILINE)
        if twice := {number for number in numbers if numbers.count(number) > 1}:
            raise PaperError(f"{path.name}: {', '.join(sorted(twice))} stands there twice.")
        return kind.validate_python(yaml.load(text, yaml.BaseLoader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PaperError(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        mistakes = []
        for wrong in error.errors():
            place = (f"item {at + 1}" if isinstance(at, int) else at for at in wrong["loc"])
            mistakes.append(f"{path.name}, {', '.join(place)}: {wrong['msg']}.")
        raise PaperError("\n".join(mistakes)) from error
