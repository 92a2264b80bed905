"""Metrics of predicted probabilities: not only which class, but how sure."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from glassnet.metrics import targets
from glassnet.metrics.base import MetricFacts, Weight, mean, registry
from glassnet.metrics.ofclasses import OfClasses

__all__ = ["Brier", "LogLoss", "brier_score", "log_loss"]


@registry.register("log_loss")
class LogLoss(OfClasses):
    """The mean of -log of the probability that the true class was given; >= 0, in nats.

    As in scikit-learn, probabilities are held between eps and 1 - eps, the precision of their dtype, so a class that
    was ruled out costs at most 36 nats in float64 and 16 in float32. Cross-entropy losses bound them much later.
    """

    facts = MetricFacts(
        title="log loss", formula="−Σ w log p(c) / Σ w", latex=r"-\frac{\sum_i w_i \log p_{i, c_i}}{\sum_i w_i}",
        range="0 to −log eps", greater_is_better=False, is_share=False, reads="probabilities",
        source="Good 1952, Rational decisions", elsewhere="sklearn.metrics.log_loss",
    )  # fmt: skip

    def of_one(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight) -> float:
        true, probabilities = targets.probabilities(y_true, y_pred)
        precision = np.finfo(np.asarray(y_pred).dtype).eps if np.asarray(y_pred).dtype.kind == "f" else _EPS
        held = np.clip(probabilities, precision, 1.0 - precision)
        return float(mean(-np.log(held[true]), sample_weight))


_EPS = np.finfo(np.float64).eps


@registry.register("brier_score", "brier")
class Brier(OfClasses):
    """The mean squared distance of the probabilities from the one-hot row of the true class.

    Of two classes it is halved, which makes it the mean of (p - y)^2, in [0, 1]; of more it is in [0, 2].
    """

    facts = MetricFacts(
        title="Brier score", formula="Σ w Σ over classes of (pₖ − [c = k])² / Σ w, half of it for two classes",
        latex=r"\frac{\sum_i w_i \sum_k (p_{ik} - [c_i = k])^2}{\sum_i w_i}",
        range="0 to 1 for two classes, 0 to 2 for more", greater_is_better=False, is_share=False,
        reads="probabilities", source="Brier 1950, Verification of forecasts expressed in terms of probability",
        elsewhere="sklearn.metrics.brier_score_loss",
    )  # fmt: skip

    def of_one(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight) -> float:
        """Sum over the classes of (p_k - [c = k])^2."""
        true, probabilities = targets.probabilities(y_true, y_pred)
        squares = ((probabilities - true) ** 2).sum(axis=1)
        return float(mean(squares, sample_weight)) / (2.0 if true.shape[1] == 2 else 1.0)


brier_score = Brier()
log_loss = LogLoss()
