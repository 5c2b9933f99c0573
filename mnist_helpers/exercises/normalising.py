"""How exercise 11.2 is judged: batch normalisation, in training and in prediction."""

from collections.abc import Callable

import numpy as np

from mnist_helpers.exercises.core import Wrong, as_array, as_function, call

EPSILON = 0.001
Columns = np.ndarray  # (f,)


def normalised(
    values: np.ndarray, mean: Columns, variance: Columns, is_training: bool
) -> np.ndarray:
    """Normalise each column: in training by its own mean and variance, else by those given."""
    if is_training:
        mean, variance = values.mean(axis=0), values.var(axis=0)
    return (values - mean) / np.sqrt(variance + EPSILON)


def _by(
    values: np.ndarray, mean: np.ndarray, variance: np.ndarray, root: bool = True
) -> np.ndarray:
    return (values - mean) / (np.sqrt(variance + EPSILON) if root else variance + EPSILON)


def _own(values: np.ndarray, axis: int | None = 0, ddof: int = 0) -> tuple[np.ndarray, np.ndarray]:
    keeps = axis is not None
    return (
        values.mean(axis=axis, keepdims=keeps),
        values.var(axis=axis, keepdims=keeps, ddof=ddof),
    )


Mistake = Callable[[np.ndarray, Columns, Columns, bool], np.ndarray]
MISTAKES: dict[str, Mistake] = {  # what is said → what the mistake gives
    "In prediction it still takes the values' own mean and variance. Then the answer to an image "
    "depends on the others that are asked about with it: take `mean` and `variance`.": (
        lambda v, m, s, t: _by(v, *_own(v))
    ),
    "In training it takes `mean` and `variance`: there, each column has its own, from `values`.": (
        lambda v, m, s, t: _by(v, m, s)
    ),
    "The two cases are exchanged: own mean and variance belong to the training.": (
        lambda v, m, s, t: _by(v, m, s) if t else _by(v, *_own(v))
    ),
    "This is one mean for all numbers. Each column has its own: `axis=0`.": (
        lambda v, m, s, t: _by(v, *_own(v, None)) if t else _by(v, m, s)
    ),
    "This is the mean of each row, of one image. A column is asked for: `axis=0`.": (
        lambda v, m, s, t: _by(v, *_own(v, 1)) if t else _by(v, m, s)
    ),
    "`ddof=1` divides by n − 1; batch normalisation divides by n, as `np.var` does by itself.": (
        lambda v, m, s, t: _by(v, *_own(v, ddof=1)) if t else _by(v, m, s)
    ),
    "It divides by the variance. Divide by its square root, the standard deviation.": (
        lambda v, m, s, t: _by(v, *(_own(v) if t else (m, s)), root=False)
    ),
    "It adds 0.001 to the square root. It belongs under the root: `np.sqrt(variance + 0.001)`.": (
        lambda v, m, s, t: _outside(v, *(_own(v) if t else (m, s)))
    ),
    "The 0.001 is missing: add it to the variance, under the root.": (
        lambda v, m, s, t: _without(v, *(_own(v) if t else (m, s)))
    ),
    "The mean is not taken away: `values - mean` comes first.": (
        lambda v, m, s, t: _by(v, np.zeros(v.shape[1]), (_own(v)[1] if t else s))
    ),
}


def _outside(values: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    return (values - mean) / (np.sqrt(variance) + EPSILON)


def _without(values: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    return (values - mean) / np.sqrt(variance)


def _cases() -> list[tuple[np.ndarray, Columns, Columns, bool]]:
    random = np.random.default_rng(11)
    first = np.array([[1.0, 10.0], [3.0, 10.3], [5.0, 10.9]])
    many = random.normal((0, 2, -1), (1, 0.2, 3), (6, 3))
    return [
        (first, np.array([2.0, 10.0]), np.array([4.0, 0.25]), True),
        (first, np.array([2.0, 10.0]), np.array([4.0, 0.25]), False),
        (many, np.array([0.5, 1.5, -2.0]), np.array([0.8, 0.1, 7.0]), True),
        (many[:2], np.array([0.5, 1.5, -2.0]), np.array([0.8, 0.1, 7.0]), False),
    ]


def check(answer: object) -> None:
    """Raise `Wrong` unless the answer is a function that normalises as it should."""
    function = as_function(answer)
    cases = _cases()
    found = [as_array(call(function, *case), case[0].shape) for case in cases]
    wanted = [normalised(*case) for case in cases]
    if not all(map(_agree, found, wanted)):
        for reply, mistaken in MISTAKES.items():
            if all(_agree(ours, mistaken(*case)) for ours, case in zip(found, cases, strict=True)):
                raise Wrong(reply)
        number = next(i for i in range(len(cases)) if not _agree(found[i], wanted[i]))
        values, mean, variance, is_training = cases[number]
        raise Wrong(
            f"For the values {values.round(2).tolist()}, mean {mean.tolist()}, variance "
            f"{variance.tolist()} and is_training={is_training} the first row is "
            f"{wanted[number][0].round(3).tolist()}; yours is "
            f"{found[number][0].round(3).tolist()}."
        )
    even = np.array([[4.0, 1.0], [4.0, 2.0]])  # a column whose variance is 0
    given = (even, np.zeros(2), np.ones(2), True)
    if not _agree(as_array(call(function, *given), even.shape), normalised(*given)):
        raise Wrong("A column in which all values are equal becomes 0 in training.")


def _agree(found: np.ndarray, wanted: np.ndarray) -> bool:
    return bool(np.allclose(found, wanted, rtol=1e-4, atol=1e-5))
