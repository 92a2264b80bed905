"""A softmax inside of a network, whose derivative is a Jacobian, and networks that check_backward does not know."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import ArgumentError

X = np.random.default_rng(0).normal(size=(7, 3))
Y = np.eye(2)[[0, 1, 1, 0, 1, 0, 0]]


def made() -> gn.Network:
    return gn.Network(
        [gn.Dense(4, "softmax"), gn.Dense(2, "softmax")], seed=0, input_shape=3, dtype="float64"
    )


def softmax(z: Any) -> Any:
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def gradients(net: gn.Network, back: Any) -> list[Any]:
    (W1, b1), (W2, b2) = ((layer.weights, layer.bias) for layer in net.layers)
    a1 = softmax(X @ W1 + b1)
    dz2 = (softmax(a1 @ W2 + b2) - Y) / len(X)
    dz1 = back(dz2 @ W2.T, a1)
    return [(X.T @ dz1, dz1.sum(axis=0)), (a1.T @ dz2, dz2.sum(axis=0))]


BACK = {
    None: lambda da, a: a * (da - (da * a).sum(axis=1, keepdims=True)),
    "activation_derivative_missing": lambda da, a: da,
    "softmax_without_jacobian": lambda da, a: da * a * (1 - a),
    "derivative_formula_wrong": lambda da, a: da * a,
    "error_sign_flipped": lambda da, a: -a * (da - (da * a).sum(axis=1, keepdims=True)),
}


@pytest.mark.parametrize("slip", BACK)
def test_the_derivative_of_a_hidden_softmax_is_told(slip: str | None) -> None:
    net = made()
    report = gn.check_backward(net, X, Y, gradients(net, BACK[slip]), loss="cce")
    assert report.ok is (slip is None), str(report)
    assert [(found.code, found.layers) for found in report.slips] == ([] if slip is None else [(slip, (0,))])


def test_a_network_needs_a_dense_layer() -> None:
    net = gn.Network([gn.Activation("tanh")], seed=0, input_shape=3)
    with pytest.raises(ArgumentError, match="needs a network with at least one Dense layer"):
        gn.check_backward(net, X, X, [], loss="mse")


@pytest.mark.parametrize("epsilon", [1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5])
def test_whatever_is_added_to_a_probability_is_named_where_it_is_as_small(epsilon: float) -> None:
    net = gn.Network([gn.Dense(2, "softmax")], seed=0, input_shape=3, dtype="float64")
    net.layers[0].bias[:] = [0, -np.log(epsilon)]  # so that one probability is about as large
    p = softmax(X @ net.layers[0].weights + net.layers[0].bias)
    y = np.eye(2)[[0] * len(X)]
    da = -y / (p + epsilon) / len(X)
    dz = p * (da - (da * p).sum(axis=1, keepdims=True))
    report = gn.check_backward(net, X, y, [(X.T @ dz, dz.sum(axis=0))], loss="cce")
    assert [found.code for found in report.slips] == ["clipped_logarithm"], str(report)
