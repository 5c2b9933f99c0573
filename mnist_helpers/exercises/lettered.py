"""Answers that give one word for each letter, such as a verdict on each of five comparisons."""

from collections.abc import Mapping, Sequence

import numpy as np

from mnist_helpers.exercises.core import Wrong, as_choice, short

LETTERS = "ABCDE"


def as_words(answer: object, kinds: Sequence[str]) -> dict[str, str]:
    """Read letter → kind, from a dictionary or, in their order, a list.

    Raises:
        Wrong: It is something else.
    """
    if isinstance(answer, dict):
        found = {str(letter).strip().upper(): kind for letter, kind in answer.items()}
    elif isinstance(answer, list | tuple) or (isinstance(answer, np.ndarray) and answer.ndim == 1):
        if len(answer) != len(LETTERS):
            raise Wrong(f"There are five letters, and your list has {len(answer)} entries.")
        found = dict(zip(LETTERS, answer, strict=True))
    else:
        raise Wrong(f"The answer is a dictionary, one word for each letter, not {short(answer)}.")
    if set(found) != set(LETTERS):
        raise Wrong(f"The letters are A to E; your answer has {short(list(found))}.")
    return {letter: as_choice(found[letter], kinds) for letter in LETTERS}


def check_words(
    given: Mapping[str, str], right: Mapping[str, str], against: Mapping[tuple[str, str], str]
) -> None:
    """Raise `Wrong` unless all words are right, and say what speaks against the first wrong one.

    Args:
        given: Letter → word.
        right: The same, as it should be.
        against: (Letter, wrong word) → what speaks against it.
    """
    wrong = [letter for letter in LETTERS if given[letter] != right[letter]]
    if wrong:
        letter, count = wrong[0], len(LETTERS) - len(wrong)
        word = given[letter]
        raise Wrong(f'{count} of 5 are right. {letter} is not "{word}": {against[letter, word]}.')
