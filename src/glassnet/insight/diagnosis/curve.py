"""The loss over the epochs, in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Curve:
    """A loss by epoch.

    Attributes
    ----------
    values : ndarray, (n_epochs,)
    """

    values: Array

    @cached_property
    def last(self) -> float:
        """The mean of the last tenth of the epochs."""
        return self.after(len(self.values))

    def after(self, epochs: int) -> float:
        """The mean of the last tenth of the first `epochs`."""
        return float(self.values[epochs - max(1, epochs // 10) : epochs].mean())

    @cached_property
    def rises(self) -> float:
        """The share of epochs in which the loss rose."""
        return float((np.diff(self.values) > 0).mean()) if len(self.values) > 1 else 0.0
