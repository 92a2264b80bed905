"""Layers that no stage of the checker is written for are gone through as they compute themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest

import glassnet as gn
from glassnet import initializers
from glassnet.activations import Tanh
from glassnet.errors import ArgumentError
from glassnet.layers import Layer
from glassnet.layers.base import Parameter

RANDOM = np.random.default_rng(5)
X, Y = RANDOM.normal(size=(9, 4)), RANDOM.normal(size=(9, 2))


@dataclass(repr=False)
class Swapped(Layer):
    """A user's own: each sample turned round, times learned factors, and an offset: a = x[::-1] w + b."""

    slip: ClassVar[float] = 1.0
    in_place = False

    def parameters(self, input_shape: Any) -> list[Parameter]:
        n = input_shape[0]
        return [Parameter(name, (n,), initializers.Normal(1.0), n, n) for name in ("weights", "bias")]

    def forward(self, x: Any, own: Any, a: Any) -> None:
        a[...] = x[:, ::-1] * own.parameters[0] + own.parameters[1]

    def backward(self, x: Any, a: Any, own: Any, error: Any, d_x: Any) -> None:
        own.gradients[0][...] = (error * x[:, ::-1]).sum(axis=0)
        own.gradients[1][...] = error.sum(axis=0)
        d_x[...] = self.slip * (error * own.parameters[0])[:, ::-1]


class Slipped(Swapped):
    slip = 0.5


class Random(Swapped):
    def forward(self, x: Any, own: Any, a: Any) -> None:
        a[...] = x + np.random.random(x.shape)  # noqa: NPY002


def network(layer: Layer, dtype: str = "float64") -> gn.Network:
    return gn.Network([gn.Dense(4, "tanh"), layer, gn.Dense(2)], dtype=dtype, seed=1, input_shape=4)


def errors(net: gn.Network, behind_tanh: bool = True) -> tuple[Any, Any, Any]:
    """dZ of the last layer, dA of the layer between, and what that reads; by hand."""
    first, between, last = net.layers
    a = np.tanh(X @ first.weights + first.bias)
    b = a[:, ::-1] * between.weights + between.bias
    d_z = 2 * (b @ last.weights + last.bias - Y) / Y.size
    return d_z, d_z @ last.weights.T, a


def by_hand(net: gn.Network, through: bool = True) -> list[tuple[Any, Any]]:
    """The gradients of all layers; without `through` the error passes the layer between as it is."""
    between, (d_z, d_b, a) = net.layers[1], errors(net)
    d_a = (d_b * between.weights)[:, ::-1] if through else d_b
    d_first = d_a * (1 - a**2)
    b = a[:, ::-1] * between.weights + between.bias
    return [
        (X.T @ d_first, d_first.sum(axis=0)), ((d_b * a[:, ::-1]).sum(axis=0), d_b.sum(axis=0)),
        (b.T @ d_z, d_z.sum(axis=0)),
    ]  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_layer_of_a_users_own_is_right_where_all_gradients_are(dtype: str) -> None:
    net = network(Swapped(), dtype)
    given = [tuple(array.astype(dtype) for array in pair) for pair in by_hand(net)]
    assert gn.check_backward(net, X, Y, given, loss="mse")


def test_slips_at_a_layer_of_a_users_own_and_below_it_have_names() -> None:
    net = network(Swapped())
    report = gn.check_backward(net, X, Y, by_hand(net, through=False), loss="mse")
    assert [(slip.code, slip.layers) for slip in report.slips] == [("layer_not_carried_through", (0,))]
    assert "the layer Swapped of layer 0" in report.slips[0].message
    first, (weights, bias), last = by_hand(net)
    report = gn.check_backward(net, X, Y, [first, (-weights, bias), last], loss="mse")
    assert [slip.code for slip in report.slips] == ["gradient_sign_flipped"]
    assert "dw of layer 1 (Swapped)" in str(report)
    (weights, bias), own, last = by_hand(net)
    report = gn.check_backward(net, X, Y, [(2 * weights, bias), own, last], loss="mse")
    assert report.ok is False


def test_a_layer_whose_own_backward_pass_is_wrong_is_refused_and_so_is_one_that_does_not_repeat_itself() -> (
    None
):
    for layer, why in (
        (Slipped(), "is not the derivative of its forward pass"),
        (Random(), "another output each time"),
    ):
        net = network(layer)
        with pytest.raises(ArgumentError, match=f"not checked: layer 1, .*{type(layer).__name__}.* {why}"):
            gn.check_backward(net, X, Y, by_hand(net), loss="mse")


def mish(x: Any) -> tuple[Any, Any]:
    """The function and its derivative, as in Misra 2019."""
    t, sigmoid = np.tanh(np.log1p(np.exp(x))), 1 / (1 + np.exp(-x))
    return x * t, t + x * sigmoid * (1 - t**2)


def selu(x: Any) -> tuple[Any, Any]:
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    below = scale * alpha * np.exp(x)
    return np.where(x > 0, scale * x, below - scale * alpha), np.where(x > 0, scale, below)


@pytest.mark.parametrize(
    ("layer", "f"), [(gn.layers.ParametricMish(), mish), (gn.layers.ParametricSELU(), selu)]
)
def test_learned_shares_of_activations_are_compared(layer: Layer, f: Any) -> None:
    net = gn.Network([gn.Dense(4), layer, gn.Dense(2)], dtype="float64", seed=1, input_shape=4)
    first, shares, last = net.layers
    shares.weights = RANDOM.uniform(0.2, 0.9, size=4)
    z = X @ first.weights + first.bias
    value, slope = f(z)
    a = z + shares.weights * (value - z)
    d_z = 2 * (a @ last.weights + last.bias - Y) / Y.size
    d_a = d_z @ last.weights.T
    d_first = d_a * (1 + shares.weights * (slope - 1))
    given = [
        (X.T @ d_first, d_first.sum(axis=0)), ((d_a * (value - z)).sum(axis=0), None), (a.T @ d_z, d_z.sum(axis=0)),
    ]  # fmt: skip
    assert gn.check_backward(net, X, Y, given, loss="mse")
    given[1] = ((d_a * value).sum(axis=0), None)
    report = gn.check_backward(net, X, Y, given, loss="mse")
    assert report.ok is False and not report.slips and "dw of layer 1" in report.evidence[0].name


def test_what_a_layer_learns_besides_weights_and_bias_is_named_as_not_checked() -> None:
    net = gn.Network([gn.layers.Periodic([0], waves=3), gn.Dense(2)], dtype="float64", seed=1, input_shape=4)
    last = net.layers[1]
    inside = net.layers[0]
    waves = np.cos(2 * np.pi * X[:, :1] * inside.view("frequencies") + inside.view("phases"))
    a = np.hstack([X, waves @ inside.weights + inside.view("offsets")])
    d_z = 2 * (a @ last.weights + last.bias - Y) / Y.size
    report = gn.check_backward(net, X, Y, [(a.T @ d_z, d_z.sum(axis=0))], loss="mse")
    assert report.ok is None and not report.evidence
    assert "weights, offsets, frequencies, phases of Periodic" in report.not_checked[0]
    assert gn.check_backward(net, X, Y, [(2 * a.T @ d_z, d_z.sum(axis=0))], loss="mse").ok is False


def test_an_activation_of_whole_rows_of_a_users_own_goes_back_by_its_own_backward_pass() -> None:
    class OfRows(Tanh):
        facts = replace(Tanh.facts, backward="d - sum(d)") if Tanh.facts is not None else None

    net = gn.Network([gn.Dense(4, OfRows()), gn.Dense(2)], dtype="float64", seed=1, input_shape=4)
    first, last = net.layers
    a = np.tanh(X @ first.weights + first.bias)
    d_z = 2 * (a @ last.weights + last.bias - Y) / Y.size
    d_a = d_z @ last.weights.T
    right = [(X.T @ (d_a * (1 - a**2)), (d_a * (1 - a**2)).sum(axis=0)), (a.T @ d_z, d_z.sum(axis=0))]
    assert gn.check_backward(net, X, Y, right, loss="mse")
    wrong = [(X.T @ d_a, d_a.sum(axis=0)), right[1]]
    report = gn.check_backward(net, X, Y, wrong, loss="mse")
    assert [slip.code for slip in report.slips] == ["activation_derivative_missing"]
