"""Reading an answer as what was asked for, with a clear sentence where that cannot be done."""

import copy
import itertools
import math
import numbers
import reprlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from mnist_helpers.exercises.limit import Stop, Unanswered, Wrong

LARGEST = 1_000_000  # values in an answer
MOST_PARTS = 1000  # numbers in a list of them
MANY = 1000  # of so many parts of an answer each is looked at for a blank
DEEPEST = 10  # lists in lists

_repr = reprlib.Repr()
_repr.maxstring = _repr.maxother = _repr.maxlong = 60


def short(thing: Any) -> str:
    """Show a thing in a few characters, as code in Markdown."""
    try:
        text = thing if isinstance(thing, str) else _repr.repr(thing)
    except Exception:
        text = type(thing).__name__
    text = " ".join(text.replace("`", "'").split())
    return f"`{text[:77]}…`" if len(text) > 78 else f"`{text}`"


def has_blank(answer: Any, depth: int = 3) -> bool:
    """Tell whether there is a `...` in it, in lists and dictionaries too."""
    if answer is ...:
        return True
    if isinstance(answer, np.ndarray):
        if answer.dtype != object or answer.size > MANY:
            return False
        parts = list(answer.flat)
    elif isinstance(answer, dict):
        parts = list(answer.values())[:MANY]
    elif isinstance(answer, list | tuple | set | frozenset):
        parts = list(answer)[:MANY]
    else:
        return False
    return depth > 0 and any(has_blank(part, depth - 1) for part in parts)


def as_parts(answer: Any) -> list[Any] | None:
    """Take a list, tuple, array, tensor or dictionary apart; None if it has no parts."""
    if isinstance(answer, list | tuple):
        return list(answer)
    if isinstance(answer, dict):
        return list(answer.values())
    if hasattr(answer, "shape") and _count(answer) <= MOST_PARTS:
        parts = np.asarray(answer).tolist()
        return parts if isinstance(parts, list) else None
    return None


def as_number(answer: Any) -> float:
    """Read one finite number: of Python, of NumPy, or an array or tensor that holds just one.

    Raises:
        Wrong: It is something else.
    """
    if isinstance(answer, np.ndarray) and answer.size == 1:
        answer = answer.item()  # np.array("3") holds text
    if isinstance(answer, str | bytes):
        raise Wrong(f"{short(repr(answer))} is text; a number is asked for, without quotes.")
    if callable(answer):
        raise Wrong("A number is asked for, and this is a function: call it.")
    if isinstance(answer, bool | np.bool_ | complex):
        raise Wrong(f"A number is asked for, not {short(answer)}.")
    size = math.prod(getattr(answer, "shape", ()) or ())
    if size != 1:
        raise Wrong(f"One number is asked for; this has the shape {short(tuple(answer.shape))}.")
    try:
        if isinstance(answer, list | tuple | set | dict | None):
            raise TypeError
        number = float(np.asarray(answer).item() if hasattr(answer, "shape") else answer)
    except OverflowError:
        raise Wrong("This number is too large.") from None
    except Exception:
        raise Wrong(f"One number is asked for, not {short(answer)}.") from None
    if not math.isfinite(number):
        raise Wrong(f"A finite number is asked for, not {short(number)}.")
    return number


def as_whole(answer: Any) -> int:
    """Read a whole number; 3.0 is one.

    Raises:
        Wrong: It is something else.
    """
    number = as_number(answer)
    if number != round(number):
        raise Wrong(f"A whole number is asked for, not {short(number)}.")
    return answer if isinstance(answer, int) else round(number)


def as_shape(answer: Any) -> tuple[int, ...]:
    """Read a shape, as a tuple, list or array of whole numbers; a `None` in front is left out.

    Raises:
        Wrong: It is something else.
    """
    parts = _parts(answer, "a shape, such as (3, 3)")
    if parts and parts[0] is None:
        parts = parts[1:]
    return tuple(as_whole(part) for part in parts)


def as_indices(answer: Any) -> list[int]:
    """Read whole numbers in any order, each once; one number alone is read as one.

    Raises:
        Wrong: It is something else.
    """
    parts = _parts(answer, "a list of whole numbers, such as [1, 3]")
    return sorted({as_whole(part) for part in parts})


def as_choice(answer: Any, options: Sequence[str]) -> str:
    """Read one of the options, in capitals or not, and return it as it stands among them.

    Raises:
        Wrong: It is none of them.
    """
    wanted = ", ".join(f'"{option}"' for option in options)
    if isinstance(answer, str):
        given = " ".join(answer.split()).casefold()
        for option in options:
            if given == option.casefold():
                return option
        raise Wrong(f"{short(repr(answer))} is none of the possible answers: {wanted}.")
    raise Wrong(f"The answer is one of {wanted}, in quotes, not {short(answer)}.")


def as_array(answer: Any, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Read numbers, all finite, as an array of float64.

    Args:
        answer: A number, nested lists, an array or a tensor, of at most a million values.
        shape: The shape that it has to have; without it, any.

    Raises:
        Wrong: It is something else.
    """
    if callable(answer):
        raise Wrong("Numbers are asked for, and this is a function: call it.")
    if issubclass(type(answer), Iterator):
        raise Wrong(
            "This is a generator, which has no values yet: put `list(...)` around it, or around "
            "the part of it that is one."
        )
    if _count(answer) > LARGEST:
        raise Wrong(f"This has more than {LARGEST:,} values; far fewer are asked for.")
    try:
        array = np.asarray(answer)
        if array.dtype == object and all(isinstance(one, numbers.Number) for one in array.flat):
            array = array.astype(float)  # fractions, decimals, very long whole numbers
        if array.dtype.kind not in "biuf":
            raise TypeError
        array = array.astype(float)
    except Exception:
        raise Wrong(
            f"Numbers are asked for, with rows of equal length, not {short(answer)}."
        ) from None
    if shape is not None and array.shape != shape:
        raise Wrong(f"It has the shape {short(array.shape)}; {short(shape)} is asked for.")
    if not np.isfinite(array).all():
        raise Wrong("There are values in it that are not finite (NaN or infinite).")
    return array


def as_function(answer: Any) -> Callable:
    """Take a function.

    Raises:
        Wrong: It cannot be called.
    """
    if not callable(answer):
        raise Wrong(
            f"A function is asked for, not {short(answer)}: give its name, without parentheses."
        )
    return answer


def call(function: Callable, *arguments: Any, none: bool = False) -> Any:
    """Call a learner's function with copies of the arguments, and return what it returns.

    Args:
        function: The learner's.
        arguments: What it gets; it may spoil them.
        none: Whether None is an answer.

    Raises:
        Wrong: It raises, or returns None where that is no answer.
        Unanswered: There is still a blank in it.
    """
    shown = ", ".join(_name(argument) for argument in arguments)
    shown = f"Called with {shown}, your" if arguments else "Your"
    try:
        result = function(*copy.deepcopy(arguments))
    except Stop:
        raise
    except BaseException as error:
        text = _text(error)
        if "ellipsis" in text:  # as in `... * 2`
            raise Unanswered("There is still a `...` in your function.") from None
        what = short(f"{type(error).__name__}: {text}")
        raise Wrong(f"{shown} function raises {what}.") from None
    if has_blank(result):
        raise Unanswered("Your function still returns `...`.")
    if result is None and not none:
        raise Wrong(f"{shown} function returns None: is a `return` missing?")
    return result


def _text(error: BaseException) -> str:
    """Return an error's message; a class of the learner's may have none that can be shown."""
    try:
        return str(error)
    except Stop:
        raise
    except BaseException:
        return "(its message cannot be shown)"


def _name(argument: Any) -> str:
    """Show an argument: a large array by its shape."""
    if isinstance(argument, np.ndarray) and argument.size > 4:
        return f"an array of shape {short(argument.shape)}"
    return short(argument)


def _parts(answer: Any, wanted: str) -> list[Any]:
    if isinstance(answer, str | bytes | dict) or callable(answer):
        raise Wrong(f"The answer is {wanted}, not {short(answer)}.")
    if getattr(answer, "ndim", 0) > 1:
        raise Wrong(f"The answer is {wanted}, not {short(answer)}.")
    try:
        single = getattr(answer, "shape", None) == ()
        parts = [answer] if single else list(itertools.islice(iter(answer), MOST_PARTS + 1))
    except TypeError:
        parts = [answer]
    except Exception:
        raise Wrong(f"The answer is {wanted}, not {short(answer)}.") from None
    if len(parts) > MOST_PARTS:
        raise Wrong(f"The answer is {wanted}, with far fewer numbers.")
    return parts


def _count(answer: Any, depth: int = 0) -> int:
    """Count the values in nested lists, and stop when there are too many."""
    try:
        has_shape = hasattr(answer, "shape")
        size = math.prod(answer.shape) if has_shape else len(answer)
    except Exception:  # a number
        return 1
    if size > LARGEST:  # a range holds nothing yet
        return LARGEST + 1
    if has_shape or not isinstance(answer, list | tuple):
        return size if has_shape else 1
    if depth == DEEPEST:
        raise Wrong(f"Numbers are asked for; here lists lie in lists, more than {DEEPEST} deep.")
    count = 0
    for part in answer:
        count += _count(part, depth + 1)
        if count > LARGEST:
            break
    return count
