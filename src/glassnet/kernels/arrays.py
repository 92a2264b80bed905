"""The traversals in NumPy.

Shapes: ``n`` samples of a batch in rows. Every function writes into the array that it is given last or names as
result, so that a training step allocates next to nothing.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.formulas import rows as formulas

Array = NDArray[Any]

# Entries that an update takes at once: what it computes on the way stays in the processor's cache, which is three times
# faster on millions of parameters. A user's own rule is given whole vectors, since it may look at several entries.
PIECE = 16384


class Views(dict[tuple[int, int, int], Array]):
    """The two-axis views of one flat vector, each made once."""

    def __init__(self, flat: Array) -> None:
        super().__init__()
        self.flat = flat

    def __missing__(self, place: tuple[int, int, int]) -> Array:
        start, n_rows, n_columns = place
        self[place] = self.flat[start : start + n_rows * n_columns].reshape(n_rows, n_columns)
        return self[place]


def view(memory: Views, start: int, n_rows: int, n_columns: int) -> Array:
    """The array of shape (n_rows, n_columns) that begins at `start`."""
    return memory[start, n_rows, n_columns]


def take_rows(source: Array, order: Array, start: int, stop: int, batch: Array) -> Array:
    """Rows ``order[start:stop]`` of the source in `batch`; without an order, rows start to stop themselves."""
    if len(order) == 0:
        return source[start:stop]
    return np.take(source, order[start:stop], axis=0, out=batch[: stop - start], mode="clip")


def take_classes(source: Array, order: Array, start: int, stop: int, batch: Array) -> Array:
    """Classes (n, 1) of the same rows, as rows of zeros and a one."""
    classes = source[start:stop, 0] if len(order) == 0 else source[order[start:stop], 0]
    encoded = batch[: stop - start]
    encoded[...] = 0
    encoded[np.arange(len(encoded)), classes.astype(np.int64)] = 1
    return encoded


def multiply(x: Array, weights: Array, z: Array) -> None:
    """Z = X W."""
    np.matmul(x, weights, out=z)


def multiply_weights_gradient(x: Array, error: Array, gradient: Array) -> None:
    """dW = X^T dZ."""
    np.matmul(x.T, error, out=gradient)


def multiply_input_gradient(error: Array, weights: Array, gradient: Array) -> None:
    """dX = dZ W^T."""
    np.matmul(error, weights.T, out=gradient)


def column_sums(error: Array, gradient: Array) -> None:
    """db = sum of dZ over the samples, as 1^T dZ: NumPy's own sum over many short rows is several times slower."""
    np.matmul(np.ones((1, len(error)), error.dtype), error, out=gradient)


def activate(row: Any, z: Array, bias: Array, a: Array) -> None:
    """Z = Z + b;  A = f(Z)."""
    z += bias
    a[...] = row.activation.value(z)


def apply(row: Any, z: Array, a: Array) -> None:
    """A = f(Z)."""
    a[...] = row.activation.value(z)


def gate(row: Any, z: Array, a: Array, error: Array) -> None:
    """dZ = dA f'(Z), in place."""
    row.activation.backward(z, a, error, out=error)


def copy(x: Array, a: Array) -> None:
    """A = X."""
    a[...] = x


def drop(x: Array, masks: Array, start: int, rate: float, a: Array) -> None:
    """A = X m / (1 - rate), for the mask that begins at `start`; X may be A."""
    mask = masks[start : start + x.size].reshape(x.shape)
    np.multiply(x, mask, out=a)
    a *= 1 / (1 - rate)


def batch_norm(
    row: Any, x: Array, weights: Array, bias: Array, running: Array,
    standardised: Array, inverse: Array, a: Array,
) -> None:  # fmt: skip
    """A = w (X - mean) / sqrt(variance + epsilon) + b over the batch; moves the running mean and variance."""
    standardised[...], mean, variance, inverse[...] = formulas.normalise(x, row.epsilon, 0)
    n = len(x)
    running *= 1 - row.momentum
    running[0] += row.momentum * mean[0]
    running[1] += row.momentum * n / max(n - 1, 1) * variance[0]
    np.add(weights * standardised, bias, out=a)


def batch_norm_inference(row: Any, x: Array, weights: Array, bias: Array, running: Array, a: Array) -> None:
    """A = w (X - running mean) / sqrt(running variance + epsilon) + b."""
    np.multiply(x - running[0], weights / np.sqrt(running[1] + row.epsilon), out=a)
    a += bias


def layer_norm(
    row: Any, x: Array, weights: Array, bias: Array, standardised: Array, inverse: Array, a: Array
) -> None:
    """A = w (X - mean) / sqrt(variance + epsilon) + b over the features of each sample."""
    standardised[...], _, _, inverse[...] = formulas.normalise(x, row.epsilon, 1)
    np.add(weights * standardised, bias, out=a)


def batch_norm_backward(
    row: Any,
    weights: Array,
    standardised: Array,
    inverse: Array,
    error: Array,
    d_weights: Array,
    d_bias: Array,
) -> None:
    """dw, db, and dX in place of dA, also through the batch's mean and variance."""
    _affine_backward(standardised, error, d_weights, d_bias)
    error[...] = formulas.normalise_backward(standardised, inverse, error * weights, 0)


def layer_norm_backward(
    row: Any,
    weights: Array,
    standardised: Array,
    inverse: Array,
    error: Array,
    d_weights: Array,
    d_bias: Array,
) -> None:
    """dw, db, and dX in place of dA, also through each sample's mean and variance."""
    _affine_backward(standardised, error, d_weights, d_bias)
    error[...] = formulas.normalise_backward(standardised, inverse, error * weights, 1)


def _affine_backward(standardised: Array, error: Array, d_weights: Array, d_bias: Array) -> None:
    np.add.reduce(error * standardised, axis=0, out=d_weights[0])
    np.add.reduce(error, axis=0, out=d_bias[0])


def compare(loss: Any, y: Array, prediction: Array, weights: Array, error: Array) -> float:
    """The loss of the batch, and its gradient with respect to the prediction."""
    value, error[...] = loss.compare(y, prediction, weights.reshape(-1))
    return float(value)


def penalise(weights: Array, l1: float, l2: float, gradient: Array) -> float:
    """l1 sum abs(W) + l2 / 2 sum W^2, and its gradient added to `gradient`."""
    gradient += l1 * np.sign(weights) + l2 * weights
    return l1 * float(np.abs(weights).sum()) + l2 / 2 * float(np.square(weights).sum())


def clip(gradients: Views, norm: float, value: float) -> None:
    """Scale the gradients to at most this Euclidean norm, then limit each entry; 0 means no limit."""
    flat = gradients.flat
    if norm > 0:
        length = math.sqrt(float(np.dot(flat, flat)))
        if length > norm:
            flat *= norm / length
    if value > 0:
        np.clip(flat, -value, value, out=flat)


def update(rule: Any, parameters: Views, gradients: Views, states: Array, coefficients: Any) -> None:
    """New parameters and states by the optimizer's rule."""
    vectors = (parameters.flat, *states)
    size = PIECE if rule.__module__.startswith("glassnet.") else max(len(parameters.flat), 1)
    for start in range(0, len(parameters.flat), size):
        piece = slice(start, start + size)
        old = [vector[piece] for vector in vectors]
        results = rule(old[0], gradients.flat[piece], *old[1:], coefficients)
        for vector, result in zip(old, results, strict=True):
            vector[...] = result


def is_finite(value: float) -> bool:
    """Neither NaN nor infinite."""
    return math.isfinite(value)
