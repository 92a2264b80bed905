"""A remedy names what was measured to be the cause: biases, weights, inputs or a normalisation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.insight.diagnosis.rules.output import output_range
from tests.insight.diagnosis.cases import finding

random = np.random.default_rng(0)
X = random.normal(size=(200, 8))
Y = (X[:, 0] > 0).astype(int)
W = random.normal(size=(8, 16)) / np.sqrt(8)
END = (random.normal(size=(16, 2)) / 4, np.zeros(2))
SCCE = "sparse_categorical_cross_entropy"


def saturated(weights: Any, bias: Any, x: Any, *, trained: bool = False, activation: str = "tanh") -> Any:
    net = gn.adapt([(weights, bias), END], [activation, "softmax"], trained=trained)
    return finding(gn.diagnose(net, x, Y, loss=SCCE), "saturated_units")


BIASED = np.where(np.arange(16) % 2, 12.0, -12.0)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
@pytest.mark.parametrize(("weights", "bias", "size", "said", "not_said"), [
    (W, BIASED, 1, "biases of 0", "weights"),
    (60 * W, np.zeros(16), 1, "smaller weights", "biases"),
    (2 * W, np.zeros(16), 16, "scale the inputs", "weights"),
    (40 * W, 20 * BIASED, 1, "smaller weights (\"glorot_uniform\"), and biases of 0", "inputs"),
])  # fmt: skip
def test_what_saturates_before_training(
    weights: Any, bias: Any, size: float, said: str, not_said: str, activation: str
) -> None:
    found = saturated(weights, bias, size * X, activation=activation)
    assert said in found.remedy and not_said not in found.remedy


def test_the_remedy_of_biases_helps_and_smaller_weights_would_not() -> None:
    assert saturated(W, BIASED, X) is not None
    assert saturated(W / 100, BIASED, X) is not None
    assert saturated(W, 0 * BIASED, X) is None


def test_what_saturates_now_is_named_too() -> None:
    assert "bring the biases down" in saturated(W, BIASED, X, trained=True).remedy
    assert "bring the weights down" in saturated(60 * W, np.zeros(16), X, trained=True).remedy


def test_a_normalisation_that_shifts_too_far_is_named() -> None:
    layers = [gn.Dense(16), gn.BatchNorm(), gn.Activation("tanh"), gn.Dense(2, "softmax")]
    net = gn.Network(layers, seed=0, input_shape=8)
    net.layers[1].view("bias")[...] = 9.0
    found = finding(gn.diagnose(net, X, Y, loss=SCCE, trained=False), "saturated_units")
    assert "a shift of 0 behind the normalisation" in found.remedy


def test_a_normalisation_behind_the_activation_is_not_blamed() -> None:
    layers = [gn.Dense(16), gn.Activation("tanh"), gn.BatchNorm(), gn.Dense(2, "softmax")]
    net = gn.Network(layers, seed=0, input_shape=8)
    net.layers[0].view("bias")[...] = 9.0
    found = finding(gn.diagnose(net, X, Y, loss=SCCE, trained=False), "saturated_units")
    assert found.remedy == "begin with biases of 0"


# ---- the first loss

LAST = random.normal(size=(8, 2))


@pytest.mark.parametrize(("weights", "bias", "size", "said"), [
    (0.1 * LAST, [9.0, -9.0], 1, "begin with biases of 0 in the last layer"),
    (20 * LAST, [0.3, -0.3], 1, "begin with smaller weights in the last layer"),
    (20 * LAST, [9.0, -9.0], 1, "begin with smaller weights, and biases of 0, in the last layer"),
    (0.3 * LAST, [0.0, 0.0], 16, "scale what reaches the last layer"),
])  # fmt: skip
def test_what_makes_the_first_loss_large(weights: Any, bias: Any, size: float, said: str) -> None:
    net = gn.adapt([(weights, np.array(bias))], ["softmax"], trained=False)
    found = finding(gn.diagnose(net, size * X, Y, loss=SCCE), "initial_loss_not_chance")
    assert found.remedy.startswith(said)


# ---- the flow of gradients


def test_large_inputs_of_the_last_layer_are_no_vanishing_gradient() -> None:
    """The error stays or grows on its way back; the last layer's gradient is large since its inputs are."""
    x = np.abs(random.normal(size=(100, 1)))
    for last in (1.0, 1e-2):
        layers = [([[100.0]], [0.0]), ([[100.0]], [0.0]), ([[last]], [0.0])]
        net = gn.adapt(
            [tuple(map(np.array, pair)) for pair in layers], ["leaky_relu"] * 2 + ["linear"], trained=False
        )
        codes = gn.diagnose(net, x, 3 * random.normal(size=(100, 1)), loss="mse").codes
        assert ("exploding_gradient" in codes) == (last == 1.0) and "vanishing_gradient" not in codes


@pytest.mark.parametrize(("faded", "found"), [(0.09, True), (0.11, False)])
def test_small_gradients_of_the_first_weights_count_where_the_error_fades(faded: float, found: bool) -> None:
    x = 1e-3 * np.abs(random.normal(size=(100, 1)))
    root = np.sqrt(faded)
    layers = [([[1e3 / root]], [0.0]), ([[root]], [0.0]), ([[root]], [0.0])]
    net = gn.adapt(
        [tuple(map(np.array, pair)) for pair in layers], ["leaky_relu"] * 2 + ["linear"], trained=False
    )
    codes = gn.diagnose(net, x, random.normal(size=(100, 1)), loss="mse").codes
    assert ("vanishing_gradient" in codes) == found


# ---- what the last activation can give


@pytest.mark.parametrize(("function", "low", "high"), [
    (lambda z: np.sign(z) * np.log1p(np.abs(z)), -np.inf, np.inf),
    (np.arcsinh, -np.inf, np.inf),
    (lambda z: np.log1p(np.log1p(np.abs(z))), 0, np.inf),
    (lambda z: -np.log1p(z * z), -np.inf, 0),
    (lambda z: np.log1p(np.logaddexp(0, z)), 0, np.inf),
    (lambda z: np.sign(z) * np.abs(z) ** 0.01, -np.inf, np.inf),
    (lambda z: z * np.sin(z), -np.inf, np.inf),
    (np.exp, 0, np.inf),
    (lambda z: z / (1 + np.abs(z)), -1, 1), (np.arctan, -np.pi / 2, np.pi / 2), (np.sin, -1, 1),
    (lambda z: np.clip(z, -1000, 1000), -1000, 1000), (lambda z: 10 * np.tanh(z / 10), -10, 10),
])  # fmt: skip
def test_what_grows_however_slowly_has_no_end(function: Any, low: float, high: float) -> None:
    own = gn.activations.Function(function, np.ones_like)
    assert output_range(own) == pytest.approx((low, high), abs=1e-6)


def test_targets_within_reach_of_a_logarithm_are_no_mismatch() -> None:
    own = gn.activations.Function(np.arcsinh, lambda z: 1 / np.sqrt(1 + z * z))
    net = gn.adapt([(LAST[:, :1], np.zeros(1))], [own], trained=False)
    y = np.linspace(5, 30, 200)[:, None]
    assert "output_loss_mismatch" not in gn.diagnose(net, X, y, loss="mse").codes


def test_a_bound_from_above_alone_is_said_as_one() -> None:
    own = gn.activations.Function(lambda z: -np.log1p(z * z), lambda z: -2 * z / (1 + z * z))
    net = gn.adapt([(LAST[:, :1], np.zeros(1))], [own], trained=False)
    found = finding(
        gn.diagnose(net, X, np.ones((200, 1)) + X[:, :1] ** 2, loss="mse"), "output_loss_mismatch"
    )
    assert "gives outputs of at most 0, and 100% of the targets lie outside" in found.cause


def own_softmax() -> Any:
    def value(z: Any) -> Any:
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    return gn.activations.Function(value, np.ones_like)


def test_an_activation_over_whole_rows_is_not_judged_by_single_numbers() -> None:
    net = gn.adapt([(LAST, np.zeros(2))], [own_softmax()], trained=True)
    share = 0.5 + 0.4 * np.tanh(X[:, :1])
    report = gn.diagnose(net, X, np.hstack([share, 1 - share]), loss="mse")
    assert "output_loss_mismatch" not in report.codes


@pytest.mark.parametrize("kind", [gn.BatchNorm, gn.LayerNorm])
def test_a_normalisation_behind_the_last_activation_lifts_its_bounds(kind: Any) -> None:
    y = np.hstack([X[:, :1], -X[:, :1], X[:, 1:2]])
    net = gn.Network([gn.Dense(3, "relu"), kind()], seed=0, input_shape=8)
    assert "output_loss_mismatch" not in gn.diagnose(net, X, y, loss="mse", trained=False).codes
    twice = gn.Network([gn.Dense(3, "sigmoid"), kind(), gn.Activation("softmax")], seed=0, input_shape=8)
    report = gn.diagnose(twice, X, Y, loss=SCCE, trained=False)
    assert "output_loss_mismatch" not in report.codes
