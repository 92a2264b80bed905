"""Other right ways of writing the exercises of lesson 4, and wrong ones with what is said of them."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np

import glassnet as gn


def by_dot(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    Z1 = np.dot(X, W1) + b1
    A1 = np.where(Z1 > 0, Z1, 0)
    Z2 = np.dot(A1, W2) + b2
    return dict(Z1=Z1, A1=A1, Z2=Z2, A2=1 / (1 + np.exp(-Z2)))


def by_columns(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    Z1 = W1.T @ X.T + b1[:, None]
    A1 = Z1 * (Z1 > 0)
    Z2 = W2.T @ A1 + b2[:, None]
    return {"A2": (1 / (1 + np.exp(-Z2))).T, "Z2": Z2.T, "A1": A1.T, "Z1": Z1.T}


def by_glassnet(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    relu, sigmoid = gn.activations.get("relu"), gn.activations.get("sigmoid")
    Z1 = X @ W1 + b1
    Z2 = relu.value(Z1) @ W2 + b2
    return {"Z1": Z1, "A1": relu.value(Z1), "Z2": Z2, "A2": sigmoid.value(Z2)}


def recursive(X: Any, layers: Any) -> Any:
    if not layers:
        return X
    W, b, activation = layers[0]
    return recursive(activation(X @ W + b), layers[1:])


def with_a_list(X: Any, layers: Any) -> Any:
    outputs = [X]
    for layer in layers:
        outputs.append(layer[2](np.dot(outputs[-1], layer[0]) + layer[1]))
    return outputs[-1]


RIGHT = {
    "4.1": [by_dot, by_columns, by_glassnet],
    "4.2": [gn.lessons.catalogue.find("4.2").solution(*gn.lessons.given("4.2"))],
    "4.3": [
        ([[1, 1], [1, 1]], [0, -1], [1, -2], 0),
        ([[1, -1], [-1, 1]], [0, 0], [1, 1], 0),
        (2 * np.ones((2, 2)), [0, -2], [[0.5], [-1]], [0]),
    ],
    "4.4": [
        recursive,
        with_a_list,
        lambda X, layers: reduce(lambda A, layer: layer[2](A @ layer[0] + layer[1]), layers, X),
    ],
}
WRONG = {
    "4.3": [
        (([[0, 0], [0, 0]], [0, 0], [1, 1], 0.5), "it gives 0.5 for all four"),
        (([[1, 1], [1, 1]], [0, -1], [1, -1], 0), 'this one says "or"'),
        (([[1, 1], [1, 1]], [0, -1], [1, 0], 0), "it counts the inputs: (1, 1) gives 2"),
        (([[1, 1], [1, 1]], [0, -1], [-1, 2], 1), "every answer is the other way round"),
        (([[1, 1], [1, 1]], [0, -1], [1, -2], 1), "every answer is 1 too large: mend the last bias"),
        (([[1, 1], [1, 1]], [0, -1], [1, -1.5], 0), "1 of 4 is wrong, (1, 1): it gives 0.5"),
        (([[1, 1], [1, 1]], [0, 0], [1, 1], 0), "of 4 are wrong, the first (0, 1): it gives 2"),
        (([1, 1], [0, -1], [1, -2], 0), "W1 has shape (2,); two inputs and two hidden neurons make (2, 2)"),
        (([[1, 1], [1, 1]], [0], [1, -2], 0), "b1, w2 and b2 hold 2, 2 and 1 numbers; yours hold 1, 2 and 1"),
    ],
}
ALIKE: set[str] = set()
