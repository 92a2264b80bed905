"""The estimator that tells values, counts and quantiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin

from glassnet.estimators.base import NetworkEstimator
from glassnet.estimators.fitted import Predicts
from glassnet.estimators.learning import heads, intervals
from glassnet.estimators.learning.inputs import targets_of
from glassnet.estimators.learning.rows import Rows
from glassnet.estimators.parameters import Activation
from glassnet.estimators.presets import Task
from glassnet.network.network import Network
from glassnet.support.arrays import Array, Floats
from glassnet.support.calls import explained
from glassnet.tables.target import target_of


@explained
@dataclass(eq=False, repr=False, kw_only=True)
class NetworkRegressor(RegressorMixin, Predicts, NetworkEstimator):
    """A small dense network that tells values, counts or quantiles of a table's rows.

    Parameters
    ----------
    loss : str or Loss, optional
        Mean squared error by default; "poisson" for counts. Values are scaled before it, so the delta of
        ``gn.losses.Huber(delta)`` counts standard deviations.
    quantiles : sequence of float, optional
        Learn these quantiles at once, such as (0.1, 0.5, 0.9), none of which cross; in the place of a loss.
    scale_targets : bool, optional
        Bring values to mean 0 and standard deviation 1, and counts to mean 1, for training.
    others
        As of :class:`~glassnet.NetworkClassifier`, which describes them; but for `class_weight` and
        `calibrate`.

    Attributes
    ----------
    network_, networks_, model_, preprocessing_, target_, settings_, history_, loss_curve_, ...
        As of :class:`~glassnet.NetworkClassifier`.
    """

    output_activation: Activation | None = None
    quantiles: Sequence[float] | None = None
    scorer: str | Callable[..., float] | None = None
    ensemble: int = 1
    n_jobs: int = -1
    scale_targets: bool | None = None

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, *, X_val: Any = None, y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Self:  # fmt: skip
        """Learn the values of the rows of X.

        Parameters
        ----------
        y : array_like, (n_rows,) or (n_rows, n_values)
            Finite numbers; of counts >= 0.
        others
            And what is raised: as of :meth:`glassnet.NetworkClassifier.fit`.
        """
        intervals.check(self.quantiles, self.loss)
        return self._fit(X, y, sample_weight, X_val, y_val, sample_weight_val)

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Go once through one batch of many, at a constant learning rate.

        Parameters
        ----------
        X, y, sample_weight
            As for :meth:`fit`. The first batch decides how columns become numbers, and how values are scaled.
        """
        intervals.check(self.quantiles, self.loss)
        return self._fit(X, y, sample_weight, None, None, None, part=True)

    # ---- what y is

    def _checked_y(self, y: Any) -> Array:
        return targets_of(self, y, numbers=True)

    def _task(self, y: Array) -> Task:
        return heads.task_of(self.loss, self.quantiles)

    def _learn_target(self, y: Array, part: bool) -> None:
        settings = self._settings(len(y), 1)
        scales = settings.scale_targets and heads.scales(self.loss)
        target = target_of(y, self._task_, levels=tuple(self.quantiles or ()), scales=scales)
        self.target_ = intervals.within(target, y) if settings.clip_outputs and not part else target

    def _encoded(self, y: Array) -> Array:
        return self.target_.encode(y)

    def _after_training(self, held: Sequence[tuple[Network, Rows]]) -> None:
        if held and self.quantiles is None:
            self._finish(misses=intervals.misses(self, held))

    # ---- prediction

    def predict(self, X: Any) -> Floats:
        """The value of each row, (n_rows,) or (n_rows, n_values); of quantiles the one nearest to the median."""
        table = self._table(X)
        return np.asarray(self.model_.predict(table), np.float64)

    def predict_quantiles(self, X: Any) -> Floats:
        """All quantiles of each row, (n_rows, n_quantiles), or (n_rows, n_values, n_quantiles); none cross.

        Raises
        ------
        ArgumentError
            Without ``quantiles=``.
        """
        table = self._table(X)
        intervals.refuse_without(self.quantiles)
        return self.model_.predict_quantiles(table)

    def predict_interval(self, X: Any, coverage: float = 0.9) -> Floats:
        """A lower and an upper end between which this share of the values lies, (n_rows, 2) or (n_rows, n_values, 2).

        With ``quantiles=`` the two that enclose this share. Otherwise the prediction, less and plus what was missed in
        rows that were held back, or held back in turn: a split-conformal interval, of one width for all rows.

        Parameters
        ----------
        X : table
        coverage : float, in (0, 1)

        Raises
        ------
        ArgumentError
            If the quantiles are not among those that were learned, or too few rows were held back.

        References
        ----------
        Lei, G'Sell, Rinaldo, Tibshirani, Wasserman 2018, Distribution-Free Predictive Inference for Regression,
        JASA 113.
        """
        table = self._table(X)
        return self.model_.predict_interval(table, coverage)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
