"""The traversals in NumPy.

Shapes: ``n`` samples of a batch in rows. Every function writes into the array that it is given last or names as
result, so that a training step allocates next to nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Rule = Callable[..., Any]

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

    def of(self, places: tuple[tuple[int, int, int], ...]) -> tuple[Array, ...]:
        """The views at these places."""
        return tuple([self[place] for place in places])


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


def smooth(loss: Any, y: Array, batch: Array) -> Array:
    """Targets of which a share is spread evenly over all classes, in `batch`, where y may lie already."""
    smoothed = batch[: len(y)]
    smoothed[...] = loss.smoothed(y)
    return smoothed


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


class Own(NamedTuple):
    """The arrays of a layer that is computed by its own functions, each with two axes.

    Parameters, ``(1, m)`` or of their own shape; in the forward pass running statistics; what that pass keeps,
    ``(n, width)``; in the backward pass the gradients of the parameters.
    """

    parameters: tuple[Array, ...]
    statistics: tuple[Array, ...] = ()
    kept: tuple[Array, ...] = ()
    gradients: tuple[Array, ...] = ()


def forward_layer(
    row: Any, x: Array, parameters: Views, running: Views, memory: Views, size: int, a: Array, training: bool
) -> None:
    """A by the layer's own forward, or in prediction its infer."""
    places = row.own
    own = Own(
        parameters.of(places.parameters), running.of(places.statistics), _kept(row, memory, size, len(x))
    )
    compute = places.layer.forward if training else places.layer.infer
    compute(x, own, a)


def backward_layer(
    row: Any, x: Array, a: Array, parameters: Views, gradients: Views, memory: Views, size: int, error: Array
) -> None:
    """The gradients of its parameters, and dX, by the layer's own backward."""
    n, places = len(x), row.own
    own = Own(
        parameters.of(places.parameters), (), _kept(row, memory, size, n), gradients.of(places.parameters)
    )
    if row.source_error >= 0:
        d_x = memory[row.source_error * size, n, row.n_inputs]
    else:  # nobody asks for the gradient of the batch
        d_x = error if places.layer.in_place else np.empty_like(x)
    places.layer.backward(x, a, own, error, d_x)


def _kept(row: Any, memory: Views, size: int, n: int) -> tuple[Array, ...]:
    return tuple([memory[column * size, n, width] for column, width in row.own.kept])


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


def update(
    rule: Rule,
    parameters: Views,
    gradients: Views,
    states: Sequence[Array] | Array,
    coefficients: tuple[float, ...],
    factors: Array,
) -> None:
    """New parameters and states by the rule; of each step the share that `factors` say, if there are any."""
    vectors = (parameters.flat, *states)
    size = PIECE if rule.__module__.startswith("glassnet.") else max(len(parameters.flat), 1)
    for start in range(0, len(parameters.flat), size):
        piece = slice(start, start + size)
        old = [vector[piece] for vector in vectors]
        results = rule(old[0], gradients.flat[piece], *old[1:], coefficients)
        for vector, result in zip(old[1:], results[1:], strict=True):
            vector[...] = result
        old[0][...] = results[0] if len(factors) == 0 else old[0] + factors[piece] * (results[0] - old[0])


def is_finite(value: float) -> bool:
    """Neither NaN nor infinite."""
    return math.isfinite(value)
