"""Which slips reproduce a learner's gradients: from the output down, stage by stage.

The gradients of the last layer depend on the error at the output and on nothing below. So whatever does not reproduce
them is left behind there, and the search goes on to the next layer with what remains.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from glassnet.checking.network.problem import Gradients, Problem, Unexplained
from glassnet.checking.network.slips.chain import StageChain, chains
from glassnet.checking.network.slips.output_slips import Output
from glassnet.checking.network.slips.places import Choice, Places, n_slips
from glassnet.checking.network.slips.stages import Gate, Stage
from glassnet.checking.network.slips.steps import (
    Past,
    bias_gradients,
    errors_below,
    past_below,
    weights_gradients,
)
from glassnet.checking.network.updated_first import Updates
from glassnet.checking.numerics.rounding import Rounded

# No more slips of the forward pass are looked for at a time.
MOST_FORWARD = 2


class LayerGradients(NamedTuple):
    """The learner's gradients of one layer, as they are to be explained; no bias where it is not compared."""

    weights: Unexplained
    bias: Unexplained | None


class Hypothesis(NamedTuple):
    """Slips, and the gradients that they give."""

    places: Places  # where the slips stand
    residual: float  # the largest distance from the learner's numbers, in parts of what rounding allows
    gradients: dict[int, Gradients]  # by the stage's place in the chain
    # The arrays that they do not reproduce: the stage's place in the chain, 0 for weights and 1 for biases
    unexplained: tuple[tuple[int, int], ...] = ()


def explanations(
    problem: Problem, right: dict[int, Gradients], most: int, in_part: bool = False
) -> list[Hypothesis]:
    """All hypotheses of at most `most` slips that reproduce the learner's gradients, or at least some of them."""
    targets: dict[int, LayerGradients] = {}
    for i, part, mine, true in problem.beside(right):
        target = Unexplained.of(mine, true)
        targets[i] = targets[i]._replace(bias=target) if part else LayerGradients(target, None)
    return [
        hypothesis
        for chain in chains(problem.stages, problem.x, problem.net, min(most, MOST_FORWARD))
        for hypothesis in Descent(problem, targets, chain, most, in_part).all()
    ]


class Descent:
    """The way down one chain; with `in_part`, past arrays that nothing reproduces."""

    def __init__(
        self,
        problem: Problem,
        targets: dict[int, LayerGradients],
        chain: StageChain,
        most: int,
        in_part: bool,
    ) -> None:
        self.problem, self.targets, self.chain = problem, targets, chain
        self.most, self.in_part = most, in_part
        self.updates = Updates(problem, chain)

    def all(self) -> Iterator[Hypothesis]:
        """Every hypothesis on this chain."""
        output = Output(self.chain, self.problem.loss, self.problem.y, self.problem.constant)
        start = Hypothesis(self.chain.places, 0.0, {})
        for choice, before in output.choices(self.most - n_slips(self.chain.places)):
            if self._allowed(start, choice):
                yield from self._down(
                    output.stage_below, choice.value, before, _with(start, choice), choice.places
                )

    def _allowed(self, so_far: Hypothesis, choice: Choice) -> bool:
        return n_slips((*so_far.places, *choice.places)) <= self.most

    def _down(
        self,
        i: int,
        error: Rounded,
        before: Rounded | None,
        so_far: Hypothesis,
        new: Places,
        past: Past = (),
    ) -> Iterator[Hypothesis]:
        """From the error at the output of stage i to the lowest stage; `new` are slips that nothing shows so far."""
        stage = self.chain.stages[i]
        if self.in_part and new and i in self.targets and not self._shown(i, stage, error):
            return
        for hypothesis in self._compared(i, stage, error, before, so_far):
            if self._shows_nothing(i, hypothesis):
                if not new:
                    yield self._given_up(i, hypothesis)
                continue
            if i == self.problem.lowest:
                yield hypothesis
                continue
            upstream = error if isinstance(stage, Gate) else None
            unseen = new if i not in self.targets else ()
            update = self.updates.of(i, stage, error, past)
            below = past_below(stage, error, past)
            for choice in errors_below(stage, error, self.chain, past, before, update):
                if self._allowed(hypothesis, choice):
                    places = (*unseen, *choice.places)
                    yield from self._down(
                        i - 1, choice.value, upstream, _with(hypothesis, choice), places, below
                    )

    def _shown(self, i: int, stage: Stage, error: Rounded) -> bool:
        """Whether this error alone reproduces an array of stage i, without a further slip there."""
        of_weights, of_bias = self.targets[i]
        if of_bias is not None and of_bias.residual(next(bias_gradients(stage, error)).value) <= 1:
            return True
        return of_weights.residual(next(weights_gradients(stage, error, self.chain)).value) <= 1

    def _shows_nothing(self, i: int, hypothesis: Hypothesis) -> bool:
        """Whether none of the arrays of stage i is reproduced."""
        if i not in self.targets or not hypothesis.unexplained:
            return False
        parts = [0] if self.targets[i].bias is None else [0, 1]
        return all((i, part) in hypothesis.unexplained for part in parts)

    def _given_up(self, i: int, hypothesis: Hypothesis) -> Hypothesis:
        """What is found so far, with everything below stage i left unexplained."""
        below = [
            (j, part)
            for j, targets in self.targets.items()
            for part in ((0,) if targets.bias is None else (0, 1))
            if j < i
        ]
        return hypothesis._replace(unexplained=(*hypothesis.unexplained, *below))

    def _compared(
        self, i: int, stage: Stage, error: Rounded, before: Rounded | None, so_far: Hypothesis
    ) -> Iterator[Hypothesis]:
        """The hypotheses that also reproduce the gradients of stage i."""
        if i not in self.targets:
            yield so_far
            return
        of_weights, of_bias = self.targets[i]
        for bias in self._biases(stage, error, before, of_bias, so_far.places):
            choices = weights_gradients(stage, error, self.chain, before)
            for weights in self._fitting(choices, of_weights, bias.places):
                missing = [(i, part) for part, fit in enumerate((weights, bias)) if not fit.fits]
                yield Hypothesis(
                    weights.places,
                    max(so_far.residual, bias.residual, weights.residual),
                    {**so_far.gradients, i: Gradients(weights.value, bias.value)},
                    (*so_far.unexplained, *missing),
                )

    def _biases(
        self, stage: Stage, error: Rounded, before: Rounded | None, target: Unexplained | None, so_far: Places
    ) -> list[Fit]:
        if target is None:
            return [Fit(so_far, None, 0.0)]
        return self._fitting(bias_gradients(stage, error, before), target, so_far)

    def _fitting(self, choices: Iterable[Choice], target: Unexplained, so_far: Places) -> list[Fit]:
        """The choices that reproduce one array, with the fewest new slips that do; the right way, where it does."""
        fits: list[Fit] = []
        for choice in choices:
            places = (*so_far, *choice.places)
            if n_slips(places) <= self.most:
                value = choice.value
                if (distance := target.residual(value)) <= 1:
                    fits.append(Fit(places, value, distance))
                    if not choice.places:
                        break
        if not fits and self.in_part:
            return [Fit(so_far, None, 0.0, fits=False)]
        fewest = min((n_slips(fit.places) for fit in fits), default=0)
        return [fit for fit in fits if n_slips(fit.places) == fewest]


class Fit(NamedTuple):
    """An array that reproduces the learner's, and all slips on the way to it; no array where none does."""

    places: Places
    value: Rounded | None
    residual: float
    fits: bool = True


def _with(so_far: Hypothesis, choice: Choice) -> Hypothesis:
    return so_far._replace(places=(*so_far.places, *choice.places))
