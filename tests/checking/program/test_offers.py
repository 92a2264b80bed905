"""Classes of learners are made of what stands beside them: activations, losses, layers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.checking.program.taking.making.offering import offers


class SmoothUnit:
    def value(self, z: Any) -> Any:
        return np.tanh(z)

    def slope(self, a: Any) -> Any:
        return 1 - a**2


class SmoothTanh(SmoothUnit):
    pass


class SquaredLoss:
    def calculate(self, y: Any, p: Any) -> Any:
        return ((y - p) ** 2).mean()


class OfObjects:
    """It is made of sizes, objects of activations, one for each layer, and an object of a loss."""

    def __init__(self, neurons_count_per_layer: Any, activation_functions: Any, cost_function: Any) -> None:
        random = np.random.default_rng(3)
        n, h, k = neurons_count_per_layer
        self.W1, self.W2 = random.normal(size=(n, h)), random.normal(size=(h, k))
        self.first, self.last, self.loss = *activation_functions[:2], cost_function

    def forward(self, X: Any) -> Any:
        self.A1 = self.first.value(X @ self.W1)
        self.A2 = self.last.value(self.A1 @ self.W2)
        return self.A2

    def backward(self, X: Any, Y: Any) -> Any:
        dZ2 = 2 * (self.A2 - Y) / Y.size * self.last.slope(self.A2)
        return X.T @ (dZ2 @ self.W2.T * self.first.slope(self.A1)), self.A1.T @ dZ2


class OfWords(OfObjects):
    """Its activations are words."""

    def __init__(self, layer_architecture: Any, activations: Any) -> None:
        super().__init__(layer_architecture, [SmoothTanh() for name in activations if name == "tanh"], None)


class OfOptionalLayers:
    """Layers may be handed to it."""

    def __init__(self, layers: Any = None) -> None:
        self.layers = layers

    def forward(self, X: Any) -> Any:
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def backward(self, error: Any) -> Any:
        turned_layers = self.layers[::-1]
        for i in range(len(turned_layers)):
            error = turned_layers[i].backward(error)
        return error


class DenseLayer:
    def __init__(self, n: int, k: int) -> None:
        self.W = np.random.default_rng(n).normal(size=(n, k))

    def forward(self, X: Any) -> Any:
        self.X = X
        return X @ self.W

    def backward(self, error: Any) -> Any:
        self.dW = self.X.T @ error
        return error @ self.W.T


class TanhLayer:
    def forward(self, X: Any) -> Any:
        self.A = np.tanh(X)
        return self.A

    def backward(self, error: Any) -> Any:
        return error * (1 - self.A**2)


@pytest.mark.parametrize("cls", [OfObjects, OfWords, OfOptionalLayers])
def test_a_class_is_made_of_what_stands_beside_it(cls: type) -> None:
    report = gn.check(cls)
    assert report.ok is True and "taken for the forward pass: forward" in report.notes[0], str(report)


def test_offers_are_made_anew_each_time() -> None:
    first, second = (next(iter(offers(OfObjects, {"sizes": [3, 4, 2]}, globals())))() for _ in range(2))
    assert first.keys() == {"activation_functions", "cost_function"} == second.keys()
    assert first["cost_function"] is not second["cost_function"]
    assert [type(unit) for unit in first["activation_functions"]] == [SmoothTanh] * 3


class ScaledTanh:
    """A layer that could be a network by its names: it is looked at by itself, where no network has run it."""

    def forward(self, X: Any) -> Any:
        return np.tanh(X)

    def backward_delta(self, input: Any, delta: Any) -> Any:
        return 2 * (1 - np.tanh(input) ** 2) * delta

    def train(self) -> None:
        pass


def test_layers_that_no_network_ran_are_looked_at_beside_one_that_is_right() -> None:
    classes = (ScaledTanh, DenseLayer, TanhLayer, OfOptionalLayers)
    report = gn.check({cls.__name__: cls for cls in classes})
    assert report.notes[0].startswith("taken for the forward pass: forward (5 samples in rows)")
    assert report.notes[1].startswith("taken for the parameters: layers[0].W")
    assert report.ok is False and report.evidence[0].name.startswith("ScaledTanh: dX")
