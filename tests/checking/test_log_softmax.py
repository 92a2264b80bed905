"""A backward pass through log-softmax: right ways of writing it are right, and slips have their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import glassnet as gn
from glassnet import activations

Array = NDArray[Any]
RANDOM = np.random.default_rng(3)
X, CLASSES = RANDOM.normal(size=(15, 4)), RANDOM.integers(3, size=15)
Y = np.eye(3)[CLASSES]
Jacobian = Callable[[Array, Array], Array]


def right(a: Array, d: Array) -> Array:
    product: Array = d - np.exp(a) * d.sum(axis=1, keepdims=True)
    return product


def by_matrices(a: Array, d: Array) -> Array:
    return np.stack([(np.eye(3) - np.exp(row)[:, None]) @ error for row, error in zip(a, d, strict=True)])


WRONG: list[tuple[str, str, Jacobian]] = [
    ("activation_derivative_missing", "", lambda a, d: d),
    ("derivative_formula_wrong", "1 - exp(a)", lambda a, d: d * (1 - np.exp(a))),
    ("derivative_formula_wrong", "the Jacobian of softmax",
     lambda a, d: np.exp(a) * (d - (np.exp(a) * d).sum(axis=1, keepdims=True))),
    ("derivative_formula_wrong", "d - a * sum(d)", lambda a, d: d - a * d.sum(axis=1, keepdims=True)),
]  # fmt: skip


def gradients(net: gn.Network, hidden: bool, through: Jacobian) -> list[tuple[Array, Array]]:
    """Of the mean square behind a last log-softmax, or one before a linear layer."""
    first, second = net.layers[0], net.layers[1]
    a1 = X @ first.weights + first.bias
    a1 = np.log(np.exp(a1) / np.exp(a1).sum(axis=1, keepdims=True)) if hidden else np.tanh(a1)
    a2 = a1 @ second.weights + second.bias
    a2 = a2 if hidden else np.log(np.exp(a2) / np.exp(a2).sum(axis=1, keepdims=True))
    d_a2 = 2 * (a2 - Y) / Y.size
    d_z2 = d_a2 if hidden else through(a2, d_a2)
    d_a1 = d_z2 @ second.weights.T
    d_z1 = through(a1, d_a1) if hidden else d_a1 * (1 - a1**2)
    return [(X.T @ d_z1, d_z1.sum(axis=0)), (a1.T @ d_z2, d_z2.sum(axis=0))]


def network(hidden: bool) -> gn.Network:
    layers = (
        [gn.Dense(3, "log_softmax"), gn.Dense(3)]
        if hidden
        else [gn.Dense(5, "tanh"), gn.Dense(3, "log_softmax")]
    )
    return gn.Network(layers, seed=1, dtype="float64", input_shape=4)


@pytest.mark.parametrize("hidden", [True, False])
@pytest.mark.parametrize("through", [right, by_matrices])
def test_right_ways_are_right(hidden: bool, through: Jacobian) -> None:
    net = network(hidden)
    assert gn.check_backward(net, X, Y, gradients(net, hidden, through), loss="mse").ok


@pytest.mark.parametrize("hidden", [True, False])
@pytest.mark.parametrize(("code", "variant", "through"), WRONG)
def test_slips_are_named(hidden: bool, code: str, variant: str, through: Jacobian) -> None:
    net = network(hidden)
    report = gn.check_backward(net, X, Y, gradients(net, hidden, through), loss="mse")
    expected = code if hidden or not code.startswith("activation") else "output_derivative_missing"
    assert [slip.code for slip in report.slips] == [expected]
    assert variant in report.slips[0].message


def test_behind_it_softmax_cross_entropy_is_what_it_is_without() -> None:
    """As torch.nn.NLLLoss of log-probabilities: softmax makes probabilities of them again."""
    plain, logarithms = (
        gn.Network([gn.Dense(3, last)], seed=0, dtype="float64", input_shape=4)
        for last in ("linear", "log_softmax")
    )
    for net in (plain, logarithms):
        net.fit(
            X, CLASSES, loss="sparse_softmax_cross_entropy", optimizer=gn.SGD(0.5), epochs=5, progress=False
        )
    np.testing.assert_allclose(plain.parameters, logarithms.parameters, rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(plain.predict_classes(X), logarithms.predict_classes(X))


def test_large_numbers_have_finite_logarithms_in_every_engine() -> None:
    z = np.array([[1e4, 0.0, -1e4], [-500.0, -500.0, -500.0]])
    a = activations.LogSoftmax().value(z)
    np.testing.assert_allclose(a, [[0, -1e4, -2e4], [-np.log(3)] * 3], rtol=1e-14)
    net = gn.Network([gn.Activation("log_softmax"), gn.Dense(1)], seed=0, dtype="float64", input_shape=3)
    with pytest.raises(gn.errors.ShapeError, match="is a log_softmax over one unit, which is always 0; use"):
        gn.Network([gn.Dense(1, "log_softmax")], input_shape=3)
    np.testing.assert_allclose(net.compiled_predict()(z), net.predict(z), rtol=1e-14)
