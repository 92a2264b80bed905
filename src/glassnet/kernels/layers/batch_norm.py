"""Compiled bodies of a batch norm; arguments as in :mod:`glassnet.kernels.layers`."""

# mypy: disallow-untyped-defs = False, allow-untyped-calls = True
from __future__ import annotations

import math

import numpy as np
from numba import carray

from glassnet.kernels.calls import ROW_TYPE, at_address
from glassnet.kernels.squares import column_made_to_fit


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
        factor = 1.0
        if not variance[j] < math.inf:
            factor = column_made_to_fit(x, j)
            mean[j] = variance[j] = 0.0
            for i in range(n):
                mean[j] += x[i, j] * factor / n
            for i in range(n):
                variance[j] += (x[i, j] * factor - mean[j]) * (x[i, j] * factor - mean[j])
            mean[j] /= factor
        inverse[j] = factor / math.sqrt(variance[j] / n + row.epsilon)
        variance[j] = variance[j] / n / factor / factor
        running[0, j] = (1 - momentum) * running[0, j] + momentum * mean[j]
        # variance * n / (n - 1), whose product may overflow, and is 0 for n = 1.
        of_few = variance[j] + variance[j] / max(n - 1, 1)
        running[1, j] = (1 - momentum) * running[1, j] + momentum * of_few
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
