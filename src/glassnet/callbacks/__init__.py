"""What happens between epochs: stopping, keeping the best, lowering the learning rate, writing files.

A callback is a :class:`Callback`, or any callable, which is called with the :class:`Session` after every epoch.
"""

from __future__ import annotations

from glassnet.callbacks.averaging import AverageWeights
from glassnet.callbacks.base import Callback, Function, Session
from glassnet.callbacks.log import CSVLog
from glassnet.callbacks.rates import ReduceOnPlateau, ScheduleLearningRate
from glassnet.callbacks.saving import Checkpoint
from glassnet.callbacks.stopping import EarlyStopping

__all__ = [
    "AverageWeights",
    "CSVLog",
    "Callback",
    "Checkpoint",
    "EarlyStopping",
    "Function",
    "ReduceOnPlateau",
    "ScheduleLearningRate",
    "Session",
]


def __dir__() -> list[str]:
    return __all__
