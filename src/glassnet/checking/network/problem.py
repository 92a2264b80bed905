"""A learner's gradients beside the network that they are for, and when numbers count as equal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from glassnet.checking.network.slips.building import stages_of
from glassnet.checking.network.slips.chain import StageChain
from glassnet.checking.network.slips.constants import ONE, LossFactor
from glassnet.checking.network.slips.output_slips import Output
from glassnet.checking.network.slips.stages import Affine, Stage
from glassnet.checking.network.slips.steps import (
    Past,
    bias_gradients,
    errors_below,
    past_below,
    weights_gradients,
)
from glassnet.checking.numerics.rounding import Array, FloatFormat, Rounded
from glassnet.losses import Loss
from glassnet.network.network import Network

# How much rounding may allow to an explanation, in parts of the difference that is to be explained …
WIDEST = 0.2
# … in parts of what it allows to the right gradient …
NEAR = 4.0
# … and in parts of an array that is right.
SMALL = 1e-3


class Pair(NamedTuple):
    """The learner's gradients of one layer with parameters, in float64; no bias where it is not compared."""

    weights: Array
    bias: Array | None


class Gradients(NamedTuple):
    """The gradients of one layer as the checker computes them; no array where there is none to compare."""

    weights: Rounded | None
    bias: Rounded | None


@dataclass
class Problem:
    """A learner's gradients and the network, at one precision."""

    net: Network
    stages: list[Stage]  # the network, not yet run
    x: Rounded
    y: Rounded
    loss: Loss
    observed: dict[int, Pair]  # the learner's gradients, by the stage's place in the chain
    learning_rate: float | None
    constant: LossFactor = ONE  # what the learner's loss is multiplied by

    @classmethod
    def of(
        cls, net: Network, X: Array, y: Array, masks: Sequence[Array], loss: Loss, pairs: Sequence[Pair],
        learning_rate: float | None, precision: FloatFormat,
    ) -> Problem:  # fmt: skip
        """The problem at this precision; pairs for the dense layers, or for all layers with parameters."""
        stages = stages_of(net, precision, masks)
        dense = [i for i, stage in enumerate(stages) if isinstance(stage, Affine)]
        trained = [i for i, stage in enumerate(stages) if stage.has_weights]
        observed = dict(zip(dense if len(pairs) == len(dense) else trained, pairs, strict=True))
        return cls(net, stages, precision.given(X), precision.given(y), loss, observed, learning_rate)

    def times(self, constant: LossFactor) -> Problem:
        """The same gradients beside a loss that is multiplied by a constant."""
        by = constant.factor if constant.of_penalties else 1.0
        stages = [
            stage.with_penalties_times(by) if isinstance(stage, Affine) else stage for stage in self.stages
        ]
        return replace(self, stages=stages, constant=constant)

    @property
    def has_penalties(self) -> bool:
        """Whether any layer adds to the loss."""
        return any(isinstance(stage, Affine) and stage.has_penalties for stage in self.stages)

    @property
    def n_outputs(self) -> int:
        """Units of the last layer."""
        return self.net.layout.output_shapes[-1][-1]

    @property
    def lowest(self) -> int:
        """The lowest stage with gradients to compare."""
        return min(self.observed)

    def right(self) -> dict[int, Gradients]:
        """The right gradients, by the stage's place in the chain."""
        chain = StageChain.run(self.stages, self.x)
        output = Output(chain, self.loss, self.y, self.constant)
        error = output.right
        by_stage: dict[int, Gradients] = {}
        past: Past = ()
        for i in range(output.stage_below, self.lowest - 1, -1):
            stage = chain.stages[i]
            if i in self.observed:
                weights = next(weights_gradients(stage, error, chain)).value
                bias = next(bias_gradients(stage, error)).value if stage.has_bias else None
                by_stage[i] = Gradients(weights, bias)
            below = next(errors_below(stage, error, chain, past)).value
            error, past = below, past_below(stage, error, past)
        return by_stage

    def residual(self, gradients: dict[int, Gradients]) -> float:
        """The largest distance of the learner's gradients from these, in parts of what rounding allows."""
        return max(residual(mine, computed) for _, _, mine, computed in self.beside(gradients))

    def beside(self, gradients: dict[int, Gradients]) -> Iterator[tuple[int, int, Array, Rounded]]:
        """The arrays that are compared: the stage's place, 0 for weights and 1 for biases, the learner's, these."""
        for i in sorted(self.observed):
            for part, (mine, computed) in enumerate(zip(self.observed[i], gradients[i], strict=True)):
                if mine is not None and computed is not None:
                    yield i, part, mine, computed


def residual(observed: Array, computed: Rounded) -> float:
    """The largest distance in parts of what rounding allows, over all entries; infinite for another shape."""
    if observed.shape != computed.value.shape:
        return np.inf
    parts = np.abs(observed - computed.value) / allowed(observed, computed)
    return float(parts.max(initial=0.0)) if np.isfinite(parts).all() else np.inf


def constant_ratio(mine: Array, true: Rounded) -> float | None:
    """The number that all of `true` is multiplied by to give `mine`, if there are several and there is one."""
    return None if mine.size < 2 else ratio_of(mine, true)


def ratio_of(mine: Array, true: Rounded) -> float | None:
    """The number that all of `true` is multiplied by to give `mine`, if there is one."""
    if mine.shape != true.value.shape:
        return None
    size = float((true.value * true.value).sum())
    if size == 0 or not np.isfinite(size):
        return None
    ratio = float((mine * true.value).sum()) / size
    if not np.isfinite(ratio):
        return None
    return ratio if residual(mine, true.times(ratio)) <= 1 else None


def allowed(observed: Array, computed: Rounded) -> Array:
    """How far the learner's numbers may be from computed ones: the reach of rounding, and what underflow leaves."""
    underflow = 1e-36 if computed.unit > 1e-12 else 1e-140
    reach = np.nan_to_num(computed.reach, nan=np.inf)
    return reach + 2 * computed.unit * np.abs(observed) + underflow


@dataclass(frozen=True)
class Unexplained:
    """One array of the learner's, and what may count as an explanation of it."""

    observed: Array
    # The largest Euclidean norm of what rounding may allow: where it allows more, it explains anything
    widest: float

    @classmethod
    def of(cls, observed: Array, right: Rounded) -> Unexplained:
        """What was observed, beside the right gradient."""
        same = observed.shape == right.value.shape
        difference = _norm(observed - right.value if same else observed)
        if residual(observed, right) <= 1:
            difference = SMALL * _norm(right.value)
        return cls(observed, max(WIDEST * difference, NEAR * _norm(allowed(right.value, right))))

    def residual(self, computed: Rounded) -> float:
        """The distance as of :func:`residual`; infinite where it, or what rounding allows, is too wide."""
        same = self.observed.shape == computed.value.shape
        if not same or not _norm(self.observed - computed.value) <= self.widest:
            return np.inf
        distance = residual(self.observed, computed)
        return distance if distance > 1 or _norm(allowed(self.observed, computed)) <= self.widest else np.inf


def _norm(values: Array) -> float:
    return float(np.sqrt(np.square(values).sum()))
