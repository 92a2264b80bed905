"""Metrics: what people read beside the loss; nothing is trained on them.

Each is called as ``metric(y_true, y_pred, sample_weight=None)`` and takes what a network predicts:
scores of all classes ``(n, n_classes)``, probabilities of class 1 ``(n, 1)``, or values of a
regression. What else may stand for classes is told in :mod:`glassnet.metrics.targets`.
"""

from __future__ import annotations

from glassnet.metrics.base import Custom, Metric, get, is_share, measured_in, names, register
from glassnet.metrics.classification import (
    F1,
    Accuracy,
    LabelAccuracy,
    OfClasses,
    PerClass,
    Precision,
    Recall,
    TopK,
    confusion_matrix,
)
from glassnet.metrics.regression import R2, MeanAbsoluteError, RootMeanSquaredError
from glassnet.metrics.targets import predicted_classes

accuracy = Accuracy()
label_accuracy = LabelAccuracy()
top_k_accuracy = TopK()
precision = Precision()
recall = Recall()
f1 = F1()
mean_absolute_error = MeanAbsoluteError()
root_mean_squared_error = RootMeanSquaredError()
r2 = R2()

__all__ = [
    "F1",
    "R2",
    "Accuracy",
    "Custom",
    "LabelAccuracy",
    "MeanAbsoluteError",
    "Metric",
    "OfClasses",
    "PerClass",
    "Precision",
    "Recall",
    "RootMeanSquaredError",
    "TopK",
    "accuracy",
    "confusion_matrix",
    "f1",
    "get",
    "is_share",
    "label_accuracy",
    "mean_absolute_error",
    "measured_in",
    "names",
    "precision",
    "predicted_classes",
    "r2",
    "recall",
    "register",
    "root_mean_squared_error",
    "top_k_accuracy",
]


def __dir__() -> list[str]:
    return __all__
