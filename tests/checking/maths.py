"""Textbook formulas as learners write them, independent of the library's: activations, derivatives, loss gradients."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Function = Callable[..., Any]

_erf = np.vectorize(math.erf)


def sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def normal_cdf(z: Array) -> Array:
    return (0.5 * (1 + _erf(z / math.sqrt(2)))).astype(z.dtype)


def normal_density(z: Array) -> Array:
    return np.exp(-z * z / 2) / z.dtype.type(math.sqrt(2 * math.pi))


def softmax(z: Array, axis: int = 1) -> Array:
    e = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def tanh_gelu(z: Array) -> Array:
    return 0.5 * z * (1 + np.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))


def tanh_gelu_slope(z: Array) -> Array:
    root = math.sqrt(2 / math.pi)
    t = np.tanh(root * (z + 0.044715 * z**3))
    return 0.5 * (1 + t) + 0.5 * z * (1 - t**2) * root * (1 + 0.134145 * z**2)


FORWARD: dict[str, Function] = {
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(0, z),
    "leaky_relu": lambda z: np.where(z > 0, z, z.dtype.type(0.01) * z),
    "elu": lambda z: np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1),
    "gelu": lambda z: z * normal_cdf(z),
    "silu": lambda z: z * sigmoid(z),
    "softplus": lambda z: np.logaddexp(z.dtype.type(0), z),
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "softmax": softmax,
}

# Derivatives as functions of z, and of a where the textbooks have such a form.
IN_Z: dict[str, Function] = {
    "linear": lambda z: np.ones_like(z),
    "relu": lambda z: (z > 0) * z.dtype.type(1),
    "leaky_relu": lambda z: np.where(z > 0, z.dtype.type(1), z.dtype.type(0.01)),
    "elu": lambda z: np.where(z > 0, z.dtype.type(1), np.exp(np.minimum(z, 0))),
    "gelu": lambda z: normal_cdf(z) + z * normal_density(z),
    "silu": lambda z: sigmoid(z) * (1 + z * (1 - sigmoid(z))),
    "softplus": sigmoid,
    "sigmoid": lambda z: sigmoid(z) * (1 - sigmoid(z)),
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
}
IN_A: dict[str, Function] = {
    "sigmoid": lambda a: a * (1 - a),
    "tanh": lambda a: 1 - a**2,
    "elu": lambda a: np.where(a > 0, a.dtype.type(1), a + 1),
    "softplus": lambda a: 1 - np.exp(-a),
}

# d(sum of losses of all samples) / dp, to be divided by the number of samples (and of outputs, in a mean over entries).
LOSS: dict[str, Function] = {
    "mse": lambda y, p: 2 * (p - y),
    "mae": lambda y, p: np.sign(p - y),
    "huber": lambda y, p: np.where(np.abs(p - y) <= 1, p - y, np.sign(p - y)),
    "bce": lambda y, p: -y / p + (1 - y) / (1 - p),
    "cce": lambda y, p: -y / p,
}
OVER_ENTRIES = {"mse", "mae", "huber", "bce"}
FUSED = {("sigmoid", "bce"), ("softmax", "cce")}


def jacobian_product(a: Array, da: Array, axis: int = 1) -> Array:
    return a * (da - np.sum(a * da, axis=axis, keepdims=True))
