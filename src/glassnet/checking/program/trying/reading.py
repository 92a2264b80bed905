"""A reading of a program's gradients, and what readings have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from glassnet.checking.finding.matching import Found
from glassnet.checking.finding.sources import attributes_read, parameters
from glassnet.checking.numerics.calling import why
from glassnet.checking.program.bench import Bench
from glassnet.checking.program.limits import TookTooLong
from glassnet.checking.program.trying.binding import RATE, Context, Unknown, call
from glassnet.checking.program.trying.functions import Part
from glassnet.checking.program.trying.losses import Objective
from glassnet.checking.program.trying.observing import Observation
from glassnet.checking.program.words import meanings


@dataclass
class Reading:
    """Arrays that may be the gradients, and how they came."""

    source: str  # what they came from, in the learner's names
    pool: list[Found]  # the arrays
    # Runs what they came from once more, with the program as it is then, and gives the arrays
    again: Callable[[], list[Found]]
    is_step: bool = False  # whether they are what a step of training moved the parameters by
    rate: float | None = None  # the learning rate by which steps were divided; None where it is not known
    is_one_step: bool = True  # whether it is certain that exactly one step was taken
    objective: Objective | None = None  # the loss whose derivative was handed in at the output, where one was
    # Whether they are what a training has put away beside its steps: gradients, or anything else
    is_left_behind: bool = False


def readings_of(
    name: str,
    run: Callable[[], Observation],
    found: Observation,
    rate: float | None,
    is_one_step: bool = True,
    objective: Objective | None = None,
    is_training: bool = False,
) -> Iterator[Reading]:
    """What moved the parameters as one reading, what was returned and kept as another."""
    if found.steps:
        yield Reading(name, found.over(rate), lambda: run().over(rate), True, rate, is_one_step, objective)
    if found.pool and is_one_step:
        yield Reading(name, found.pool, lambda: run().pool, objective=objective, is_left_behind=is_training)


def why_not(reason: BaseException) -> str:
    """Why a function could not be called."""
    return str(reason) if isinstance(reason, (Unknown, TookTooLong)) else why(reason)


def calling(function: Callable[..., Any], context: Context, given: tuple[str, ...] = ()) -> Callable[[], Any]:
    """The call, to be made later."""
    return lambda: call(function, context, given)


def rate_of(bench: Bench, part: Part) -> float | None:
    """The learning rate of a function: what it was given, or what its object holds."""
    if any(
        meanings(p.name)[:1] == ["rate"] or "rate" in meanings(p.name) for p in parameters(part.of(bench))
    ):
        return RATE
    if any(meanings(name)[:1] == ["rate"] for name in _lacking(bench, part)):
        return RATE
    held = (leaf for leaf in bench.leaves() if "rate" in meanings(leaf.last_word) and len(leaf.last_word) > 1)
    values = [bench.values(leaf) for leaf in held]
    return next((float(value) for value in values if value.ndim == 0 and value > 0), None)


def _lacking(bench: Bench, part: Part) -> list[str]:
    """What a method reads of its object and nothing has set yet; it is given while the method runs."""
    if not part.path:
        return []
    return [name for name in attributes_read(part.of(bench)) if not hasattr(bench.owner, name)]
