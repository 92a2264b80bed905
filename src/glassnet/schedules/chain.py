"""One schedule after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from glassnet.errors import ArgumentError
from glassnet.schedules.base import Schedule, get, registry
from glassnet.support import checks
from glassnet.support.arrays import Floats
from glassnet.support.facts import Facts

__all__ = ["Chain"]


@registry.register("chain")
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

    Examples
    --------
    >>> warm_then_cool = Chain([LinearWarmup(0.1, 5), CosineDecay(0.1, 95)], [5])
    """

    schedules: Sequence[Schedule | float]
    boundaries: Sequence[float]

    facts = Facts(
        formula="scheduleᵢ(t − boundaryᵢ) from boundaryᵢ on, boundary₀ = 0",
        latex=r"\eta_i(t - b_i),\quad b_i \le t < b_{i+1},\ b_0 = 0", range="that of its schedules", source="",
        elsewhere="torch.optim.lr_scheduler.SequentialLR",
    )  # fmt: skip

    def __post_init__(self) -> None:
        listed = checks.sequence("schedules of Chain", self.schedules, "[0.1, 0.01]")
        schedules = tuple(get(schedule) for schedule in listed)
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

    def rates(self, epochs: Floats) -> Floats:
        """schedules[i](t - boundaries[i - 1]) for boundaries[i - 1] <= t < boundaries[i]."""
        result = np.empty_like(epochs)
        turn = np.searchsorted(self.boundaries, epochs, side="right")
        for index, start in enumerate((0.0, *self.boundaries)):
            chosen = turn == index
            result[chosen] = get(self.schedules[index])(epochs[chosen] - start)
        return result
