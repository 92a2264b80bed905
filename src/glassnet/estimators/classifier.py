"""The estimator that tells classes apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets

from glassnet.errors import ArgumentError, DataError
from glassnet.estimators.base import NetworkEstimator
from glassnet.estimators.fit import Fit
from glassnet.estimators.fitted import Predicts
from glassnet.estimators.learning import calibration, classes, heads
from glassnet.estimators.learning.inputs import targets_of
from glassnet.estimators.learning.rows import Rows
from glassnet.estimators.parameters import Activation
from glassnet.estimators.presets import Task
from glassnet.network.network import Network
from glassnet.support import checks
from glassnet.support.arrays import Array, Floats
from glassnet.support.calls import explained
from glassnet.tables.target import LABELS


def _has_probabilities(estimator: Any) -> bool:
    return heads.gives_probabilities(estimator.loss)


@explained
@dataclass(eq=False, repr=False, kw_only=True)
class NetworkClassifier(ClassifierMixin, Predicts, NetworkEstimator):
    """A small dense network that tells the classes of a table's rows apart: two, many, or several at once.

    It takes tables as they are: numbers of any scale, text, categories, dates, missing entries. Every parameter that is
    None is decided by the preset, for the rows and columns there are; docs/estimators.md has a page on each.

    Parameters
    ----------
    preset : {"tabular", "tabular-strong", "small", "sklearn"}
        "sklearn" is scikit-learn's MLP, number for number.
    hidden : int or sequence of int, optional
        Units of each hidden layer; there may be none, ().
    depth, width : int, optional
        In the place of `hidden`, easier to search: so many layers of so many units.
    activation : str, ActivationFunction, or one for each hidden layer, optional
    output_activation : str or ActivationFunction, optional
        By default the one that goes with the loss.
    loss : str or Loss, optional
        Such as "focal", or ``gn.losses.Function(value, derivative)``; by default cross-entropy.
    optimizer : str or Optimizer, optional
        "lbfgs", too. One of another kind than the preset's comes with rates of its own.
    learning_rate : float or Schedule, optional
        The highest rate of the schedule, or a schedule such as ``gn.schedules.ExponentialDecay(0.01, 0.98)``.
    schedule : {"constant", "log_cosine_cycles"}, optional
    batch_size : int, optional
    epochs : int, optional
        The most epochs.
    shuffle : bool
        Take the rows in a new order in every epoch.
    dropout : float, optional
        Share of the outputs of each hidden layer that a step drops, in [0, 1).
    batch_norm : bool, optional
    l1, l2 : float, optional
        Adds l1 sum abs(W) + l2 / 2 sum W^2 to the loss, >= 0.
    class_weight : dict or "balanced", optional
    early_stopping : bool, optional
        True ends training when nothing improves on a part of the rows, and keeps the best epoch; False trains on all
        rows, to the end.
    validation_share : float, optional
        Of the rows, in (0, 1), in the same shares of the classes; not where fit is given X_val and y_val.
    scorer : str or callable, optional
        A scorer of scikit-learn, by which the best epoch is chosen; by default what the preset watches.
    patience : int, optional
        Epochs without improvement after which training ends.
    callbacks : sequence
        Of ``gn.callbacks``, or functions of the session; copies for each of several networks.
    warm_start : bool
        Go on with the networks of the last fit.
    calibrate : bool
        Learn a temperature from rows that were held back, so that probabilities mean what they say.
    ensemble : int
        So many networks, trained side by side; their probabilities are averaged.
    n_jobs : int
        Threads for the networks of an ensemble, -1 for all cores; the results do not depend on it.
    engine : {"auto", "numpy", "compiled", "torch"}
        "auto" decides by the work alone, so the same fit always runs on the same one.
    device : str
        Of the torch engine.
    dtype : {"float32", "float64"}, optional
        Of training; predictions are computed in float64.
    categorical : sequence of str or int, optional
        Names or places of columns that hold categories although they hold numbers.
    categories : {"one_hot", "embedding"}, optional
        A column for each category, or learned numbers.
    embedding_dimension : int, optional
        How many learned numbers.
    scaling : {"robust", "standard", "none"}, optional
        Of numbers: by median and quartiles, by mean and standard deviation, not at all.
    clip : bool, optional
        Bring scaled numbers smoothly into (-3, 3).
    decimal_comma : bool, optional
        Whether text such as "3,5" is a number.
    random_state : int, RandomState or None
        Of first weights, batches, dropout and the split.
    verbose : bool
        Show a bar, for a single network.

    Attributes
    ----------
    classes_ : ndarray
    network_, networks_ : Network, list of Network
        The network, or the first of several; all of them, whose mean is told. Changed parameters change no prediction.
    model_ : TableModel
        What predicts.
    preprocessing_, target_, settings_
        What became of the columns, what y is, and every choice that was made.
    history_ : History
        Of the last fit of :attr:`network_`.
    loss_curve_, validation_loss_curve_, validation_scores_ : list of float
        After every epoch so far; None where nothing was held back, or nothing scored.
    n_iter_ : int
        Epochs so far.
    coefs_, intercepts_ : list of ndarray
        Of the dense layers.
    temperature_ : float or None
    feature_names_in_, n_features_in_
        As in scikit-learn.
    """

    output_activation: Activation | None = None
    class_weight: Mapping[Any, float] | str | None = None
    scorer: str | Callable[..., float] | None = None
    calibrate: bool = False
    ensemble: int = 1
    n_jobs: int = -1

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, *, X_val: Any = None, y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Self:  # fmt: skip
        """Learn the classes of the rows of X.

        Parameters
        ----------
        X : table, (n_rows, n_columns)
            An array, a list of rows, a sparse matrix, or a data frame of pandas or Polars; numbers, text, categories
            and dates, some of them missing.
        y : array_like, (n_rows,), or (n_rows, n_labels) of 0 and 1
            One class for each row, or whether it is of each of several.
        sample_weight : array_like, (n_rows,), optional
            >= 0; a row of weight 0 is left out, and with full batches one of weight 3 counts as three rows.
        X_val, y_val, sample_weight_val : optional
            Rows to choose the best epoch by, in the place of a part of X.

        Raises
        ------
        ArgumentError
            For parameters that cannot be used.
        ValueError
            For rows that cannot be learned from.
        """
        checks.truth("calibrate", self.calibrate)
        classes.check(self.class_weight)
        return self._fit(X, y, sample_weight, X_val, y_val, sample_weight_val)

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Go once through one batch of many, at a constant learning rate.

        Parameters
        ----------
        X, y, sample_weight
            As for :meth:`fit`. The first batch decides how columns become numbers.
        classes : array_like, (n_classes,)
            All classes there will be; needed by the first call, unless samples may be of several classes.
        """
        if not hasattr(self, "networks_"):
            self._awaited = self._awaited_classes(y, classes)
        try:
            return self._fit(X, y, sample_weight, None, None, None, part=True)
        finally:
            self.__dict__.pop("_awaited", None)

    def _awaited_classes(self, y: Any, all_classes: Any) -> Array | None:
        if all_classes is None and np.ndim(y) < 2:
            raise ArgumentError("classes must be passed on the first call to partial_fit.")
        return None if all_classes is None else np.unique(all_classes)

    # ---- what y is

    def _checked_y(self, y: Any) -> Array:
        targets = targets_of(self, y, numbers=False)
        _refuse_mixed(targets)
        check_classification_targets(targets)
        if targets.ndim == 2 and not np.isin(targets, (0, 1)).all():
            raise DataError(
                "several columns of y say which of several classes a row is of, so they hold 0 and 1; this y holds "
                f"{targets[~np.isin(targets, (0, 1))].tolist()[0]!r}"
            )
        return targets

    def _task(self, y: Array) -> Task:
        return "labels" if y.ndim == 2 else "classes"

    def _learn_target(self, y: Array, part: bool) -> None:
        awaited = getattr(self, "_awaited", None)
        self.classes_ = np.arange(y.shape[1]) if y.ndim == 2 else np.unique(y) if awaited is None else awaited
        self.target_ = classes.target_of(self.classes_, y)

    def _encoded(self, y: Array) -> Array:
        return classes.encoded(y, self.classes_, self.target_)

    def _groups(self, encoded: Array) -> Array | None:
        return encoded if encoded.ndim == 1 else None

    def _row_weights(self, y: Array, weights: Floats | None) -> Floats | None:
        return classes.row_weights(self.class_weight, y, self.classes_, weights)

    def _check(self, fit: Fit) -> None:
        if self.calibrate and not fit.holds:
            raise ArgumentError(
                "calibrate needs rows that no network was trained on; set validation_share, or give X_val and y_val"
            )

    def _after_training(self, held: Sequence[tuple[Network, Rows]]) -> None:
        self.temperature_ = None
        if self.calibrate and held:
            self.temperature_ = calibration.temperature_of(self, held)
            self._finish(self.temperature_)

    # ---- prediction

    def predict(self, X: Any) -> Array:
        """The class of each row, (n_rows,); or (n_rows, n_labels), 1 for each class that it is of."""
        probabilities = self._probabilities(X)
        if self.target_.task == LABELS:
            return (probabilities > 0.5).astype(np.int64)
        return np.asarray(self.classes_[probabilities.argmax(axis=1)])

    @available_if(_has_probabilities)
    def predict_proba(self, X: Any) -> Floats:
        """Probabilities of the classes (n_rows, n_classes), or of being of each of several, (n_rows, n_labels)."""
        return self._probabilities(X)

    @available_if(_has_probabilities)
    def predict_log_proba(self, X: Any) -> Floats:
        """The logarithms of these probabilities."""
        with np.errstate(divide="ignore"):
            return np.log(self._probabilities(X))

    def decision_function(self, X: Any) -> Floats:
        """Log-odds of the second of two classes (n_rows,) or of each of several; else logarithms of probabilities."""
        return classes.decision(self._probabilities(X), self.target_)

    def _probabilities(self, X: Any) -> Floats:
        outputs = self._outputs(X)
        return self.model_.target.probabilities(outputs)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.target_tags.multi_output = True
        return tags


def _refuse_mixed(y: Array) -> None:
    """Raise `DataError` where some classes are text and others are not, so that they have no order."""
    if y.dtype != object:
        return
    text = next((one for one in y.ravel() if isinstance(one, str)), None)
    other = next((one for one in y.ravel() if not isinstance(one, str)), None)
    if text is not None and other is not None:
        raise DataError(
            f"y holds text, such as {text!r}, beside {checks.shown(other)}; give all classes as text, or none"
        )
