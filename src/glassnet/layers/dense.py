"""A layer of neurons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet import activations, initializers, plan
from glassnet.activations import ActivationFunction
from glassnet.errors import ArgumentError, ShapeError
from glassnet.initializers import Initializer
from glassnet.layers.base import Layer, Parameter, Shape, check_factors, one_axis, registry
from glassnet.support import checks


@registry.register("dense")
@dataclass(repr=False)
class Dense(Layer):
    """a = f(x W + b).

    Parameters
    ----------
    units : int
        Number of neurons, >= 1.
    activation : str or Activation
        f; linear by default.
    initializer, bias_initializer : str or Initializer
        How weights and bias begin.
    l1, l2 : float
        Adds l1 * sum abs(W) + l2 / 2 * sum W^2 to the loss, >= 0; the bias is left out.
    use_bias : bool
        Without it a = f(x W), and the layer has no ``bias``.
    bias_l1, bias_l2 : float
        The same for the bias: adds bias_l1 * sum abs(b) + bias_l2 / 2 * sum b^2, >= 0.
    learning_rate_factor, bias_learning_rate_factor : float
        Multiplies every step of the weights, and of the bias, >= 0; 0 freezes them. Their gradients still count where
        the norm of all gradients is limited.

    Notes
    -----
    x ``(n_samples, n_inputs)``, W ``(n_inputs, units)``, b ``(units,)``, a ``(n_samples, units)``.
    """

    units: int
    activation: str | ActivationFunction = "linear"
    initializer: str | Initializer = "glorot_uniform"
    bias_initializer: str | Initializer = "zeros"
    l1: float = 0.0
    l2: float = 0.0
    use_bias: bool = True
    bias_l1: float = 0.0
    bias_l2: float = 0.0
    learning_rate_factor: float = field(default=1.0, kw_only=True)
    bias_learning_rate_factor: float = field(default=1.0, kw_only=True)

    def __post_init__(self) -> None:
        self.units = checks.integer("units of Dense", self.units, least=1)
        self.activation = activations.get(self.activation)
        self.initializer = initializers.get(self.initializer)
        self.bias_initializer = initializers.get(self.bias_initializer)
        self.l1 = checks.number("l1 of Dense", self.l1, least=0)
        self.l2 = checks.number("l2 of Dense", self.l2, least=0)
        self.use_bias = checks.truth("use_bias of Dense", self.use_bias)
        self.bias_l1 = checks.number("bias_l1 of Dense", self.bias_l1, least=0)
        self.bias_l2 = checks.number("bias_l2 of Dense", self.bias_l2, least=0)
        check_factors(self, "learning_rate_factor", "bias_learning_rate_factor")
        self._refuse_options_of_no_bias()

    def _refuse_options_of_no_bias(self) -> None:
        if self.use_bias:
            return
        options = {
            "bias_initializer": self.bias_initializer != initializers.Zeros(),
            "bias_l1": self.bias_l1 > 0,
            "bias_l2": self.bias_l2 > 0,
            "bias_learning_rate_factor": self.bias_learning_rate_factor != 1,
        }
        idle = [name for name, is_given in options.items() if is_given]
        if idle:
            raise ArgumentError(
                f"{idle[0]} of Dense is of a bias, and use_bias=False leaves none; take one of them away"
            )

    def output_shape(self, input_shape: Shape) -> Shape:
        one_axis(input_shape)
        activation = activations.get(self.activation)
        if self.units == 1 and activation.is_of_rows:
            name, always = activations.base.registry.called(activation), activation.value([0.0])[0]
            raise ShapeError(
                f"is a {name} over one unit, which is always {always:g}; use Dense(1, 'sigmoid') with "
                "binary_cross_entropy, or Dense(2, 'softmax')"
            )
        return (self.units,)

    def parameters(self, input_shape: Shape) -> list[Parameter]:
        """Weights, then bias, if there is one."""
        n_inputs, m = one_axis(input_shape), self.units
        weights = Parameter(
            "weights", (n_inputs, m), initializers.get(self.initializer), n_inputs, m, self.learning_rate_factor
        )  # fmt: skip
        bias = Parameter(
            "bias", (m,), initializers.get(self.bias_initializer), n_inputs, m, self.bias_learning_rate_factor
        )  # fmt: skip
        return [weights, bias] if self.use_bias else [weights]

    def row_fields(self) -> dict[str, Any]:
        return {
            "kind": plan.DENSE, "activation": activations.get(self.activation),
            "l1": self.l1, "l2": self.l2, "bias_l1": self.bias_l1, "bias_l2": self.bias_l2,
        }  # fmt: skip

    def penalty(self) -> float:
        """What this layer adds to the loss, with its parameters as they are."""
        return _penalty(self.weights, self.l1, self.l2) + (
            _penalty(self.bias, self.bias_l1, self.bias_l2) if self.use_bias else 0.0
        )


def _penalty(array: NDArray[Any], l1: float, l2: float) -> float:
    return l1 * float(np.abs(array).sum()) + l2 / 2 * float(np.square(array).sum())
