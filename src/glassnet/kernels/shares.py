"""Compiled bodies of layers whose units learn a share of an activation; VALUE and SLOPE stand for its formulas.

Arguments as in :mod:`glassnet.kernels.layers`.
"""

# mypy: disallow-untyped-defs = False, allow-untyped-calls = True
from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from glassnet.kernels.calls import ROW_TYPE, at_address

VALUE: Any = None
SLOPE: Any = None


def share(row_at, x_at, parameters_at, running_at, kept_at, a_at, n, size):
    """A = X + w (f(X) - X)."""
    row = carray(at_address(row_at, ROW_TYPE), (1,))[0]
    m = row.n_outputs
    x, a, shares = carray(x_at, (n, m)), carray(a_at, (n, m)), carray(parameters_at, (m,))
    for i in range(n):
        for j in range(m):
            a[i, j] = x[i, j] + shares[j] * (VALUE(x[i, j]) - x[i, j])


def share_backward(row_at, x_at, a_at, parameters_at, kept_at, error_at, gradients_at, d_x_at, n, size):
    """dw = sum dA (f(X) - X);  dX = dA (1 + w (f'(X) - 1)), in place."""
    row = carray(at_address(row_at, ROW_TYPE), (1,))[0]
    m = row.n_outputs
    x, error = carray(x_at, (n, m)), carray(error_at, (n, m))
    shares, gradients = carray(parameters_at, (m,)), carray(gradients_at, (m,))
    total = np.zeros(m)
    for i in range(n):
        for j in range(m):
            value = VALUE(x[i, j])
            total[j] += error[i, j] * (value - x[i, j])
            error[i, j] *= 1 + shares[j] * (SLOPE(x[i, j], value) - 1)
    for j in range(m):
        gradients[j] = total[j]
