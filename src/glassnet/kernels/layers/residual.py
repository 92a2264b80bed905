"""Compiled bodies of the two ends of a residual layer; arguments as in :mod:`glassnet.kernels.layers`."""

# mypy: disallow-untyped-defs = False, allow-untyped-calls = True
from __future__ import annotations

from numba import carray

from glassnet.kernels.calls import ROW_TYPE, at_address


def branch(row_at, x_at, parameters_at, running_at, kept_at, a_at, n, size):
    """A = X."""
    length = n * carray(at_address(row_at, ROW_TYPE), (1,))[0].n_outputs
    x, a = carray(x_at, (length,)), carray(a_at, (length,))
    for k in range(length):
        a[k] = x[k]


def branch_backward(row_at, x_at, a_at, parameters_at, kept_at, error_at, gradients_at, d_x_at, n, size):
    """dX = the error that came through the layers + the error of the sum."""
    length = n * carray(at_address(row_at, ROW_TYPE), (1,))[0].n_outputs
    error, total, d_x = carray(error_at, (length,)), carray(kept_at, (length,)), carray(d_x_at, (length,))
    for k in range(length):
        d_x[k] = error[k] + total[k]


def total(row_at, x_at, parameters_at, running_at, kept_at, a_at, n, size):
    """A = X + F."""
    length = n * carray(at_address(row_at, ROW_TYPE), (1,))[0].n_outputs
    x, inside, a = carray(x_at, (length,)), carray(kept_at, (length,)), carray(a_at, (length,))
    for k in range(length):
        a[k] = x[k] + inside[k]


def total_backward(row_at, x_at, a_at, parameters_at, kept_at, error_at, gradients_at, d_x_at, n, size):
    """dF = dA."""
    length = n * carray(at_address(row_at, ROW_TYPE), (1,))[0].n_outputs
    error, d_x = carray(error_at, (length,)), carray(d_x_at, (length,))
    for k in range(length):
        d_x[k] = error[k]
