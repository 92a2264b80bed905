"""Other right ways of writing the exercises of lesson 1, and wrong ones with what is said of them."""

from __future__ import annotations

from operator import mul
from typing import Any

import numpy as np


def by_index(inputs: Any, weights: Any, bias: float) -> float:
    total = bias
    for i in range(len(inputs)):
        total += inputs[i] * weights[i]
    return total


def by_sum(inputs: Any, weights: Any, bias: float) -> float:
    return sum(x * w for x, w in zip(inputs, weights, strict=True)) + bias


def by_map(inputs: Any, weights: Any, bias: float) -> float:
    return bias + sum(map(mul, inputs, weights))


def by_branches(w: Any, b: float, x: Any, y: int) -> Any:
    says = 1 if np.dot(w, x) + b > 0 else 0
    if says == y:
        return w, b
    return (w + x, b + 1) if y == 1 else (w - x, b - 1)


def in_place(w: Any, b: float, x: Any, y: int) -> Any:
    a = (w @ x + b > 0).astype(int)
    w += (y - a) * x
    b += y - a
    return w, b


RIGHT = {
    "1.1": [by_index, by_sum, by_map],
    "1.2": [[1.74, 3.277, -1.046], (np.array([1.74, 3.277, -1.046]))],
    "1.3": [
        lambda inputs, weights, bias: np.dot(inputs, weights) + bias,
        lambda inputs, weights, bias: bias + (inputs * weights).sum(axis=-1),
        lambda inputs, weights, bias: np.einsum("...i,i->...", inputs, weights) + bias,
    ],
    "1.4": [((-1, -1), 1.5), (np.array([-2, -3]), 4), ([-0.1, -0.1], 0.15)],
    "1.5": [
        by_branches,
        in_place,
        lambda w, b, x, y: (w + (y - (x @ w + b > 0)) * x, b + (y - (x @ w + b > 0))),
    ],
}
WRONG = {
    "1.4": [
        (((1, 1), -1.5), 'this one says "both"'),
        (((1, 1), -0.5), 'this one says "or"'),
        (((-1, -1), 2.5), "it says 1 everywhere"),
        (((0, 0), 0), "it says 0 everywhere"),
        (((0, 0), 1), "it says 1 everywhere"),
        (((-1, -1), 1), "(0, 1) lies on the line, where z is 0"),
        (((-2, -1), 1.5), "1 of 4 corners is wrong, (1, 0)"),
        (((1, -1), 0.5), "of 4 corners are wrong, the first of them (0, 1)"),
        ((-1, 1.5), "w must hold two numbers, one for each input"),
        ((1, 2, 3), "a pair (w, b) is asked for, and w holds two numbers itself; got 3 values"),
    ],
}
ALIKE: set[str] = set()
