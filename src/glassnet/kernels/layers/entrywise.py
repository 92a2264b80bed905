"""Compiled bodies of a layer of the user's own that states its arithmetic entry by entry.

VALUE, SLOPE and SLOPE_OF_WEIGHT stand for its formulas of x and w. Arguments as in :mod:`glassnet.kernels.layers`.
"""

# mypy: disallow-untyped-defs = False, allow-untyped-calls = True
from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from glassnet.kernels.calls import ROW_TYPE, at_address

VALUE: Any = None
SLOPE: Any = None
SLOPE_OF_WEIGHT: Any = None


def entrywise(row_at, x_at, parameters_at, running_at, kept_at, a_at, n, size):
    """A = f(X, w), one w for each column."""
    row = carray(at_address(row_at, ROW_TYPE), (1,))[0]
    m = row.n_outputs
    x, a, weights = carray(x_at, (n, m)), carray(a_at, (n, m)), carray(parameters_at, (m,))
    for i in range(n):
        for j in range(m):
            a[i, j] = VALUE(x[i, j], weights[j])


def entrywise_backward(row_at, x_at, a_at, parameters_at, kept_at, error_at, gradients_at, d_x_at, n, size):
    """dw = sum dA df/dw;  dX = dA df/dx."""
    row = carray(at_address(row_at, ROW_TYPE), (1,))[0]
    m = row.n_outputs
    x, error, d_x = carray(x_at, (n, m)), carray(error_at, (n, m)), carray(d_x_at, (n, m))
    weights, gradients = carray(parameters_at, (m,)), carray(gradients_at, (m,))
    total = np.zeros(m)
    for i in range(n):
        for j in range(m):
            total[j] += error[i, j] * SLOPE_OF_WEIGHT(x[i, j], weights[j])
            d_x[i, j] = error[i, j] * SLOPE(x[i, j], weights[j])
    for j in range(m):
        gradients[j] = total[j]
