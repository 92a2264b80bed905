"""Metrics of the order of scores: how well a class's samples are ranked above the others."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.errors import DataError
from glassnet.metrics import arrays, targets
from glassnet.metrics.base import MetricFacts, Weight, registry
from glassnet.metrics.ofclasses import Averaged, averaged
from glassnet.support.arrays import Floats
from glassnet.support.calls import explained

__all__ = ["AveragePrecision", "RankingMetric", "RocAuc", "average_precision", "roc_auc"]


class Curve(NamedTuple):
    """Weight of the samples of the class, and of the others, whose score is at least each threshold, from above."""

    hits: Floats
    alarms: Floats


@explained
class RankingMetric(Averaged):
    """Base class: the area under a curve over all thresholds, of each class against all others.

    Where each sample is of one of two classes it is that of class 1, whatever the average, as in scikit-learn; a single
    column of `y_pred` is then any score that rises with class 1. The macro mean is that over all classes.
    """

    def area(self, curve: Curve) -> float:
        """The area under this metric's curve."""
        raise NotImplementedError(f"{type(self).__name__} has no formula")

    def of_one(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight) -> float:
        """Of samples of one class each."""
        return self._value(*targets.scores(y_true, y_pred), sample_weight)

    def of_several(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight) -> float:
        """Of samples that may be of several classes."""
        return self._value(*targets.members(y_true, y_pred), sample_weight, several=True)

    def _value(
        self, true: NDArray[np.bool_], scores: Floats, sample_weight: Weight, several: bool = False
    ) -> float:
        weight = arrays.weights(sample_weight, len(true))
        n_classes = true.shape[1]
        place = self.place(n_classes, binary=False)
        if n_classes == 2 and not several and place is None:
            place = 1
        if place is not None:
            return self._area(true[:, place], scores[:, place], weight, f"class {place}")
        if self.average == "micro":
            return self._area(true.ravel(), scores.ravel(), np.repeat(weight, n_classes), "any class")
        areas = [
            self._area(true[:, k], scores[:, k], weight, f"class {k}", ", or average='micro'")
            for k in range(n_classes)
        ]
        return averaged(np.array(areas), weight @ true, slice(None), self.average)

    def _area(
        self, true: NDArray[np.bool_], scores: Floats, weight: Floats, name: str, advice: str = ""
    ) -> float:
        curve = curve_of(true, scores, weight)
        self.check(curve, name, advice)
        return self.area(curve)

    def check(self, curve: Curve, name: str, advice: str) -> None:
        """Raise `DataError` where the curve of what is called `name` is not defined."""
        if curve.hits[-1] == 0.0:
            raise DataError(
                f"{self.name} ranks samples of {name} above others; no sample of y_true is of {name}{_MORE}{advice}"
            )


_MORE = " (a weight of 0 counts as no sample). Give more samples"


def curve_of(true: NDArray[np.bool_], scores: Floats, weight: Floats) -> Curve:
    """From the highest threshold to the lowest: which samples are of the class, their scores and weights, all (n,)."""
    counted = weight > 0.0
    true, scores, weight = true[counted], scores[counted], weight[counted]
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.diff(scores[order], append=-np.inf))
    hits, alarms = (np.cumsum(np.where(of, weight, 0.0)[order])[ends] for of in (true, ~true))
    return Curve(hits, alarms)


@registry.register("roc_auc", "auc")
class RocAuc(RankingMetric):
    """The share of pairs, one sample of the class and one of another, in which the first has the higher score.

    It is the area under the receiver operating characteristic, in [0, 1]; equal scores count one half, and chance has
    0.5. Parameters are those of :class:`Averaged`.

    Raises
    ------
    DataError
        If all samples are of the class, or none is.
    """

    facts = MetricFacts(
        title="ROC AUC", formula="∫ true positive rate d(false positive rate)",
        latex=r"\int_0^1 \mathrm{TPR}\, d\,\mathrm{FPR}", range="0 to 1", greater_is_better=True, is_share=True,
        reads="scores", source="Hanley, McNeil 1982, The meaning and use of the area under a ROC curve",
        elsewhere="sklearn.metrics.roc_auc_score",
    )  # fmt: skip

    def check(self, curve: Curve, name: str, advice: str) -> None:
        """There must be samples of both kinds."""
        super().check(curve, name, advice)
        if curve.alarms[-1] == 0.0:
            raise DataError(
                f"{self.name} ranks samples of {name} above others; all samples of y_true are of {name}{_MORE}{advice}"
            )

    def area(self, curve: Curve) -> float:
        """Trapezoids under the rate of hits over that of false alarms."""
        hits = np.concatenate([[0.0], curve.hits / curve.hits[-1]])
        alarms = np.concatenate([[0.0], curve.alarms / curve.alarms[-1]])
        return float((np.diff(alarms) * (hits[1:] + hits[:-1])).sum() / 2.0)


@registry.register("average_precision", "pr_auc")
class AveragePrecision(RankingMetric):
    """The mean precision over the recall that each threshold adds: the area under the precision-recall curve.

    In [0, 1]; chance has the share of the class. Steps, no trapezoids, which would flatter. Parameters are those of
    :class:`Averaged`.

    Raises
    ------
    DataError
        If no sample is of the class.
    """

    facts = MetricFacts(
        title="average precision", formula="Σ over thresholds of (recallₙ − recallₙ₋₁) · precisionₙ",
        latex=r"\sum_n (R_n - R_{n-1}) P_n", range="0 to 1", greater_is_better=True, is_share=True, reads="scores",
        source="Manning, Raghavan, Schütze 2008, Introduction to information retrieval, section 8.4",
        elsewhere="sklearn.metrics.average_precision_score",
    )  # fmt: skip

    def area(self, curve: Curve) -> float:
        """Each step of recall times the precision behind it."""
        precision = curve.hits / (curve.hits + curve.alarms)
        return float((np.diff(curve.hits, prepend=0.0) * precision).sum() / curve.hits[-1])


average_precision = AveragePrecision()
roc_auc = RocAuc()
