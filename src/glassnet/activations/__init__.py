"""Activations as a user names them: ``gn.activations.get("leaky_relu")`` or ``gn.activations.LeakyReLU(0.2)``.

Each is a function, ``activation(z)``, with a ``slope(z)``.

To add one, write its two formulas in :mod:`glassnet.formulas.activations` and register a class with its facts in the
file of its family; every engine, bridge, check and table finds it by itself. A user's own pair of functions becomes one
by :class:`Function`.
"""

from __future__ import annotations

# isort: off
from glassnet.activations.base import ActivationFunction, get, names, register
from glassnet.activations.facts import ActivationFacts
from glassnet.activations.own import Function

# Families in the order in which names() lists them.
from glassnet.activations import rectifiers, smooth, bounded, rows
from glassnet.activations.rectifiers import *
from glassnet.activations.smooth import *
from glassnet.activations.bounded import *
from glassnet.activations.rows import *

__all__ = ["ActivationFacts", "ActivationFunction", "Function", "get", "names", "register"]
__all__ += rectifiers.__all__
__all__ += smooth.__all__
__all__ += bounded.__all__
__all__ += rows.__all__


def __dir__() -> list[str]:
    return sorted(__all__)
