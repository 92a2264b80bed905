"""Metrics that count hits class by class: precision, recall, and their means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.errors import ArgumentError
from glassnet.metrics import arrays, targets
from glassnet.metrics.base import MetricFacts, Weight, registry
from glassnet.metrics.ofclasses import Averaged, averaged
from glassnet.support import checks
from glassnet.support.arrays import Floats
from glassnet.support.calls import explained

__all__ = ["F1", "FBeta", "PerClass", "Precision", "Recall", "f1", "f_beta", "precision", "recall"]

_SOURCE = (
    "Sokolova, Lapalme 2009, A systematic analysis of performance measures for classification tasks, tables 2 "
    "and 3"
)


@explained
class PerClass(Averaged):
    """Base class: one score per class, a ratio of counts, and an average of these scores.

    A score of 0 / 0 is 0. The macro mean is that over the classes that occur in targets or predictions, and over all
    where a sample may be of several. Parameters and errors are those of :class:`Averaged`.
    """

    def ratio(self, hits: Floats, predicted: Floats, true: Floats) -> tuple[Floats, Floats]:
        """Numerator and denominator of each class's score.

        Parameters
        ----------
        hits, predicted, true : array ``(n_classes,)``
            Weight of the samples of each class that are rightly predicted, predicted, and true.
        """
        raise NotImplementedError(f"{type(self).__name__} has no formula")

    def of_one(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight) -> float:
        """Of samples of one class each."""
        labels = targets.classes(y_true, y_pred)
        self._refuse_unknown_positive(labels.names)
        weight = arrays.weights(sample_weight, len(labels.true))
        hits = weight * (labels.true == labels.predicted)
        counted = [(labels.true, hits), (labels.predicted, weight), (labels.true, weight)]
        return self._value(
            _Counts(*(np.bincount(*of, labels.n_classes).astype(np.float64) for of in counted)),
            np.union1d(labels.true, labels.predicted),
            labels.n_classes == 2,
        )

    def _refuse_unknown_positive(self, names: tuple[Any, ...]) -> None:
        if len(names) == 2 and self.average == "auto" and self.of_class is None:
            raise ArgumentError(
                f"{self.name} of two classes is that of class 1, and it is not said which of {names[0]!r} and "
                f"{names[1]!r} is meant; choose average='macro' or 'weighted', or give it as 1 and the other as 0"
            )

    def of_several(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight) -> float:
        """Of samples that may be of several classes."""
        true, predicted = targets.rows(y_true, y_pred)
        weight = arrays.weights(sample_weight, len(true))
        counts = _Counts(*(weight @ rows for rows in (true & predicted, predicted, true)))
        return self._value(counts, np.arange(true.shape[1]), False)

    def _value(self, counts: _Counts, occurring: NDArray[np.int64], binary: bool) -> float:
        if self.average == "micro":
            counts = _Counts(*(part.sum(keepdims=True) for part in counts))
            return float(self._scores(counts)[0])
        scores = self._scores(counts)
        place = self.place(len(scores), binary)
        return (
            averaged(scores, counts.true, occurring, self.average) if place is None else float(scores[place])
        )

    def _scores(self, counts: _Counts) -> Floats:
        above, below = self.ratio(*counts)
        return np.divide(above, below, out=np.zeros_like(above), where=below > 0.0)


class _Counts(NamedTuple):
    """Weight of the samples of each class that are rightly predicted, predicted, and true."""

    hits: Floats
    predicted: Floats
    true: Floats


@registry.register("precision")
class Precision(PerClass):
    """The share of what is called a class that is of that class, in [0, 1].

    Parameters and errors are those of :class:`Averaged`.
    """

    facts = MetricFacts(
        title="precision", formula="hits / predicted, of each class",
        latex=r"\frac{\sum_i w_i [c_i = \hat c_i = k]}{\sum_i w_i [\hat c_i = k]}", range="0 to 1",
        greater_is_better=True, is_share=True, reads="classes", source=_SOURCE,
        elsewhere="sklearn.metrics.precision_score",
    )  # fmt: skip

    def ratio(self, hits: Floats, predicted: Floats, true: Floats) -> tuple[Floats, Floats]:
        """hits / predicted."""
        return hits, predicted


@registry.register("recall")
class Recall(PerClass):
    """The share of a class that is called by its name, in [0, 1].

    Parameters and errors are those of :class:`Averaged`.
    """

    facts = MetricFacts(
        title="recall", formula="hits / true, of each class",
        latex=r"\frac{\sum_i w_i [c_i = \hat c_i = k]}{\sum_i w_i [c_i = k]}", range="0 to 1", greater_is_better=True,
        is_share=True, reads="classes", source=_SOURCE, elsewhere="sklearn.metrics.recall_score",
    )  # fmt: skip

    def ratio(self, hits: Floats, predicted: Floats, true: Floats) -> tuple[Floats, Floats]:
        """hits / true."""
        return hits, true


@registry.register("f1")
class F1(PerClass):
    """The harmonic mean of precision and recall, in [0, 1].

    Parameters and errors are those of :class:`Averaged`.
    """

    facts = MetricFacts(
        title="F1", formula="2 hits / (predicted + true), of each class", latex=r"\frac{2 P_k R_k}{P_k + R_k}",
        range="0 to 1", greater_is_better=True, is_share=True, reads="classes", source=_SOURCE,
        elsewhere="sklearn.metrics.f1_score",
    )  # fmt: skip

    def ratio(self, hits: Floats, predicted: Floats, true: Floats) -> tuple[Floats, Floats]:
        """2 hits / (predicted + true)."""
        return 2.0 * hits, predicted + true


@registry.register("f_beta")
@dataclass(frozen=True)
class FBeta(PerClass):
    """The weighted harmonic mean of precision and recall, in which recall counts beta^2 times as much, in [0, 1].

    The other parameters and errors are those of :class:`Averaged`.

    Parameters
    ----------
    beta : float, > 0, default 2
        1 is :class:`F1`.
    """

    beta: float = field(default=2.0, kw_only=True)

    pattern: ClassVar[str] = r"{name}_[\d.e+-]+(_micro|_macro|_weighted|_of_class_\d+)?"
    facts = MetricFacts(
        title="F-beta", formula="(1 + beta²) hits / (predicted + beta² true), of each class",
        latex=r"\frac{(1 + \beta^2) P_k R_k}{\beta^2 P_k + R_k}", range="0 to 1", greater_is_better=True,
        is_share=True, reads="classes", source="van Rijsbergen 1979, Information retrieval, chapter 7",
        elsewhere="sklearn.metrics.fbeta_score",
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "beta", checks.number("beta of FBeta", self.beta, above=0))

    @property
    def name(self) -> str:
        """The registered name with beta: ``f_beta_2_macro``."""
        return super().name.replace("f_beta", f"f_beta_{self.beta:g}", 1)

    def ratio(self, hits: Floats, predicted: Floats, true: Floats) -> tuple[Floats, Floats]:
        """(1 + beta^2) hits / (predicted + beta^2 true)."""
        square = self.beta**2
        return (1.0 + square) * hits, predicted + square * true


f1 = F1()
f_beta = FBeta()
precision = Precision()
recall = Recall()
