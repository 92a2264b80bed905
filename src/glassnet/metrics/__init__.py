"""Metrics: what people read beside the loss; nothing is trained on them.

Each is called as ``metric(y_true, y_pred, sample_weight=None)`` and takes what a network predicts:
scores of all classes ``(n, n_classes)``, probabilities of class 1 ``(n, 1)``, or values of a
regression. What else may stand for classes is told in :mod:`glassnet.metrics.targets`.
"""

from __future__ import annotations

from glassnet.metrics import classwise, labels, ofclasses, probabilities, quantiles, ranking, regression
from glassnet.metrics.base import Custom, Metric, get, is_share, measured_in, names, register, title
from glassnet.metrics.classwise import *
from glassnet.metrics.labels import *
from glassnet.metrics.ofclasses import *
from glassnet.metrics.probabilities import *
from glassnet.metrics.quantiles import *
from glassnet.metrics.ranking import *
from glassnet.metrics.regression import *
from glassnet.metrics.targets import predicted_classes

__all__ = [
    "Custom", "Metric", "get", "is_share", "measured_in", "names", "predicted_classes", "register", "title",
]  # fmt: skip
__all__ += classwise.__all__
__all__ += labels.__all__
__all__ += ofclasses.__all__
__all__ += probabilities.__all__
__all__ += quantiles.__all__
__all__ += ranking.__all__
__all__ += regression.__all__


def __dir__() -> list[str]:
    return sorted(__all__)
