"""The traversals as compiled loops: the same names and meanings as in :mod:`glassnet.kernels.arrays`."""

# mypy: disallow-untyped-defs = False, allow-untyped-calls = True
from __future__ import annotations

import math

import numpy as np
from numba import carray

from glassnet.kernels.arithmetic.products import multiply, multiply_input_gradient, multiply_weights_gradient
from glassnet.kernels.calls import at_address, call, call_for_number, pointer
from glassnet.kernels.lift import traversal


@traversal
def view(memory, start, n_rows, n_columns):
    return carray(pointer(memory, start), (n_rows, n_columns))


@traversal
def take_rows(source, order, start, stop, batch):
    n, m = stop - start, source.shape[1]
    if len(order) == 0:
        return carray(pointer(source, start * m), (n, m))
    for i in range(n):
        row = order[start + i]
        for j in range(m):
            batch[i, j] = source[row, j]
    return carray(pointer(batch, 0), (n, m))


@traversal
def take_classes(source, order, start, stop, batch):
    n, m = stop - start, batch.shape[1]
    for i in range(n):
        row = start + i if len(order) == 0 else order[start + i]
        for j in range(m):
            batch[i, j] = 0
        batch[i, np.int64(source[row, 0])] = 1
    return carray(pointer(batch, 0), (n, m))


@traversal
def smooth(loss, y, batch):
    n, m = y.shape
    kept, share = batch.dtype.type(1 - loss.label_smoothing), batch.dtype.type(loss.share_of_each)
    for i in range(n):
        for j in range(m):
            batch[i, j] = kept * y[i, j] + share
    return carray(pointer(batch, 0), (n, m))


@traversal
def column_sums(error, gradient):
    for j in range(error.shape[1]):
        gradient[0, j] = 0
    for i in range(error.shape[0]):
        for j in range(error.shape[1]):
            gradient[0, j] += error[i, j]


@traversal
def activate(row, z, bias, a):
    n, m = z.shape
    call(
        row.activate,
        (pointer(z, 0), pointer(bias, 0), pointer(a, 0), n, m, at_address(row.parameters, z.dtype)),
    )


@traversal
def apply(row, z, a):
    n, m = z.shape
    call(row.activate, (pointer(z, 0), pointer(a, 0), n, m, at_address(row.parameters, z.dtype)))


@traversal
def gate(row, z, a, error):
    if row.gate != 0:
        n, m = z.shape
        call(
            row.gate,
            (pointer(z, 0), pointer(a, 0), pointer(error, 0), n, m, at_address(row.parameters, z.dtype)),
        )


@traversal
def copy(x, a):
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            a[i, j] = x[i, j]


@traversal
def drop(x, masks, start, rate, a):
    scale = a.dtype.type(1 / (1 - rate))
    n, m = x.shape
    for i in range(n):
        for j in range(m):
            a[i, j] = x[i, j] * a.dtype.type(masks[start + i * m + j]) * scale


@traversal
def forward_layer(row, x, parameters, running, memory, size, a, training):
    call(
        row.forward if training else row.infer,
        (
            row.address, pointer(x, 0), pointer(parameters, max(row.weights, 0)),
            pointer(running, max(row.statistics, 0)), pointer(memory, max(row.kept, 0) * size), pointer(a, 0),
            x.shape[0], size,
        ),
    )  # fmt: skip


@traversal
def backward_layer(row, x, a, parameters, gradients, memory, size, error):
    start = max(row.weights, 0)
    d_x = pointer(error, 0) if row.source_error < 0 else pointer(memory, row.source_error * size)
    call(
        row.backward,
        (
            row.address, pointer(x, 0), pointer(a, 0), pointer(parameters, start),
            pointer(memory, max(row.kept, 0) * size), pointer(error, 0), pointer(gradients, start), d_x,
            x.shape[0], size,
        ),
    )  # fmt: skip


@traversal
def compare(loss, y, prediction, weights, error):
    n, m = prediction.shape
    return call_for_number(
        loss.compare,
        (
            pointer(prediction, 0), pointer(y, 0), pointer(weights, 0), pointer(error, 0), n, m,
            at_address(loss.compare_parameters, error.dtype),
        ),
    )  # fmt: skip


@traversal
def penalise(weights, l1, l2, gradient):
    absolute = square = 0.0
    slope, decay = weights.dtype.type(l1), weights.dtype.type(l2)
    for i in range(weights.shape[0]):
        for j in range(weights.shape[1]):
            w = weights[i, j]
            absolute += abs(w)
            square += w * w
            sign = weights.dtype.type(w > 0) - weights.dtype.type(w < 0)
            gradient[i, j] += slope * sign + decay * w
    return l1 * absolute + l2 / 2 * square


@traversal
def clip(gradients, norm, value):
    if norm > 0:
        square = 0.0
        for k in range(len(gradients)):
            square += gradients[k] * gradients[k]
        length = math.sqrt(square)
        if length > norm:
            scale = gradients.dtype.type(norm / length)
            for k in range(len(gradients)):
                gradients[k] *= scale
    if value > 0:
        limit = gradients.dtype.type(value)
        for k in range(len(gradients)):
            if abs(gradients[k]) > limit:
                gradients[k] = limit if gradients[k] > 0 else -limit


@traversal
def update(rule, parameters, gradients, states, coefficients, factors):
    n = len(parameters)
    call(
        rule,
        (
            pointer(parameters, 0), pointer(gradients, 0), pointer(states, 0), n, pointer(coefficients, 0), factors,
        ),
    )  # fmt: skip


@traversal
def is_finite(value):
    # Numba's math.isfinite asks whether value - value is 0, which reassociation makes of any sum, infinite ones too.
    return abs(value) < math.inf


TRAVERSALS = {
    function.__name__: function
    for function in (
        view, take_rows, take_classes, smooth, multiply, multiply_weights_gradient, multiply_input_gradient,
        column_sums, activate, apply, gate, copy, drop, forward_layer, backward_layer,
        compare, penalise, clip, update, is_finite,
    )
}  # fmt: skip
