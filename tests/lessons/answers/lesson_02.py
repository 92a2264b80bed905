"""Other right ways of writing the exercises of lesson 2."""

from __future__ import annotations

from typing import Any

import numpy as np


def in_loops(X: Any, weights: Any, bias: Any) -> Any:
    return [
        [
            sum(x * w for x, w in zip(row, column, strict=True)) + b
            for column, b in zip(weights.T, bias, strict=True)
        ]
        for row in X
    ]


class ByList:
    def __init__(self, n_inputs: int, n_units: int) -> None:
        random = np.random.RandomState(0)
        self.weights = np.array([[0.01 * random.randn() for _ in range(n_units)] for _ in range(n_inputs)])
        self.bias = np.zeros(n_units)

    def forward(self, X: Any) -> Any:
        self.inputs = X
        self.output = np.dot(X, self.weights) + self.bias
        return self.output


class Uniform(ByList):
    def __init__(self, n_inputs: int, n_units: int) -> None:
        limit = 1 / np.sqrt(n_inputs)
        self.weights = np.random.default_rng(1).uniform(-limit, limit, size=(n_inputs, n_units))
        self.bias = np.zeros(n_units)


class Einsum(ByList):
    def forward(self, X: Any) -> Any:
        return np.einsum("nf,fu->nu", X, self.weights) + self.bias


RIGHT = {
    "2.1": [
        lambda X, weights, bias: np.dot(X, weights) + bias,
        lambda X, weights, bias: (weights.T @ X.T).T + bias[None, :],
        in_loops,
    ],
    "2.2": [2410],
    "2.3": [
        lambda W, b, X: (W @ X + b[:, None]).T,
        lambda W, b, X: (W @ X).T + b,
        lambda W, b, X: np.array([W @ column + b for column in X.T]),
    ],
    "2.4": [
        lambda W1, b1, W2, b2: (W1 @ W2, b2 + np.dot(b1, W2)),
        lambda W1, b1, W2, b2: ((W2.T @ W1.T).T, W2.T @ b1 + b2),
        lambda W1, b1, W2, b2: (np.eye(len(W1)) @ W1 @ W2, (0 + b1) @ W2 + b2),
    ],
    "2.5": [ByList, Uniform, Einsum],
}
WRONG: dict[str, Any] = {"2.2": [("2410", "it is the text '2410', where numbers are expected")]}
ALIKE: set[str] = set()
