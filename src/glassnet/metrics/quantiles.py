"""Metrics of predicted quantiles, and of the intervals between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from glassnet.errors import ShapeError
from glassnet.metrics import arrays
from glassnet.metrics.base import Metric, MetricFacts, Weight, mean, registry
from glassnet.support import checks
from glassnet.support.calls import explained

__all__ = ["Coverage", "Pinball", "coverage", "pinball"]


@registry.register("pinball")
@dataclass(frozen=True)
class Pinball(Metric):
    """sum w max(level e, (level - 1) e) / sum w for e = y_true - y_pred, mean over the outputs; >= 0, in the unit of y.

    Parameters
    ----------
    level : float or sequence of float in (0, 1), default 0.5
        The quantile that is predicted; several for one output each, of the same target or of as many.

    Raises
    ------
    ArgumentError
        If a level is not between 0 and 1.
    ShapeError
        If there is not one output for each of several levels.
    """

    level: float | Sequence[float] = 0.5

    pattern: ClassVar[str] = r"{name}(_[\d.e-]+)+"
    facts = MetricFacts(
        title="pinball loss", formula="Σ w max(level · e, (level − 1) · e) / Σ w, e = y − ŷ",
        latex=r"\frac{\sum_i w_i \max(\tau e_i, (\tau - 1) e_i)}{\sum_i w_i},\quad e_i = y_i - \hat y_i",
        range="0 to ∞", greater_is_better=False, is_share=False, reads="values",
        source="Koenker, Bassett 1978, Regression quantiles", elsewhere="sklearn.metrics.mean_pinball_loss",
    )  # fmt: skip

    def __post_init__(self) -> None:
        several = checks.is_list(self.level)
        levels = (
            checks.sequence("level of Pinball", self.level, "[0.1, 0.5, 0.9]") if several else [self.level]
        )
        numbers = tuple(checks.number("level of Pinball", level, above=0, below=1) for level in levels)
        object.__setattr__(self, "level", numbers if several else numbers[0])

    @property
    def name(self) -> str:
        """The registered name with the levels: ``pinball_0.9``, ``pinball_0.1_0.9``."""
        return "_".join([super().name, *(f"{level:g}" for level in np.atleast_1d(self.level))])

    @property
    def reads_all_outputs(self) -> bool:
        """Where it has several levels."""
        return np.ndim(self.level) > 0

    @explained
    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight = None) -> float:
        if np.ndim(self.level) == 0:
            true, predicted = arrays.values(y_true, y_pred)
        else:
            true, predicted = arrays.beside(y_true, y_pred)
            if predicted.shape[1] != np.size(self.level):
                raise ShapeError(
                    f"{self.name} needs an output for each of its {np.size(self.level)} levels; "
                    f"y_pred has shape {np.shape(y_pred)}"
                )
        levels, error = np.asarray(self.level), true - predicted
        return float(mean(np.maximum(levels * error, (levels - 1.0) * error), sample_weight).mean())


@registry.register("coverage")
class Coverage(Metric):
    """The share of targets that lie in the interval from the first predicted column to the last, both ends included.

    sum w [first <= y <= last] / sum w, in [0, 1]. Neither more nor less of it is better: it should be near the share
    that the two quantiles stand for, 0.8 between those of 0.1 and 0.9.

    Raises
    ------
    ShapeError
        If the targets are not one column, or the predictions fewer than two.
    """

    facts = MetricFacts(
        title="coverage", formula="Σ w [lower ≤ y ≤ upper] / Σ w",
        latex=r"\frac{\sum_i w_i [l_i \le y_i \le u_i]}{\sum_i w_i}", range="0 to 1", greater_is_better=None,
        is_share=True, reads="values", source="Christoffersen 1998, Evaluating interval forecasts", elsewhere="",
    )  # fmt: skip

    @property
    def reads_all_outputs(self) -> bool:
        """The limits of the interval are its first output and its last."""
        return True

    @explained
    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight = None) -> float:
        true, predicted = arrays.beside(y_true, y_pred)
        if true.shape[1] != 1 or predicted.shape[1] < 2:
            raise ShapeError(
                "coverage needs one target, and its lower and upper limits as the first and the last column of y_pred; "
                f"got shapes {np.shape(y_true)} and {np.shape(y_pred)}"
            )
        inside = (predicted[:, :1] <= true) & (true <= predicted[:, -1:])
        return float(mean(inside, sample_weight)[0])


coverage = Coverage()
pinball = Pinball()
