"""From what an answer gives to a verdict: right, a mistake that is known, or how far it is from right."""

from __future__ import annotations

import copy
import dis
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.lessons.exercise import Case, Exercise
from glassnet.lessons.outputs import NoOutput, Outputs, equal, outputs_of, show
from glassnet.support.text import be

MOST_NAMES = 8
_PLAIN_NAME = re.compile(r"\[(\d+|'\w{1,32}')\]")

# What errors of NumPy mean that beginners meet, by words that are in them.
IN_PLAIN_WORDS = {
    "truth value of an array": "if takes one answer, and an array gives many; np.where(condition, this, that) "
    "chooses for each number",
    "mismatch in its core dimension": "@ needs the last number of the left shape and the first of the right one "
    "to be the same",
    "could not be broadcast together": "these shapes do not fit, seen from their last numbers on",
}


@dataclass(frozen=True)
class Failure:
    """An answer that gave nothing to compare, and why."""

    reason: str


@dataclass(frozen=True)
class Verdict:
    """What a check says.

    Attributes
    ----------
    exercise : str
        Its number.
    ok : bool
        Whether the answer is right.
    message : str
        What is right, or what is wrong, with a number.
    hints : tuple of str
        Two hints of the exercise, the second one plainer; empty where the answer is right.
    points : int
        What the answer is worth.
    slip : str
        What is said of the known mistake that gives just these numbers; empty where it is none of them.
    """

    exercise: str
    ok: bool
    message: str
    hints: tuple[str, ...]
    points: int
    slip: str = ""

    def __str__(self) -> str:
        return f"{self.exercise}  {'right' if self.ok else 'not yet'}: {self.message}"

    __repr__ = __str__


def is_stub(answer: Any) -> bool:
    """Whether an answer is still what the lesson has in its place: ``...``, or a function or class of nothing else."""
    if isinstance(answer, type):
        return answer.__bases__ == (object,) and all(
            is_stub(part) for part in vars(answer).values() if callable(part)
        )
    code = getattr(answer, "__code__", None)
    if code is None:
        return answer is Ellipsis
    says_nothing = set(code.co_consts) <= {None, answer.__doc__} and not code.co_names
    loads_an_argument = any(step.opname.startswith("LOAD_FAST") for step in dis.get_instructions(code))
    return bool(says_nothing and code.co_nlocals == code.co_argcount and not loads_an_argument)


def collect(exercise: Exercise, answer: Any, cases: Sequence[Case]) -> list[Outputs | Failure]:
    """What an answer gives for each case; errors of a learner's code become failures."""
    return [_one(exercise, answer, case) for case in cases]


def _one(exercise: Exercise, answer: Any, case: Case) -> Outputs | Failure:
    own = copy.deepcopy(case)
    try:
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            return outputs_of(exercise.ask(answer, *own))
    except NoOutput as reason:
        return Failure(str(reason))
    except FloatingPointError as reason:
        return Failure(f"a number leaves what a float can hold ({reason})")
    except Exception as reason:  # whatever a learner's code raises
        meaning = next((f" ({plain})" for words, plain in IN_PLAIN_WORDS.items() if words in str(reason)), "")
        return Failure(f"it raises {type(reason).__name__}: {reason}{meaning}")


def judge(exercise: Exercise, answers: Sequence[Outputs | Failure], cases: Sequence[Case]) -> Verdict:
    """The verdict on what an answer gave."""
    message, slip = _wrong(exercise, answers, cases)
    if not message:
        return Verdict(exercise.number, True, _praise(exercise, answers), (), exercise.points)
    return Verdict(exercise.number, False, message, exercise.hints, 0, slip)


def _praise(exercise: Exercise, answers: Sequence[Outputs | Failure]) -> str:
    n_numbers = sum(
        np.size(value) for answer in answers if isinstance(answer, dict) for value in answer.values()
    )
    what = "number agrees" if n_numbers == 1 else "numbers agree"
    if exercise.accepts is not None or exercise.is_value:
        return exercise.title
    return (
        f"{exercise.title}; {n_numbers} {what} on {len(answers)} {'input' if len(answers) == 1 else 'inputs'}"
    )


def _wrong(
    exercise: Exercise, answers: Sequence[Outputs | Failure], cases: Sequence[Case]
) -> tuple[str, str]:
    """What is wrong, and the known mistake that it is; empty where nothing is."""
    for answer, case in zip(answers, cases, strict=True):
        if isinstance(answer, Failure):
            return f"{answer.reason}{_for(exercise, case)}", ""
    outputs = [answer for answer in answers if isinstance(answer, dict)]
    if exercise.accepts is not None:
        reasons = (
            _refusal(exercise.accepts, answer, case) for answer, case in zip(outputs, cases, strict=True)
        )
        return next((reason for reason in reasons if reason is not None), ""), ""
    right = [outputs_of(exercise.outcome(exercise.solution, *copy.deepcopy(case))) for case in cases]
    same = [
        equal(answer, expected, exercise.tolerance) for answer, expected in zip(outputs, right, strict=True)
    ]
    if all(same):
        return "", ""
    slip = _known(exercise, outputs, cases) or ""
    first = same.index(False)
    distance = _distance(exercise, outputs[first], right[first], cases[first])
    count = "" if len(cases) == 1 else f" ({sum(same)} of {len(cases)} inputs {be(sum(same))} right)"
    return f"{slip or distance}{count}", slip


def _refusal(accepts: Callable[[Outputs, Case], str | None], outputs: Outputs, case: Case) -> str | None:
    try:
        return accepts(outputs, case)
    except (
        Exception
    ) as reason:  # a network of another shape, a name that is missing: whatever an answer may hold
        return f"it is not what is asked for ({type(reason).__name__}: {show(str(reason))})"


def _known(exercise: Exercise, outputs: Sequence[Outputs], cases: Sequence[Case]) -> str | None:
    """What is said about the known mistake that gives just these numbers."""
    for slip in exercise.slips:
        gives = [_slip_outputs(exercise, slip.gives, case) for case in cases]
        pairs = zip(outputs, gives, strict=True)
        if all(other is not None and equal(answer, other, exercise.tolerance) for answer, other in pairs):
            return slip.message
    return None


def _slip_outputs(exercise: Exercise, gives: Any, case: Case) -> Outputs | None:
    try:
        with np.errstate(all="ignore"):
            return outputs_of(exercise.outcome(gives, *copy.deepcopy(case)))
    except Exception:  # a mistake that fails on this input is not the one that gave numbers there
        return None


def _for(exercise: Exercise, case: Case) -> str:
    return "" if exercise.is_value else f", for ({', '.join(map(show, case))})"


def _distance(exercise: Exercise, answer: Outputs, right: Outputs, case: Case) -> str:
    """How an answer differs from what is right, in words that give no solution away."""
    if answer.keys() != right.keys():
        verb = "is" if len(right) == 1 else "are"
        several = (
            " (a list of numbers is one result, a tuple is several)"
            if right.keys() == {""} and "[1]" in answer
            else ""
        )
        return (
            f"it gives {_names(answer)}, where {_names(right)} {verb} expected{several}{_for(exercise, case)}"
        )
    name = next(key for key in right if not equal({"": answer[key]}, {"": right[key]}, exercise.tolerance))
    ours, expected = answer[name], right[name]
    what = f"its result{name}" if name else "it"
    if isinstance(ours, str) and not isinstance(expected, str):
        return f"{what} is the text {show(ours)}, where numbers are expected"
    if isinstance(ours, str) or isinstance(expected, str):
        return f"{what} says {show(ours)}, which is not the answer"
    if ours.shape != expected.shape:
        return f"{what} has shape {ours.shape}, where {expected.shape} is right{_for(exercise, case)}"
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
        return f"{what} holds {numbers} that {be(n_wrong)} not finite{_for(exercise, case)}"
    pattern = _pattern(ours, right, exercise.tolerance)
    if pattern:
        return f"{what} is {pattern}{_for(exercise, case)}"
    worst = np.unravel_index(np.argmax(np.abs(ours - right)), ours.shape)
    at = f" at {[int(i) for i in worst]}" if ours.shape else ""
    yours = f"{what} gives {ours[worst]:.6g}{at}"
    if exercise.is_value:
        largest = float(np.abs(right).max())
        if largest == 0:
            return f"{yours}, which is not the answer"
        return f"{yours}, which is off by {abs(float(ours[worst] - right[worst])) / largest:.2g} times {_of(right)}"
    shown, expected = _told_apart(float(ours[worst]), float(right[worst]))
    return f"{what} gives {shown}{at}, where {expected} is right{_for(exercise, case)}"


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


def with_explanation(
    verdict: Verdict, explains: Callable[..., str | None], answer: Any, cases: Sequence[Case]
) -> Verdict:
    """The verdict with what a check of glassnet says of the answer; that check may not take it, which is no fault."""
    for case in cases:
        try:
            explanation = explains(answer, *copy.deepcopy(case))
        except Exception:  # a learner's function that failed before fails here, too
            continue
        if explanation:
            return replace(verdict, message=f"{verdict.message}; {explanation}", slip=explanation)
    return verdict
