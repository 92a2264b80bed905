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
from glassnet.activations.rectifiers import ELU, SELU, LeakyReLU, Linear, ReLU
from glassnet.activations.smooth import GELU, Exponential, GELUTanh, HardSwish, Mish, SiLU, Softplus
from glassnet.activations.bounded import HardSigmoid, Sigmoid, Step, Tanh
from glassnet.activations.rows import Softmax

__all__ = [
    "ELU",
    "GELU",
    "SELU",
    "ActivationFacts",
    "ActivationFunction",
    "Exponential",
    "Function",
    "GELUTanh",
    "HardSigmoid",
    "HardSwish",
    "LeakyReLU",
    "Linear",
    "Mish",
    "ReLU",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Step",
    "Tanh",
    "get",
    "names",
    "register",
]  # fmt: skip


def __dir__() -> list[str]:
    return __all__
