"""Each sample standardised over its features."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet import plan
from glassnet.formulas.rows import normalise, normalise_backward
from glassnet.kernels.arrays import Own
from glassnet.layers.base import Shape, check_factors, one_axis, registry
from glassnet.layers.normalising.affine import Normalisation, affine_backward
from glassnet.layers.steps import Steps, V
from glassnet.support import checks
from glassnet.support.arrays import Array


@registry.register("layer_norm")
@dataclass(repr=False)
class LayerNorm(Normalisation):
    """Normalises each sample over its features. Ba, Kiros, Hinton 2016.

    Parameters
    ----------
    epsilon : float
        Added to the variance, > 0.
    learning_rate_factor, bias_learning_rate_factor : float
        Multiplies every step of the weights, and of the bias, >= 0; 0 freezes them.
    """

    epsilon: float = 1e-5
    learning_rate_factor: float = field(default=1.0, kw_only=True)
    bias_learning_rate_factor: float = field(default=1.0, kw_only=True)

    def __post_init__(self) -> None:
        self.epsilon = checks.number("epsilon of LayerNorm", self.epsilon, above=0)
        check_factors(self, "learning_rate_factor", "bias_learning_rate_factor")

    def kept(self, input_shape: Shape) -> tuple[int, ...]:
        """Standardised inputs, and 1 / sqrt(variance + epsilon)."""
        return (one_axis(input_shape), 1)

    def row_fields(self) -> dict[str, Any]:
        return {"kind": plan.LAYER_NORM, "epsilon": self.epsilon}

    def forward(self, x: Array, own: Own, a: Array) -> None:
        """A = w s + b, s = (X - mean) / sqrt(variance + epsilon) over the features of each sample."""
        (weights, bias), (standardised, inverse) = own.parameters, own.kept
        standardised[...], _, _, inverse[...] = normalise(x, self.epsilon, axis=1)
        np.add(weights * standardised, bias, out=a)

    def backward(self, x: Array, a: Array, own: Own, error: Array, d_x: Array) -> None:
        """dw = sum dA s;  db = sum dA;  dX also through each sample's mean and variance."""
        weights, (standardised, inverse) = own.parameters[0], own.kept
        affine_backward(standardised, error, own.gradients)
        d_x[...] = normalise_backward(standardised, inverse, error * weights, axis=1)

    def describe(self, steps: Steps[V], x: V, n_inputs: int) -> V:
        """Over the features of each sample."""
        centred = steps.formula("centred", "x - mean", x=x, mean=steps.mean(x))
        variance = steps.mean(steps.formula("squares", "x**2", x=centred))
        text = "x / sqrt(variance + epsilon) * w + b"
        return steps.formula(
            "a",
            text,
            x=centred,
            variance=variance,
            epsilon=self.epsilon,
            w=steps.row("weights"),
            b=steps.row("bias"),
        )
