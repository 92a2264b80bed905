"""What batch norm and layer norm have in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassnet import initializers
from glassnet.layers.base import Layer, Parameter, Shape, one_axis
from glassnet.support.arrays import Array


@dataclass(repr=False)
class Normalisation(Layer):
    """a = weights * (x - mean) / sqrt(variance + epsilon) + bias; weights begin at 1, bias at 0."""

    learning_rate_factor = 1.0
    bias_learning_rate_factor = 1.0

    def output_shape(self, input_shape: Shape) -> Shape:
        one_axis(input_shape)
        return input_shape

    def parameters(self, input_shape: Shape) -> list[Parameter]:
        """Weights, then bias."""
        n = one_axis(input_shape)
        return [
            Parameter("weights", (n,), initializers.Constant(1.0), n, n, self.learning_rate_factor),
            Parameter("bias", (n,), initializers.Zeros(), n, n, self.bias_learning_rate_factor),
        ]


def affine_backward(standardised: Array, error: Array, gradients: tuple[Array, ...]) -> None:
    """Of w s + b: dw = sum dA s;  db = sum dA."""
    d_weights, d_bias = gradients
    np.add.reduce(error * standardised, axis=0, out=d_weights[0])
    np.add.reduce(error, axis=0, out=d_bias[0])
