"""Compiled bodies of periodic embeddings; arguments as in :mod:`glassnet.kernels.layers`.

Parameters lie one behind the other: weights (m k, d), offsets (m, d), frequencies and phases (m, k).
"""

# mypy: disallow-untyped-defs = False, allow-untyped-calls = True
from __future__ import annotations

import math

import numpy as np
from numba import carray, types

from glassnet.kernels.calls import ROW_TYPE, at_address

INTEGER = types.int64


def periodic(row_at, x_at, parameters_at, running_at, kept_at, a_at, n, size):
    """A = (X, cos(2π x f + φ) W + b of each chosen column x)."""
    row = carray(at_address(row_at, ROW_TYPE), (1,))[0]
    x, a = carray(x_at, (n, row.n_inputs)), carray(a_at, (n, row.n_outputs))
    head = carray(at_address(row.integers, INTEGER), (3,))
    m, k, d = head[0], head[1], head[2]
    columns = carray(at_address(row.integers, INTEGER), (3 + m,))
    own, waves = carray(parameters_at, (row.n_own,)), carray(kept_at, (n, m * k))
    offsets, lengths, phases = m * k * d, m * k * d + m * d, m * k * d + m * d + m * k
    turn = x.dtype.type(2 * math.pi)
    for i in range(n):
        for j in range(row.n_inputs):
            a[i, j] = x[i, j]
        for c in range(m):
            angle, first = turn * x[i, columns[3 + c]], row.n_inputs + c * d
            for e in range(d):
                a[i, first + e] = own[offsets + c * d + e]
            for w in range(c * k, c * k + k):
                wave = math.cos(angle * own[lengths + w] + own[phases + w])
                waves[i, w] = wave
                for e in range(d):
                    a[i, first + e] += wave * own[w * d + e]


def periodic_backward(row_at, x_at, a_at, parameters_at, kept_at, error_at, gradients_at, d_x_at, n, size):
    """db = sum dE, dW = sum cos dE, dφ = sum dθ, df = sum 2π x dθ, dX = dA + 2π dθ f;  dθ = -sin(2π x f + φ) dE W^T."""
    row = carray(at_address(row_at, ROW_TYPE), (1,))[0]
    x, error = carray(x_at, (n, row.n_inputs)), carray(error_at, (n, row.n_outputs))
    head = carray(at_address(row.integers, INTEGER), (3,))
    m, k, d = head[0], head[1], head[2]
    columns = carray(at_address(row.integers, INTEGER), (3 + m,))
    own, waves = carray(parameters_at, (row.n_own,)), carray(kept_at, (n, m * k))
    gradients, d_x = carray(gradients_at, (row.n_own,)), carray(d_x_at, (n, row.n_inputs))
    offsets, lengths, phases = m * k * d, m * k * d + m * d, m * k * d + m * d + m * k
    turn = x.dtype.type(2 * math.pi)
    total = np.zeros(row.n_own)
    for i in range(n):
        if row.source_error >= 0:
            for j in range(row.n_inputs):
                d_x[i, j] = error[i, j]
        for c in range(m):
            column, first = columns[3 + c], row.n_inputs + c * d
            angle, d_input = turn * x[i, column], 0.0
            for e in range(d):
                total[offsets + c * d + e] += error[i, first + e]
            for w in range(c * k, c * k + k):
                d_wave = x.dtype.type(0)
                for e in range(d):
                    d_wave += error[i, first + e] * own[w * d + e]
                    total[w * d + e] += waves[i, w] * error[i, first + e]
                d_angle = -math.sin(angle * own[lengths + w] + own[phases + w]) * d_wave
                total[lengths + w] += angle * d_angle
                total[phases + w] += d_angle
                d_input += own[lengths + w] * d_angle
            if row.source_error >= 0:
                d_x[i, column] += turn * d_input
    for w in range(row.n_own):
        gradients[w] = total[w]
