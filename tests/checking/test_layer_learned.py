"""A learner's own Scale, PReLU, RMSNorm, Residual and Embedding, by differences: slips in them have names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import glassnet as gn

Array = NDArray[Any]
RANDOM = np.random.default_rng(0)


class Layer:
    """A layer with a mistake, which its backward pass asks for by its code."""

    def __init__(self, code: str = "", n: int = 3) -> None:
        self.code, self.n = code, n

    def choose(self, wrong: dict[str, Any], right: Any) -> Any:
        return wrong.get(self.code, right)


class Scale(Layer):
    def __init__(self, code: str = "", n: int = 3) -> None:
        super().__init__(code, n)
        self.w = RANDOM.uniform(0.5, 1.5, n)

    def forward(self, X: Array) -> Array:
        self.X = X
        return X * self.w

    def backward(self, dA: Array) -> Array:
        product = dA * self.X
        wrong = {
            "factor_gradient_not_summed": product, "factor_gradient_wrong_axis": product.sum(axis=1),
            "factor_gradient_last_sample": product[-1], "factor_gradient_without_input": dA.sum(axis=0),
            "factor_gradient_at_output": (product * self.w).sum(axis=0), "weight_gradient_missing": 0 * self.w,
            "weight_gradient_averaged": product.mean(axis=0),
        }  # fmt: skip
        self.dw = self.choose(wrong, product.sum(axis=0))
        return self.choose({"scale_carry_missing": dA}, dA * self.w)


class PReLU(Layer):
    def __init__(self, code: str = "", n: int = 3) -> None:
        super().__init__(code, n)
        self.slope = np.full(n, 0.3)

    def forward(self, X: Array) -> Array:
        self.X = X
        return np.where(X > 0, X, self.slope * X)

    def backward(self, dA: Array) -> Array:
        product = dA * np.minimum(self.X, 0)
        wrong = {
            "factor_gradient_not_summed": product, "prelu_gradient_of_all_inputs": (dA * self.X).sum(axis=0),
        }  # fmt: skip
        self.dslope = self.choose(wrong, product.sum(axis=0))
        factors = {
            "prelu_slope_missing": 1, "prelu_closed_below_zero": self.X > 0,
            "prelu_sides_exchanged": np.where(self.X > 0, self.slope, 1),
        }  # fmt: skip
        return dA * self.choose(factors, np.where(self.X > 0, 1, self.slope))


class SharedPReLU(PReLU):
    def __init__(self, code: str = "") -> None:
        super().__init__(code, 1)

    def backward(self, dA: Array) -> Array:
        product = dA * np.minimum(self.X, 0)
        wrong = {"factor_gradient_not_summed": product.sum(axis=0)}
        self.dslope = self.choose(wrong, product.sum(keepdims=True).ravel())
        return dA * np.where(self.X > 0, 1, self.slope)


class RMSNorm(Layer):
    def __init__(self, code: str = "", n: int = 3, epsilon: float = 1e-8) -> None:
        super().__init__(code, n)
        self.g, self.epsilon = RANDOM.uniform(0.5, 1.5, n), epsilon

    def forward(self, X: Array) -> Array:
        self.inverse = 1 / np.sqrt((X**2).mean(axis=1, keepdims=True) + self.epsilon)
        self.s = X * self.inverse
        return self.g * self.s

    def backward(self, dA: Array) -> Array:
        self.dg = (dA * self.s).sum(axis=0)
        g = self.choose({"rms_norm_weights_missing": dA}, dA * self.g)
        spread = self.s * (g * self.s).mean(axis=1, keepdims=True)
        return self.inverse * (g - self.choose({"rms_norm_statistics_constant": 0}, spread))


class Residual(Layer):
    def __init__(self, code: str = "", n: int = 3) -> None:
        super().__init__(code, n)
        self.W, self.b = RANDOM.normal(size=(n, n)), RANDOM.normal(size=n)

    def forward(self, X: Array) -> Array:
        self.X, self.T = X, np.tanh(X @ self.W + self.b)
        return X + self.T

    def backward(self, dA: Array) -> Array:
        dZ = dA * (1 - self.T**2)
        self.dW, self.db = self.X.T @ dZ, dZ.sum(axis=0)
        inside = dZ @ self.W.T
        wrong = {
            "residual_skip_missing": inside, "residual_skip_doubled": inside + 2 * dA,
            "residual_skip_sign_flipped": inside - dA, "residual_inside_missing": dA,
        }  # fmt: skip
        return self.choose(wrong, inside + dA)  # type: ignore[no-any-return]


class Embedding(Layer):
    def __init__(self, code: str = "", rows: int = 4, d: int = 3) -> None:
        super().__init__(code, d)
        self.E = RANDOM.normal(size=(rows, d))

    def forward(self, integers: Array) -> Array:
        self.integers = integers
        return self.E[integers]

    def backward(self, dA: Array) -> None:
        self.dE = np.zeros_like(self.E)
        if self.code == "embedding_assigned":
            self.dE[self.integers] += dA
        else:
            np.add.at(self.dE, self.integers, dA)
        if self.code == "embedding_averaged":
            self.dE /= np.maximum(np.bincount(self.integers, minlength=len(self.E)), 1)[:, None]


FACTORS = ("factor_gradient_not_summed", "factor_gradient_wrong_axis", "factor_gradient_last_sample")
SLIPS: dict[type[Layer], tuple[str, ...]] = {
    Scale: (
        *FACTORS, "factor_gradient_without_input", "factor_gradient_at_output", "weight_gradient_missing",
        "weight_gradient_averaged", "scale_carry_missing",
    ),
    PReLU: (
        "factor_gradient_not_summed", "prelu_gradient_of_all_inputs", "prelu_slope_missing", "prelu_closed_below_zero",
        "prelu_sides_exchanged",
    ),
    SharedPReLU: ("factor_gradient_not_summed",),
    RMSNorm: ("rms_norm_weights_missing", "rms_norm_statistics_constant"),
    Residual: (
        "residual_skip_missing", "residual_skip_doubled", "residual_skip_sign_flipped", "residual_inside_missing",
    ),
    Embedding: ("embedding_assigned", "embedding_averaged"),
}  # fmt: skip


@pytest.mark.parametrize("kind", SLIPS)
def test_a_right_layer_is_right(kind: type[Layer]) -> None:
    report = gn.check_layer(kind())
    assert report.ok is True and not report.not_checked


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind, codes in SLIPS.items() for code in codes])
def test_a_slip_is_named(kind: type[Layer], code: str) -> None:
    report = gn.check_layer(kind(code))
    # A gradient that is divided by the samples alone is right where the error that arrives is not.
    assert [slip.code for slip in report.slips] == [code]
    assert "{" not in report.slips[0].message + report.slips[0].fix


@pytest.mark.parametrize("epsilon", [1e-12, 1e-6, 1e-5, 1e-3])
def test_a_norm_is_known_whatever_is_added_under_its_root(epsilon: float) -> None:
    report = gn.check_layer(RMSNorm("rms_norm_statistics_constant", epsilon=epsilon))
    assert [slip.code for slip in report.slips] == ["rms_norm_statistics_constant"]


def test_a_dense_layer_with_the_same_mistake_is_not_called_residual() -> None:
    class Dense(Residual):
        def forward(self, X: Array) -> Array:
            return super().forward(X) - X

    for code in SLIPS[Residual][1:]:
        report = gn.check_layer(Dense(code))
        assert report.ok is False
        assert not any(slip.code.startswith("residual") for slip in report.slips)


def test_integers_have_no_gradient_and_the_report_says_so() -> None:
    assert (
        "the layer takes integers, which have no gradient: dX is not looked at"
        in gn.check_layer(Embedding()).notes
    )
