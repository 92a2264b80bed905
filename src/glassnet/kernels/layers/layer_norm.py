"""Compiled bodies of a layer norm; arguments as in :mod:`glassnet.kernels.layers`."""

# mypy: disallow-untyped-defs = False, allow-untyped-calls = True
from __future__ import annotations

import math

from numba import carray

from glassnet.kernels.calls import ROW_TYPE, at_address
from glassnet.kernels.squares import made_to_fit


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
