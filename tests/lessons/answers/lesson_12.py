"""Other right ways of writing the exercises of lesson 12."""

from __future__ import annotations

from typing import Any

import numpy as np

import glassnet as gn


class ByEinsum:
    def __init__(self, n: int) -> None:
        self.scale = np.full(n, 1.0)

    def forward(self, X: Any) -> Any:
        self.inputs = X
        return np.einsum("nf,f->nf", X, self.scale)

    def backward(self, error: Any) -> Any:
        self.d_scale = np.einsum("nf,nf->f", error, self.inputs)
        return np.einsum("nf,f->nf", error, self.scale)


class InLoops(ByEinsum):
    def backward(self, error: Any) -> Any:
        self.d_scale = np.zeros(len(self.scale))
        for x, e in zip(self.inputs, error, strict=True):
            self.d_scale = self.d_scale + x * e
        return np.array([e * self.scale for e in error])


class ByMatrix(ByEinsum):
    def forward(self, X: Any) -> Any:
        self.inputs = X
        return X @ np.diag(self.scale)

    def backward(self, error: Any) -> Any:
        self.d_scale = np.diag(self.inputs.T @ error)
        return error @ np.diag(self.scale)


def slope_of_silu(z: Any) -> Any:
    silu = gn.activations.get("silu")
    return silu.slope(z, silu.value(z))


RIGHT = {
    "12.1": [
        slope_of_silu,
        lambda z: (1 + np.exp(-z) * (1 + z)) / (1 + np.exp(-z)) ** 2,
        lambda z: (1 + np.tanh(z / 2)) / 2 + z / (4 * np.cosh(z / 2) ** 2),
    ],
    "12.2": [
        lambda y, p: np.sinh(p - y) / np.cosh(p - y),
        lambda y, p: -np.tanh(y - p),
        lambda y, p: 1 - 2 / (np.exp(2 * (p - y)) + 1),
    ],
    "12.3": [ByEinsum, InLoops, ByMatrix],
}
WRONG: dict[str, Any] = {}
ALIKE: set[str] = set()
