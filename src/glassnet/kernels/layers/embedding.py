"""Compiled bodies of an embedding; arguments as in :mod:`glassnet.kernels.layers`."""

# mypy: disallow-untyped-defs = False, allow-untyped-calls = True
from __future__ import annotations

import math

from numba import carray, types

from glassnet.kernels.calls import ROW_TYPE, at_address

INTEGER = types.int64


def embedding(row_at, x_at, parameters_at, running_at, kept_at, a_at, n, size):
    """A = the columns that pass, and the vectors of the integers in the others; NaN for one that is no category."""
    row = carray(at_address(row_at, ROW_TYPE), (1,))[0]
    x, a = carray(x_at, (n, row.n_inputs)), carray(a_at, (n, row.n_outputs))
    weights = carray(parameters_at, (row.n_own,))
    table = carray(at_address(row.integers, INTEGER), (1 + 3 * row.n_inputs,))
    d = table[0]
    for i in range(n):
        for j in range(row.n_inputs):
            start, offset, count = table[1 + 3 * j], table[2 + 3 * j], table[3 + 3 * j]
            if offset < 0:
                a[i, start] = x[i, j]
            elif x[i, j] >= 0 and x[i, j] < count:
                first = (offset + int(x[i, j])) * d
                for k in range(d):
                    a[i, start + k] = weights[first + k]
            else:
                for k in range(d):
                    a[i, start + k] = math.nan


def embedding_backward(row_at, x_at, a_at, parameters_at, kept_at, error_at, gradients_at, d_x_at, n, size):
    """dw of a vector = sum of dA where it was taken;  dX = dA in the columns that pass, else 0."""
    row = carray(at_address(row_at, ROW_TYPE), (1,))[0]
    x, error = carray(x_at, (n, row.n_inputs)), carray(error_at, (n, row.n_outputs))
    gradients, d_x = carray(gradients_at, (row.n_own,)), carray(d_x_at, (n, row.n_inputs))
    table = carray(at_address(row.integers, INTEGER), (1 + 3 * row.n_inputs,))
    d = table[0]
    for k in range(row.n_own):
        gradients[k] = 0
    for i in range(n):
        for j in range(row.n_inputs):
            start, offset, count = table[1 + 3 * j], table[2 + 3 * j], table[3 + 3 * j]
            if offset < 0:
                if row.source_error >= 0:
                    d_x[i, j] = error[i, start]
                continue
            if row.source_error >= 0:
                d_x[i, j] = 0
            if x[i, j] >= 0 and x[i, j] < count:
                first = (offset + int(x[i, j])) * d
                for k in range(d):
                    gradients[first + k] += error[i, start + k]
