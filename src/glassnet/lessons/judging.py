"""From what an answer gives to a verdict: right, a mistake that is known, or how far it is from right."""

from __future__ import annotations

import copy
import dis
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from glassnet.lessons.differences import distance, for_input, relation
from glassnet.lessons.exercise import Case, Exercise
from glassnet.lessons.outputs import NoOutput, Outputs, aligned, equal, outputs_of, show
from glassnet.support.text import be

RIGHT_BUT = (
    "its numbers are right, but on the way one is too large (np.where computes both its sides for every number, "
    "the one that is not taken as well)"
)
# What errors of NumPy mean that beginners meet, by words that are in them.
IN_PLAIN_WORDS = {
    "truth value of an array": "if takes one answer, and an array gives many; np.where(condition, this, that) "
    "chooses for each number",
    "mismatch in its core dimension": "@ needs the last number of the left shape and the first of the right one "
    "to be the same",
    "could not be broadcast together": "these shapes do not fit, seen from their last numbers on",
    "list index out of range": "places are counted from 0, and there are len(...) of them",
    "is out of bounds for axis": "places are counted from 0, and the shape says how many there are",
    "can't multiply sequence": "* knows arrays, not lists: zip goes through two lists side by side",
    "0-dimensional arrays can be converted": "functions of math take one number; those of np take arrays",
    "only length-1 arrays can be converted": "functions of math take one number; those of np take arrays",
}


@dataclass(frozen=True)
class Failure:
    """An answer that gave nothing to compare, and why; where a number was too large, what it gives all the same."""

    reason: str
    outputs: Outputs | None = None


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
        return Failure(
            f"a number leaves what a float can hold ({reason})", _all_the_same(exercise, answer, case)
        )
    except Exception as reason:  # whatever a learner's code raises
        meaning = next((f" ({plain})" for words, plain in IN_PLAIN_WORDS.items() if words in str(reason)), "")
        return Failure(f"it raises {type(reason).__name__}: {reason}{meaning}")


def _all_the_same(exercise: Exercise, answer: Any, case: Case) -> Outputs | None:
    """What an answer gives, with infinities and what comes of them."""
    try:
        with np.errstate(all="ignore"):
            return outputs_of(exercise.ask(answer, *copy.deepcopy(case)))
    except Exception:  # whatever a learner's code raises at such numbers
        return None


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
    failures = [
        f"{answer.reason}{for_input(exercise, case)}"
        for answer, case in zip(answers, cases, strict=True)
        if isinstance(answer, Failure)
    ]
    given = [answer.outputs if isinstance(answer, Failure) else answer for answer in answers]
    outputs = [one for one in given if one is not None]
    if len(outputs) < len(cases) or (failures and exercise.accepts is not None):
        return failures[0], ""
    if exercise.accepts is not None:
        reasons = (
            _refusal(exercise.accepts, answer, case) for answer, case in zip(outputs, cases, strict=True)
        )
        return next((reason for reason in reasons if reason is not None), ""), ""
    right = [outputs_of(exercise.outcome(exercise.solution, *copy.deepcopy(case))) for case in cases]
    ours = [aligned(answer, expected) for answer, expected in zip(outputs, right, strict=True)]
    same = [equal(one, expected, exercise.tolerance) for one, expected in zip(ours, right, strict=True)]
    if all(same):
        return (f"{RIGHT_BUT}; {failures[0]}" if failures else ""), ""
    slip = _known(exercise, outputs, cases) or ""
    if failures and not slip:
        return failures[0], ""
    first = same.index(False)
    said = slip or relation(exercise, ours, right, cases)
    said = said or distance(exercise, ours[first], right[first], cases[first])
    count = "" if len(cases) == 1 else f" ({sum(same)} of {len(cases)} inputs {be(sum(same))} right)"
    return f"{said}{count}", slip


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


def with_explanation(
    verdict: Verdict, explains: Callable[..., str | None], answer: Any, cases: Sequence[Case]
) -> Verdict:
    """The verdict with what a check of glassnet says of the answer; that check may not take it, which is no fault."""
    for case in cases:
        try:
            with np.errstate(all="ignore"):
                explanation = explains(answer, *copy.deepcopy(case))
        except Exception:  # a learner's function that failed before fails here, too
            continue
        if explanation:
            return replace(verdict, message=f"{verdict.message}; {explanation}", slip=explanation)
    return verdict
