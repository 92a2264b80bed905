"""Activations without a kink that grow with z: GELU, SiLU, softplus."""

from __future__ import annotations

import math
from dataclasses import dataclass

from glassnet.activations.base import ActivationFunction, registry
from glassnet.activations.facts import ActivationFacts, Onnx, Operator, TorchModule
from glassnet.formulas import activations as formulas

__all__ = ["GELU", "Exponential", "GELUTanh", "HardSwish", "Mish", "SiLU", "Softplus"]

_INNER = "0.7978845608028654 * (z + 0.044715 * z**3)"


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


@registry.register("mish")
@dataclass(frozen=True)
class Mish(ActivationFunction):
    """f(z) = z tanh(softplus(z))."""

    formula = formulas.mish
    slope_formula = formulas.mish_slope
    facts = ActivationFacts(
        value="z * tanh(softplus(z))",
        slope="tanh(softplus(z)) + z * sigmoid(z) * (1 - tanh(softplus(z))**2)",
        range=("-0.30885", "inf"),
        initializer="he_normal",
        torch=TorchModule("Mish", "mish"),
        onnx=Onnx(
            (Operator("Softplus"), Operator("Tanh"), Operator("Mul", "z")),
            also=((Operator("Mish"),),),
            float32_only=True,
        ),
        source="Misra 2020, BMVC",
    )


@registry.register("gelu_tanh")
@dataclass(frozen=True)
class GELUTanh(ActivationFunction):
    """f(z) = z (1 + tanh(sqrt(2 / pi) (z + 0.044715 z^3))) / 2, which is nearly GELU."""

    formula = formulas.gelu_tanh
    slope_formula = formulas.gelu_tanh_slope
    facts = ActivationFacts(
        value=f"z * (1 + tanh({_INNER})) / 2",
        slope=(
            f"(1 + tanh({_INNER})) / 2 + "
            f"z * (1 - tanh({_INNER})**2) * 0.7978845608028654 * (1 + 0.134145 * z**2) / 2"
        ),
        range=("-0.1701", "inf"),
        initializer="he_normal",
        torch=TorchModule("GELU", "gelu", fixed={"approximate": "tanh"}),
        onnx=Onnx(
            (
                Operator("Mul", "z"), Operator("Mul", "z"), Operator("Mul", 0.044715), Operator("Add", "z"),
                Operator("Mul", math.sqrt(2 / math.pi)), Operator("Tanh"), Operator("Add", 1.0), Operator("Mul", "z"),
                Operator("Mul", 0.5),
            ),
            also=((Operator("Gelu", fixed={"approximate": b"tanh"}, standard={"approximate": b"none"}),),),
        ),
        source="Hendrycks, Gimpel 2016, arXiv:1606.08415",
    )  # fmt: skip


@registry.register("hard_swish")
@dataclass(frozen=True)
class HardSwish(ActivationFunction):
    """f(z) = z hard_sigmoid(z)."""

    formula = formulas.hard_swish
    slope_formula = formulas.hard_swish_slope
    facts = ActivationFacts(
        value="z * max(min(z / 6 + 0.5, 1), 0)",
        slope="z / 3 + 0.5 if abs(z) < 3 else 1 if z > 0 else 0",
        range=("-0.375", "inf"),
        kinks=(-3.0, 3.0),
        initializer="he_normal",
        torch=TorchModule("Hardswish", "hardswish"),
        onnx=Onnx(
            (
                Operator("Add", 3.0), Operator("Max", 0.0), Operator("Min", 6.0), Operator("Mul", "z"),
                Operator("Div", 6.0),
            ),
            also=((Operator("HardSwish"),),),
        ),
        source="Howard et al. 2019, ICCV",
    )  # fmt: skip


@registry.register("exponential")
@dataclass(frozen=True)
class Exponential(ActivationFunction):
    """f(z) = exp(z)."""

    formula = formulas.exponential
    slope_formula = formulas.exponential_slope
    facts = ActivationFacts(
        value="exp(z)",
        slope="a",
        slope_in_output="a",
        range=("0", "inf"),
        initializer="glorot_uniform",
        note="infinite above z = 88.7 in float32, 709.7 in float64",
        torch=None,
        onnx=Onnx((Operator("Exp"),)),
        source="",
    )
