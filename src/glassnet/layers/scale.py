"""A learned factor for each feature."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from glassnet import initializers
from glassnet.kernels.arrays import Own
from glassnet.layers.base import Layer, Parameter, Shape, check_factors, one_axis, registry
from glassnet.layers.facts import LayerFacts
from glassnet.support.arrays import Array


@registry.register("scale")
@dataclass(repr=False)
class Scale(Layer):
    """a = w x: a learned factor w for each feature, which begins at 1.

    Parameters
    ----------
    learning_rate_factor : float
        Multiplies every step of the factors, >= 0; 0 freezes them.

    Notes
    -----
    x, a ``(n_samples, n_features)``, w ``(n_features,)``. Before the first Dense layer it learns what each feature is
    worth; Holzmüller et al., NeurIPS 2024, section 3.
    """

    learning_rate_factor: float = field(default=1.0, kw_only=True)
    is_affine: ClassVar[bool] = True
    facts: ClassVar[LayerFacts] = LayerFacts(value="w * x", slope="w", slope_of_weight="x")

    def __post_init__(self) -> None:
        check_factors(self, "learning_rate_factor")

    def output_shape(self, input_shape: Shape) -> Shape:
        one_axis(input_shape)
        return input_shape

    def parameters(self, input_shape: Shape) -> list[Parameter]:
        n = one_axis(input_shape)
        return [Parameter("weights", (n,), initializers.Constant(1.0), n, n, self.learning_rate_factor)]

    def forward(self, x: Array, own: Own, a: Array) -> None:
        """A = w X."""
        np.multiply(x, own.parameters[0], out=a)

    def backward(self, x: Array, a: Array, own: Own, error: Array, d_x: Array) -> None:
        """dw = sum dA X;  dX = w dA."""
        np.add.reduce(error * x, axis=0, out=own.gradients[0][0])
        np.multiply(error, own.parameters[0], out=d_x)
