"""Activations between two limits: sigmoid and tanh."""

from __future__ import annotations

from dataclasses import dataclass

from glassnet.activations.base import ActivationFunction, registry
from glassnet.activations.facts import ActivationFacts, Onnx, Operator, TorchModule
from glassnet.formulas import activations as formulas


@registry.register("sigmoid", "logistic")
@dataclass(frozen=True)
class Sigmoid(ActivationFunction):
    """f(z) = 1 / (1 + exp(-z))."""

    formula = formulas.sigmoid
    slope_formula = formulas.sigmoid_slope
    facts = ActivationFacts(
        value="1 / (1 + exp(-z))",
        slope="a * (1 - a)",
        slope_in_output="a * (1 - a)",
        range=("0", "1"),
        outputs="probabilities",
        initializer="glorot_uniform",
        torch=TorchModule("Sigmoid", "sigmoid"),
        onnx=Onnx((Operator("Sigmoid"),)),
        sklearn="logistic",
        source="Verhulst 1838",
    )


@registry.register("tanh")
@dataclass(frozen=True)
class Tanh(ActivationFunction):
    """f(z) = tanh(z)."""

    formula = formulas.hyperbolic_tangent
    slope_formula = formulas.hyperbolic_tangent_slope
    facts = ActivationFacts(
        value="tanh(z)",
        slope="1 - a**2",
        slope_in_output="1 - a**2",
        range=("-1", "1"),
        initializer="glorot_uniform",
        torch=TorchModule("Tanh", "tanh"),
        onnx=Onnx((Operator("Tanh"),)),
        sklearn="tanh",
        source="LeCun et al. 1998, Efficient BackProp",
    )
