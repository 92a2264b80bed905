"""Units that are left out at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from glassnet import plan, schedules
from glassnet.layers.base import Layer, registry
from glassnet.schedules import Schedule
from glassnet.support import checks
from glassnet.support.calls import explained


@registry.register("dropout")
@dataclass(repr=False)
class Dropout(Layer):
    """In training a = x m / (1 - rate), m = 0 with probability `rate`, else 1; in prediction a = x.

    Parameters
    ----------
    rate : float or Schedule
        Share of inputs set to zero, in [0, 1). Srivastava et al., JMLR 15 (2014), in its inverted form. With a
        schedule, such as ``gn.schedules.CosineDecay(0.15, epochs=128)``, that of the epoch which a step is in, counted
        as the learning rate's schedule counts; by hand it counts steps.
    """

    rate: float | Schedule = 0.5

    def __post_init__(self) -> None:
        if isinstance(self.rate, Schedule):
            return
        self.rate = checks.number("rate of Dropout", self.rate, least=0, below=1)

    @explained
    def rate_at(self, epoch: float) -> float:
        """The share that is dropped at an epoch, the same at all where the rate is a number.

        Parameters
        ----------
        epoch : float
            Counts from 0 and may be fractional, >= 0.

        Raises
        ------
        ArgumentError
            If the epoch is no finite number >= 0.
        """
        return float(schedules.get(self.rate)(checks.number("epoch", epoch, least=0)))

    def row_fields(self) -> dict[str, Any]:
        return {"kind": plan.DROPOUT, "rate": self.rate}
