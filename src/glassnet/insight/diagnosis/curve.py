"""The loss over the epochs, in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassnet.support.arrays import Array
from glassnet.support.cached import cached_property


@dataclass(frozen=True, eq=False)
class LossCurve:
    """A loss by epoch."""

    values: Array  # (n_epochs,)

    @cached_property
    def last(self) -> float:
        """The mean of the last tenth of the epochs."""
        return self.after(1.0)

    def after(self, share: float) -> float:
        """The mean of the last tenth of this share of the epochs."""
        epochs = max(1, round(share * len(self.values)))
        return float(self.values[epochs - max(1, epochs // 10) : epochs].mean())

    @cached_property
    def rises(self) -> float:
        """The share of epochs in which the loss rose."""
        return float((np.diff(self.values) > 0).mean()) if len(self.values) > 1 else 0.0

    def first_below(self, loss: float) -> int | None:
        """The first epoch, counted from 1, with a loss below this one; None where there is none."""
        below = np.flatnonzero(self.values < loss)
        return int(below[0]) + 1 if len(below) else None
