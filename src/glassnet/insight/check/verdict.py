"""From a learner's gradients to a report: right, slips with names, or a mismatch that nothing known explains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.insight.check import naming
from glassnet.insight.check.catalogue import codes, rank
from glassnet.insight.check.observed import Observed
from glassnet.insight.check.places import Places
from glassnet.insight.check.problem import Gradients, Problem
from glassnet.insight.check.report import Report, Slip
from glassnet.insight.check.rounding import SINGLE, Precision
from glassnet.insight.check.search import Hypothesis, explanations
from glassnet.insight.check.stages import Affine
from glassnet.insight.check.terms import Terms

SUBJECT = "check_backward"
MOST_SLIPS = 2
MOST_EQUALS = 4
# A hypothesis is as good as the best one if it is at most so many times as far from the learner's numbers, or as near
# as rounding usually leaves.
AS_GOOD, USUAL = 5.0, 0.05
# The size of a difference, in parts of the largest gradient, up to which an added epsilon does no harm.
HARMLESS = 1e-4

MakeProblem = Callable[[Observed, Precision], Problem]


@dataclass(frozen=True)
class Case:
    """The learner's gradients, read in one convention, beside the right ones at one precision."""

    observed: Observed
    problem: Problem
    right: dict[int, Gradients]

    @classmethod
    def of(cls, observed: Observed, problem: Problem) -> Case:
        """The case with the right gradients."""
        return cls(observed, problem, problem.right())

    @property
    def fits(self) -> bool:
        """Whether the learner's gradients are right."""
        return self.problem.residual(self.right) <= 1

    @property
    def side_by_side(self) -> naming.SideBySide:
        """The arrays side by side."""
        return naming.SideBySide(
            self.problem.stages, self.problem.observed, self.right, self.observed.columns
        )

    @property
    def terms(self) -> Terms:
        """How the learner writes the network."""
        stages = self.problem.stages
        last = max(stage.layer for stage in stages if isinstance(stage, Affine))
        m, k = self.problem.y.value.shape[0], self.problem.n_outputs
        return Terms(stages, self.problem.loss, last, m, k, self.observed.columns)


def decide(readings: Sequence[Observed], make_problem: MakeProblem) -> Report:
    """The report on gradients that can be read in one or two conventions.

    At their own precision first, then at single precision, which float64 arrays may have passed through: where they are
    right to single precision, one slip that reproduces all digits is still named, unless all numbers are single ones.
    """
    own = readings[0].precision
    cases = [Case.of(reading, make_problem(reading, own)) for reading in readings]
    not_finite = _not_finite(cases[0])
    if not_finite is not None:
        return not_finite
    right = next((case for case in cases if case.fits), None)
    if right is not None:
        return _right(right, own)
    if own.unit >= SINGLE.unit:
        named = _explained(cases, own, MOST_SLIPS)
        return _unknown(cases[0]) if named is None else named
    rough = [Case.of(reading, make_problem(reading, SINGLE)) for reading in readings]
    right = next((case for case in rough if case.fits), None)
    if right is not None:
        named = None if readings[0].are_single else _explained(cases, own, 1)
        return _right(right, SINGLE) if named is None else named
    for at, precision in ((cases, own), (rough, SINGLE)):
        found = _explained(at, precision, MOST_SLIPS)
        if found is not None:
            return found
    return _unknown(cases[0] if cases[0].side_by_side.any_right else rough[0])


def _explained(cases: list[Case], precision: Precision, most: int) -> Report | None:
    """The report on the fewest slips that reproduce the gradients, if any do."""
    for n in range(1, most + 1):
        found = [(case, one) for case in cases for one in explanations(case.problem, case.right, n)]
        if found:
            return _named(found, precision)
    return None


def _right(case: Case, precision: Precision) -> Report:
    notes = _conventions(case.observed) + naming.precision_note(case.observed.precision.name, precision.name)
    if case.observed.columns:
        notes = (f"{notes[0]}; if yours are (n_inputs, n_outputs), every dW is transposed", *notes[1:])
    return Report(SUBJECT, True, notes=notes)


def _named(found: list[tuple[Case, Hypothesis]], precision: Precision) -> Report:
    nearest = min(hypothesis.residual for _, hypothesis in found)
    good = [pair for pair in found if pair[1].residual <= max(AS_GOOD * nearest, USUAL)]
    good.sort(key=lambda pair: (len(pair[1].places), rank(pair[1].places)))
    case, best = good[0]
    comparison = case.side_by_side
    evidence = comparison.evidence(best.gradients)
    notes = comparison.notes() + comparison.ratio_of_all() + _conventions(case.observed)
    notes += naming.precision_note(case.observed.precision.name, precision.name)
    slips = naming.slips(best.places, case.terms)
    if [slip.code for slip in slips] == ["clipped_logarithm"] and comparison.largest_difference() <= HARMLESS:
        return Report(
            SUBJECT, True, evidence=evidence, notes=(slips[0].message + " It does no harm.", *notes)
        )
    return Report(
        SUBJECT, False, slips, evidence, notes, _equals(best, [hypothesis for _, hypothesis in good])
    )


def _equals(best: Hypothesis, good: list[Hypothesis]) -> tuple[str, ...]:
    """Other slips that give the same numbers at as few places."""
    others = dict.fromkeys(
        codes(_of_bias(hypothesis.places))
        for hypothesis in good
        if len(hypothesis.places) <= len(best.places)
    )
    others.pop(codes(_of_bias(best.places)))
    return tuple(others)[:MOST_EQUALS]


def _of_bias(places: Places) -> Places:
    """These places, with 1/m applied twice to a bias alone called by the name that it has there."""
    if any(place.code == "batch_mean_twice" and place.part != "bias" for place in places):
        return places
    own = "bias_gradient_averaged"
    return tuple(p._replace(code=own) if p.code == "batch_mean_twice" else p for p in places)


def _unknown(case: Case) -> Report:
    comparison = case.side_by_side
    notes = comparison.notes() + comparison.ratios() + comparison.advice() + _conventions(case.observed)
    notes += _broadcast(case)
    if case.problem.learning_rate is None and len(case.problem.observed) > 1 and comparison.last_right:
        notes += ("if your backward pass also updates the weights, give learning_rate= as well",)
    return Report(SUBJECT, False, evidence=comparison.evidence(None), notes=notes)


def _broadcast(case: Case) -> tuple[str, ...]:
    """A remark where the one output has a gradient for each sample: (n, 1) minus (n,) is (n, n)."""
    m, k = case.problem.y.value.shape
    if k > 1 or m == 1 or case.observed.pairs[-1].weights.shape[-1:] != (m,):
        return ()
    return (
        f"the last layer has 1 unit, but its gradient has {m} columns, one for each sample: predictions ({m}, 1) minus "
        f"targets ({m},) are broadcast to ({m}, {m}); give the targets the shape ({m}, 1)",
    )


def _conventions(observed: Observed) -> tuple[str, ...]:
    return ("read as samples in columns: weights (n_outputs, n_inputs)",) if observed.columns else ()


def _not_finite(case: Case) -> Report | None:
    places = [
        (layer, name)
        for layer, pair in enumerate(case.observed.pairs)
        for name, array in zip(("dW", "db"), pair, strict=True)
        if not np.isfinite(array).all()
    ]
    if not places:
        return None
    listed = ", ".join(f"{name}{layer + 1}" for layer, name in places)
    message = f"{listed} hold numbers that are infinite or NaN: an exp overflowed, or a logarithm or a quotient met 0."
    layers = tuple(sorted({layer for layer, _ in places}))
    return Report(SUBJECT, False, (Slip("not_finite", layers, message, case.terms.finite_line()),))
