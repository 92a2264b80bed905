"""Optimizers as a user names them: ``gn.SGD(0.1, momentum=0.9)`` or ``gn.optimizers.get("adam")``.

An optimizer is plain configuration: definitions and defaults are those of ``torch.optim``. Its state (flat vectors, and
the step) belongs to the network it trains, see :class:`glassnet.Network`. To add one, write its rule in
:mod:`glassnet.formulas.updates` and register a class with its facts here.
"""

from __future__ import annotations

# isort: off
from glassnet.optimizers.base import Optimizer, get, names
from glassnet.optimizers.facts import OptimizerFacts

# Families in the order in which names() lists them.
from glassnet.optimizers.descent import SGD
from glassnet.optimizers.adaptive import AdaDelta, AdaGrad, RMSProp
from glassnet.optimizers.adam import Adam, Adamax, AdamW, Lion, NAdam

__all__ = [
    "SGD", "AdaDelta", "AdaGrad", "Adam", "AdamW", "Adamax", "Lion", "NAdam", "Optimizer", "OptimizerFacts", "RMSProp",
    "get", "names",
]  # fmt: skip


def __dir__() -> list[str]:
    return __all__
