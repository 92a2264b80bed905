"""Networks and learners without biases."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.network.network import Network
from tests.checking.rows import Task, gradients

random = np.random.default_rng(2)
X, Y = random.normal(size=(7, 3)), random.normal(size=(7, 2))


def network(*use_bias: bool) -> Network:
    units = [*[4] * (len(use_bias) - 1), 2]
    layers = [gn.Dense(n, "tanh", use_bias=one) for n, one in zip(units, use_bias, strict=True)]
    net = gn.Network(layers, seed=0, dtype="float64", input_shape=3)
    net.parameters = np.random.default_rng(3).normal(size=net.parameters.shape)
    return net


def mine(net: Network, **bugs: tuple[int, ...]) -> list[tuple[Any, Any]]:
    W = [layer.weights for layer in net.layers]
    b = [layer.bias if layer.use_bias else np.zeros(layer.units) for layer in net.layers]
    zeros = [0.0] * len(W)
    return gradients(Task(W, b, ["tanh"] * len(W), "mse", X, Y, zeros, zeros), bugs)


FORMS = {
    "weights alone": lambda pairs: [dW for dW, _ in pairs],
    "None": lambda pairs: [(dW, None) for dW, _ in pairs],
    "zeros": lambda pairs: [(dW, 0 * db) for dW, db in pairs],
    "one zero": lambda pairs: [(dW, 0.0 * db[:1]) for dW, db in pairs],
    "dictionary": lambda pairs: {f"dW{i}": dW for i, (dW, _) in enumerate(pairs, 1)},
    "a list by name": lambda pairs: {"dW": [dW for dW, _ in pairs]},
    "columns": lambda pairs: [dW.T for dW, _ in pairs],
    "one vector": lambda pairs: np.concatenate([dW.ravel() for dW, _ in pairs]),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_network_without_biases_is_compared_in_every_form(depth: int, form: str) -> None:
    net = network(*[False] * depth)
    lie = "columns" if form == "columns" else "rows"
    report = gn.check_backward(net, X, Y, FORMS[form](mine(net)), loss="mse", samples_in=lie)
    assert report.ok and report.not_checked == ()
    bug = {"derivative_at_preactivation": (depth - 1,)}
    report = gn.check_backward(net, X, Y, FORMS[form](mine(net, **bug)), loss="mse", samples_in=lie)
    assert {slip.code: slip.layers for slip in report.slips} == bug


def test_some_layers_may_have_biases() -> None:
    net = network(True, False, True)
    pairs = mine(net)
    mixed = [pairs[0], (pairs[1][0], None), pairs[2]]
    assert gn.check_backward(net, X, Y, mixed, loss="mse").ok
    assert gn.check_backward(net, X, Y, net_vector(net, mixed), loss="mse").ok
    mixed[2] = (pairs[2][0], pairs[2][1] / 7)
    report = gn.check_backward(net, X, Y, mixed, loss="mse")
    assert [(slip.code, slip.layers) for slip in report.slips] == [("bias_gradient_averaged", (2,))]


def net_vector(net: Network, pairs: list[tuple[Any, Any]]) -> Any:
    vector = np.concatenate([np.ravel(array) for pair in pairs for array in pair if array is not None])
    assert vector.shape == net.parameters.shape
    return vector


def test_biases_whose_gradients_are_not_given_are_not_called_right() -> None:
    net = network(True, True)
    report = gn.check_backward(net, X, Y, [dW for dW, _ in mine(net)], loss="mse")
    assert report.ok is None and report.slips == ()
    assert report.not_checked == ("db1, which was not given", "db2, which was not given")
    assert "not checked: db1, which was not given" in str(report)
    wrong = mine(net, derivative_at_preactivation=(0,))
    report = gn.check_backward(net, X, Y, [dW for dW, _ in wrong], loss="mse")
    assert [slip.code for slip in report.slips] == ["derivative_at_preactivation"]


def test_a_gradient_of_a_bias_that_the_network_does_not_have_is_not_compared() -> None:
    net = network(False, True)
    report = gn.check_backward(net, X, Y, mine(net), loss="mse")
    assert report.ok is None
    assert report.not_checked == ("db1, since that layer of the network has no bias",)


def test_zeros_for_biases_that_are_there_are_a_slip_and_the_way_out_is_named() -> None:
    net = network(True, True)
    report = gn.check_backward(net, X, Y, [(dW, 0 * db) for dW, db in mine(net)], loss="mse")
    assert [(slip.code, slip.layers) for slip in report.slips] == [("bias_gradient_missing", (0, 1))]
    way_out = "if your network has no biases, say so: Dense(..., use_bias=False)"
    assert way_out not in report.notes
    for layer in net.layers:
        layer.bias = 0
    report = gn.check_backward(net, X, Y, [(dW, 0 * db) for dW, db in mine(net)], loss="mse")
    assert [(slip.code, slip.layers) for slip in report.slips] == [("bias_gradient_missing", (0, 1))]
    assert way_out in report.notes


def test_a_constant_of_the_loss_is_seen_without_biases() -> None:
    net = network(False, False)
    report = gn.check_backward(net, X, Y, [7 * dW for dW, _ in mine(net)], loss="mse")
    assert report.ok and report.notes[0].startswith("a constant, no slip: read as 7 times")
    first, second = (dW for dW, _ in mine(net))
    assert gn.check_backward(net, X, Y, [first, 3.7 * second], loss="mse").ok is False


@pytest.mark.parametrize(
    ("code", "by"), [("l2_forgotten", 0.0), ("l2_doubled", 2.0), ("l2_halved", 0.5), ("l2_averaged", 1 / 7),
                     ("l2_sign_flipped", -1.0)],
)  # fmt: skip
def test_slips_of_penalties_on_biases_are_named(code: str, by: float) -> None:
    net = gn.Network(
        [gn.Dense(4, "tanh", bias_l2=0.3), gn.Dense(2, bias_l1=0.2)], seed=0, dtype="float64", input_shape=3
    )
    net.parameters = np.random.default_rng(3).normal(size=net.parameters.shape)
    W, b = [layer.weights for layer in net.layers], [layer.bias for layer in net.layers]
    (dW1, db1), (dW2, db2) = gradients(
        Task(W, b, ["tanh", "linear"], "mse", X, Y, [0.0, 0.0], [0.0, 0.0]), {}
    )
    second = (dW2, db2 + 0.2 * np.sign(b[1]))
    assert gn.check_backward(net, X, Y, [(dW1, db1 + 0.3 * b[0]), second], loss="mse").ok
    report = gn.check_backward(net, X, Y, [(dW1, db1 + by * 0.3 * b[0]), second], loss="mse")
    assert [(slip.code, slip.layers) for slip in report.slips] == [(code, (0,))]
    assert report.slips[0].fix == "db1 = dZ1.sum(axis=0) + bias_l2 * b1"
    assert "penalty on the bias" in report.slips[0].message
