"""From a learner's gradients to a report: right, slips with names, or a mismatch that nothing known explains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

import numpy as np

from glassnet.checking.network import naming
from glassnet.checking.network.case import Case
from glassnet.checking.network.observed import Observed
from glassnet.checking.network.problem import Problem
from glassnet.checking.network.search import Hypothesis
from glassnet.checking.network.slips.catalogue import codes, rank
from glassnet.checking.network.slips.places import Places, n_slips
from glassnet.checking.network.slips.stages import Affine
from glassnet.checking.numerics.rounding import SINGLE, FloatFormat
from glassnet.checking.report import Report, Slip
from glassnet.support.cached import cached_property

SUBJECT = "check_backward"
MOST_SLIPS = 2
# So many are named where they reproduce all gradients, or only some of them.
MOST_SLIPS_IN_PART = 3
MOST_EQUALS = 4
# A hypothesis is as good as the best one if it is at most so many times as far from the learner's numbers, or as near
# as rounding usually leaves.
AS_GOOD, USUAL = 5.0, 0.05
# The size of a difference, in parts of the largest gradient, up to which an added epsilon does no harm.
HARMLESS = 1e-4

COLUMNS = "read as samples in columns: weights (n_outputs, n_inputs)"
IF_NOT = "; if yours are (n_inputs, n_outputs), every dW is transposed"
SQUARE = (
    "whether every dW is transposed: all weights are square, and these gradients are right for samples in columns; "
    "say samples_in='columns' or 'rows'"
)

MakeProblem = Callable[[Observed, FloatFormat], Problem]


class Explanation(NamedTuple):
    """A hypothesis, and the loss and the reading under which it stands."""

    case: Case
    hypothesis: Hypothesis

    @property
    def unlikelihood(self) -> tuple[int, int, int, int]:
        """How it is ordered among others that reproduce the same numbers."""
        places = self.hypothesis.places
        return (
            len(self.hypothesis.unexplained),
            self.case.problem.constant.unlikelihood,
            len(places),
            rank(places),
        )


class Readings:
    """The learner's gradients in all their readings, at one precision."""

    def __init__(
        self, readings: Sequence[Observed], make_problem: MakeProblem, precision: FloatFormat
    ) -> None:
        self.precision = precision
        self.cases = [Case.of(reading, make_problem(reading, precision)) for reading in readings]

    @cached_property
    def of_common_losses(self) -> list[Case]:
        """Beside the loss itself, then beside those of its common forms whose factor the gradients show."""
        others = [one for one in self._of_factors if one.problem.constant.losses]
        return [*self.cases, *others]

    @property
    def of_odd_factors(self) -> list[Case]:
        """Beside the loss times each other factor that the gradients show."""
        return [one for one in self._of_factors if not one.problem.constant.losses]

    @cached_property
    def _of_factors(self) -> list[Case]:
        return [one for case in self.cases for one in case.times_constants]

    def right(self) -> Report | None:
        """The report where the gradients are right, for the loss or for a common form of it."""
        forms = (one for case in self.cases for one in case.in_other_forms)
        fitting = next((case for case in chain(self.cases, forms) if case.fits), None)
        return None if fitting is None else _right(fitting, self.precision)

    def explained(self, most: int) -> Report | None:
        """The report on the fewest slips that reproduce the gradients, if any do; an odd factor counts as one."""
        for n in range(1, most + 1):
            explanations = [
                Explanation(case, one) for case in self.of_common_losses for one in case.explanations(n)
            ]
            if not explanations:
                others = self.of_odd_factors
                explanations = [Explanation(case, one) for case in others for one in case.explanations(n - 1)]
            if explanations:
                return _named(explanations, self.precision)
        return None

    def explained_in_part(self) -> Report | None:
        """The report on slips that reproduce at least some of the gradients, as many as can be."""
        explanations = [
            Explanation(case, one)
            for case in self.of_common_losses
            for one in case.explanations(MOST_SLIPS_IN_PART, in_part=True)
            if not case.side_by_side.any_fits(one.unexplained)
        ]
        best = min(explanations, key=lambda one: one.unlikelihood, default=None)
        if best is None or {place.code for place in best.hypothesis.places} <= {"clipped_logarithm"}:
            return None  # nothing, or what moves right arrays by a hair
        as_many = len(best.hypothesis.unexplained), n_slips(best.hypothesis.places)
        return _named(
            [
                one
                for one in explanations
                if (len(one.hypothesis.unexplained), n_slips(one.hypothesis.places)) == as_many
            ],
            self.precision,
        )


def decide(readings: Sequence[Observed], make_problem: MakeProblem) -> Report:
    """The report on gradients that can be read in one or two conventions.

    At their own precision first, then at single precision, which float64 arrays may have passed through: where they are
    right to single precision, one slip that reproduces all digits is still named, unless all numbers are single ones.
    """
    fine = Readings(readings, make_problem, readings[0].precision)
    not_finite = _not_finite(fine.cases[0])
    if not_finite is not None:
        return not_finite
    right = fine.right()
    if right is not None:
        return right
    if fine.precision.unit >= SINGLE.unit:
        return _wrong([fine])
    rough = Readings(readings, make_problem, SINGLE)
    right = rough.right()
    if right is None:
        return _wrong([fine, rough])
    named = None if readings[0].are_single else fine.explained(1)
    return right if named is None else named


def _wrong(levels: list[Readings]) -> Report:
    """The report on gradients that are not right at any of these precisions."""
    for level in levels:
        report = level.explained(MOST_SLIPS)
        if report is not None:
            return report
    report = levels[0].explained_in_part()
    if report is not None:
        return report
    cases = [level.cases[0] for level in levels]
    return _unknown(cases[0] if cases[0].side_by_side.any_right else cases[-1])


def _right(case: Case, precision: FloatFormat) -> Report:
    observed = case.observed
    notes = naming.constant_note(case.problem) + _conventions(observed)
    notes += naming.precision_note(observed.precision.name, precision.name)
    not_checked = observed.not_compared
    if observed.columns and not observed.stated:
        if observed.undecided:
            not_checked += (SQUARE,)
        else:
            notes = tuple(note.replace(COLUMNS, COLUMNS + IF_NOT) for note in notes)
    return Report(SUBJECT, True, notes=notes, not_checked=not_checked)


def _named(explanations: list[Explanation], precision: FloatFormat) -> Report:
    good = sorted(as_good(explanations), key=lambda one: one.unlikelihood)
    case, best = good[0]
    if not best.places and not best.unexplained:
        return _right(case, precision)
    comparison = case.side_by_side
    evidence = comparison.evidence(best.gradients)
    other = [place.variant for place in best.places if place.code == "gradient_of_another_loss"]
    terms = replace(case.terms, factor=1.0) if other else case.terms  # the factor is one on that loss
    notes = naming.constant_note(case.problem, other[0] if other else "") + comparison.notes()
    notes += _unexplained(case, best) + comparison.ratio_of_all() + _conventions(case.observed)
    notes += naming.precision_note(case.observed.precision.name, precision.name)
    slips = naming.slips(best.places, terms)
    notes += _no_biases(case, slips)
    if [slip.code for slip in slips] == ["clipped_logarithm"] and comparison.largest_difference() <= HARMLESS:
        note = slips[0].message + " It does no harm."
        return Report(SUBJECT, True, (), evidence, (note, *notes), not_checked=case.observed.not_compared)
    return Report(SUBJECT, False, slips, evidence, notes, _equals(good), case.observed.not_compared)


def as_good(explanations: list[Explanation]) -> list[Explanation]:
    """Those that are about as near to the learner's numbers as the nearest."""
    nearest = min(one.hypothesis.residual for one in explanations)
    return [one for one in explanations if one.hypothesis.residual <= max(AS_GOOD * nearest, USUAL)]


def _unexplained(case: Case, best: Hypothesis) -> tuple[str, ...]:
    """A remark on the arrays that the slips do not reproduce."""
    if not best.unexplained:
        return ()
    names = case.side_by_side.names(best.unexplained)
    return (f"not reproduced by them, so something else is wrong there: {names}",)


def _no_biases(case: Case, slips: tuple[Slip, ...]) -> tuple[str, ...]:
    """A remark where every db is zero, and every bias of the network too: the learner may have none."""
    biases = [
        stage.bias for stage in case.problem.stages if isinstance(stage, Affine) and stage.bias is not None
    ]
    missing = [
        slip for slip in slips if slip.code == "bias_gradient_missing" and len(slip.layers) == len(biases)
    ]
    if not missing or any(bias.value.any() for bias in biases):
        return ()
    return ("if your network has no biases, say so: Dense(..., use_bias=False)",)


def _equals(good: list[Explanation]) -> tuple[str, ...]:
    """Other slips that give the same numbers at as few places; of some of the numbers alone, at any."""
    best = good[0].hypothesis
    others = dict.fromkeys(
        codes(_of_bias(one.hypothesis.places))
        for one in good
        if len(one.hypothesis.places) <= len(best.places) or best.unexplained
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
    return Report(
        SUBJECT, False, evidence=comparison.evidence({}), notes=notes, not_checked=case.observed.not_compared
    )


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
    columns = (COLUMNS,) if observed.columns else ()
    return (*columns, f"read as {observed.words}") if observed.words else columns


def _not_finite(case: Case) -> Report | None:
    places = [
        (layer, name)
        for layer, pair in enumerate(case.observed.pairs)
        for name, array in zip(("dW", "db"), pair, strict=True)
        if array is not None and not np.isfinite(array).all()
    ]
    if not places:
        return None
    listed = ", ".join(f"{name}{layer + 1}" for layer, name in places)
    message = f"{listed} hold numbers that are infinite or NaN: an exp overflowed, or a logarithm or a quotient met 0."
    layers = tuple(sorted({layer for layer, _ in places}))
    return Report(SUBJECT, False, (Slip("not_finite", layers, message, case.terms.finite_line()),))
