"""Optimizers as a user names them: ``gn.SGD(0.1, momentum=0.9)`` or ``gn.optimizers.get("adam")``.

An optimizer is plain configuration: definitions and defaults are those of ``torch.optim``. Its state (flat vectors, and
the step) belongs to the network it trains, see :class:`glassnet.Network`. To add one, write its rule in
:mod:`glassnet.formulas.updates` and register a class with its facts here.
"""

from __future__ import annotations

# isort: off
from glassnet.optimizers.base import Optimizer, get, names

# Families in the order in which names() lists them.
from glassnet.optimizers import descent, adaptive, adam, lbfgs
from glassnet.optimizers.descent import *
from glassnet.optimizers.adaptive import *
from glassnet.optimizers.adam import *
from glassnet.optimizers.lbfgs import *

__all__ = ["Optimizer", "get", "names"]
__all__ += descent.__all__
__all__ += adaptive.__all__
__all__ += adam.__all__
__all__ += lbfgs.__all__


def __dir__() -> list[str]:
    return sorted(__all__)
