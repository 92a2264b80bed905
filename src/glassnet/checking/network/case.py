"""A learner's gradients, read in one way, beside the right ones of one loss at one precision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from glassnet.checking.network.measured import constants_of
from glassnet.checking.network.naming import SideBySide
from glassnet.checking.network.observed import Observed
from glassnet.checking.network.problem import Gradients, Problem
from glassnet.checking.network.search import Hypothesis, explanations
from glassnet.checking.network.slips.constants import conventions
from glassnet.checking.network.slips.stages import Affine
from glassnet.checking.network.terms import Terms
from glassnet.support.cached import cached_property


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
    def side_by_side(self) -> SideBySide:
        """The arrays side by side."""
        return SideBySide(self.problem, self.right, self.observed.columns)

    @property
    def terms(self) -> Terms:
        """How the learner writes the network."""
        stages = self.problem.stages
        last = max(stage.layer for stage in stages if isinstance(stage, Affine))
        m, k = self.problem.y.value.shape[0], self.problem.n_outputs
        factor = self.problem.constant.factor
        return Terms(stages, self.problem.loss, last, m, k, self.observed.columns, factor)

    def explanations(self, most: int, in_part: bool = False) -> list[Hypothesis]:
        """The slips that reproduce the gradients, or at least some of them."""
        return explanations(self.problem, self.right, most, in_part)

    @property
    def in_other_forms(self) -> Iterator[Case]:
        """The same gradients beside each common form of the loss."""
        m, k = self.problem.y.value.shape[0], self.problem.n_outputs
        for constant in conventions(self.problem.loss, m, k):
            yield Case.of(self.observed, self.problem.times(constant))
            if self.problem.has_penalties:
                multiplied = constant._replace(of_penalties=True)
                yield Case.of(self.observed, self.problem.times(multiplied))

    @cached_property
    def times_constants(self) -> list[Case]:
        """The same gradients beside the loss times each factor that they show, the common ones first."""
        return [
            Case.of(self.observed, self.problem.times(constant))
            for constant in constants_of(self.problem, self.right)
        ]
