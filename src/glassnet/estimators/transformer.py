"""The estimator that gives what a network sees in rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin

from glassnet.errors import ArgumentError
from glassnet.estimators.base import NetworkEstimator
from glassnet.estimators.fit import Fit
from glassnet.estimators.learning import classes, heads, hidden
from glassnet.estimators.learning.heads import NetworkEnd
from glassnet.estimators.learning.inputs import targets_of
from glassnet.estimators.presets import Settings, Task
from glassnet.support import checks
from glassnet.support.arrays import Array, Floats
from glassnet.support.calls import explained
from glassnet.tables.target import CLASSES, target_of


@explained
@dataclass(eq=False, repr=False, kw_only=True)
class NetworkTransformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, NetworkEstimator):
    """What a network has learned to see in the rows of a table: the outputs of a hidden layer, or learned places.

    The network learns to tell y; ``transform`` then gives what its layer `layer` makes of a row. With a loss of pairs
    or triplets, such as "triplet_hard", it learns places instead: rows of one class near each other.

    Parameters
    ----------
    layer : int
        Which hidden layer, counted from 0, or from -1 backwards.
    dimensions : int, optional
        Numbers that a loss of pairs or triplets places a row by; 16 by default.
    task : {"auto", "classes", "labels", "values", "counts"}
        What y is; by default text, True and False and integers are classes, other numbers values.
    others
        As of :class:`~glassnet.NetworkClassifier`, which describes them; but for those of ensembles, class
        weights, scorers and calibration.

    Attributes
    ----------
    network_, networks_, model_, preprocessing_, target_, settings_, history_, loss_curve_, ...
        As of :class:`~glassnet.NetworkClassifier`.
    """

    _joins = False

    layer: int = -1
    dimensions: int | None = None
    task: str = "auto"
    scale_targets: bool | None = None

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, *, X_val: Any = None, y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Self:  # fmt: skip
        """Learn what y is from the rows of X, and with it what to see in them.

        Parameters
        ----------
        y : array_like, (n_rows,), (n_rows, n_labels) or (n_rows, n_values)
            Classes, labels or values.
        sample_weight : array_like, (n_rows,), optional
            Not beside a loss of pairs or triplets.
        others
            And what is raised: as of :meth:`glassnet.NetworkClassifier.fit`.
        """
        self._check_own()
        return self._fit(X, y, sample_weight, X_val, y_val, sample_weight_val)

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Go once through one batch of many, at a constant learning rate.

        Parameters
        ----------
        X, y, sample_weight
            As for :meth:`fit`.
        classes : array_like, optional
            All classes there will be, if y holds classes and the first batch lacks some.
        """
        self._check_own()
        if not hasattr(self, "networks_") and classes is not None:
            self._awaited = np.unique(classes)
        try:
            return self._fit(X, y, sample_weight, None, None, None, part=True)
        finally:
            self.__dict__.pop("_awaited", None)

    def _check_own(self) -> None:
        checks.choice("task", self.task, ("auto", "classes", "labels", "values", "counts"))
        checks.integer("layer", self.layer, least=-1000, most=1000)
        if self.dimensions is not None:
            checks.integer("dimensions", self.dimensions, least=1)
            if not self._embeds:
                raise ArgumentError(
                    "dimensions is how many numbers a loss of pairs or triplets places a row by; for a hidden layer "
                    "set its width by hidden"
                )

    @property
    def _embeds(self) -> bool:
        return self.loss is not None and heads.takes(heads.of(self.loss)) == "labels"

    @property
    def _weighs(self) -> bool:
        return not self._embeds

    # ---- what y is

    def _checked_y(self, y: Any) -> Array:
        return targets_of(self, y, numbers=self.task in ("values", "counts"))

    def _task(self, y: Array) -> Task:
        return hidden.task_of(self.task, self.loss, y)

    def _learn_target(self, y: Array, part: bool) -> None:
        if self._task_ in ("classes", "labels"):
            awaited = getattr(self, "_awaited", None)
            self.classes_ = np.unique(y) if y.ndim == 1 else np.arange(y.shape[1])
            self.classes_ = self.classes_ if awaited is None else awaited
            self.target_ = classes.target_of(self.classes_, y)
        else:
            scales = self._settings(len(y), 1).scale_targets and heads.scales(self.loss)
            self.target_ = target_of(np.asarray(y, np.float64), self._task_, scales=scales)

    def _encoded(self, y: Array) -> Array:
        if self._task_ in ("classes", "labels"):
            return classes.encoded(y, self.classes_, self.target_)
        return self.target_.encode(np.asarray(y, np.float64))

    def _groups(self, encoded: Array) -> Array | None:
        return encoded if self.target_.task == CLASSES else None

    def _head(self, settings: Settings) -> NetworkEnd:
        if self._embeds:
            return hidden.embedding_head(self.loss, self.dimensions)
        return super()._head(settings)

    def _check(self, fit: Fit) -> None:
        if not self._embeds:
            hidden.cut(self.network_, self.layer)

    def _finish(self, temperature: float | None = None, misses: Any = None) -> None:
        self.networks_ = [member.network for member in self._members]
        self._features = hidden.Features(
            self.preprocessing_, self.network_, None if self._embeds else self.layer
        )

    def _forget_model(self, state: dict[str, Any]) -> dict[str, Any]:
        del state["_features"]
        return {}

    @property
    def _n_features_out(self) -> int:
        return self._features.n_features

    # ---- use

    def transform(self, X: Any) -> Floats:
        """What the layer gives for each row, (n_rows, n_units), or its learned place, (n_rows, dimensions)."""
        table = self._table(X)
        return self._features.transform(table)
