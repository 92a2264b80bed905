"""What all estimators are: a fit of preprocessing and networks, and prediction by the model of both."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Self

from sklearn.metrics import check_scoring

from glassnet.errors import ArgumentError, ShapeError
from glassnet.estimators import overrides, parameters
from glassnet.estimators.fit import Fit
from glassnet.estimators.fitted import FittedEstimator
from glassnet.estimators.learning import heads
from glassnet.estimators.learning.features import Reading, in_full, telling
from glassnet.estimators.learning.inputs import table_of
from glassnet.estimators.learning.members import Part
from glassnet.estimators.learning.rows import Rows, checked_weights
from glassnet.estimators.learning.work import Work
from glassnet.estimators.like_sklearn import work as like_sklearn
from glassnet.estimators.parameters import Parameters
from glassnet.estimators.presets import Settings, Task
from glassnet.kernels import blas
from glassnet.network.network import Network
from glassnet.optimizers import Optimizer
from glassnet.support.arrays import Array
from glassnet.tables.model import TableModel
from glassnet.tables.preprocessing import Preprocessing
from glassnet.tables.table import Table

# So many different rows are few enough to look for equal ones among them.
MOST_MERGED = 2048


class NetworkEstimator(FittedEstimator, Parameters):
    """Base of the estimators; its subclasses say what y is.

    Attributes
    ----------
    reading : Reading
        How tables become features. No parameter: a clone reads tables in memory again.
    cut_off : callable or None
        Gives the network of a training that was cut off; see :class:`Work`. No parameter either.
    """

    reading: Reading = Reading()
    cut_off: Callable[[Network, Optimizer], Network | None] | None = None
    settings_: Settings
    _task_: Task
    _in_parts: bool = False
    # Whether networks of parts of the rows may be joined to one, whose hidden units are then those of all.
    _joins: bool = True
    # Parameters that not all of them have.
    scale_targets: bool | None = None
    output_activation: Any = None
    scorer: Any = None
    ensemble: int = 1
    n_jobs: int = 1

    # ---- what a subclass says

    def _checked_y(self, y: Any) -> Array:
        """Targets as an array, or an error."""
        raise NotImplementedError

    def _task(self, y: Array) -> Task:
        """What such targets are."""
        raise NotImplementedError

    def _learn_target(self, y: Array, part: bool) -> None:
        """Note what the target is: :attr:`target_`, of a classifier its classes; from a `part` of many rows."""
        raise NotImplementedError

    def _encoded(self, y: Array) -> Array:
        """Checked targets as numbers: classes counted from 0 on, or rows of scaled values."""
        raise NotImplementedError

    def _row_weights(self, y: Array, weights: Array | None) -> Array | None:
        """Weights of rows with those of their classes."""
        return weights

    @property
    def _weighs(self) -> bool:
        """Whether rows may have weights."""
        return True

    def _groups(self, encoded: Array) -> Array | None:
        """Classes that both parts of a split hold in the same shares."""
        return None

    def _head(self, settings: Settings) -> heads.NetworkEnd:
        return heads.head_of(
            self.target_, self.loss, self.output_activation, settings.label_smoothing, self._like_sklearn
        )

    def _check(self, fit: Fit) -> None:
        """Raise before training where what is wanted of it cannot come of it."""

    def _after_training(self, held: Sequence[tuple[Network, Rows]]) -> None:
        """What is learned from rows that were held back, each with a network that was not trained on them."""

    # ---- fit

    def _fit(
        self, X: Any, y: Any, sample_weight: Any, X_val: Any, y_val: Any, sample_weight_val: Any, *, part: bool = False
    ) -> Self:  # fmt: skip
        """Learn from these rows; from one batch of many where it is a `part`."""
        parameters.check(self)
        goes_on = hasattr(self, "networks_") and (part or self.warm_start)
        table = table_of(self, X, fresh=not goes_on)
        if not goes_on:
            self.column_names_ = table.names if table.named else None
        rows = self._rows(table, y, sample_weight)
        watched = self._watched(X_val, y_val, sample_weight_val)
        if not goes_on:
            self._task_, self._in_parts = self._task(rows.y), part
        rows = rows if part else self._merged(rows)
        if not goes_on:
            self._learn_table(rows, part)
        fit = Fit(self, rows, watched, self._work(rows, part, goes_on), part)
        if goes_on:
            fit.go_on()
        else:
            self._members = fit.members()
        self._check(fit)
        # On one thread sums are the same on every machine of a kind, whatever the number of its cores.
        with blas.exactly(1):
            try:
                fit.run()
            finally:
                self._finish()
            self._after_training(self.reading.asked(fit.held))
        return self

    def _rows(self, table: Table, y: Any, weight: Any, ending: str = "") -> Rows:
        """Rows that count, with their weights."""
        targets = self._checked_y(y)
        if len(targets) != table.n_rows:
            raise ShapeError(
                f"Found input variables with inconsistent numbers of samples: X{ending} has {table.n_rows} rows, "
                f"y{ending} has {len(targets)}"
            )
        weights = checked_weights(weight, table.n_rows, f"sample_weight{ending}")
        return Rows(table, targets, weights).that_count()

    def _watched(self, X: Any, y: Any, weight: Any) -> Rows | None:
        """The validation set that was given, if one was."""
        if X is None and y is None:
            return None
        if X is None or y is None:
            raise ArgumentError("a validation set needs both, X_val and y_val")
        if self.early_stopping is False:
            raise ArgumentError("X_val and y_val are for early stopping, and early_stopping is False")
        with warnings.catch_warnings():  # few rows to watch hold nearly as many classes as rows
            warnings.filterwarnings("ignore", "The number of unique classes is greater than")
            return self._rows(table_of(self, X, fresh=False), y, weight, "_val")

    def _merged(self, rows: Rows) -> Rows:
        """Equal rows once, where every step sees all rows, copies too, and their order is nobody's wish."""
        if not self._weighs or not self.shuffle or self._like_sklearn or not self.reading.merges:
            return rows
        n_columns = len(rows.table.names)
        # Batches of fewer rows are no larger, so more different rows than these are too many for one batch.
        most = self._settings(rows.table.n_rows, n_columns).batch_size
        merged = rows.merged(MOST_MERGED if most is None else min(most, MOST_MERGED))
        size = self._settings(merged.counted, n_columns).batch_size
        return merged if size is None or merged.counted <= size else rows

    def _settings(self, n_rows: int, n_features: int) -> Settings:
        return overrides.settings_of(self, n_rows, n_features, self._task_, self._in_parts)

    def _learn_table(self, rows: Rows, part: bool) -> None:
        """The target and the preprocessing, from the rows of the first fit, whose number decides for later ones."""
        rows = rows.unmerged
        self._n_rows = rows.table.n_rows
        self._learn_target(rows.y, part)
        names = rows.table.names
        settings = self._settings(self._n_rows, len(names))
        table_settings = overrides.table_settings(settings, self, names, self.reading.keep)
        fitted = Preprocessing.fit(self.reading.shown(rows.table), table_settings)
        self.preprocessing_ = in_full(fitted) if settings.scaling == "none" else fitted

    def _work(self, rows: Rows, part: bool, goes_on: bool) -> Work:
        settings = self._settings(self._n_rows, self.preprocessing_.n_features)
        if goes_on and settings.folds:
            settings = settings.chosen_as(self.settings_)
        work = Work(
            settings, self._head(settings), self.preprocessing_, tuple(self.callbacks), self.shuffle,
            self.engine, self.device, 1 if part else settings.epochs, constant_rate=part, cut_off=self.cut_off,
        )  # fmt: skip
        if self._like_sklearn:
            work = like_sklearn.work_of(work, self, self._task_, self._n_rows)
        self.settings_ = work.settings
        return work

    def _part(self, rows: Rows, head: heads.NetworkEnd) -> Part:
        """Rows as the networks take them."""
        features = self.reading.features(self.preprocessing_, rows.table, self.settings_.dtype)
        return Part(features, head.encode(self._encoded(rows.y)), self._row_weights(rows.y, rows.weights))

    @property
    def _like_sklearn(self) -> bool:
        return bool(self.preset == "sklearn")

    def _scoring(self, held: Rows) -> Callable[[Network], float]:
        """A function that gives the score of a network on these rows."""
        view = copy.copy(self)
        scorer = check_scoring(view, scoring=self.scorer)

        def score(network: Network) -> float:
            view.networks_ = [network]
            view.model_ = self._model([network])
            return float(scorer(view, held.table, held.y))

        return score

    def _finish(self, temperature: float | None = None, misses: Any = None) -> None:
        """The model of what was learned; with what rows that were held back told of it."""
        self.networks_ = [member.network for member in self._members]
        description = {"preset": self.preset, "estimator": type(self).__name__}
        self.model_ = self._model(
            self.networks_, temperature=temperature, misses=misses, description=description
        )

    def _model(self, networks: Sequence[Network], **details: Any) -> TableModel:
        """What predicts by these networks."""
        end = self._head(self.settings_)
        return TableModel(
            self.preprocessing_, [telling(network, end) for network in networks], self.target_, **details
        )

    def _forget_model(self, state: dict[str, Any]) -> dict[str, Any]:
        del state["model_"]
        return {"temperature": self.model_.temperature, "misses": self.model_.misses}
