"""Compiled bodies of a rectifier with a learned slope; arguments as in :mod:`glassnet.kernels.layers`."""

# mypy: disallow-untyped-defs = False, allow-untyped-calls = True
from __future__ import annotations

import numpy as np
from numba import carray

from glassnet.kernels.calls import ROW_TYPE, at_address


def prelu(row_at, x_at, parameters_at, running_at, kept_at, a_at, n, size):
    """A = X where X > 0, else w X."""
    row = carray(at_address(row_at, ROW_TYPE), (1,))[0]
    m, step = row.n_outputs, 0 if row.n_own == 1 else 1
    x, a, slopes = carray(x_at, (n, m)), carray(a_at, (n, m)), carray(parameters_at, (row.n_own,))
    for i in range(n):
        for j in range(m):
            a[i, j] = x[i, j] if x[i, j] > 0 else slopes[j * step] * x[i, j]


def prelu_backward(row_at, x_at, a_at, parameters_at, kept_at, error_at, gradients_at, d_x_at, n, size):
    """dw = sum dA min(X, 0);  dX = dA where X > 0, else w dA, in place."""
    row = carray(at_address(row_at, ROW_TYPE), (1,))[0]
    m, step = row.n_outputs, 0 if row.n_own == 1 else 1
    x, error = carray(x_at, (n, m)), carray(error_at, (n, m))
    slopes, gradients = carray(parameters_at, (row.n_own,)), carray(gradients_at, (row.n_own,))
    total = np.zeros(row.n_own)
    for i in range(n):
        for j in range(m):
            if not x[i, j] > 0:
                total[j * step] += error[i, j] * x[i, j]
                error[i, j] *= slopes[j * step]
    for j in range(row.n_own):
        gradients[j] = total[j]
