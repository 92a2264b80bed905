"""Compiled bodies of an RMS norm; arguments as in :mod:`glassnet.kernels.layers`."""

# mypy: disallow-untyped-defs = False, allow-untyped-calls = True
from __future__ import annotations

import math

import numpy as np
from numba import carray

from glassnet.kernels.calls import ROW_TYPE, at_address
from glassnet.kernels.squares import made_to_fit


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
