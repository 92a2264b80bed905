"""Schedules that fall, each by one rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from glassnet.schedules.base import (
    EPOCHS,
    FACTOR,
    NOT_NEGATIVE,
    POSITIVE,
    RATE,
    SHARE,
    Schedule,
    beyond_rounding,
    registry,
)
from glassnet.support.arrays import Floats
from glassnet.support.facts import Facts

__all__ = ["ExponentialDecay", "InverseTimeDecay", "LinearDecay", "PolynomialDecay", "StepDecay"]


@registry.register("step_decay", "step")
@dataclass(frozen=True)
class StepDecay(Schedule):
    """A learning rate that drops at every so many epochs.

    Parameters
    ----------
    learning_rate : float, >= 0
    every : float, > 0
        Epochs from one step to the next.
    factor : float in (0, 1], default 0.1
    """

    learning_rate: float = field(metadata=RATE)
    every: float = field(metadata=EPOCHS)
    factor: float = field(default=0.1, metadata=FACTOR)

    moves_within_epochs: ClassVar[bool] = False
    torch_arguments: ClassVar[str] = "step_size={every}{times}, gamma={factor}"
    facts = Facts(
        formula="learning_rate · factor^⌊t / every⌋", latex=r"\eta\,\gamma^{\lfloor t / s \rfloor}",
        range="0 to learning_rate", source="", elsewhere="torch.optim.lr_scheduler.StepLR",
    )  # fmt: skip

    def rates(self, epochs: Floats) -> Floats:
        """learning_rate * factor^floor(t / every)."""
        return self.learning_rate * self.factor ** np.floor(beyond_rounding(epochs / self.every))


@registry.register("exponential_decay", "exponential")
@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """A learning rate that shrinks by the same factor in every epoch.

    Parameters
    ----------
    learning_rate : float, >= 0
    factor : float in (0, 1]
        What one epoch multiplies the learning rate by.
    """

    learning_rate: float = field(metadata=RATE)
    factor: float = field(metadata=FACTOR)

    torch_arguments: ClassVar[str] = "gamma={factor}{root}"
    facts = Facts(
        formula="learning_rate · factor^t", latex=r"\eta\,\gamma^{t}", range="0 to learning_rate", source="",
        elsewhere="torch.optim.lr_scheduler.ExponentialLR",
    )  # fmt: skip

    def rates(self, epochs: Floats) -> Floats:
        """learning_rate * factor^t."""
        return self.learning_rate * self.factor**epochs


@registry.register("inverse_time_decay", "inverse_time")
@dataclass(frozen=True)
class InverseTimeDecay(Schedule):
    """A learning rate that is divided by a number growing with time: half of it is left at t = 1 / decay.

    Parameters
    ----------
    learning_rate : float, >= 0
    decay : float, >= 0
        How much the divisor grows in each epoch.
    """

    learning_rate: float = field(metadata=RATE)
    decay: float = field(metadata=NOT_NEGATIVE)

    torch_arguments: ClassVar[str] = "lambda step: 1 / (1 + {decay} * step{per})"
    facts = Facts(
        formula="learning_rate / (1 + decay · t)", latex=r"\frac{\eta}{1 + \delta t}", range="0 to learning_rate",
        source="Robbins, Monro 1951, A stochastic approximation method; Bottou 2012, Stochastic gradient descent "
        "tricks",
        elsewhere="",
    )  # fmt: skip

    def rates(self, epochs: Floats) -> Floats:
        """learning_rate / (1 + decay * t)."""
        return self.learning_rate / (1.0 + self.decay * epochs)


@registry.register("polynomial_decay", "polynomial")
@dataclass(frozen=True)
class PolynomialDecay(Schedule):
    """A power of the time that is left, from `learning_rate` down to 0, where it stays.

    Parameters
    ----------
    learning_rate : float, >= 0
    epochs : float, > 0
        Length of the descent.
    power : float, > 0, default 1.0
        1 is a straight line; above 1 the rate falls faster at first, below 1 at last.
    """

    learning_rate: float = field(metadata=RATE)
    epochs: float = field(metadata=EPOCHS)
    power: float = field(default=1.0, metadata=POSITIVE)

    torch_arguments: ClassVar[str] = "total_iters={epochs}{times}, power={power}"
    facts = Facts(
        formula="learning_rate · (1 − min(t / epochs, 1))^power", latex=r"\eta\,(1 - \min(t / T, 1))^{p}",
        range="0 to learning_rate", source="Liu, Rabinovich, Berg 2015, ParseNet",
        elsewhere="torch.optim.lr_scheduler.PolynomialLR",
    )  # fmt: skip

    def rates(self, epochs: Floats) -> Floats:
        """learning_rate * (1 - min(t / epochs, 1))^power."""
        return self.learning_rate * (1.0 - np.minimum(epochs / self.epochs, 1.0)) ** self.power


@registry.register("linear_decay", "linear")
@dataclass(frozen=True)
class LinearDecay(Schedule):
    """A straight line from `learning_rate` down to end_factor * learning_rate, where it stays.

    Parameters
    ----------
    learning_rate : float, >= 0
    epochs : float, > 0
        Length of the descent.
    end_factor : float in [0, 1], default 0.0
    """

    learning_rate: float = field(metadata=RATE)
    epochs: float = field(metadata=EPOCHS)
    end_factor: float = field(default=0.0, metadata=SHARE)

    torch_arguments: ClassVar[str] = "start_factor=1.0, end_factor={end_factor}, total_iters={epochs}{times}"
    facts = Facts(
        formula="learning_rate · (1 − (1 − end_factor) · min(t / epochs, 1))",
        latex=r"\eta\,(1 - (1 - \gamma) \min(t / T, 1))", range="end_factor · learning_rate to learning_rate",
        source="", elsewhere="torch.optim.lr_scheduler.LinearLR",
    )  # fmt: skip

    def rates(self, epochs: Floats) -> Floats:
        """learning_rate * (1 - (1 - end_factor) * min(t / epochs, 1))."""
        return self.learning_rate * (1.0 - (1.0 - self.end_factor) * np.minimum(epochs / self.epochs, 1.0))
