"""Optimizers as a user names them: ``gn.SGD(0.1, momentum=0.9)`` or ``gn.optimizers.get("adam")``.

An optimizer is plain configuration: definitions and defaults are those of ``torch.optim``. Its state (one flat
vector or two, and the step) belongs to the network it trains, see :class:`glassnet.Network`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glassnet import schedules
from glassnet.errors import ArgumentError
from glassnet.formulas import updates
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.registry import Registry

if TYPE_CHECKING:
    from glassnet.network.network import Network

__all__ = [
    "SGD", "AdaGrad", "Adam", "AdamW", "Optimizer", "RMSProp", "get", "names",
]  # fmt: skip


def __dir__() -> list[str]:
    return __all__


@explained
@dataclass(frozen=True)
class Optimizer:
    """Base of all optimizers: an update rule over the flat parameter vector."""

    learning_rate: float | schedules.Schedule
    weight_decay: float = field(default=0.0, kw_only=True)
    clip_norm: float | None = field(default=None, kw_only=True)
    clip_value: float | None = field(default=None, kw_only=True)

    @property
    def n_states(self) -> int:
        """How many vectors beside the parameters the rule carries from step to step, all zero at the start."""
        raise NotImplementedError

    @property
    def rule(self) -> Callable[..., Any]:
        """The formula in :mod:`glassnet.formulas.updates`."""
        raise NotImplementedError

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        """What the rule takes at each step (counted from 1) at these learning rates."""
        raise NotImplementedError

    def table(self, rates: NDArray[np.float64], first_step: int) -> NDArray[np.float64]:
        """The coefficients of consecutive steps, shape (n_steps, n_coefficients)."""
        steps = np.arange(first_step, first_step + len(rates), dtype=np.int64)
        columns = self.coefficients(rates, steps)
        return np.stack([np.broadcast_to(column, rates.shape) for column in columns], axis=1).astype(float)

    def rates(self, epochs: NDArray[np.float64]) -> NDArray[np.float64]:
        """Learning rates at these (fractional) epochs."""
        values: NDArray[np.float64] = schedules.get(self.learning_rate)(epochs)
        return values

    @explained
    def step(self, network: Network) -> None:
        """Update the network's parameters once, from the gradients of its last backward pass."""
        checks.network("network", network).step(self)

    @explained
    def with_learning_rate(self, learning_rate: float | schedules.Schedule) -> Optimizer:
        """The same optimizer at another learning rate."""
        return replace(self, learning_rate=learning_rate)

    def __post_init__(self) -> None:
        name = type(self).__name__
        if not isinstance(self.learning_rate, schedules.Schedule):
            rate = checks.number(f"learning_rate of {name}", self.learning_rate, least=0)
            object.__setattr__(self, "learning_rate", rate)
        for option, limit in _LIMITS.items():
            value = getattr(self, option, None)
            if value is not None or (hasattr(self, option) and option not in _OPTIONAL):
                object.__setattr__(self, option, checks.number(f"{option} of {name}", value, **limit))


_LIMITS: dict[str, dict[str, float]] = {
    "momentum": {"least": 0, "below": 1},
    "alpha": {"least": 0, "below": 1},
    "beta1": {"least": 0, "below": 1},
    "beta2": {"least": 0, "below": 1},
    "epsilon": {"least": 0},
    "weight_decay": {"least": 0},
    "clip_norm": {"above": 0},
    "clip_value": {"above": 0},
}

_OPTIONAL = ("clip_norm", "clip_value")

_registry = Registry("optimizer", Optimizer)
get = _registry.get


@explained
def names() -> list[str]:
    """The names of all optimizers."""
    return list(_registry)


@_registry.register("sgd")
@dataclass(frozen=True)
class SGD(Optimizer):
    """Stochastic gradient descent, plain, with momentum, or with Nesterov's momentum.

    Parameters
    ----------
    learning_rate : float or Schedule
        Step length, >= 0.
    momentum : float
        Share of the last step that is kept, in [0, 1).
    nesterov : bool
        Look ahead along the momentum.
    weight_decay : float
        Adds weight_decay * w to the gradient of every parameter.
    clip_norm, clip_value : float, optional
        Limit of the gradient's Euclidean norm, and of each entry's size.
    """

    learning_rate: float | schedules.Schedule = 1e-3
    momentum: float = 0.0
    nesterov: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "nesterov", checks.truth("nesterov of SGD", self.nesterov))
        if self.nesterov and self.momentum == 0:
            raise ArgumentError("nesterov of SGD needs a momentum > 0; got momentum=0")

    @property
    def n_states(self) -> int:
        """The velocity, where there is momentum."""
        return int(self.momentum > 0)

    @property
    def rule(self) -> Callable[..., Any]:
        """sgd, momentum or nesterov."""
        if self.momentum == 0:
            return updates.sgd
        return updates.nesterov if self.nesterov else updates.momentum

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        """Rate, decay, and momentum where there is one."""
        return [rates, self.weight_decay, self.momentum][: 2 + self.n_states]


@_registry.register("adagrad")
@dataclass(frozen=True)
class AdaGrad(Optimizer):
    """AdaGrad: each parameter's rate falls with the root of the sum of its squared gradients.

    Parameters are those of :class:`SGD`, and epsilon > 0 against division by zero.
    """

    learning_rate: float | schedules.Schedule = 1e-2
    epsilon: float = 1e-10
    n_states = 1

    @property
    def rule(self) -> Callable[..., Any]:
        """adagrad."""
        return updates.adagrad

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        """Rate, decay, epsilon."""
        return [rates, self.weight_decay, self.epsilon]


@_registry.register("rmsprop")
@dataclass(frozen=True)
class RMSProp(Optimizer):
    """RMSProp: rates divided by the root of a moving mean of squared gradients.

    Parameters are those of :class:`SGD`, and alpha in [0, 1), the share of the old mean that is kept.
    """

    learning_rate: float | schedules.Schedule = 1e-2
    alpha: float = 0.99
    epsilon: float = 1e-8
    n_states = 1

    @property
    def rule(self) -> Callable[..., Any]:
        """rmsprop."""
        return updates.rmsprop

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        """Rate, decay, epsilon, alpha, 1 - alpha."""
        return [rates, self.weight_decay, self.epsilon, self.alpha, 1 - self.alpha]


@_registry.register("adam")
@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam: moving means of the gradient and of its square, corrected for their start at zero.

    Parameters are those of :class:`SGD`, and beta1, beta2 in [0, 1), the shares of the old means that are kept.
    """

    learning_rate: float | schedules.Schedule = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    n_states = 2

    @property
    def rule(self) -> Callable[..., Any]:
        """adam."""
        return updates.adam

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        """The coefficients that :func:`glassnet.formulas.updates.adam` unpacks."""
        return [
            rates / (1 - self.beta1**steps), self.weight_decay, self.epsilon,
            self.beta1, 1 - self.beta1, self.beta2, 1 - self.beta2,
            1 / np.sqrt(1 - self.beta2**steps), 1.0,
        ]  # fmt: skip


@_registry.register("adamw")
@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay: w is first multiplied by 1 - learning_rate * weight_decay."""

    weight_decay: float = field(default=1e-2, kw_only=True)

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        """Adam's, with the decay taken out of the gradient and put into the last coefficient."""
        rate, _, *rest, _ = super().coefficients(rates, steps)
        return [rate, 0.0, *rest, 1 - rates * self.weight_decay]
