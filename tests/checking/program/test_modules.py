"""gn.check on modules: parameters that a function makes, objects that stand in it, layers that an object holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.checking.program.taking.modules import _described, _known

X = np.random.default_rng(0).normal(size=(8, 2))
y = np.array([0, 1, 1, 0, 1, 0, 0, 1])


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


ARCHITECTURE = [
    {"input_dim": 2, "output_dim": 4, "activation": "tanh"},
    {"input_dim": 4, "output_dim": 1, "activation": "sigmoid"},
]


def init_layers(nn_architecture: Any, seed: int = 99) -> Any:
    rng = np.random.default_rng(seed)
    params_values = {}
    for i, layer in enumerate(nn_architecture, 1):
        params_values[f"W{i}"] = rng.normal(size=(layer["output_dim"], layer["input_dim"])) * 0.7
        params_values[f"b{i}"] = rng.normal(size=(layer["output_dim"], 1)) * 0.1
    return params_values


def forward_propagation(X: Any, params_values: Any, nn_architecture: Any) -> Any:
    memory, A = {}, X
    for i, layer in enumerate(nn_architecture, 1):
        memory[f"A{i - 1}"] = A
        Z = params_values[f"W{i}"] @ A + params_values[f"b{i}"]
        A = np.tanh(Z) if layer["activation"] == "tanh" else sigmoid(Z)
        memory[f"Z{i}"] = Z
    return A, memory


def backward(Y_hat: Any, Y: Any, memory: Any, params_values: Any, nn_architecture: Any, slip: bool) -> Any:
    grads_values, m = {}, Y.shape[1]
    dZ = Y_hat - Y.reshape(Y_hat.shape)
    for i in range(len(nn_architecture), 0, -1):
        grads_values[f"dW{i}"] = dZ @ memory[f"A{i - 1}"].T / m
        grads_values[f"db{i}"] = dZ.sum(axis=1, keepdims=True) / m
        if i > 1:
            dZ = params_values[f"W{i}"].T @ dZ * (1 if slip else 1 - np.tanh(memory[f"Z{i - 1}"]) ** 2)
    return grads_values


def backward_propagation(Y_hat: Any, Y: Any, memory: Any, params_values: Any, nn_architecture: Any) -> Any:
    return backward(Y_hat, Y, memory, params_values, nn_architecture, False)


def wrong_backward_propagation(
    Y_hat: Any, Y: Any, memory: Any, params_values: Any, nn_architecture: Any
) -> Any:
    return backward(Y_hat, Y, memory, params_values, nn_architecture, True)


FUNCTIONS = {
    "NN_ARCHITECTURE": ARCHITECTURE, "init_layers": init_layers, "forward_propagation": forward_propagation,
}  # fmt: skip


def test_an_architecture_of_dictionaries_is_given_the_sizes_of_the_data() -> None:
    right = gn.check({**FUNCTIONS, "backward_propagation": backward_propagation}, X, y)
    assert right.ok is True, str(right)
    wrong = gn.check({**FUNCTIONS, "backward_propagation": wrong_backward_propagation}, X, y)
    assert wrong.ok is False
    assert [(slip.code, slip.layers) for slip in wrong.slips] == [("activation_derivative_missing", (0,))]


def test_sizes_of_layers_go_from_the_features_over_the_hidden_units_to_the_outputs() -> None:
    three = [{"in_dim": 9, "units": 9, "name": "a"}, {"in_dim": 9, "units": 9}, {"input_size": 9, "out": 9}]
    assert _described(three, 2, 4, 1) == [
        {"in_dim": 2, "units": 4, "name": "a"}, {"in_dim": 4, "units": 4}, {"input_size": 4, "out": 1},
    ]  # fmt: skip


def test_what_a_function_makes_is_known_by_the_names_that_it_returns() -> None:
    def pair() -> Any:
        W1, b1 = 1.0, 2.0
        return W1, b1

    def table() -> Any:
        weights = {"W1": 1.0}
        return weights

    def unnamed() -> Any:
        return {"W1": 1.0}

    def rows() -> Any:
        layers = [1.0, 2.0]
        return layers

    def model() -> Any:
        net = Net()
        return net

    assert _known(pair, pair()) == {"W1": 1.0, "b1": 2.0}
    made = table()
    assert _known(table, made) == {"W1": 1.0, "weights": made, "parameters": made, "params": made}
    assert _known(unnamed, made) == {"W1": 1.0, "parameters": made, "params": made}
    assert _known(rows, [1.0, 2.0]) == {"layers": [1.0, 2.0], "parameters": [1.0, 2.0]}
    assert _known(unnamed, [1.0]) == {"parameters": [1.0]}
    net = Net()
    assert _known(model, net) == {"net": net, "model": net} and _known(unnamed, net) == {"model": net}
    assert _known(unnamed, 3.0) == {} and _known(unnamed, {}) == {} and _known(unnamed, []) == {}


class Net:
    """Two dense layers that learn in rows."""

    slip = False

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.W1, self.b1 = rng.normal(size=(2, 4)), np.zeros(4)
        self.W2, self.b2 = rng.normal(size=(4, 1)), np.zeros(1)

    def forward(self, X: Any) -> Any:
        self.h = np.tanh(X @ self.W1 + self.b1)
        return sigmoid(self.h @ self.W2 + self.b2)

    def backward(self, X: Any, y: Any, output: Any) -> Any:
        d2 = (output - y.reshape(-1, 1)) / len(X)
        d1 = d2 @ self.W2.T * (1 if self.slip else 1 - self.h**2)
        return {"dW1": X.T @ d1, "db1": d1.sum(axis=0), "dW2": self.h.T @ d2, "db2": d2.sum(axis=0)}


@pytest.mark.parametrize("slip", [False, True])
def test_an_object_that_stands_in_a_module_is_checked_as_it_is(slip: bool) -> None:
    net = Net()
    net.slip = slip
    report = gn.check({"net": net, "Net": Net, "np": np, "helper": sigmoid}, X, y)
    assert report.ok is not slip, str(report)


class Dense:
    def __init__(self, factor: float) -> None:
        self.W, self.b, self.factor = np.random.default_rng(0).normal(size=(3, 2)), np.zeros(2), factor

    def forward(self, X: Any) -> Any:
        self.X = X
        return X @ self.W + self.b

    def backward(self, dY: Any) -> Any:
        self.dW, self.db = self.factor * self.X.T @ dY, dY.sum(axis=0)
        return dY @ self.W.T


def test_layers_of_an_object_that_has_no_passes_itself_are_checked_one_by_one() -> None:
    class Holder:
        def __init__(self, factor: float) -> None:
            self.layers, self.last = [Dense(1.0), Dense(factor)], Dense(1.0)

    right = gn.check(Holder(1.0))
    assert right.ok is True, str(right)
    wrong = gn.check(Holder(3.0))
    assert wrong.ok is False
    assert any("layers[1], Dense" in text for text in str(wrong).splitlines())
    assert "layers[0], Dense" in str(right) and "last, Dense" in str(right)
