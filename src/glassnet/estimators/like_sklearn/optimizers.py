"""The optimizers of scikit-learn's MLP, with its penalty.

Source: scikit-learn 1.9, ``sklearn/neural_network/_stochastic_optimizers.py`` and ``_multilayer_perceptron.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.formulas.elementary import sqrt
from glassnet.network.network import Network
from glassnet.optimizers import SGD, Adam, Optimizer
from glassnet.support.arrays import Floats

# The `mask` is 1 for weights, 0 for biases, and never changes.


def sklearn_adam(w: Any, g: Any, m: Any, v: Any, mask: Any, c: Any) -> Any:
    """m and v as Adam's; w - rate sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon); g with decay mask w."""
    rate, decay, beta1, rest1, beta2, rest2, epsilon = c
    g = g + decay * mask * w
    m = beta1 * m + rest1 * g
    v = beta2 * v + rest2 * g * g
    return w - rate * m / (sqrt(v) + epsilon), m, v, mask


def sklearn_sgd(w: Any, g: Any, v: Any, mask: Any, c: Any) -> Any:
    """v = momentum v + g; w - rate (of_gradient g + of_velocity v), with g including decay mask w."""
    rate, decay, momentum, of_gradient, of_velocity = c
    g = g + decay * mask * w
    v = momentum * v + g
    return w - rate * (of_gradient * g + of_velocity * v), v, mask


@dataclass(frozen=True)
class SklearnOptimizer(Optimizer):
    """What both have: a penalty alpha / 2 sum W^2 that is divided by the rows of each batch."""

    alpha: float = field(default=0.0, kw_only=True)
    l2: float = field(default=0.0, kw_only=True)  # what the layers add of it already, whatever the batch
    # n_rows, batch: of an epoch, and of a batch
    n_rows: int = field(default=1, kw_only=True, compare=False)
    batch: int = field(default=1, kw_only=True, compare=False)
    start: int = field(default=0, kw_only=True, compare=False)  # steps before the first of these epochs

    @property
    def last(self) -> int:
        """Rows of the last batch of an epoch."""
        return self.n_rows % self.batch or self.batch

    def decays(self, steps: NDArray[np.int64]) -> Floats:
        """What is left of the penalty, at each step."""
        per_epoch = -(-self.n_rows // self.batch)
        rows = np.where((steps - self.start) % per_epoch == 0, self.last, self.batch)
        return np.asarray(self.alpha / rows - self.l2)

    @property
    def mean_decay(self) -> float:
        """Over the rows of an epoch."""
        n_steps = -(-self.n_rows // self.batch)
        return self.alpha * n_steps / self.n_rows - self.l2


@dataclass(frozen=True)
class SklearnAdam(SklearnOptimizer):
    """Adam as scikit-learn's ``AdamOptimizer`` computes it."""

    learning_rate: Any = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    n_states = 3

    @property
    def rule(self) -> Callable[..., Any]:
        return sklearn_adam

    def coefficients(self, rates: Floats, steps: NDArray[np.int64]) -> list[Any]:
        """The rate of each step with the corrections of its means, and the rest."""
        scale = np.sqrt(1 - self.beta2**steps) / (1 - self.beta1**steps)
        means = [self.beta1, 1 - self.beta1, self.beta2, 1 - self.beta2]
        return [rates * scale, self.decays(steps), *means, self.epsilon]


@dataclass(frozen=True)
class SklearnSGD(SklearnOptimizer):
    """scikit-learn's ``SGDOptimizer`` at a constant rate."""

    learning_rate: Any = 1e-3
    momentum: float = 0.9
    nesterov: bool = True
    n_states = 2

    @property
    def rule(self) -> Callable[..., Any]:
        return sklearn_sgd

    def coefficients(self, rates: Floats, steps: NDArray[np.int64]) -> list[Any]:
        """Rate, what is left of the penalty, momentum, and what of gradient and velocity is gone along."""
        along = [1.0, self.momentum] if self.nesterov else [0.0, 1.0]
        return [rates, self.decays(steps), self.momentum, *along]


def same(optimizer: Optimizer, **penalty: Any) -> Optimizer:
    """scikit-learn's form of an optimizer; another is left as it is."""
    rate = optimizer.learning_rate
    if type(optimizer) is Adam and not optimizer.amsgrad:
        means = {name: getattr(optimizer, name) for name in ("beta1", "beta2", "epsilon")}
        return SklearnAdam(rate, **means, **penalty)
    if type(optimizer) is SGD:
        return SklearnSGD(rate, momentum=optimizer.momentum, nesterov=optimizer.nesterov, **penalty)
    return optimizer


def mask_weights(network: Network, optimizer: SklearnOptimizer) -> None:
    """Tell the optimizer which parameters are weights, by the last vector of its state."""
    mask = network.training_state(optimizer).vectors[-1]
    for slot in network.layout.parameters:
        mask[slot.start : slot.stop] = slot.parameter.name == "weights"
