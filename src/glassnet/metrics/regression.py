"""Metrics of values: how far predictions are from their targets.

Targets and predictions have shape ``(n,)``, ``(n, 1)`` or ``(n, n_outputs)``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from glassnet.errors import DataError
from glassnet.metrics import arrays
from glassnet.metrics.base import Metric, MetricFacts, Weight, mean, registry
from glassnet.support.calls import explained

__all__ = [
    "R2", "MeanAbsoluteError", "MeanAbsolutePercentageError", "RootMeanSquaredError", "mean_absolute_error",
    "mean_absolute_percentage_error", "r2", "root_mean_squared_error",
]  # fmt: skip


@registry.register("mean_absolute_error", "mae")
class MeanAbsoluteError(Metric):
    """sum w |y_pred - y_true| / sum w, mean over the outputs; >= 0, in the unit of y."""

    facts = MetricFacts(
        title="mean absolute error", formula="Σ w |ŷ − y| / Σ w",
        latex=r"\frac{\sum_i w_i |\hat y_i - y_i|}{\sum_i w_i}", range="0 to ∞", greater_is_better=False,
        is_share=False, reads="values", source="", elsewhere="sklearn.metrics.mean_absolute_error",
    )  # fmt: skip

    @explained
    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight = None) -> float:
        true, predicted = arrays.values(y_true, y_pred)
        return float(mean(abs(predicted - true), sample_weight).mean())


@registry.register("mean_absolute_percentage_error", "mape")
class MeanAbsolutePercentageError(Metric):
    """sum w |y_pred - y_true| / |y_true| / sum w, mean over the outputs; >= 0, a factor: 0.1 is 10 percent.

    Raises
    ------
    DataError
        If a target that counts, of a weight above 0, is 0: no error is a percentage of that.
    """

    facts = MetricFacts(
        title="mean absolute percentage error", formula="Σ w |ŷ − y| / |y| / Σ w",
        latex=r"\frac{\sum_i w_i |\hat y_i - y_i| / |y_i|}{\sum_i w_i}", range="0 to ∞", greater_is_better=False,
        is_share=False, reads="values", source="", elsewhere="sklearn.metrics.mean_absolute_percentage_error",
    )  # fmt: skip

    @explained
    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight = None) -> float:
        true, predicted = arrays.values(y_true, y_pred)
        missing = (arrays.weights(sample_weight, len(true)) > 0) & ~true.all(axis=1)
        if missing.any():
            raise DataError(
                f"{self.name} divides by the targets, and y_true is 0 in row {int(np.argmax(missing))}; use "
                "mean_absolute_error"
            )
        shares = np.divide(abs(predicted - true), abs(true), out=np.zeros_like(true), where=true != 0)
        return float(mean(shares, sample_weight).mean())


@registry.register("root_mean_squared_error", "rmse")
class RootMeanSquaredError(Metric):
    """sqrt(sum w (y_pred - y_true)^2 / sum w), mean over the outputs; >= 0, in the unit of y.

    The root is taken of each output before their mean, as in scikit-learn.
    """

    facts = MetricFacts(
        title="root mean squared error", formula="√(Σ w (ŷ − y)² / Σ w)",
        latex=r"\sqrt{\frac{\sum_i w_i (\hat y_i - y_i)^2}{\sum_i w_i}}", range="0 to ∞", greater_is_better=False,
        is_share=False, reads="values", source="", elsewhere="sklearn.metrics.root_mean_squared_error",
    )  # fmt: skip

    @explained
    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight = None) -> float:
        true, predicted = arrays.values(y_true, y_pred)
        return float(np.sqrt(mean((predicted - true) ** 2, sample_weight)).mean())


@registry.register("r2", "r_squared")
class R2(Metric):
    """1 - sum w (y_pred - y_true)^2 / sum w (mean y_true - y_true)^2, mean over the outputs.

    At most 1; 0 for a network that predicts the mean. For an output whose targets do not vary it is
    1 if all of them are met, else 0.

    Raises
    ------
    DataError
        If there are fewer than two samples.
    """

    facts = MetricFacts(
        title="R²", formula="1 − Σ w (ŷ − y)² / Σ w (ȳ − y)²",
        latex=r"1 - \frac{\sum_i w_i (\hat y_i - y_i)^2}{\sum_i w_i (\bar y - y_i)^2}", range="−∞ to 1",
        greater_is_better=True, is_share=False, reads="values", source="", elsewhere="sklearn.metrics.r2_score",
    )  # fmt: skip

    @explained
    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight = None) -> float:
        true, predicted = arrays.values(y_true, y_pred)
        if len(true) < 2:
            raise DataError("r2 needs at least two samples; y_true has one")
        # Counted from the first target, targets that do not vary have a variance of exactly 0.
        deviation = true - true[0]
        variance = mean((deviation - mean(deviation, sample_weight)) ** 2, sample_weight)
        unexplained = mean((predicted - true) ** 2, sample_weight)
        share = np.divide(unexplained, variance, out=np.sign(unexplained), where=variance > 0.0)
        return float((1.0 - share).mean())


mean_absolute_error = MeanAbsoluteError()
mean_absolute_percentage_error = MeanAbsolutePercentageError()
r2 = R2()
root_mean_squared_error = RootMeanSquaredError()
