"""Other right ways of writing the exercises of lesson 6."""

from __future__ import annotations

from typing import Any

import numpy as np

import glassnet as gn


def five_points(f: Any, x: float) -> float:
    h = 1e-3
    return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h)


def complex_free(f: Any, x: float) -> float:
    h = 1e-4
    coarse, fine = ((f(x + s) - f(x - s)) / (2 * s) for s in (h, h / 2))
    return (4 * fine - coarse) / 3


def relu_in_place(dA: Any, Z: Any) -> Any:
    dZ = dA.copy()
    dZ[Z <= 0] = 0
    return dZ


def backward_in_columns(X: Any, Y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    Z1 = W1.T @ X.T + b1[:, None]
    A1 = np.where(Z1 > 0, Z1, 0)
    Z2 = W2.T @ A1 + b2[:, None]
    A2 = np.exp(Z2) / np.exp(Z2).sum(axis=0)
    dZ2 = A2 - Y.T
    m = X.shape[0]
    dZ1 = W2 @ dZ2 * (Z1 > 0)
    return {
        "dW2": (dZ2 @ A1.T).T / m,
        "db2": dZ2.mean(axis=1),
        "dW1": (dZ1 @ X).T / m,
        "db1": dZ1.mean(axis=1),
    }


def backward_sample_by_sample(X: Any, Y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    total = {"dW1": 0 * W1, "db1": 0 * b1, "dW2": 0 * W2, "db2": 0 * b2}
    for x, y in zip(X, Y, strict=True):
        a1 = np.maximum(x @ W1 + b1, 0)
        e = np.exp(a1 @ W2 + b2)
        d2 = (e / e.sum() - y) / len(X)
        d1 = np.where(a1 > 0, W2 @ d2, 0)
        for name, part in {"dW1": np.outer(x, d1), "db1": d1, "dW2": np.outer(a1, d2), "db2": d2}.items():
            total[name] += part
    return total


def backward_by_glassnet(X: Any, Y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    layers = [gn.Dense(W1.shape[1], "relu"), gn.Dense(W2.shape[1], "softmax")]
    network = gn.Network(layers, input_shape=W1.shape[0], dtype="float64")
    network.parameters = np.concatenate([W1.ravel(), b1, W2.ravel(), b2])
    P = network.forward(X)
    network.backward(-Y / P / len(X))
    parts = np.split(network.gradients, np.cumsum([W1.size, b1.size, W2.size]))
    return {
        "dW1": parts[0].reshape(W1.shape),
        "db1": parts[1],
        "dW2": parts[2].reshape(W2.shape),
        "db2": parts[3],
    }


RIGHT = {
    "6.1": [five_points, complex_free, lambda f, x: (f(x + 3e-6) - f(x - 3e-6)) / 6e-6],
    "6.2": [
        lambda dA, Z: [d * (z > 0) for d, z in zip(dA, Z, strict=True)],
        lambda dA, Z: np.float32(dA) * (Z > 0),
        relu_in_place,
        lambda dA, Z: np.where(Z > 0, dA, 0),
        lambda dA, Z: dA * np.heaviside(Z, 0),
    ],
    "6.3": [
        lambda A, Y: 2 / len(A) * (A - Y) * (A - A**2),
        lambda A, Y: -2 * (Y - A) * A * (1 - A) / A.shape[0],
        lambda A, Y: (A - Y) * A * (1 - A) / (0.5 * len(Y)),
    ],
    "6.4": [backward_in_columns, backward_sample_by_sample, backward_by_glassnet],
    "6.5": [
        lambda a, b: np.max(np.abs(b - a)) / np.max([np.abs(a), np.abs(b)]),
        lambda a, b: np.linalg.norm((a - b).ravel(), np.inf) / np.maximum(np.abs(a), np.abs(b)).max(),
        lambda a, b: (
            max(abs(x - y) for x, y in zip(a.flat, b.flat, strict=True))
            / max(*np.abs(a).flat, *np.abs(b).flat)
        ),
    ],
}


def one_side(h: float) -> Any:
    return lambda f, x: (f(x + h) - f(x)) / h


def both_sides(h: float, divisor: Any = lambda h: 2 * h) -> Any:
    return lambda f, x: (f(x + h) - f(x - h)) / divisor(h)


def leaking(share: float) -> Any:
    return lambda dA, Z: dA * np.where(Z > 0, 1, share)


WRONG: dict[str, Any] = {
    "6.1": [
        *((one_side(h), "it steps to one side alone") for h in (1e-3, 1e-4, 1e-6, 3e-7, 1e-8)),
        (lambda f, x: (f(x) - f(x - 1e-6)) / 1e-6, "it steps to one side alone"),
        *((both_sides(h), f"a step of {h:.2g} is too small: ") for h in (1e-8, 1e-9, 1e-12)),
        (both_sides(1e-20), "it asks for f at one point alone, x+0: where h is below the last digit of x"),
        *((both_sides(h), f"a step of {h:.2g} is too large: ") for h in (3e-3, 0.05, 0.1, 2.0)),
        (lambda f, x: (f(x + 1e-5) - f(x - 1e-5)) / 2 * 1e-5, "it multiplies by h: / 2 * h is (... / 2) * h"),
        (lambda f, x: (f(x + 1e-4) - f(x - 1e-4)) / 2 * 1e-4, "it multiplies by h: / 2 * h is (... / 2) * h"),
        (both_sides(1e-6, lambda h: 2), "it is divided by 2 alone; both points are 2h apart"),
        (both_sides(1e-4, lambda h: h), "both points are 2h apart: divide by 2h, not by h"),
        (both_sides(1e-4, lambda h: 1), "this is the difference; divide it by the distance of both points"),
        (lambda f, x: np.cos(x), "it never asks for f"),
        (
            lambda f, x: (f(x + 1e-5) - 2 * f(x) + f(x - 1e-5)) / 1e-10,
            "it asks for f at more than two points",
        ),
    ],
    "6.2": [
        *((leaking(share), "that is a LeakyReLU; the slope of ReLU is 0 there") for share in (0.01, 0.2)),
        (leaking(-1), "where Z is below 0 the gradient comes through with its sign turned"),
        (lambda dA, Z: dA * (Z > 0) / len(dA), "it is divided by the number of samples"),
    ],
}
ALIKE: set[str] = set()
