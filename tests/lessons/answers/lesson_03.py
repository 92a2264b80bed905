"""Other right ways of writing the exercises of lesson 3, and wrong ones with what is said of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def sigmoid_by_parts(z: Any) -> Any:
    a = np.empty_like(z)
    positive = z >= 0
    a[positive] = 1 / (1 + np.exp(-z[positive]))
    a[~positive] = np.exp(z[~positive]) / (1 + np.exp(z[~positive]))
    return a


def sigmoid_in_32_bits(z: Any) -> Any:
    e = np.exp(-np.abs(np.float32(z)))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def sigmoid_of_one(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def leaky_in_a_loop(z: Any, slope: float) -> Any:
    a = np.array(z)
    for place in np.ndindex(a.shape):
        if a[place] < 0:
            a[place] *= slope
    return a


def softmax_in_a_loop(z: Any) -> Any:
    rows = []
    for row in z:
        e = [math.exp(x - max(row)) for x in row]
        rows.append([x / sum(e) for x in e])
    return rows


def dead_in_a_loop(Z: Any) -> int:
    n = 0
    for column in Z.T:
        if not any(z > 0 for z in column):
            n += 1
    return n


RIGHT = {
    "3.1": [
        sigmoid_in_32_bits,
        sigmoid_by_parts,
        np.vectorize(sigmoid_of_one),
        lambda z: np.exp(-np.logaddexp(0, -z)),
    ],
    "3.2": [
        leaky_in_a_loop,
        lambda z, slope: np.maximum(z, 0) + slope * np.minimum(z, 0),
        lambda z, slope: z * np.where(z >= 0, 1, slope),
    ],
    "3.3": [
        lambda z: 1 / np.cosh(z) ** 2,
        lambda z: 1 - np.tanh(z) * np.tanh(z),
        lambda z: (1 - np.tanh(z)) * (1 + np.tanh(z)),
    ],
    "3.4": [
        softmax_in_a_loop,
        lambda z: [np.exp(row - row.max()) / np.exp(row - row.max()).sum() for row in z],
        lambda z: np.exp(z - np.logaddexp.reduce(z, axis=1)[:, None]),
        lambda z: (np.exp(z.T - z.max(axis=1)) / np.exp(z.T - z.max(axis=1)).sum(axis=0)).T,
    ],
    "3.6": [
        dead_in_a_loop,
        lambda Z: np.sum(np.maximum(Z, 0).sum(axis=0) == 0),
        lambda Z: Z.shape[1] - np.count_nonzero(Z.max(axis=0) > 0),
    ],
    "3.5": [0.25**10],
}
WRONG = {
    "3.1": [
        (
            lambda z: 1 / (1 + np.exp(-z)),
            "a number leaves what a float can hold (overflow encountered in exp)",
        ),
        (
            lambda z: np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z))),
            "its numbers are right, but on the way one is too large (np.where computes both its sides for every",
        ),
        (math.exp, "(functions of math take one number; those of np take arrays)"),
    ],
    "3.4": [
        (lambda z: np.exp(z) / np.exp(z).sum(), "a number leaves what a float can hold"),
        (lambda z: np.log(np.exp(z) + 1), "a number leaves what a float can hold"),
    ],
}
ALIKE: set[str] = set()
