"""Gradients from a function, called twice: those that grow from call to call are added up and never reset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from glassnet.checking.network import naming
from glassnet.checking.network.case import Case
from glassnet.checking.network.observed import Observed
from glassnet.checking.network.problem import Pair
from glassnet.checking.network.slips.places import Place
from glassnet.checking.network.verdict import MakeProblem, decide
from glassnet.checking.numerics.calling import copied, n_required
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.report import Report
from glassnet.errors import ArgumentError

OTHERS = "a second call gave other gradients; those of the first were compared"


def decide_on_calls(
    call: Callable[[], Any], readings_of: Callable[[Any], list[Observed]], make_problem: MakeProblem
) -> Report:
    """The report on the gradients of a function: on what the second call adds, where that alone is right.

    Raises `ArgumentError` if the function needs arguments, or raises an error.
    """
    needed = n_required(call)
    if needed > 0:
        raise ArgumentError(f"gradients as a function must take no arguments; this one needs {needed}")
    first, second = (readings_of(_result(call)) for _ in range(2))
    added = [_added(one, other) for one, other in zip(first, second, strict=True)]
    report = decide(first, make_problem)
    if all(_same(one, other) for one, other in zip(first, second, strict=True)):
        return report
    of_added = decide(added, make_problem)
    if report.ok is not False or of_added.ok is False:
        return replace(report, notes=(*report.notes, OTHERS))
    case = Case.of(first[0], make_problem(first[0], first[0].precision))
    slips = naming.slips(_grown(case, second[0]), case.terms)
    return Report(
        report.subject, False, slips, case.side_by_side.evidence({}), of_added.notes,
        not_checked=of_added.not_checked,
    )  # fmt: skip


def _result(call: Callable[[], Any]) -> Any:
    """A copy of what the function gives."""
    try:
        return copied(call())
    except Exception as reason:  # whatever a learner's function raises
        raise ArgumentError(
            f"the function that gives the gradients could not be called; {type(reason).__name__}: {reason}"
        ) from reason


def _same(one: Observed, other: Observed) -> bool:
    return all(
        np.array_equal(mine, then)
        for pair, again in zip(one.pairs, other.pairs, strict=True)
        for mine, then in zip(pair, again, strict=True)
        if mine is not None and then is not None
    )


def _added(one: Observed, other: Observed) -> Observed:
    """What the second call adds to each array; an array that it leaves as it is, as it is."""

    def added(mine: Array, then: Array) -> Array:
        return mine if mine.shape != then.shape or np.array_equal(mine, then) else then - mine

    pairs = []
    for pair, again in zip(one.pairs, other.pairs, strict=True):
        bias = None if pair.bias is None or again.bias is None else added(pair.bias, again.bias)
        pairs.append(Pair(added(pair.weights, again.weights), bias))
    return replace(one, pairs=tuple(pairs))


def _grown(case: Case, second: Observed) -> tuple[Place, ...]:
    """The arrays that the second call changed."""
    places = []
    for (i, mine), again in zip(sorted(case.problem.observed.items()), second.pairs, strict=True):
        for part, one, then in zip(("weights", "bias"), mine, again, strict=True):
            if one is not None and then is not None and not np.array_equal(one, then):
                layer = case.problem.stages[i].layer
                places.append(Place("gradients_accumulate", layer, part))
    return tuple(places)
