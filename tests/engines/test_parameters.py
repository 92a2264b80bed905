"""A formula may take several parameters, and an optimizer carry several vectors, in every engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import glassnet as gn
from glassnet import activations, losses, optimizers
from glassnet.engines.compiled import kernels
from glassnet.engines.compiled.kernels import Kernel
from glassnet.errors import EngineError
from glassnet.formulas.elementary import absolute, maximum, sqrt, tanh

Array = NDArray[Any]
FLOAT64 = np.dtype("float64")


def bent(z: Any, a: Any, b: Any, c: Any) -> Any:
    return a * tanh(b * z) + c * z


def bent_slope(z: Any, y: Any, a: Any, b: Any, c: Any) -> Any:
    return a * b * (1 - tanh(b * z) * tanh(b * z)) + c


def wavy(z: Any, a: Any, b: Any, c: Any, d: Any, e: Any) -> Any:
    return a * z + b * tanh(c * z + d) - e


def wavy_slope(z: Any, y: Any, a: Any, b: Any, c: Any, d: Any, e: Any) -> Any:
    t = tanh(c * z + d)
    return a + b * c * (1 - t * t)


def two_sided(y: Any, p: Any, below: Any, above: Any) -> Any:
    return below * maximum(y - p, 0) * maximum(y - p, 0) + above * maximum(p - y, 0) * maximum(p - y, 0)


def two_sided_slope(y: Any, p: Any, below: Any, above: Any) -> Any:
    return 2 * above * maximum(p - y, 0) - 2 * below * maximum(y - p, 0)


@dataclass(frozen=True)
class Bent(activations.ActivationFunction):
    a: float = 0.7
    b: float = 1.3
    c: float = -0.2
    formula = bent
    slope_formula = bent_slope


@dataclass(frozen=True)
class Wavy(activations.ActivationFunction):
    a: float = 0.5
    b: float = 0.3
    c: float = 2.0
    d: float = -0.4
    e: float = 0.1
    formula = wavy
    slope_formula = wavy_slope


@dataclass(frozen=True)
class TwoSided(losses.ElementwiseLoss):
    below: float = 0.3
    above: float = 1.7
    formula = two_sided
    slope_formula = two_sided_slope


def three(w: Any, g: Any, m: Any, v: Any, u: Any, c: Any) -> Any:
    rate, decay = c
    m = 0.9 * m + 0.1 * g
    v = 0.99 * v + 0.01 * g * g
    u = maximum(0.9 * u, absolute(m))
    return w - rate * (m / (sqrt(v) + 0.1) + u + decay * w), m, v, u


def four(w: Any, g: Any, m: Any, v: Any, u: Any, s: Any, c: Any) -> Any:
    rate, decay = c
    m, v, u, s = 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g * g, u + absolute(g), 0.5 * s + w
    return w - rate * (m / (sqrt(v) + 0.1) + decay * s / (1 + u)), m, v, u, s


@dataclass(frozen=True)
class Three(optimizers.SGD):
    n_states = 3
    rule = property(lambda self: three)

    def coefficients(self, rates: Any, steps: Any) -> list[Any]:
        return [rates, self.weight_decay]


@dataclass(frozen=True)
class Four(Three):
    n_states = 4
    rule = property(lambda self: four)


def trained(engine: str, activation: Any, loss: Any, optimizer: Any) -> tuple[Array, Array]:
    random = np.random.default_rng(0)
    X, y = random.normal(size=(40, 4)), random.normal(size=(40, 2))
    net = gn.Network([gn.Dense(5, activation), gn.Dense(2, activation)], seed=0, dtype="float64")
    net.fit(X, y, loss=loss, optimizer=optimizer, epochs=6, batch_size=16, engine=engine, progress=False)
    return net.parameters, net.predict(X)


CASES: dict[str, tuple[Any, Any, Any]] = {
    "three parameters of an activation": (Bent(), "mse", gn.SGD(0.05)),
    "five parameters of an activation": (Wavy(), "mse", gn.SGD(0.05)),
    "two parameters of a loss": ("tanh", TwoSided(), gn.SGD(0.05)),
    "three vectors of an optimizer": ("tanh", "mse", Three(0.01, weight_decay=0.1)),
    "four vectors of an optimizer": ("tanh", "mse", Four(0.01, weight_decay=0.1)),
    "all at once": (Bent(), TwoSided(2.0, 0.5), Four(0.01)),
}


def as_glassnets_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let these parts count as built in: lifted by every engine, and known by the names of their formulas."""
    for part in (Bent, Wavy, TwoSided, three, four):
        monkeypatch.setattr(part, "__module__", "glassnet.formulas.parts_of_this_test")


@pytest.mark.parametrize("built_in", [True, False])
@pytest.mark.parametrize("engine", ["compiled", "torch"])
@pytest.mark.parametrize("name", CASES)
def test_every_engine_trains_with_them(
    name: str, engine: str, built_in: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if built_in:
        as_glassnets_own(monkeypatch)
    for ours, theirs in zip(trained(engine, *CASES[name]), trained("numpy", *CASES[name]), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


def test_a_change_of_a_parameter_compiles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    as_glassnets_own(monkeypatch)
    one, other = (kernels.gate(activation, FLOAT64) for activation in (Bent(0.7), Bent(0.1, 0.2)))
    assert one is not None and other is not None and one.key == other.key


def test_a_parameter_that_is_no_number_is_refused_by_name() -> None:
    with pytest.raises(
        EngineError, match=r"the activation 'Bent' cannot be compiled: .* 'x', which is no number"
    ):
        kernels.activate(Bent(a="x"), FLOAT64, with_bias=True)  # type: ignore[arg-type]


# ---- the name of a kernel says what it is made of


@dataclass(frozen=True)
class OverRows(losses.MeanSquaredError):
    mean_over = "rows"


@dataclass(frozen=True)
class OtherSlope(losses.MeanSquaredError):
    slope_formula = losses.MeanAbsoluteError.slope_formula


@dataclass(frozen=True)
class OtherRelu(activations.ReLU):
    slope_formula = activations.SiLU.slope_formula


@dataclass(frozen=True)
class MoreCoefficients(optimizers.SGD):
    def coefficients(self, rates: Any, steps: Any) -> list[Any]:
        return [*super().coefficients(rates, steps), 1.0]


def gate(activation: Any) -> Kernel:
    kernel = kernels.gate(activation, FLOAT64)
    assert kernel is not None
    return kernel


PAIRS: dict[str, Callable[[], tuple[Kernel, Kernel]]] = {
    "what a loss is a mean over": lambda: (
        kernels.compare(losses.MeanSquaredError(), FLOAT64), kernels.compare(OverRows(), FLOAT64)
    ),
    "the slope of a loss": lambda: (
        kernels.compare(losses.MeanSquaredError(), FLOAT64), kernels.compare(OtherSlope(), FLOAT64)
    ),
    "the slope of an activation": lambda: (gate(activations.ReLU()), gate(OtherRelu())),
    "the coefficients of an optimizer": lambda: (
        kernels.update(optimizers.SGD(), FLOAT64), kernels.update(MoreCoefficients(), FLOAT64)
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", PAIRS)
def test_what_a_kernel_takes_from_its_part_is_in_its_name(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in (OverRows, OtherSlope, OtherRelu, MoreCoefficients):
        monkeypatch.setattr(part, "__module__", "glassnet.parts")
    one, other = PAIRS[what]()
    assert isinstance(one.key, str) and isinstance(other.key, str)
    assert one.key != other.key
