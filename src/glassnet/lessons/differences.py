"""How an answer differs from what is right, in words that give no solution away."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.lessons.exercise import Case, Exercise
from glassnet.lessons.outputs import Outputs, equal, show
from glassnet.support.text import be

MOST_NAMES = 8
_PLAIN_NAME = re.compile(r"\[(\d+|'\w{1,32}')\]")

# What an answer can be of what is right, all numbers of all inputs alike.
_RELATIONS: tuple[tuple[str, Callable[[NDArray[np.float64]], Any]], ...] = (
    (
        "0 where what is right is below 0, as behind a ReLU",
        lambda r: np.maximum(r, 0),
    ),
    ("the sigmoid of what is right", lambda r: 1 / (1 + np.exp(-r))),
    ("the tanh of what is right", np.tanh),
    ("what is right without its signs", np.abs),
    ("1 minus what is right", lambda r: 1 - r),
    ("the square of what is right", np.square),
    ("the root of what is right", np.sqrt),
    ("1 divided by what is right", lambda r: 1 / r),
    ("the logarithm of what is right", np.log),
    ("e to the power of what is right", np.exp),
    ("1 where what is right is above 0.5, and 0 elsewhere", lambda r: r > 0.5),
    ("1 where what is right is above 0, and 0 elsewhere", lambda r: r > 0),
    ("what is right in the other order", lambda r: r[::-1]),
    ("the transpose of what is right", np.transpose),
    ("the sum of all that is right", np.sum),
    ("the mean of all that is right", np.mean),
    ("the sum of what is right over the rows", lambda r: r.sum(axis=0)),
    ("the mean of what is right over the rows", lambda r: r.mean(axis=0)),
    ("the first row of what is right", lambda r: r[0]),
)


def relation(
    exercise: Exercise, answers: Sequence[Outputs], right: Sequence[Outputs], cases: Sequence[Case]
) -> str | None:
    """What an answer is of what is right, where all inputs say the same; of a value it would say too much."""
    if exercise.is_value or any(
        ours.keys() != expected.keys() for ours, expected in zip(answers, right, strict=True)
    ):
        return None
    for name in right[0]:
        pairs = [(ours.get(name), expected.get(name)) for ours, expected in zip(answers, right, strict=True)]
        numbers = [(a, b) for a, b in pairs if isinstance(a, np.ndarray) and isinstance(b, np.ndarray)]
        if len(numbers) < len(pairs) or all(_is(a, b, exercise.tolerance) for a, b in numbers):
            continue
        if np.ptp(np.concatenate([ours.ravel() for ours, _ in numbers])) == 0:  # one number says nothing
            return None
        said = _relation(numbers, cases, exercise.tolerance)
        wrong = next(
            i for i, (ours, expected) in enumerate(numbers) if not _is(ours, expected, exercise.tolerance)
        )
        what = f"its result{name}" if name else "it"
        return None if said is None else f"{what} is {said}{for_input(exercise, cases[wrong])}"
    return None


def _relation(
    numbers: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]],
    cases: Sequence[Case],
    tolerance: float,
) -> str | None:
    with np.errstate(all="ignore"):
        for words, of_right in _RELATIONS:
            if all(_is(ours, _tried(of_right, right), tolerance) for ours, right in numbers):
                return words
        sizes = [_size(case) for case in cases]
        if len(set(sizes)) > 1 and all(sizes):
            counted = list(zip(numbers, sizes, strict=True))
            if all(_is(ours, right * n, tolerance) for (ours, right), n in counted):
                return "what is right times the number of its rows or inputs"
            if all(_is(ours, right / n, tolerance) for (ours, right), n in counted):
                return "what is right divided by the number of its rows or inputs"
    return None


def _size(case: Case) -> int:
    """The length of the first thing that an answer is given, if it has one."""
    first = case[0] if case else 0
    return len(first) if isinstance(first, list) or (isinstance(first, np.ndarray) and first.ndim) else 0


def _tried(of_right: Callable[[NDArray[np.float64]], Any], right: NDArray[np.float64]) -> Any:
    try:
        return np.asarray(of_right(right), dtype=np.float64)
    except (IndexError, ValueError):  # a number has no rows
        return np.full((0, 0), np.nan)


def _is(ours: NDArray[np.float64], other: NDArray[np.float64], tolerance: float) -> bool:
    return equal({"": ours}, {"": other}, tolerance)


def for_input(exercise: Exercise, case: Case) -> str:
    """On which input it was tried."""
    return "" if exercise.is_value else f", for ({', '.join(map(show, case))})"


def distance(exercise: Exercise, answer: Outputs, right: Outputs, case: Case) -> str:
    """How an answer differs from what is right, in words that give no solution away."""
    if answer.keys() != right.keys():
        verb = "is" if len(right) == 1 else "are"
        several = (
            " (a list of numbers is one result, a tuple is several)"
            if right.keys() == {""} and "[1]" in answer
            else ""
        )
        return f"it gives {_names(answer)}, where {_names(right)} {verb} expected{several}{for_input(exercise, case)}"
    name = next(key for key in right if not equal({"": answer[key]}, {"": right[key]}, exercise.tolerance))
    ours, expected = answer[name], right[name]
    what = f"its result{name}" if name else "it"
    if isinstance(ours, str) and not isinstance(expected, str):
        return f"{what} is the text {show(ours)}, where numbers are expected"
    if isinstance(ours, str) or isinstance(expected, str):
        return f"{what} says {show(ours)}, which is not the answer"
    if ours.shape != expected.shape:
        same = ours.size == expected.size and _is(ours.ravel(), expected.ravel(), exercise.tolerance)
        numbers = "; the numbers are right" if same else ""
        return f"{what} has shape {ours.shape}, where {expected.shape} is right{for_input(exercise, case)}{numbers}"
    return _numbers(exercise, what, ours, expected, case)


def _names(outputs: Outputs) -> str:
    if outputs.keys() == {""}:
        return "one result"
    if outputs.keys() == {"[0]"}:
        return "a list or tuple with one result in it"
    names = [name if _PLAIN_NAME.fullmatch(name) else "[…]" for name in outputs]
    listed = ", ".join(names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")
    return f"{len(names)} {'result' if len(names) == 1 else 'results'} ({listed})"


def _numbers(
    exercise: Exercise, what: str, ours: NDArray[np.float64], right: NDArray[np.float64], case: Case
) -> str:
    if not np.isfinite(ours).all():
        n_wrong = int((~np.isfinite(ours)).sum())
        numbers = f"{n_wrong} number" if n_wrong == 1 else f"{n_wrong} numbers"
        return f"{what} holds {numbers} that {be(n_wrong)} not finite{for_input(exercise, case)}"
    pattern = _pattern(ours, right, exercise.tolerance)
    if pattern:
        return f"{what} is {pattern}{for_input(exercise, case)}"
    worst = np.unravel_index(np.argmax(np.abs(ours - right)), ours.shape)
    at = f" at {[int(i) for i in worst]}" if ours.shape else ""
    yours = f"{what} gives {ours[worst]:.6g}{at}"
    if exercise.is_value:
        largest = float(np.abs(right).max())
        if largest == 0:
            return f"{yours}, which is not the answer"
        return f"{yours}, which is off by {abs(float(ours[worst] - right[worst])) / largest:.2g} times {_of(right)}"
    shown, expected = _told_apart(float(ours[worst]), float(right[worst]))
    return f"{what} gives {shown}{at}, where {expected} is right{for_input(exercise, case)}"


def _told_apart(ours: float, right: float) -> tuple[str, str]:
    """Both numbers, with as many digits as show that they differ, at least six."""
    digits = next(n for n in (6, 9, 12, 17) if f"{ours:.{n}g}" != f"{right:.{n}g}" or n == 17)
    return f"{ours:.{digits}g}", f"{right:.{digits}g}"


def _of(right: NDArray[np.float64]) -> str:
    return "the right value" if right.size == 1 else "the largest right value"


def _pattern(ours: NDArray[np.float64], right: NDArray[np.float64], tolerance: float) -> str | None:
    """What numbers have in common that are all wrong in the same way."""
    scale = max(float(np.abs(right).max(initial=0.0)), 1e-300)

    def fits(other: NDArray[np.float64]) -> bool:
        return bool(np.allclose(other, right, rtol=0, atol=10 * tolerance * scale))

    if fits(-ours):
        return "right up to its sign"
    if ours.ndim == 2 and ours.shape[0] == ours.shape[1] and fits(ours.T):
        return "the transpose of what is right"
    nonzero = np.abs(right) > 1e-9 * scale
    if nonzero.sum() > 1 or right.size == 1:
        factor = float(np.median(ours[nonzero] / right[nonzero])) if nonzero.any() else 0.0
        if factor and abs(factor - 1) > 10 * tolerance and fits(ours / factor) and right.size > 1:
            return f"{factor:.6g} times what is right, in every number"
    offset = float(np.median(ours - right))
    if right.size > 1 and abs(offset) > 10 * tolerance * scale and fits(ours - offset):
        return f"too {'large' if offset > 0 else 'small'} by {abs(offset):.6g}, in every number"
    return None
