"""Losses as a user names them: ``gn.losses.get("mse")`` or ``gn.losses.Huber(0.5)``.

Each is a function, ``loss(y_true, y_pred) -> float``, with a ``gradient(y_true, y_pred)`` of the predictions' shape.
To add one, write its two formulas in :mod:`glassnet.formulas.losses` and register a class with its facts in the file of
its family.
"""

from __future__ import annotations

# isort: off
from glassnet.losses.base import (
    ElementwiseLoss,
    Loss,
    get,
    label_column,
    advice_for_rows,
    names,
    one_hot_rows,
    register,
)
from glassnet.losses.facts import LossFacts
from glassnet.losses.own import Function

# Families in the order in which names() lists them.
from glassnet.losses.regression import Huber, MeanAbsoluteError, MeanSquaredError, Poisson, Quantile
from glassnet.losses.logits import SigmoidCrossEntropy, SoftmaxCrossEntropy, SparseSoftmaxCrossEntropy
from glassnet.losses.probabilities import (
    BinaryCrossEntropy, CategoricalCrossEntropy, KullbackLeibler, SparseCategoricalCrossEntropy,
)  # fmt: skip
from glassnet.losses.embeddings import Contrastive, EmbeddingLoss, TripletAll, TripletHard

__all__ = [
    "BinaryCrossEntropy", "CategoricalCrossEntropy", "Contrastive", "ElementwiseLoss", "EmbeddingLoss",
    "Function", "Huber", "KullbackLeibler", "Loss", "LossFacts", "MeanAbsoluteError", "MeanSquaredError", "Poisson",
    "Quantile", "SigmoidCrossEntropy", "SoftmaxCrossEntropy", "SparseCategoricalCrossEntropy",
    "SparseSoftmaxCrossEntropy", "TripletAll", "TripletHard", "advice_for_rows", "get", "label_column", "names",
    "one_hot_rows", "register",
]  # fmt: skip


def __dir__() -> list[str]:
    return __all__
