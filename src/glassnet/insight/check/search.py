"""Which slips reproduce a learner's gradients: from the output down, stage by stage.

The gradients of the last layer depend on the error at the output and on nothing below. So whatever does not reproduce
them is left behind there, and the search goes on to the next layer with what remains.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from glassnet.insight.check.chain import Chain, chains
from glassnet.insight.check.output_slips import Output
from glassnet.insight.check.places import Choice, Places, n_slips
from glassnet.insight.check.problem import Gradients, Problem, Target
from glassnet.insight.check.rounding import Array, Rounded
from glassnet.insight.check.stages import Gate, Stage
from glassnet.insight.check.steps import bias_gradients, errors_below, weights_gradients


class Hypothesis(NamedTuple):
    """Slips, and the gradients that they give.

    Attributes
    ----------
    places : tuple of Place
        Where the slips stand.
    residual : float
        The largest distance from the learner's numbers, in parts of what rounding allows.
    gradients : dict of int to Gradients
        By the stage's place in the chain.
    """

    places: Places
    residual: float
    gradients: dict[int, Gradients]


def explanations(problem: Problem, right: dict[int, Gradients], most: int) -> list[Hypothesis]:
    """All hypotheses of at most `most` slips that reproduce the learner's gradients."""
    targets = {
        i: tuple(Target.of(mine, true) for mine, true in zip(pair, right[i], strict=True))
        for i, pair in problem.observed.items()
    }
    return [
        hypothesis
        for chain in chains(problem.stages, problem.x, problem.net, most)
        for hypothesis in Descent(problem, targets, chain, most).all()
    ]


class Descent:
    """The way down one chain."""

    def __init__(
        self, problem: Problem, targets: dict[int, tuple[Target, ...]], chain: Chain, most: int
    ) -> None:
        self.problem, self.targets, self.chain, self.most = problem, targets, chain, most

    def all(self) -> Iterator[Hypothesis]:
        """Every hypothesis on this chain."""
        output = Output(self.chain, self.problem.loss, self.problem.y)
        start = Hypothesis(self.chain.places, 0.0, {})
        for choice, before in output.choices(self.most - n_slips(self.chain.places)):
            if self._allowed(start, choice):
                yield from self._down(output.stage_below, choice.value, before, _with(start, choice))

    def _allowed(self, so_far: Hypothesis, choice: Choice) -> bool:
        return n_slips((*so_far.places, *choice.places)) <= self.most

    def _down(
        self, i: int, error: Rounded, before: Rounded | None, so_far: Hypothesis
    ) -> Iterator[Hypothesis]:
        """From the error at the output of stage i to the lowest stage."""
        stage = self.chain.stages[i]
        for found in self._compared(i, stage, error, so_far):
            if i == self.problem.lowest:
                yield found
                continue
            upstream = error if isinstance(stage, Gate) else None
            for choice in errors_below(stage, error, before, self.chain, self._update(i)):
                if self._allowed(found, choice):
                    yield from self._down(i - 1, choice.value, upstream, _with(found, choice))

    def _update(self, i: int) -> Array | None:
        """What the learner's own update would take from the weights of stage i."""
        rate = self.problem.learning_rate
        return None if rate is None or i not in self.targets else rate * self.targets[i][0].observed

    def _compared(self, i: int, stage: Stage, error: Rounded, so_far: Hypothesis) -> Iterator[Hypothesis]:
        """The hypotheses that also reproduce the gradients of stage i."""
        if i not in self.targets:
            yield so_far
            return
        of_weights, of_bias = self.targets[i]
        for bias in self._fitting(bias_gradients(stage, error), of_bias, so_far.places):
            for weights in self._fitting(
                weights_gradients(stage, error, self.chain), of_weights, bias.places
            ):
                yield Hypothesis(
                    weights.places,
                    max(so_far.residual, bias.residual, weights.residual),
                    {**so_far.gradients, i: Gradients(weights.value, bias.value)},
                )

    def _fitting(self, choices: Iterable[Choice], target: Target, so_far: Places) -> list[Fit]:
        """The choices that reproduce one array, with the fewest new slips that do; the right way, where it does."""
        found: list[Fit] = []
        for choice in choices:
            places = (*so_far, *choice.places)
            if n_slips(places) <= self.most:
                value = choice.value
                if (distance := target.residual(value)) <= 1:
                    found.append(Fit(places, value, distance))
                    if not choice.places:
                        break
        fewest = min((n_slips(fit.places) for fit in found), default=0)
        return [fit for fit in found if n_slips(fit.places) == fewest]


class Fit(NamedTuple):
    """An array that reproduces the learner's, and all slips on the way to it."""

    places: Places
    value: Rounded
    residual: float


def _with(so_far: Hypothesis, choice: Choice) -> Hypothesis:
    return so_far._replace(places=(*so_far.places, *choice.places))
