"""Metrics of values: how far predictions are from their targets.

Targets and predictions have shape ``(n,)``, ``(n, 1)`` or ``(n, n_outputs)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from glassnet.errors import DataError
from glassnet.metrics import targets
from glassnet.metrics.base import Metric, Weight, mean, registry
from glassnet.support.calls import explained


@registry.register("mean_absolute_error", "mae")
@dataclass(frozen=True)
class MeanAbsoluteError(Metric):
    """sum w |y_pred - y_true| / sum w, mean over the outputs; >= 0, in the unit of y.

    References
    ----------
    sklearn.metrics.mean_absolute_error.
    """

    @property
    def greater_is_better(self) -> bool:
        """Less is better."""
        return False

    @explained
    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight = None) -> float:
        true, predicted = targets.values(y_true, y_pred)
        return float(mean(abs(predicted - true), sample_weight).mean())


@registry.register("root_mean_squared_error", "rmse")
@dataclass(frozen=True)
class RootMeanSquaredError(Metric):
    """sqrt(sum w (y_pred - y_true)^2 / sum w), mean over the outputs; >= 0, in the unit of y.

    References
    ----------
    sklearn.metrics.root_mean_squared_error, which takes the root of each output before their mean.
    """

    @property
    def greater_is_better(self) -> bool:
        """Less is better."""
        return False

    @explained
    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight = None) -> float:
        true, predicted = targets.values(y_true, y_pred)
        return float(np.sqrt(mean((predicted - true) ** 2, sample_weight)).mean())


@registry.register("r2", "r_squared")
@dataclass(frozen=True)
class R2(Metric):
    """1 - sum w (y_pred - y_true)^2 / sum w (mean y_true - y_true)^2, mean over the outputs.

    At most 1; 0 for a network that predicts the mean. For an output whose targets do not vary it is
    1 if all of them are met, else 0.

    Raises
    ------
    DataError
        If there are fewer than two samples.

    References
    ----------
    sklearn.metrics.r2_score.
    """

    @property
    def greater_is_better(self) -> bool:
        """More is better."""
        return True

    @explained
    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight = None) -> float:
        true, predicted = targets.values(y_true, y_pred)
        if len(true) < 2:
            raise DataError("r2 needs at least two samples; y_true has one")
        # Counted from the first target, targets that do not vary have a variance of exactly 0.
        deviation = true - true[0]
        variance = mean((deviation - mean(deviation, sample_weight)) ** 2, sample_weight)
        unexplained = mean((predicted - true) ** 2, sample_weight)
        share = np.divide(unexplained, variance, out=np.sign(unexplained), where=variance > 0.0)
        return float((1.0 - share).mean())
