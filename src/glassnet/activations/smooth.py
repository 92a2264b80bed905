"""Activations without a kink that grow with z: GELU, SiLU, softplus."""

from __future__ import annotations

import math
from dataclasses import dataclass

from glassnet.activations.base import ActivationFunction, registry
from glassnet.activations.facts import ActivationFacts, Onnx, Operator, TorchModule
from glassnet.formulas import activations as formulas


@registry.register("gelu")
@dataclass(frozen=True)
class GELU(ActivationFunction):
    """f(z) = z Phi(z), exact."""

    formula = formulas.gelu
    slope_formula = formulas.gelu_slope
    facts = ActivationFacts(
        value="z * normal_share(z)",
        slope="normal_share(z) + z * normal_density(z)",
        range=("-0.17", "inf"),
        initializer="he_normal",
        torch=TorchModule("GELU", "gelu", fixed={"approximate": "none"}),
        onnx=Onnx(
            # z (1 + erf(z / sqrt(2))) / 2: exact, and older than the operator Gelu.
            (
                Operator("Mul", math.sqrt(0.5)), Operator("Erf"), Operator("Add", 1.0), Operator("Mul", 0.5),
                Operator("Mul", "z"),
            ),
            also=(
                (
                    Operator("Div", math.sqrt(2)), Operator("Erf"), Operator("Add", 1.0), Operator("Mul", "z"),
                    Operator("Mul", 0.5),
                ),
                (Operator("Gelu", fixed={"approximate": b"none"}, standard={"approximate": b"none"}),),
            ),
            float32_only=True,
        ),
        source="Hendrycks, Gimpel 2016, arXiv:1606.08415",
    )  # fmt: skip


@registry.register("silu", "swish")
@dataclass(frozen=True)
class SiLU(ActivationFunction):
    """f(z) = z sigmoid(z)."""

    formula = formulas.silu
    slope_formula = formulas.silu_slope
    facts = ActivationFacts(
        value="z * sigmoid(z)",
        slope="sigmoid(z) + a * (1 - sigmoid(z))",
        range=("-0.2785", "inf"),
        initializer="he_normal",
        torch=TorchModule("SiLU", "silu"),
        onnx=Onnx((Operator("Sigmoid"), Operator("Mul", "z"))),
        source="Elfwing, Uchibe, Doya 2018, Neural Networks 107",
    )


@registry.register("softplus")
@dataclass(frozen=True)
class Softplus(ActivationFunction):
    """f(z) = log(1 + exp(z))."""

    formula = formulas.softplus
    slope_formula = formulas.softplus_slope
    facts = ActivationFacts(
        value="max(z, 0) + log(1 + exp(-abs(z)))",
        slope="sigmoid(z)",
        slope_in_output="1 - exp(-a)",
        range=("0", "inf"),
        initializer="he_normal",
        without_overflow="A = np.logaddexp(0, Z)",
        # torch.nn.Softplus turns into z itself beyond its threshold, 20 by default, which costs nine digits of float64.
        torch=TorchModule(
            "Softplus", "softplus", fixed={"beta": 1, "threshold": 50}, alike={"threshold": ("at least", 20)}
        ),
        onnx=Onnx((Operator("Softplus"),), float32_only=True),
        source="Dugas et al. 2000, NIPS",
    )
