"""Compiled bodies of a learned factor for each feature; arguments as in :mod:`glassnet.kernels.layers`."""

# mypy: disallow-untyped-defs = False, allow-untyped-calls = True
from __future__ import annotations

import numpy as np
from numba import carray

from glassnet.kernels.calls import ROW_TYPE, at_address


def scale(row_at, x_at, parameters_at, running_at, kept_at, a_at, n, size):
    """A = w X."""
    row = carray(at_address(row_at, ROW_TYPE), (1,))[0]
    m = row.n_outputs
    x, a, weights = carray(x_at, (n, m)), carray(a_at, (n, m)), carray(parameters_at, (m,))
    for i in range(n):
        for j in range(m):
            a[i, j] = weights[j] * x[i, j]


def scale_backward(row_at, x_at, a_at, parameters_at, kept_at, error_at, gradients_at, d_x_at, n, size):
    """dw = sum dA X;  dX = w dA, in place."""
    row = carray(at_address(row_at, ROW_TYPE), (1,))[0]
    m = row.n_outputs
    x, error = carray(x_at, (n, m)), carray(error_at, (n, m))
    weights, gradients = carray(parameters_at, (m,)), carray(gradients_at, (m,))
    total = np.zeros(m)
    for i in range(n):
        for j in range(m):
            total[j] += error[i, j] * x[i, j]
            error[i, j] *= weights[j]
    for j in range(m):
        gradients[j] = total[j]
