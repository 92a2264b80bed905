"""Initializers: how the first weights and biases of a layer are drawn.

A good start keeps the variance of activations and gradients alike from layer to layer; all of the
scaled ones differ only in which fan (number of inputs, of outputs) they divide by.
"""

from __future__ import annotations

from glassnet.initializers import fixed, scaled
from glassnet.initializers.base import Initializer, get, names, register
from glassnet.initializers.fixed import *
from glassnet.initializers.scaled import *

__all__ = ["Initializer", "get", "names", "register"]
__all__ += fixed.__all__
__all__ += scaled.__all__


def __dir__() -> list[str]:
    return sorted(__all__)
