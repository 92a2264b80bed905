"""Metrics of classes that are predicted or not: shares of samples, and of entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.errors import ArgumentError, ShapeError
from glassnet.metrics import arrays, targets
from glassnet.metrics.base import MetricFacts, Weight, mean, registry
from glassnet.metrics.ofclasses import OfClasses
from glassnet.support.calls import explained
from glassnet.support.checks import integer

__all__ = [
    "Accuracy", "BalancedAccuracy", "LabelAccuracy", "TopK", "accuracy", "balanced_accuracy", "confusion_matrix",
    "label_accuracy", "top_k_accuracy",
]  # fmt: skip


@registry.register("accuracy", "acc")
class Accuracy(OfClasses):
    """The share of samples whose class is predicted: sum w [c_true = c_pred] / sum w, in [0, 1].

    A sample of several classes counts where all of them and no others are predicted (subset accuracy).
    """

    facts = MetricFacts(
        title="accuracy", formula="Σ w [c = ĉ] / Σ w", latex=r"\frac{\sum_i w_i [c_i = \hat c_i]}{\sum_i w_i}",
        range="0 to 1", greater_is_better=True, is_share=True, reads="classes", source="",
        elsewhere="sklearn.metrics.accuracy_score",
    )  # fmt: skip

    def of_one(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight) -> float:
        """[c_true = c_pred]."""
        labels = targets.classes(y_true, y_pred)
        return float(mean(labels.true == labels.predicted, sample_weight))

    def of_several(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight) -> float:
        """Whether the whole row is right."""
        rows = targets.rows(y_true, y_pred)
        return float(mean((rows.true == rows.predicted).all(axis=1), sample_weight))


@registry.register("balanced_accuracy")
class BalancedAccuracy(OfClasses):
    """The mean over the classes in y of the share of each that is predicted, in [0, 1]: rare ones count as much."""

    facts = MetricFacts(
        title="balanced accuracy", formula="mean over classes k of Σ w [c = ĉ = k] / Σ w [c = k]",
        latex=r"\frac{1}{K} \sum_k \frac{\sum_i w_i [c_i = \hat c_i = k]}{\sum_i w_i [c_i = k]}", range="0 to 1",
        greater_is_better=True, is_share=True, reads="classes",
        source="Brodersen, Ong, Stephan, Buhmann 2010, The balanced accuracy and its posterior distribution",
        elsewhere="sklearn.metrics.balanced_accuracy_score",
    )  # fmt: skip

    def of_one(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight) -> float:
        """hits / true, mean over the classes whose targets weigh something."""
        labels = targets.classes(y_true, y_pred)
        weight = arrays.weights(sample_weight, len(labels.true))
        hits = np.bincount(labels.true, weight * (labels.true == labels.predicted), labels.n_classes)
        true = np.bincount(labels.true, weight, labels.n_classes)
        return float((hits[true > 0] / true[true > 0]).mean())


@registry.register("label_accuracy")
class LabelAccuracy(OfClasses):
    """The share of all entries of rows of 0 and 1 that are right, each class of each sample by itself, in [0, 1]."""

    facts = MetricFacts(
        title="label accuracy", formula="Σ w mean over classes of [y = ŷ] / Σ w",
        latex=r"\frac{\sum_i w_i \frac{1}{K} \sum_k [y_{ik} = \hat y_{ik}]}{\sum_i w_i}", range="0 to 1",
        greater_is_better=True, is_share=True, reads="classes", source="",
        elsewhere="1 - sklearn.metrics.hamming_loss",
    )  # fmt: skip

    def reads_rows(self, y_true: ArrayLike, y_pred: ArrayLike) -> bool:
        return True

    def of_several(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight) -> float:
        """[y_true = y_pred], mean over the row."""
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
    """

    k: int = 5

    pattern: ClassVar[str] = r"top_\d+_accuracy"
    facts = MetricFacts(
        title="top-k accuracy", formula="Σ w [c among the k largest scores] / Σ w",
        latex=r"\frac{\sum_i w_i [c_i \in \mathrm{top}_k(s_i)]}{\sum_i w_i}", range="0 to 1", greater_is_better=True,
        is_share=True, reads="scores",
        source="Krizhevsky, Sutskever, Hinton 2012, ImageNet classification, section 2",
        elsewhere="sklearn.metrics.top_k_accuracy_score",
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "k", integer("k of TopK", self.k, least=1))

    @property
    def name(self) -> str:
        """``top_5_accuracy`` for k = 5, so that several of them fit into one history."""
        return f"top_{self.k}_accuracy"

    def of_one(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight) -> float:
        """Whether the class is among the k largest scores."""
        labels = targets.classes(y_true, y_pred)
        true, scores = labels.true, np.asarray(y_pred) if labels.names else np.asarray(y_pred, np.float64)
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
    labels = targets.classes(y_true, y_pred)
    cell = labels.true * labels.n_classes + labels.predicted
    counts = np.bincount(cell, minlength=labels.n_classes**2)
    return counts.reshape(labels.n_classes, labels.n_classes)


accuracy = Accuracy()
balanced_accuracy = BalancedAccuracy()
label_accuracy = LabelAccuracy()
top_k_accuracy = TopK()
