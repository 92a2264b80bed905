"""Matrix products: by the BLAS in calls of a size that suits it, or where they are small by loops."""

# mypy: disallow-untyped-defs = False, allow-untyped-calls = True
from __future__ import annotations

from numba import carray

from glassnet.kernels import blas
from glassnet.kernels.calls import gemm, pointer
from glassnet.kernels.exponentials import scalar
from glassnet.kernels.lift import traversal

# Below this many multiply-adds a product is faster as loops than as a call of the BLAS.
LOOP_PRODUCTS = 4096 if blas.FOUND is not None else 1 << 62
# Up to this many, OpenBLAS multiplies without copying its arguments first (its small kernels, where there is AVX-512):
# products of many rows are cut into such ones, unless they are large enough for two threads.
SMALL_PRODUCTS, SHARED_PRODUCTS, FEW_ROWS = 1_000_000, 8_000_000, 64
# Rows of fewer entries are no work for a vector: what it takes to begin and end a loop over them is most of it.
FEW = 8


@scalar
def dot(a, i, b, j):
    """Row i of A times column j of B."""
    total = a[i, 0] * b[0, j]
    for k in range(1, a.shape[1]):
        total += a[i, k] * b[k, j]
    return total


@scalar
def dot_of_columns(a, i, b, j):
    """Column i of A times column j of B."""
    total = a[0, i] * b[0, j]
    for k in range(1, a.shape[0]):
        total += a[k, i] * b[k, j]
    return total


@scalar
def dot_of_rows(a, i, b, j):
    """Row i of A times row j of B."""
    total = a[i, 0] * b[j, 0]
    for k in range(1, a.shape[1]):
        total += a[i, k] * b[j, k]
    return total


@traversal
def rows_from(array, start):
    """The array without its first rows."""
    n, m = array.shape
    return carray(pointer(array, start * m), (n - start, m))


@scalar
def rows_at_once(n, of_row):
    """How many of n rows, each of so many multiply-adds, are multiplied at once: a matter of shapes alone."""
    most = SMALL_PRODUCTS // of_row
    if n <= most or most < FEW_ROWS or n * of_row >= SHARED_PRODUCTS:
        return n
    parts = -(-n // most)
    return -(-n // parts)


@traversal
def multiply(x, weights, z):
    n, inner, m = x.shape[0], x.shape[1], z.shape[1]
    if n * inner * m > LOOP_PRODUCTS:
        step = rows_at_once(n, inner * m)
        for start in range(0, n, step):
            gemm(rows_from(x, start), weights, rows_from(z, start), 0, 0, min(step, n - start), m, inner, 0)
    elif m < FEW:
        for i in range(n):
            for j in range(m):
                z[i, j] = dot(x, i, weights, j)
    else:
        # Four rows of the weights at a time: as many entries are read and written a quarter as often.
        in_fours = inner - inner % 4
        for i in range(n):
            for j in range(m):
                z[i, j] = 0
            for k in range(0, in_fours, 4):
                first, second, third, fourth = x[i, k], x[i, k + 1], x[i, k + 2], x[i, k + 3]
                for j in range(m):
                    z[i, j] += (
                        first * weights[k, j] + second * weights[k + 1, j]
                        + third * weights[k + 2, j] + fourth * weights[k + 3, j]
                    )  # fmt: skip
            for k in range(in_fours, inner):
                for j in range(m):
                    z[i, j] += x[i, k] * weights[k, j]


@traversal
def multiply_weights_gradient(x, error, gradient):
    n, inner, m = x.shape[0], x.shape[1], error.shape[1]
    if n * inner * m > LOOP_PRODUCTS:
        step = rows_at_once(n, inner * m)
        for start in range(0, n, step):
            part = min(step, n - start)
            gemm(rows_from(x, start), rows_from(error, start), gradient, 1, 0, inner, m, part, min(start, 1))
    elif m < FEW:
        for k in range(inner):
            for j in range(m):
                gradient[k, j] = dot_of_columns(x, k, error, j)
    else:
        for k in range(inner):
            for j in range(m):
                gradient[k, j] = x[0, k] * error[0, j]
        for i in range(1, n):
            for k in range(inner):
                for j in range(m):
                    gradient[k, j] += x[i, k] * error[i, j]


@traversal
def multiply_input_gradient(error, weights, gradient):
    n, m, inner = error.shape[0], error.shape[1], weights.shape[0]
    if n * inner * m > LOOP_PRODUCTS:
        step = rows_at_once(n, inner * m)
        for start in range(0, n, step):
            part = min(step, n - start)
            gemm(rows_from(error, start), weights, rows_from(gradient, start), 0, 1, part, inner, m, 0)
    elif m < FEW:
        for i in range(n):
            for k in range(inner):
                gradient[i, k] = dot_of_rows(error, i, weights, k)
    else:
        for i in range(n):
            for k in range(inner):
                total = error[i, 0] * 0
                for j in range(m):
                    total += error[i, j] * weights[k, j]
                gradient[i, k] = total
