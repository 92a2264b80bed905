"""Schedules: the learning rate as a function of the epoch.

A schedule is a closed formula, so it can be asked for any epoch in any order, fractional ones
included. At whole epochs it has the values of its namesake in torch.optim.lr_scheduler that is
stepped once per epoch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.errors import ArgumentError
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.registry import Registry

__all__ = [
    "Chain", "Constant", "CosineDecay", "ExponentialDecay", "LinearWarmup", "Schedule", "StepDecay",
    "get", "names", "register",
]  # fmt: skip


def __dir__() -> list[str]:
    return __all__


_LIMITS: dict[str, dict[str, float]] = {
    "learning_rate": {"least": 0.0},
    "every": {"above": 0.0},
    "factor": {"above": 0.0, "most": 1.0},
    "epochs": {"above": 0.0},
    "final": {"least": 0.0},
    "start_factor": {"least": 0.0, "most": 1.0},
}


@explained
@dataclass(frozen=True)
class Schedule:
    """Base class: a subclass gives the formula in :meth:`rates`.

    Raises
    ------
    ArgumentError
        If an argument is outside the range that its class states.
    """

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.name in _LIMITS:
                label = f"{field.name} of {type(self).__name__}"
                accepted = checks.number(label, getattr(self, field.name), **_LIMITS[field.name])
                object.__setattr__(self, field.name, accepted)

    @explained
    def __call__(self, epoch: ArrayLike) -> NDArray[np.float64]:
        """Learning rates at `epoch`, which counts from 0 and may be fractional.

        Parameters
        ----------
        epoch : number or array of numbers, >= 0

        Returns
        -------
        ndarray of float64, of the shape of `epoch` (``()`` for a single number)

        Raises
        ------
        ArgumentError
            If an epoch is negative or not finite.
        """
        given = checks.real("epoch", epoch)
        epochs = given.astype(np.float64)
        if given.dtype.kind == "b" or not np.all(np.isfinite(epochs) & (epochs >= 0.0)):
            raise ArgumentError(f"epoch must be finite and >= 0; got {checks.shown(epoch)}")
        return np.asarray(self.rates(epochs), dtype=np.float64)

    def rates(self, epochs: NDArray[np.float64]) -> NDArray[np.float64]:
        """Learning rates at checked `epochs`, elementwise."""
        raise NotImplementedError(f"{type(self).__name__} has no formula")


_registry = Registry("schedule", Schedule)
register = _registry.add


@explained
def names() -> list[str]:
    """The full names of all schedules."""
    return list(_registry)


@explained
def get(choice: float | str | Schedule) -> Schedule:
    """The schedule that `choice` means; a number is a constant learning rate.

    A name works for a schedule that needs no arguments. None of those built in is one, since no
    learning rate suits every optimizer; their names are for files.

    Raises
    ------
    ArgumentError
        If the number is negative or not finite, or the named schedule needs arguments.
    UnknownNameError
        If no schedule has that name.
    """
    if not isinstance(choice, (str, Schedule)):
        return Constant(choice)
    try:
        return _registry.get(choice)
    except TypeError as error:
        raise ArgumentError(
            f"schedule {choice!r} cannot be made from its name alone ({error}); "
            "give the object, for example StepDecay(learning_rate=0.1, every=10)"
        ) from error


@_registry.register("constant")
@dataclass(frozen=True)
class Constant(Schedule):
    """The same learning rate always.

    Parameters
    ----------
    learning_rate : float, >= 0
    """

    learning_rate: float

    def rates(self, epochs: NDArray[np.float64]) -> NDArray[np.float64]:
        """learning_rate."""
        return np.full_like(epochs, self.learning_rate)


@_registry.register("step_decay", "step")
@dataclass(frozen=True)
class StepDecay(Schedule):
    """A learning rate that drops at every so many epochs.

    Parameters
    ----------
    learning_rate : float, >= 0
    every : float, > 0
        Epochs from one step to the next.
    factor : float in (0, 1], default 0.1

    References
    ----------
    torch.optim.lr_scheduler.StepLR.
    """

    learning_rate: float
    every: float
    factor: float = 0.1

    def rates(self, epochs: NDArray[np.float64]) -> NDArray[np.float64]:
        """learning_rate * factor^floor(t / every)."""
        return self.learning_rate * self.factor ** np.floor(epochs / self.every)


@_registry.register("exponential_decay", "exponential")
@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """A learning rate that shrinks by the same factor in every epoch.

    Parameters
    ----------
    learning_rate : float, >= 0
    factor : float in (0, 1]
        What one epoch multiplies the learning rate by.

    References
    ----------
    torch.optim.lr_scheduler.ExponentialLR.
    """

    learning_rate: float
    factor: float

    def rates(self, epochs: NDArray[np.float64]) -> NDArray[np.float64]:
        """learning_rate * factor^t."""
        return self.learning_rate * self.factor**epochs


@_registry.register("cosine_decay", "cosine")
@dataclass(frozen=True)
class CosineDecay(Schedule):
    """Half a cosine wave from `learning_rate` down to `final`, where it stays.

    Parameters
    ----------
    learning_rate : float, >= 0
    epochs : float, > 0
        Length of the descent.
    final : float, >= 0, default 0.0

    References
    ----------
    Loshchilov, Hutter 2017, SGDR, section 3, equation 5, without restarts;
    torch.optim.lr_scheduler.CosineAnnealingLR, which climbs again after `epochs`.
    """

    learning_rate: float
    epochs: float
    final: float = 0.0

    def rates(self, epochs: NDArray[np.float64]) -> NDArray[np.float64]:
        """final + (learning_rate - final) * (1 + cos(pi * min(t / epochs, 1))) / 2."""
        share = (1.0 + np.cos(np.pi * np.minimum(epochs / self.epochs, 1.0))) / 2.0
        return self.final + (self.learning_rate - self.final) * share


@_registry.register("linear_warmup", "warmup")
@dataclass(frozen=True)
class LinearWarmup(Schedule):
    """A straight line from start_factor * learning_rate up to `learning_rate`, where it stays.

    Parameters
    ----------
    learning_rate : float, >= 0
    epochs : float, > 0
        Length of the warm-up.
    start_factor : float in [0, 1], default 1/3

    References
    ----------
    Goyal et al. 2017, Accurate, Large Minibatch SGD, section 2.2;
    torch.optim.lr_scheduler.LinearLR.
    """

    learning_rate: float
    epochs: float
    start_factor: float = 1.0 / 3.0

    def rates(self, epochs: NDArray[np.float64]) -> NDArray[np.float64]:
        """learning_rate * (start_factor + (1 - start_factor) * min(t / epochs, 1))."""
        share = np.minimum(epochs / self.epochs, 1.0)
        return self.learning_rate * (self.start_factor + (1.0 - self.start_factor) * share)


@_registry.register("chain")
@dataclass(frozen=True)
class Chain(Schedule):
    """One schedule after another; each counts its epochs from its own beginning.

    Parameters
    ----------
    schedules : sequence of Schedule or number
        A number is a constant learning rate.
    boundaries : sequence of float, > 0, increasing, one fewer than `schedules`
        Epochs at which the next schedule takes over.

    Raises
    ------
    ArgumentError
        If the boundaries do not fit the schedules or do not increase.

    References
    ----------
    torch.optim.lr_scheduler.SequentialLR.

    Examples
    --------
    >>> warm_then_cool = Chain([LinearWarmup(0.1, 5), CosineDecay(0.1, 95)], [5])
    """

    schedules: Sequence[Schedule | float]
    boundaries: Sequence[float]

    def __post_init__(self) -> None:
        given = checks.sequence("schedules of Chain", self.schedules, "[0.1, 0.01]")
        schedules = tuple(get(schedule) for schedule in given)
        limits = checks.sequence("boundaries of Chain", self.boundaries, "[5]")
        boundaries = tuple(checks.number("boundary of Chain", value, above=0.0) for value in limits)
        if len(schedules) != len(boundaries) + 1:
            raise ArgumentError(
                f"boundaries of Chain must be one fewer than schedules; "
                f"got {len(boundaries)} boundaries for {len(schedules)} schedules"
            )
        if any(later <= earlier for earlier, later in pairwise(boundaries)):
            raise ArgumentError(f"boundaries of Chain must increase; got {boundaries}")
        object.__setattr__(self, "schedules", schedules)
        object.__setattr__(self, "boundaries", boundaries)

    def rates(self, epochs: NDArray[np.float64]) -> NDArray[np.float64]:
        """schedules[i](t - boundaries[i - 1]) for boundaries[i - 1] <= t < boundaries[i]."""
        result = np.empty_like(epochs)
        turn = np.searchsorted(self.boundaries, epochs, side="right")
        for index, start in enumerate((0.0, *self.boundaries)):
            chosen = turn == index
            result[chosen] = get(self.schedules[index])(epochs[chosen] - start)
        return result
