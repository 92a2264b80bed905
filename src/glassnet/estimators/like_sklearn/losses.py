"""The losses of scikit-learn's MLP: sums over the outputs, means over the rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.activations import ActivationFunction, Sigmoid, Softmax
from glassnet.estimators.learning.heads import NetworkEnd
from glassnet.formulas.elementary import minimum
from glassnet.formulas.losses import sigmoid_cross_entropy, sigmoid_cross_entropy_slope
from glassnet.formulas.rows import softmax_cross_entropy
from glassnet.losses import Loss
from glassnet.losses.base import ElementwiseLoss, mean
from glassnet.losses.probabilities import BinaryCrossEntropy, SparseCategoricalCrossEntropy
from glassnet.losses.regression import Huber, MeanSquaredError, Poisson, PoissonLogRates
from glassnet.support.arrays import Array
from glassnet.tables.target import COUNTS

# Beyond this error Huber's loss would stop being half the square.
_NEVER = 1e100


@dataclass(frozen=True)
class HalfSquaredError(Huber):
    """(p - y)^2 / 2, summed over outputs."""

    delta: float = _NEVER
    mean_over = "rows"


def clipped_cross_entropy(y: Any, z: Any) -> Any:
    """Cross-entropy of sigmoid(z), at most -log(2^-52): scikit-learn takes no probability for less than that."""
    return minimum(sigmoid_cross_entropy(y, z), 36.04365338911715)


def cross_entropy_slope(y: Any, z: Any) -> Any:
    """Derivative of the exact one, sigmoid(z) - y."""
    return sigmoid_cross_entropy_slope(y, z)


@dataclass(frozen=True)
class SummedLogits(ElementwiseLoss):
    """Binary cross-entropy of logits, summed over labels; the gradient is that of the exact one."""

    formula = clipped_cross_entropy
    slope_formula = cross_entropy_slope
    domain = (0.0, 1.0)
    activation = Sigmoid()
    mean_over = "rows"


@dataclass(frozen=True)
class SummedCrossEntropy(BinaryCrossEntropy):
    """Binary cross-entropy, summed over labels."""

    mean_over = "rows"

    def on_logits(self, activation: ActivationFunction) -> Loss | None:
        """The same of logits, after a sigmoid."""
        return SummedLogits() if type(activation) is Sigmoid else None


@dataclass(frozen=True)
class ClippedLogits(Loss):
    """Cross-entropy of softmax(z), clipped in the same way; classes (n,) from 0 on."""

    targets = "classes"
    domain = (0.0, 1.0)
    rows_sum_to_one = True
    least_outputs = 2
    activation = Softmax()

    def compare(self, y: Array, p: Array, weights: Array | None) -> tuple[float, Array]:
        """Mean over the rows, and the gradient of the exact one."""
        values, gradient = softmax_cross_entropy(y, p)
        return mean(np.minimum(values, 36.04365338911715), gradient, weights, len(p))


@dataclass(frozen=True)
class ClippedCrossEntropy(SparseCategoricalCrossEntropy):
    """Cross-entropy of classes, clipped in the same way."""

    def on_logits(self, activation: ActivationFunction) -> Loss | None:
        """The same of logits, after a softmax."""
        return ClippedLogits() if type(activation) is Softmax else None


def same(end: NetworkEnd, engine: str) -> NetworkEnd:
    """The end of a network with scikit-learn's form of its loss; others are left as they are.

    Only numpy has a clipped softmax; engines that are asked for by name have the exact one.
    """
    if end.loss == SparseCategoricalCrossEntropy() and engine == "numpy":
        return replace(end, loss=ClippedCrossEntropy())
    if end.loss == MeanSquaredError():
        return replace(end, loss=HalfSquaredError())
    if end.loss == BinaryCrossEntropy():
        return replace(end, loss=SummedCrossEntropy())
    if end.loss == Poisson():
        return replace(end, loss=PoissonLogRates(), activation="linear")
    return end


def usual(loss: Loss) -> Loss:
    """The loss of this house that means the same outputs, as files can hold it."""
    if isinstance(loss, HalfSquaredError):
        return MeanSquaredError()
    if isinstance(loss, ClippedCrossEntropy):
        return SparseCategoricalCrossEntropy()
    return BinaryCrossEntropy() if isinstance(loss, SummedCrossEntropy) else loss


def of_targets_alone(task: str, y: NDArray[np.float64]) -> float:
    """What scikit-learn adds to the loss that depends on no prediction: of counts the mean of y log y - y."""
    if task != COUNTS:
        return 0.0
    logarithms = np.log(np.where(y > 0, y, 1.0))
    return float((y * logarithms - y).sum(axis=1).mean())
