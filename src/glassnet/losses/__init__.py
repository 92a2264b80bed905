"""Losses as a user names them: ``gn.losses.get("mse")`` or ``gn.losses.Huber(0.5)``.

Each is a function, ``loss(y_true, y_pred) -> float``, with a ``gradient(y_true, y_pred)`` of the predictions' shape.
To add one, write its two formulas in :mod:`glassnet.formulas.losses`, or of a loss of whole rows its three in
:mod:`glassnet.formulas.sums`, and register a class with its facts in the file of its family.
"""

from __future__ import annotations

# isort: off
from glassnet.losses.base import ElementwiseLoss, Loss, get, names, register
from glassnet.losses.own import Function
from glassnet.losses.rows import RowLoss
from glassnet.losses.smoothing import BinaryWeighted, SmoothedLoss

# Families in the order in which names() lists them.
from glassnet.losses import regression, logits, probabilities, embeddings, pairs, margins, distributions
from glassnet.losses.regression import *
from glassnet.losses.logits import *
from glassnet.losses.probabilities import *
from glassnet.losses.embeddings import *
from glassnet.losses.pairs import *
from glassnet.losses.margins import *
from glassnet.losses.distributions import *

__all__ = [
    "BinaryWeighted", "ElementwiseLoss", "Function", "Loss", "RowLoss", "SmoothedLoss", "get", "names", "register",
]  # fmt: skip
__all__ += regression.__all__
__all__ += logits.__all__
__all__ += probabilities.__all__
__all__ += embeddings.__all__
__all__ += pairs.__all__
__all__ += margins.__all__
__all__ += distributions.__all__


def __dir__() -> list[str]:
    return sorted(__all__)
