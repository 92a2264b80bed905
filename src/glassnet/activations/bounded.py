"""Activations between two limits: sigmoid, tanh, hard sigmoid, step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike, NDArray

from glassnet.activations.base import ActivationFunction, registry
from glassnet.activations.facts import ActivationFacts, Onnx, Operator, TorchModule
from glassnet.errors import ArgumentError
from glassnet.formulas import activations as formulas
from glassnet.support.calls import explained

__all__ = ["HardSigmoid", "Sigmoid", "Step", "Tanh"]


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


@registry.register("hard_sigmoid")
@dataclass(frozen=True)
class HardSigmoid(ActivationFunction):
    """f(z) = z / 6 + 1/2, limited to [0, 1]."""

    formula = formulas.hard_sigmoid
    slope_formula = formulas.hard_sigmoid_slope
    facts = ActivationFacts(
        value="max(min(z / 6 + 0.5, 1), 0)",
        slope="1 / 6 if abs(z) < 3 else 0",
        range=("0", "1"),
        kinks=(-3.0, 3.0),
        outputs="probabilities",
        initializer="glorot_uniform",
        torch=TorchModule("Hardsigmoid", "hardsigmoid"),
        onnx=Onnx(
            (Operator("Add", 3.0), Operator("Max", 0.0), Operator("Min", 6.0), Operator("Div", 6.0)),
            also=(
                (
                    Operator(
                        "HardSigmoid",
                        fixed={"alpha": 1 / 6, "beta": 0.5},
                        standard={"alpha": 0.2, "beta": 0.5},
                    ),
                ),
            ),
        ),
        source="Courbariaux, Bengio, David 2015, NIPS; Howard et al. 2019, ICCV",
    )


@registry.register("step")
@dataclass(frozen=True)
class Step(ActivationFunction):
    """f(z) = 1 where z > 0, else 0: for prediction alone, since its slope is 0 wherever it has one."""

    formula = formulas.step
    slope_formula = formulas.step_slope
    facts = ActivationFacts(
        value="1 if z > 0 else 0",
        forward_only=True,
        range=("0", "1"),
        kinks=(0.0,),
        initializer="glorot_uniform",
        torch=None,
        onnx=Onnx((Operator("Sign"), Operator("Relu"))),
        source="McCulloch, Pitts 1943",
    )

    @explained
    def slope(self, z: ArrayLike, a: ArrayLike | None = None) -> NDArray[Any]:
        """None that training could follow."""
        raise ArgumentError(
            "step has no slope that training could follow: it is 0 everywhere and jumps at z = 0. It is for prediction "
            'alone; train with "sigmoid" or "hard_sigmoid"'
        )
