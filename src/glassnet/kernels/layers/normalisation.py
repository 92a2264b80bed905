"""Compiled bodies of batch norm, layer norm and RMS norm, called by address; the NumPy bodies stand in the layers.

All take the address of the row's record, then pointers to contiguous arrays of one dtype: x, a, error and d_x
``(n, m)``, weights and bias, gradients and running statistics ``(2, m)``, and what forward keeps for backward: the
standardised inputs, and behind room for `size` samples the inverse deviations. Sums are taken in float64. A layer that
turns the error into dX in place is given one array as both, and writes to the error, which compiles to faster code.
"""

# mypy: disallow-untyped-defs = False, allow-untyped-calls = True
from __future__ import annotations

import math

import numpy as np
from numba import carray

from glassnet.formulas.rows import SQUARES_FIT
from glassnet.kernels.calls import at_address
from glassnet.kernels.lift import compiled
from glassnet.kernels.records import ROW_TYPE


@compiled
def made_to_fit(x, i):
    """The factor that makes the numbers of row i so small that their squares fit; 1 where they do."""
    largest = 0.0
    for j in range(x.shape[1]):
        largest = max(largest, np.float64(abs(x[i, j])))
    return min(SQUARES_FIT / max(largest, 1.0), 1.0)


def batch_norm(row_at, x_at, parameters_at, running_at, kept_at, a_at, n, size):
    """A = w (X - mean) / sqrt(variance + epsilon) + b over the batch; moves the running mean and variance."""
    row = carray(at_address(row_at, ROW_TYPE), (1,))[0]
    m, momentum = row.n_outputs, row.momentum
    x, standardised, a = carray(x_at, (n, m)), carray(kept_at, (n, m)), carray(a_at, (n, m))
    inverse = carray(kept_at, (m * size + m,))[m * size :]
    parameters, running = carray(parameters_at, (2, m)), carray(running_at, (2, m))
    mean, variance = np.zeros(m), np.zeros(m)
    for i in range(n):
        for j in range(m):
            mean[j] += x[i, j]
    for j in range(m):
        mean[j] /= n
    for i in range(n):
        for j in range(m):
            variance[j] += (x[i, j] - mean[j]) * (x[i, j] - mean[j])
    for j in range(m):
        variance[j] /= n
        inverse[j] = 1 / math.sqrt(variance[j] + row.epsilon)
        running[0, j] = (1 - momentum) * running[0, j] + momentum * mean[j]
        running[1, j] = (1 - momentum) * running[1, j] + momentum * variance[j] * n / max(n - 1, 1)
    for i in range(n):
        for j in range(m):
            standardised[i, j] = (x[i, j] - mean[j]) * inverse[j]
            a[i, j] = parameters[0, j] * standardised[i, j] + parameters[1, j]


def batch_norm_inference(row_at, x_at, parameters_at, running_at, kept_at, a_at, n, size):
    """A = w (X - running mean) / sqrt(running variance + epsilon) + b."""
    row = carray(at_address(row_at, ROW_TYPE), (1,))[0]
    m = row.n_outputs
    x, a = carray(x_at, (n, m)), carray(a_at, (n, m))
    parameters, running = carray(parameters_at, (2, m)), carray(running_at, (2, m))
    scale = np.empty(m, x.dtype)
    for j in range(m):
        scale[j] = parameters[0, j] / math.sqrt(running[1, j] + row.epsilon)
    for i in range(n):
        for j in range(m):
            a[i, j] = (x[i, j] - running[0, j]) * scale[j] + parameters[1, j]


def batch_norm_backward(
    row_at, x_at, a_at, parameters_at, kept_at, error_at, gradients_at, d_x_at, n, size
):  # fmt: skip
    """dw, db, and dX in place of dA, also through the batch's mean and variance."""
    row = carray(at_address(row_at, ROW_TYPE), (1,))[0]
    m = row.n_outputs
    standardised, error = carray(kept_at, (n, m)), carray(error_at, (n, m))
    inverse = carray(kept_at, (m * size + m,))[m * size :]
    parameters, gradients = carray(parameters_at, (2, m)), carray(gradients_at, (2, m))
    total, product = np.zeros(m), np.zeros(m)
    for i in range(n):
        for j in range(m):
            total[j] += error[i, j]
            product[j] += error[i, j] * standardised[i, j]
    for j in range(m):
        gradients[0, j], gradients[1, j] = product[j], total[j]
        total[j] /= n
        product[j] /= n
    for i in range(n):
        for j in range(m):
            centered = error[i, j] - total[j] - standardised[i, j] * product[j]
            error[i, j] = parameters[0, j] * inverse[j] * centered


def layer_norm(row_at, x_at, parameters_at, running_at, kept_at, a_at, n, size):
    """A = w (X - mean) / sqrt(variance + epsilon) + b over the features of each sample."""
    row = carray(at_address(row_at, ROW_TYPE), (1,))[0]
    m = row.n_outputs
    x, standardised, a = carray(x_at, (n, m)), carray(kept_at, (n, m)), carray(a_at, (n, m))
    inverse, parameters = carray(kept_at, (m * size + n,))[m * size :], carray(parameters_at, (2, m))
    for i in range(n):
        mean = 0.0
        for j in range(m):
            mean += x[i, j]
        mean /= m
        variance = 0.0
        for j in range(m):
            variance += (x[i, j] - mean) * (x[i, j] - mean)
        factor = 1.0
        if not variance < math.inf:
            factor, variance = made_to_fit(x, i), 0.0
            mean *= factor
            for j in range(m):
                variance += (x[i, j] * factor - mean) * (x[i, j] * factor - mean)
        scale = 1 / math.sqrt(variance / m + row.epsilon)
        inverse[i] = scale * factor
        for j in range(m):
            standardised[i, j] = (x[i, j] * factor - mean) * scale
            a[i, j] = parameters[0, j] * standardised[i, j] + parameters[1, j]


def layer_norm_backward(
    row_at, x_at, a_at, parameters_at, kept_at, error_at, gradients_at, d_x_at, n, size
):  # fmt: skip
    """dw, db, and dX in place of dA, also through each sample's mean and variance."""
    row = carray(at_address(row_at, ROW_TYPE), (1,))[0]
    m = row.n_outputs
    standardised, error = carray(kept_at, (n, m)), carray(error_at, (n, m))
    inverse = carray(kept_at, (m * size + n,))[m * size :]
    parameters, gradients = carray(parameters_at, (2, m)), carray(gradients_at, (2, m))
    for j in range(m):
        gradients[0, j] = gradients[1, j] = 0
    for i in range(n):
        total = product = 0.0
        for j in range(m):
            gradients[1, j] += error[i, j]
            gradients[0, j] += error[i, j] * standardised[i, j]
            error[i, j] *= parameters[0, j]
            total += error[i, j]
            product += error[i, j] * standardised[i, j]
        for j in range(m):
            centered = error[i, j] - total / m - standardised[i, j] * (product / m)
            error[i, j] = inverse[i] * centered


def rms_norm(row_at, x_at, parameters_at, running_at, kept_at, a_at, n, size):
    """A = w X / sqrt(mean of X^2 + epsilon) over the features of each sample."""
    row = carray(at_address(row_at, ROW_TYPE), (1,))[0]
    m = row.n_outputs
    x, divided, a = carray(x_at, (n, m)), carray(kept_at, (n, m)), carray(a_at, (n, m))
    inverse, weights = carray(kept_at, (m * size + n,))[m * size :], carray(parameters_at, (m,))
    epsilon = row.epsilon if row.epsilon >= 0 else np.float64(np.finfo(x.dtype).eps)
    for i in range(n):
        total = 0.0
        for j in range(m):
            total += np.float64(x[i, j]) * np.float64(x[i, j])
        factor = 1.0
        if not total < math.inf:
            factor, total = made_to_fit(x, i), 0.0
            for j in range(m):
                total += (x[i, j] * factor) * (x[i, j] * factor)
        inverse[i] = factor / math.sqrt(total / m + epsilon)
        for j in range(m):
            divided[i, j] = x[i, j] * inverse[i]
            a[i, j] = weights[j] * divided[i, j]


def rms_norm_backward(row_at, x_at, a_at, parameters_at, kept_at, error_at, gradients_at, d_x_at, n, size):
    """dw, and dX in place of dA, also through each sample's mean square."""
    row = carray(at_address(row_at, ROW_TYPE), (1,))[0]
    m = row.n_outputs
    divided, error = carray(kept_at, (n, m)), carray(error_at, (n, m))
    inverse = carray(kept_at, (m * size + n,))[m * size :]
    weights, gradients = carray(parameters_at, (m,)), carray(gradients_at, (m,))
    for j in range(m):
        gradients[j] = 0
    for i in range(n):
        product = 0.0
        for j in range(m):
            gradients[j] += error[i, j] * divided[i, j]
            error[i, j] *= weights[j]
            product += error[i, j] * divided[i, j]
        for j in range(m):
            error[i, j] = inverse[i] * (error[i, j] - divided[i, j] * (product / m))
