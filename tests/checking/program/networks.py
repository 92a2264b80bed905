"""Learners' networks with one hidden layer, each in its own style. `SLIP` in a class makes its backward pass wrong."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

random = np.random.default_rng(1)


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def softmax(z: Any) -> Any:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class Base:
    """What all share: a slip by name, "" for none."""

    SLIP = ""

    def slope(self, a: Any) -> Any:
        """The derivative of tanh, or what a learner with the slip takes for it."""
        return 1.0 if self.SLIP == "no derivative" else 1 - a**2

    def bias(self, dZ: Any, axis: int = 0) -> Any:
        return (
            2 * dZ.sum(axis=axis, keepdims=True)
            if self.SLIP == "bias twice"
            else dZ.sum(axis=axis, keepdims=True)
        )


class Attributes(Base):
    """Rows; attributes W1, b1, W2, b2; gradients returned as a dictionary."""

    def __init__(self, n_inputs: int, n_hidden: int, n_outputs: int) -> None:
        self.W1, self.b1 = random.normal(size=(n_inputs, n_hidden)), np.zeros((1, n_hidden))
        self.W2, self.b2 = random.normal(size=(n_hidden, n_outputs)), np.zeros((1, n_outputs))

    def forward(self, X: Any) -> Any:
        self.A1 = np.tanh(X @ self.W1 + self.b1)
        self.A2 = sigmoid(self.A1 @ self.W2 + self.b2)
        return self.A2

    def backward(self, X: Any, y: Any) -> dict[str, Any]:
        dZ2 = (self.A2 - y) / y.size
        dZ1 = dZ2 @ self.W2.T * self.slope(self.A1)
        return {"dW2": self.A1.T @ dZ2, "db2": self.bias(dZ2), "dW1": X.T @ dZ1, "db1": self.bias(dZ1)}


class Columns(Base):
    """Columns; a dictionary of parameters, a cache, gradients in a dictionary, an update."""

    def __init__(self, layer_dims: list[int]) -> None:
        self.parameters = {}
        for i, (n, m) in enumerate(pairwise(layer_dims), 1):
            self.parameters[f"W{i}"] = random.normal(size=(m, n)) * 0.01
            self.parameters[f"b{i}"] = np.zeros((m, 1))

    def forward(self, X: Any) -> Any:
        p = self.parameters
        A1 = np.tanh(p["W1"] @ X + p["b1"])
        A2 = sigmoid(p["W2"] @ A1 + p["b2"])
        return A2, {"A0": X, "A1": A1, "A2": A2}

    def compute_cost(self, AL: Any, Y: Any) -> Any:
        return -np.mean(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))

    def backward(self, AL: Any, Y: Any, cache: Any) -> Any:
        m, p = Y.size, self.parameters
        dZ2 = (AL - Y) / m
        dZ1 = p["W2"].T @ dZ2 * self.slope(cache["A1"])
        return {
            "dW1": dZ1 @ cache["A0"].T, "db1": self.bias(dZ1, 1), "dW2": dZ2 @ cache["A1"].T, "db2": self.bias(dZ2, 1)
        }  # fmt: skip

    def update_parameters(self, grads: Any, learning_rate: float = 0.1) -> None:
        for name in self.parameters:
            self.parameters[name] -= learning_rate * grads["d" + name]


class OneSample(Base):
    """Lists of weights and biases; one column at a time; pairs (nabla_b, nabla_w)."""

    def __init__(self, sizes: list[int]) -> None:
        self.biases = [random.normal(size=(n, 1)) for n in sizes[1:]]
        self.weights = [random.normal(size=(m, n)) for n, m in pairwise(sizes)]

    def feedforward(self, a: Any) -> Any:
        for b, w in zip(self.biases, self.weights, strict=True):
            a = np.tanh(w @ a + b)
        return a

    def update(self, batch: Any, eta: float) -> None:
        for x, y in batch:
            nabla_b, nabla_w = self.backprop(x, y)
            self.weights = [w - eta * dw for w, dw in zip(self.weights, nabla_w, strict=True)]
            self.biases = [b - eta * db for b, db in zip(self.biases, nabla_b, strict=True)]

    def backprop(self, x: Any, y: Any) -> Any:
        a1 = np.tanh(self.weights[0] @ x + self.biases[0])
        a2 = np.tanh(self.weights[1] @ a1 + self.biases[1])
        delta2 = (a2 - y) * (1 - a2**2)
        delta1 = self.weights[1].T @ delta2 * self.slope(a1)
        twice = 2 if self.SLIP == "bias twice" else 1
        return [twice * delta1, twice * delta2], [delta1 @ x.T, delta2 @ a1.T]


class UpdatesItself(Base):
    """The backward pass updates; no biases of the output; the loss is a method."""

    def __init__(self, n_inputs: int = 3, n_hidden: int = 4, n_outputs: int = 1) -> None:
        self.lr = 0.1
        self.hidden, self.offset = random.normal(size=(n_inputs, n_hidden)), np.zeros((1, n_hidden))
        self.out = random.normal(size=(n_hidden, n_outputs))

    def predict(self, X: Any) -> Any:
        self.h = np.tanh(X @ self.hidden + self.offset)
        return self.h @ self.out

    def loss(self, y: Any, output: Any) -> Any:
        return 0.5 * np.sum((y - output) ** 2)

    def backward(self, X: Any, y: Any, output: Any) -> None:
        error = y - output
        delta = error @ self.out.T * self.slope(self.h)
        self.out += self.lr * self.h.T @ error
        self.hidden += self.lr * X.T @ delta
        self.offset += self.lr * self.bias(delta)


class Trained(Base):
    """Nothing but a training: ``train(X, y, epochs, learning_rate)``; classes by number."""

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        self.W = [
            random.normal(size=(input_size, hidden_size)),
            random.normal(size=(hidden_size, output_size)),
        ]
        self.b = [np.zeros(hidden_size), np.zeros(output_size)]

    def predict_proba(self, X: Any) -> Any:
        return softmax(np.tanh(X @ self.W[0] + self.b[0]) @ self.W[1] + self.b[1])

    def train(self, X: Any, y: Any, epochs: int = 1000, learning_rate: float = 0.1) -> None:
        for _ in range(epochs):
            h = np.tanh(X @ self.W[0] + self.b[0])
            d = softmax(h @ self.W[1] + self.b[1])
            d[np.arange(len(y)), y] -= 1
            d /= len(y)
            dh = d @ self.W[1].T * self.slope(h)
            twice = 2 if self.SLIP == "bias twice" else 1
            for part, gradient in ((0, X.T @ dh), (1, h.T @ d)):
                self.W[part] -= learning_rate * gradient
            self.b[0] -= learning_rate * twice * dh.sum(axis=0)
            self.b[1] -= learning_rate * twice * d.sum(axis=0)


class LossAndGradients(Base):
    """``loss(X, y)`` gives the loss and its gradients; without y it gives scores; softmax inside the loss."""

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        self.params = {
            "W1": random.normal(size=(input_size, hidden_size)), "b1": np.zeros(hidden_size),
            "W2": random.normal(size=(hidden_size, output_size)), "b2": np.zeros(output_size),
        }  # fmt: skip

    def loss(self, X: Any, y: Any = None, reg: float = 0.1) -> Any:
        p = self.params
        h = np.tanh(X @ p["W1"] + p["b1"])
        scores = h @ p["W2"] + p["b2"]
        if y is None:
            return scores
        probs = softmax(scores)
        loss = -np.mean(np.log(probs[np.arange(len(y)), y])) + reg * (
            np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2)
        )
        d = probs.copy()
        d[np.arange(len(y)), y] -= 1
        d /= len(y)
        dh = d @ p["W2"].T * self.slope(h)
        grads = {"W2": h.T @ d + 2 * reg * p["W2"], "b2": self.bias(d)[0]}
        grads |= {"W1": X.T @ dh + 2 * reg * p["W1"], "b1": self.bias(dh)[0]}
        return loss, grads

    def train(self, X: Any, y: Any) -> None:
        raise NotImplementedError


class Layer:
    """A dense layer with tanh that keeps its gradients."""

    def __init__(self, n_inputs: int, n_units: int) -> None:
        self.weights, self.biases = random.normal(size=(n_inputs, n_units)), np.zeros((1, n_units))

    def forward(self, X: Any) -> Any:
        self.X, self.A = X, np.tanh(X @ self.weights + self.biases)
        return self.A

    def backward(self, dA: Any, owner: Base) -> Any:
        dZ = dA * owner.slope(self.A)
        self.dweights, self.dbiases = self.X.T @ dZ, owner.bias(dZ)
        return dZ @ self.weights.T


class OfLayers(Base):
    """A list of layer objects."""

    def __init__(self, sizes: list[int]) -> None:
        self.layers = [Layer(n, m) for n, m in pairwise(sizes)]

    def forward(self, X: Any) -> Any:
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def backward(self, y: Any) -> None:
        error = 2 * (self.layers[-1].A - y) / y.size
        for layer in reversed(self.layers):
            error = layer.backward(error, self)


class Scalars(Base):
    """Single numbers and one sample: w1, w2, b1, …"""

    def __init__(self) -> None:
        self.w1, self.w2, self.w3, self.b1, self.b2 = random.normal(size=5).tolist()

    def feedforward(self, x: Any) -> Any:
        h = np.tanh(self.w1 * x[0] + self.w2 * x[1] + self.b1)
        return sigmoid(self.w3 * h + self.b2)

    def train(self, data: Any, targets: Any, epochs: int = 1000) -> None:
        rate = 0.1
        for _ in range(epochs):
            for x, y in zip(data, targets, strict=True):
                h = np.tanh(self.w1 * x[0] + self.w2 * x[1] + self.b1)
                o = sigmoid(self.w3 * h + self.b2)
                d_o = -2 * (y - o) * o * (1 - o)
                d_h = d_o * self.w3 * self.slope(h)
                self.w1 -= rate * d_h * x[0]
                self.w2 -= rate * d_h * x[1]
                self.b1 -= rate * d_h * (2 if self.SLIP == "bias twice" else 1)
                self.w3 -= rate * d_o * h
                self.b2 -= rate * d_o


class FlatVector(Attributes):
    """``costFunctionPrime(X, y)`` is the backward pass; its gradients come as one vector."""

    def cost_function_prime(self, X: Any, y: Any) -> Any:
        self.forward(X)
        found = super().backward(X, y)
        return np.concatenate([found[f"d{name}"].ravel() for name in ("W1", "b1", "W2", "b2")])

    def backward(self) -> None:  # type: ignore[override]
        raise NotImplementedError


NETWORKS: list[type[Base]] = [
    FlatVector,
    Attributes, Columns, OneSample, UpdatesItself, Trained, LossAndGradients, OfLayers, Scalars,
]  # fmt: skip
