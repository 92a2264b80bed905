"""Activations that each unit learns how much of to take."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from glassnet.activations import SELU, ActivationFunction, Mish
from glassnet.kernels.arrays import Own
from glassnet.layers.base import registry
from glassnet.layers.entrywise import Entrywise
from glassnet.layers.facts import LayerFacts
from glassnet.support import expressions
from glassnet.support.arrays import Array


def facts_of_share(of: ActivationFunction) -> LayerFacts:
    """How x + w (f(x) - x) and its slopes are written, from the facts of f."""
    if of.facts is None:
        raise NotImplementedError(f"{of!r} has no facts")
    value, slope = (re.sub(r"\bz\b", "x", formula) for formula in (of.facts.value, of.facts.slope))
    return LayerFacts(
        value=expressions.within(value, "x + w * (F - x)"),
        slope=expressions.within(slope, "1 + w * (F - 1)"),
        slope_of_weight=expressions.within(value, "F - x"),
    )


@dataclass(repr=False)
class Parametric(Entrywise):
    """a = x + w (f(x) - x): between the input and its activation f, by a learned share w, which begins at 1."""

    of: ClassVar[ActivationFunction]

    def forward(self, x: Array, own: Own, a: Array) -> None:
        """A = X + w (f(X) - X)."""
        np.multiply(own.parameters[0], self.of.value(x) - x, out=a)
        a += x

    def backward(self, x: Array, a: Array, own: Own, error: Array, d_x: Array) -> None:
        """dw = sum dA (f(X) - X);  dX = dA (1 + w (f'(X) - 1))."""
        value = self.of.value(x)
        np.add.reduce(error * (value - x), axis=0, out=own.gradients[0][0])
        np.multiply(error, 1 + own.parameters[0] * (self.of.slope(x, value) - 1), out=d_x)


@registry.register("parametric_selu")
@dataclass(repr=False)
class ParametricSELU(Parametric):
    """a = x + w (SELU(x) - x), with a learned share w for each unit, which begins at 1.

    At 1 it is SELU, at 0 the unit is linear. Holzmüller, Grinsztajn, Steinwart 2024, Better by default, NeurIPS
    (RealMLP), section 3.

    Parameters
    ----------
    learning_rate_factor : float
        Multiplies every step of the shares, >= 0; 0 freezes them.

    Notes
    -----
    x, a ``(n_samples, n_features)``, w ``(n_features,)``.
    """

    of: ClassVar[ActivationFunction] = SELU()
    facts: ClassVar[LayerFacts] = facts_of_share(of)


@registry.register("parametric_mish")
@dataclass(repr=False)
class ParametricMish(Parametric):
    """a = x + w (Mish(x) - x), with a learned share w for each unit; otherwise as :class:`ParametricSELU`.

    Parameters
    ----------
    learning_rate_factor : float
        Multiplies every step of the shares, >= 0; 0 freezes them.
    """

    of: ClassVar[ActivationFunction] = Mish()
    facts: ClassVar[LayerFacts] = facts_of_share(of)
