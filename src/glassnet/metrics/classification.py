"""Metrics of classes: accuracy, precision and their kin, and the table behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.errors import ArgumentError, DataError, ShapeError
from glassnet.metrics import targets
from glassnet.metrics.base import AVERAGES, Floats, Metric, Weight, mean, registry
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.checks import integer


@explained
@dataclass(frozen=True)
class OfClasses(Metric):
    """Base class: a share in [0, 1] of samples or classes that are predicted rightly.

    Parameters
    ----------
    multi_label : bool, optional
        Whether a sample may be of several classes, or of none. Without it, targets tell: rows of 0 and 1 that are not
        all one-hot say yes. A network that was trained on such rows tells its metrics so.
    """

    multi_label: bool | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.multi_label is not None:
            checks.truth(f"multi_label of {type(self).__name__}", self.multi_label)

    @property
    def greater_is_better(self) -> bool:
        """More is better."""
        return True

    @property
    def is_share(self) -> bool:
        """A share."""
        return True

    def reads_rows(self, y_true: ArrayLike, y_pred: ArrayLike) -> bool:
        """Whether these are rows of 0 and 1, and predictions, of samples that may be of several classes."""
        told = targets.several_hot(y_true) and np.shape(y_true) == np.shape(y_pred)
        return told if self.multi_label is None else self.multi_label


@registry.register("accuracy", "acc")
@dataclass(frozen=True)
class Accuracy(OfClasses):
    """The share of samples whose class is predicted: sum w [c_true = c_pred] / sum w, in [0, 1].

    A sample of several classes counts where all of them and no others are predicted (subset accuracy).

    References
    ----------
    sklearn.metrics.accuracy_score.
    """

    @explained
    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight = None) -> float:
        if self.reads_rows(y_true, y_pred):
            rows = targets.rows(y_true, y_pred)
            return float(mean((rows.true == rows.predicted).all(axis=1), sample_weight))
        found = targets.classes(y_true, y_pred)
        return float(mean(found.true == found.predicted, sample_weight))


@registry.register("label_accuracy")
@dataclass(frozen=True)
class LabelAccuracy(OfClasses):
    """The share of all entries of rows of 0 and 1 that are predicted, each class of each sample by itself, in [0, 1].

    References
    ----------
    1 - sklearn.metrics.hamming_loss.
    """

    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight = None) -> float:
        rows = targets.rows(y_true, y_pred)
        return float(mean((rows.true == rows.predicted).mean(axis=1), sample_weight))


@registry.register("top_k_accuracy", "top_k")
@dataclass(frozen=True)
class TopK(OfClasses):
    """The share of samples whose class is among the k largest scores, in [0, 1].

    Among equal scores the lower class comes first, so that k = 1 is :class:`Accuracy`.

    Parameters
    ----------
    k : int, >= 1, default 5
        Must be below the number of classes, or every prediction would count as right.

    Raises
    ------
    ArgumentError
        If `k` is not a positive integer below the number of classes.
    ShapeError
        If predictions are not scores of shape ``(n, n_classes)``.

    References
    ----------
    Krizhevsky, Sutskever, Hinton 2012, ImageNet Classification, section 2.
    """

    k: int = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "k", integer("k of TopK", self.k, least=1))

    @property
    def name(self) -> str:
        """``top_5_accuracy`` for k = 5, so that several of them fit into one history."""
        return f"top_{self.k}_accuracy"

    @explained
    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight = None) -> float:
        if self.reads_rows(y_true, y_pred):
            raise DataError(f"{self.name} looks for the one class of each sample; these may be of several")
        found = targets.classes(y_true, y_pred)
        true, scores = found.true, np.asarray(y_pred) if found.names else np.asarray(y_pred, np.float64)
        if scores.ndim != 2 or scores.shape[1] == 1:
            raise ShapeError(
                f"{self.name} needs scores of all classes, shape (n, n_classes); "
                f"y_pred has shape {scores.shape}"
            )
        if self.k >= scores.shape[1]:
            raise ArgumentError(
                f"{self.name} of {scores.shape[1]} classes is always 1; "
                f"choose TopK(k) with k below {scores.shape[1]}"
            )
        best = np.argsort(-scores, axis=1, kind="stable")[:, : self.k]
        return float(mean((best == true[:, np.newaxis]).any(axis=1), sample_weight))


@explained
@dataclass(frozen=True)
class PerClass(OfClasses):
    """Base class: one score per class, a ratio of counts, and an average of these scores.

    A score of 0 / 0 is 0.

    Parameters
    ----------
    average : {"auto", "macro", "weighted"}, default "auto"
        ``"macro"`` is the mean over the classes that occur in targets or predictions, and over all
        where a sample may be of several; ``"weighted"`` counts each class by its share of the targets;
        ``"auto"`` is the score of class 1 where each sample is of one of two classes (scikit-learn's own
        default, which it calls ``"binary"``), and ``"macro"`` else.

    Raises
    ------
    ArgumentError
        If `average` is none of these.

    References
    ----------
    Sokolova, Lapalme 2009, A systematic analysis of performance measures for classification
    tasks, tables 2 and 3.
    """

    average: str = "auto"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.average, str) or self.average not in ("auto", *AVERAGES):
            raise ArgumentError(
                f"average of {type(self).__name__} must be 'auto', 'macro' or 'weighted'; "
                f"got {checks.shown(self.average)}"
            )

    @property
    def name(self) -> str:
        """The registered name, with the average if one was chosen: ``f1``, ``f1_weighted``."""
        return super().name if self.average == "auto" else f"{super().name}_{self.average}"

    def ratio(self, hits: Floats, predicted: Floats, true: Floats) -> tuple[Floats, Floats]:
        """Numerator and denominator of each class's score.

        Parameters
        ----------
        hits, predicted, true : array ``(n_classes,)``
            Weight of the samples of each class that are rightly predicted, predicted, and true.
        """
        raise NotImplementedError(f"{type(self).__name__} has no formula")

    @explained
    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight = None) -> float:
        counts = (_of_rows if self.reads_rows(y_true, y_pred) else _of_labels)(y_true, y_pred, sample_weight)
        above, below = self.ratio(counts.hits, counts.predicted, counts.true)
        scores = np.divide(above, below, out=np.zeros_like(above), where=below > 0.0)
        if self.average == "weighted":
            return float(np.average(scores, weights=counts.true)) if counts.true.any() else 0.0
        if self.average == "auto" and counts.binary:
            self._refuse_unknown_positive(counts.names)
            return float(scores[1])
        return float(scores[counts.occurs].mean())

    def _refuse_unknown_positive(self, names: tuple[Any, ...]) -> None:
        if names:
            raise ArgumentError(
                f"{super().name} of two classes is that of class 1, and it is not said which of {names[0]!r} and "
                f"{names[1]!r} is meant; choose average='macro' or 'weighted', or give it as 1 and the other as 0"
            )


class _Counts(NamedTuple):
    """Weight of the samples of each class that are rightly predicted, predicted, and true."""

    hits: Floats
    predicted: Floats
    true: Floats
    occurs: NDArray[np.int64]
    binary: bool
    names: tuple[Any, ...] = ()


def _of_labels(y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight) -> _Counts:
    """Of samples of one class each."""
    found = targets.classes(y_true, y_pred)
    weight = targets.weights(sample_weight, len(found.true))
    hits = weight * (found.true == found.predicted)
    return _Counts(
        _weight_of_classes(found.true, hits, found.n_classes),
        _weight_of_classes(found.predicted, weight, found.n_classes),
        _weight_of_classes(found.true, weight, found.n_classes),
        np.union1d(found.true, found.predicted),
        found.n_classes == 2,
        found.names,
    )


def _of_rows(y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight) -> _Counts:
    """Of samples that may be of several classes."""
    true, predicted = targets.rows(y_true, y_pred)
    weight = targets.weights(sample_weight, len(true))
    hits, found, right = (weight @ rows for rows in (true & predicted, predicted, true))
    return _Counts(hits, found, right, np.arange(true.shape[1]), False)


@registry.register("precision")
@dataclass(frozen=True)
class Precision(PerClass):
    """The share of what is called a class that is of that class, in [0, 1].

    Parameters, errors and source are those of :class:`PerClass`.
    """

    def ratio(self, hits: Floats, predicted: Floats, true: Floats) -> tuple[Floats, Floats]:
        """hits / predicted."""
        return hits, predicted


@registry.register("recall")
@dataclass(frozen=True)
class Recall(PerClass):
    """The share of a class that is called by its name, in [0, 1].

    Parameters, errors and source are those of :class:`PerClass`.
    """

    def ratio(self, hits: Floats, predicted: Floats, true: Floats) -> tuple[Floats, Floats]:
        """hits / true."""
        return hits, true


@registry.register("f1")
@dataclass(frozen=True)
class F1(PerClass):
    """The harmonic mean of precision and recall, in [0, 1].

    Parameters, errors and source are those of :class:`PerClass`.
    """

    def ratio(self, hits: Floats, predicted: Floats, true: Floats) -> tuple[Floats, Floats]:
        """2 hits / (predicted + true)."""
        return 2.0 * hits, predicted + true


@explained
def confusion_matrix(y_true: ArrayLike, y_pred: ArrayLike) -> NDArray[np.int64]:
    """How many samples of each class (row) are predicted as each class (column).

    Returns
    -------
    ndarray of int64, ``(n_classes, n_classes)``
        Where targets and predictions are both labels, `n_classes` is the largest label plus one,
        and at least two; where both are names, rows and columns are these names in sorted order.

    Raises
    ------
    ShapeError
        If the shapes do not fit each other.
    DataError
        If something is empty, not finite, or no class that is known.
    """
    found = targets.classes(y_true, y_pred)
    cell = found.true * found.n_classes + found.predicted
    counts = np.bincount(cell, minlength=found.n_classes**2)
    return counts.reshape(found.n_classes, found.n_classes)


def _weight_of_classes(labels: NDArray[np.int64], weight: Floats, n_classes: int) -> Floats:
    return np.asarray(np.bincount(labels, weight, n_classes), dtype=np.float64)
