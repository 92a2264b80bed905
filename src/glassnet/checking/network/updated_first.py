"""What a learner's own update would have taken from the weights before they carried the error back.

With the learning rate this is known. Without it the rate is the one number that the layer below must agree on: its
gradients fall linearly with it, so one array of at least three entries, or both together, both give it and test it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from glassnet.checking.network.problem import Problem, residual
from glassnet.checking.network.slips.carry_slips import Update
from glassnet.checking.network.slips.chain import StageChain
from glassnet.checking.network.slips.stages import Affine, Stage
from glassnet.checking.network.slips.steps import (
    Past,
    bias_gradients,
    errors_below,
    past_below,
    weights_gradients,
)
from glassnet.checking.numerics.rounding import Array, Rounded

FEWEST_NUMBERS = 3
MOST_DIGITS = 6


class Updates:
    """The updates along one chain; a rate that was found at one layer is tried first at the others."""

    def __init__(self, problem: Problem, chain: StageChain) -> None:
        self.problem, self.chain = problem, chain
        self.rates: list[float] = []

    def of(self, i: int, stage: Stage, error: Rounded, past: Past) -> Update | None:
        """The update of stage i, if its rate is known or shows in the gradients below."""
        if not isinstance(stage, Affine) or i not in self.problem.observed or i == self.problem.lowest:
            return None
        step = self.problem.observed[i].weights
        if step.shape != stage.weights.value.shape:
            return None
        if self.problem.learning_rate is not None:
            return Update(self.problem.learning_rate * step)
        rate = self._found(i, stage, error, step, past)
        return None if rate is None else Update(rate * step, rate)

    def _found(self, i: int, stage: Affine, error: Rounded, step: Array, past: Past) -> float | None:
        """The rate that the gradients of the next layer below show."""
        below = max(j for j in self.problem.observed if j < i)
        changes = error @ stage.weights.T, error @ stage.weights.exactly(step).T
        arrays = list(self._below(below, i, *changes, past))
        if all(residual(mine, as_it_is) <= 1 for mine, as_it_is, _ in arrays):
            return None
        for group in ([array] for array in arrays), [arrays]:
            for chosen in group:
                if sum(mine.size for mine, _, _ in chosen) >= FEWEST_NUMBERS:
                    rate = self._fitted(chosen)
                    if rate is not None:
                        return rate
        return None

    def _below(
        self, below: int, i: int, error: Rounded, change: Rounded, past: Past
    ) -> Iterator[tuple[Array, Rounded, Rounded]]:
        """The learner's arrays there, those of the weights as they are, and what a rate of 1 takes from them."""
        unchanged = tuple(one.times(0) for one in past)
        for j in range(i - 1, below, -1):
            passed = self.chain.stages[j]
            (error, past), (change, unchanged) = (
                (next(errors_below(passed, e, self.chain, by)).value, past_below(passed, e, by))
                for e, by in ((error, past), (change, unchanged))
            )
        stage, mine = self.chain.stages[below], self.problem.observed[below]
        of_weights = [next(weights_gradients(stage, e, self.chain, None)).value for e in (error, change)]
        nothing = next(weights_gradients(stage, change.times(0), self.chain, None)).value
        if mine.weights.shape == of_weights[0].value.shape:
            yield mine.weights, of_weights[0], of_weights[1] - nothing
        if mine.bias is not None and stage.has_bias:
            of_bias = [next(bias_gradients(stage, e, None)).value for e in (error, change)]
            if mine.bias.shape == of_bias[0].value.shape:
                yield mine.bias, of_bias[0], of_bias[1]

    def _fitted(self, arrays: list[tuple[Array, Rounded, Rounded]]) -> float | None:
        """The one rate that reproduces these arrays, with as few digits as do it."""
        missing = np.concatenate([(as_it_is.value - mine).ravel() for mine, as_it_is, _ in arrays])
        slope = np.concatenate([change.value.ravel() for _, _, change in arrays])
        size = float(slope @ slope)
        if not np.isfinite(size) or size == 0:
            return None
        best = float(missing @ slope) / size

        def fits(rate: float) -> bool:
            return all(residual(mine, one - change.times(rate)) <= 1 for mine, one, change in arrays)

        if best <= 0 or not np.isfinite(best):
            return None
        rounded = (float(f"{best:.{digits}g}") for digits in range(1, MOST_DIGITS + 1))
        rate = next((rate for rate in (*self.rates, *rounded, best) if fits(rate)), None)
        if rate is not None and rate not in self.rates:
            self.rates.append(rate)
        return rate
