"""Activations that each unit learns how much of to take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from glassnet import initializers
from glassnet.activations import SELU, ActivationFunction, Mish
from glassnet.kernels.arrays import Own
from glassnet.layers.base import Layer, Parameter, Shape, check_factors, one_axis, registry
from glassnet.layers.facts import LayerFacts
from glassnet.support.arrays import Array


@dataclass(repr=False)
class Parametric(Layer):
    """a = x + w (f(x) - x): between the input and its activation f, by a learned share w, which begins at 1."""

    learning_rate_factor: float = field(default=1.0, kw_only=True)
    of: ClassVar[ActivationFunction]

    def __post_init__(self) -> None:
        check_factors(self, "learning_rate_factor")

    def output_shape(self, input_shape: Shape) -> Shape:
        one_axis(input_shape)
        return input_shape

    def parameters(self, input_shape: Shape) -> list[Parameter]:
        """The share of each unit."""
        n = one_axis(input_shape)
        return [Parameter("weights", (n,), initializers.Constant(1.0), n, n, self.learning_rate_factor)]

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
    facts: ClassVar[LayerFacts] = LayerFacts(
        value="x + w * (1.0507009873554805 * x - x) if x > 0 else x + w * (1.7580993408473766 * (exp(x) - 1) - x)",
        slope="1 + w * (1.0507009873554805 - 1) if x > 0 else 1 + w * (1.7580993408473766 * exp(x) - 1)",
        slope_of_weight="1.0507009873554805 * x - x if x > 0 else 1.7580993408473766 * (exp(x) - 1) - x",
    )


@registry.register("parametric_mish")
@dataclass(repr=False)
class ParametricMish(Parametric):
    """a = x + w (Mish(x) - x), with a learned share w for each unit, which begins at 1.

    At 1 it is Mish, at 0 the unit is linear. Holzmüller, Grinsztajn, Steinwart 2024, Better by default, NeurIPS
    (RealMLP), section 3.

    Parameters
    ----------
    learning_rate_factor : float
        Multiplies every step of the shares, >= 0; 0 freezes them.

    Notes
    -----
    x, a ``(n_samples, n_features)``, w ``(n_features,)``.
    """

    of: ClassVar[ActivationFunction] = Mish()
    facts: ClassVar[LayerFacts] = LayerFacts(
        value="x + w * (x * tanh(softplus(x)) - x)",
        slope="1 + w * (tanh(softplus(x)) + x * sigmoid(x) * (1 - tanh(softplus(x))**2) - 1)",
        slope_of_weight="x * tanh(softplus(x)) - x",
    )
