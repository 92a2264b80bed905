"""What an optimizer is: an update rule over the flat parameter vector, and how one is named."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from glassnet import schedules
from glassnet.errors import ArgumentError
from glassnet.optimizers.facts import OptimizerFacts
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.fields import check_fields, takes
from glassnet.support.registry import Registry

if TYPE_CHECKING:
    from glassnet.network.network import Network


def _number_or_schedule(name: str, value: Any) -> float | schedules.Schedule:
    return value if isinstance(value, schedules.Schedule) else checks.number(name, value, least=0)


def _limit(name: str, value: Any) -> float | None:
    return None if value is None else checks.number(name, value, above=0)


# What a field takes, as its metadata.
RATE = takes(_number_or_schedule)
SHARE = takes(checks.number, least=0, below=1)
NOT_NEGATIVE = takes(checks.number, least=0)
LIMIT = takes(_limit)
TRUTH = takes(checks.truth)


@explained
@dataclass(frozen=True)
class Optimizer:
    """Base of all optimizers: an update rule over the flat parameter vector.

    Attributes
    ----------
    facts : OptimizerFacts or None
        How its updates are written and what it is called elsewhere; None for a user's own.
    takes_steps : bool
        Whether it updates the parameters from one gradient after the other; if not, from the loss of all samples.
    weight_decay : float or Schedule
        Of a schedule that of each step, as the learning rate's: by the epochs that this optimizer has trained.
    """

    facts: ClassVar[OptimizerFacts | None] = None
    takes_steps: ClassVar[bool] = True
    learning_rate: float | schedules.Schedule = field(metadata=RATE)
    weight_decay: float | schedules.Schedule = field(default=0.0, kw_only=True, metadata=RATE)
    clip_norm: float | None = field(default=None, kw_only=True, metadata=LIMIT)
    clip_value: float | None = field(default=None, kw_only=True, metadata=LIMIT)

    @property
    def n_states(self) -> int:
        """How many vectors beside the parameters the rule carries from step to step, all zero at the start."""
        raise NotImplementedError

    @property
    def rule(self) -> Callable[..., Any]:
        """The formula in :mod:`glassnet.formulas.updates`."""
        raise NotImplementedError

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        """What the rule takes at each step (counted from 1) at these learning rates; weight_decay is a number here.

        Of a schedule it is an array, one for each step.
        """
        raise NotImplementedError

    def table(
        self, rates: NDArray[np.float64], first_step: int, epochs: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """The coefficients of consecutive steps, shape (n_steps, n_coefficients).

        Parameters
        ----------
        rates : ndarray (n_steps,)
            Learning rates.
        first_step : int
            The number of the first step, counted from 1.
        epochs : ndarray (n_steps,), optional
            Where in the training the steps are, which a schedule of the weight decay asks for.

        Raises
        ------
        ArgumentError
            If the weight decay is a schedule and no epochs are given.
        """
        steps = np.arange(first_step, first_step + len(rates), dtype=np.int64)
        columns = self.at(epochs).coefficients(rates, steps)
        return np.stack([np.broadcast_to(column, rates.shape) for column in columns], axis=1).astype(float)

    @property
    def n_coefficients(self) -> int:
        """How many numbers the rule takes at each step."""
        return len(self.at(0.0).coefficients(np.zeros(1), np.ones(1, np.int64)))

    def named(self, rate: float, step: int) -> dict[str, float]:
        """Numbers of a step, beside rate, step and fields, that the written rule mentions."""
        return {}

    def rates(self, epochs: NDArray[np.float64]) -> NDArray[np.float64]:
        """Learning rates at these (fractional) epochs."""
        values: NDArray[np.float64] = schedules.get(self.learning_rate)(epochs)
        return values

    def at(self, epochs: NDArray[np.float64] | float | None) -> Optimizer:
        """The same rule with the weight decay of these epochs, one for each; itself where that is no schedule."""
        if not isinstance(self.weight_decay, schedules.Schedule):
            return self
        if epochs is None:
            raise ArgumentError(
                f"weight_decay of {type(self).__name__} is a schedule, so the epochs of the steps are needed; got none"
            )
        there, decay = copy.copy(self), self.weight_decay(epochs)
        object.__setattr__(there, "weight_decay", decay if decay.ndim else float(decay))
        return there

    @explained
    def step(self, network: Network) -> None:
        """Update the network's parameters once, from the gradients of its last backward pass."""
        checks.network("network", network).step(self)

    @explained
    def with_learning_rate(self, learning_rate: float | schedules.Schedule) -> Optimizer:
        """The same optimizer at another learning rate."""
        return replace(self, learning_rate=learning_rate)

    def __post_init__(self) -> None:
        check_fields(self)


registry = Registry("optimizer", Optimizer, facts=OptimizerFacts)
get = registry.get
names = registry.names
