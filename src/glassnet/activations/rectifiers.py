"""Activations that pass z above 0 and little below: linear, ReLU and its kin."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.activations.base import ActivationFunction, check_target, numbers, registry
from glassnet.activations.facts import ActivationFacts, Onnx, Operator, TorchModule
from glassnet.formulas import activations as formulas
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.fields import takes

__all__ = ["ELU", "SELU", "LeakyReLU", "Linear", "ReLU"]

_SELU = {"alpha": 1.6732632423543772, "gamma": 1.0507009873554805}


@registry.register("linear", "identity", "none")
@dataclass(frozen=True)
class Linear(ActivationFunction):
    """f(z) = z."""

    formula = formulas.linear
    slope_formula = formulas.linear_slope
    facts = ActivationFacts(
        value="z",
        slope="1",
        range=("-inf", "inf"),
        initializer="glorot_uniform",
        torch=TorchModule("Identity", ""),
        onnx=Onnx(()),
        sklearn="identity",
        source="",
    )

    @explained
    def backward(
        self, z: ArrayLike, a: ArrayLike, gradient: ArrayLike, out: NDArray[Any] | None = None
    ) -> NDArray[Any]:
        """The gradient's own values, since f'(z) = 1."""
        z, a, gradient = numbers("z", z), numbers("a", a), numbers("gradient", gradient)
        checks.same_shape("gradient", gradient, "z", z)
        check_target(out, gradient)
        out = np.empty_like(gradient) if out is None else out
        out[...] = gradient
        return out


@registry.register("relu")
@dataclass(frozen=True)
class ReLU(ActivationFunction):
    """f(z) = max(z, 0)."""

    formula = formulas.relu
    slope_formula = formulas.relu_slope
    facts = ActivationFacts(
        value="max(z, 0)",
        slope="1 if z > 0 else 0",
        range=("0", "inf"),
        kinks=(0.0,),
        initializer="he_normal",
        torch=TorchModule("ReLU", "relu"),
        onnx=Onnx((Operator("Relu"),)),
        sklearn="relu",
        source="Nair, Hinton 2010, ICML",
    )


@registry.register("leaky_relu")
@dataclass(frozen=True)
class LeakyReLU(ActivationFunction):
    """f(z) = z where z > 0, else slope_below * z.

    Parameters
    ----------
    slope_below : float
        Slope for z <= 0, finite.
    """

    slope_below: float = field(default=0.01, metadata=takes(checks.number))
    formula = formulas.leaky_relu
    slope_formula = formulas.leaky_relu_slope
    facts = ActivationFacts(
        value="z if z > 0 else slope_below * z",
        slope="1 if z > 0 else slope_below",
        letters={"slope_below": ("s", "s")},
        range=("-inf", "inf"),
        kinks=(0.0,),
        initializer="he_normal",
        torch=TorchModule("LeakyReLU", "leaky_relu", {"negative_slope": "slope_below"}),
        onnx=Onnx((Operator("LeakyRelu", fields={"alpha": "slope_below"}, standard={"alpha": 0.01}),)),
        source="Maas, Hannun, Ng 2013, ICML",
    )


@registry.register("elu")
@dataclass(frozen=True)
class ELU(ActivationFunction):
    """f(z) = z where z > 0, else alpha (exp(z) - 1).

    Parameters
    ----------
    alpha : float
        Minus the limit at -infinity, > 0.
    """

    alpha: float = field(default=1.0, metadata=takes(checks.number, above=0))
    formula = formulas.elu
    slope_formula = formulas.elu_slope
    facts = ActivationFacts(
        value="z if z > 0 else alpha * (exp(z) - 1)",
        slope="1 if z > 0 else a + alpha",
        slope_in_output="1 if a > 0 else a + alpha",
        letters={"alpha": ("α", r"\alpha")},
        range=("-alpha", "inf"),
        kinks=(0.0,),
        initializer="he_normal",
        without_overflow="A = np.where(Z > 0, Z, {alpha} * np.expm1(np.minimum(Z, 0)))",
        torch=TorchModule("ELU", "elu", {"alpha": "alpha"}),
        onnx=Onnx((Operator("Elu", fields={"alpha": "alpha"}, standard={"alpha": 1.0}),), float32_only=True),
        source="Clevert, Unterthiner, Hochreiter 2016, ICLR",
    )


@registry.register("selu")
@dataclass(frozen=True)
class SELU(ActivationFunction):
    """f(z) = 1.0507 z where z > 0, else 1.7581 (exp(z) - 1), which keeps mean 0 and variance 1 from layer to layer."""

    formula = formulas.selu
    slope_formula = formulas.selu_slope
    facts = ActivationFacts(
        value="1.0507009873554805 * z if z > 0 else 1.7580993408473766 * (exp(z) - 1)",
        slope="1.0507009873554805 if z > 0 else 1.7580993408473766 * exp(z)",
        slope_in_output="1.0507009873554805 if a > 0 else a + 1.7580993408473766",
        range=("-1.7581", "inf"),
        kinks=(0.0,),
        initializer="lecun_normal",
        without_overflow="A = np.where(Z > 0, 1.0507 * Z, 1.7581 * np.expm1(np.minimum(Z, 0)))",
        torch=TorchModule("SELU", "selu"),
        onnx=Onnx((Operator("Selu", fixed=_SELU, standard=_SELU),), float32_only=True),
        source="Klambauer et al. 2017, NIPS",
    )
