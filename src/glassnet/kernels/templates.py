"""Loops around one formula, compiled once for each formula and dtype and called by address.

Names in capitals stand for what :func:`glassnet.kernels.lift.specialise` puts there: VALUE, SLOPE, RULE the lifted
formula, N_PARAMETERS and N_COEFFICIENTS how many numbers it takes beside arrays. Pointers are to contiguous arrays of
one dtype, row after row.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray, types
from numba.np.unsafe.ndarray import to_fixed_tuple

from glassnet.kernels.calls import LANES, at_address, call, lanes
from glassnet.kernels.lift import compiled

VALUE: Any = None
SLOPE: Any = None
SECOND_SLOPE: Any = None
TERMS: Any = None
RULE: Any = None
N_PARAMETERS: Any = None
N_COEFFICIENTS: Any = None
SHARE_OF_ENTRY: Any = None
NUMBER: Any = None
N_MEMBERS: Any = None
N_SUMS: Any = None
N_TARGETS: Any = None

INTEGER = types.int64


def of_one(z, parameters):  # type: ignore[no-untyped-def]
    """A formula of one array and its parameters."""
    return VALUE(z, *parameters)


def of_two(a, b, parameters):  # type: ignore[no-untyped-def]
    """A formula of two arrays and its parameters."""
    return VALUE(a, b, *parameters)


def of_three(a, b, c, parameters):  # type: ignore[no-untyped-def]
    """A formula of three arrays and its parameters."""
    return VALUE(a, b, c, *parameters)


def of_sums(y, sums, parameters):  # type: ignore[no-untyped-def]
    """A formula of sums over a row."""
    return VALUE(*sums, *parameters)


def of_target_and_sums(y, sums, parameters):  # type: ignore[no-untyped-def]
    """A formula of a target, and of sums over rows."""
    return VALUE(y, *sums, *parameters)


def of_members(y, members, parameters):  # type: ignore[no-untyped-def]
    """A formula of a target and of an entry of each member."""
    return VALUE(y, *members, *parameters)


def of_members_and_sums(y, members, sums, parameters):  # type: ignore[no-untyped-def]
    """A formula of these and of sums over rows."""
    return VALUE(y, *members, *sums, *parameters)


def of_first(z, a, parameters):  # type: ignore[no-untyped-def]
    """A user's slope of z alone, called with the output as well."""
    return VALUE(z)


def activate(z_at, bias_at, a_at, rows, columns, parameters_at):  # type: ignore[no-untyped-def]
    """Z = Z + b;  A = f(Z)."""
    z, a = carray(z_at, (rows, columns)), carray(a_at, (rows, columns))
    bias = carray(bias_at, (columns,))
    parameters = to_fixed_tuple(carray(parameters_at, (N_PARAMETERS,)), N_PARAMETERS)
    for i in range(rows):
        for j in range(columns):
            z[i, j] += bias[j]
            a[i, j] = VALUE(z[i, j], parameters)


def apply(z_at, a_at, rows, columns, parameters_at):  # type: ignore[no-untyped-def]
    """A = f(Z)."""
    z, a = carray(z_at, (rows * columns,)), carray(a_at, (rows * columns,))
    parameters = to_fixed_tuple(carray(parameters_at, (N_PARAMETERS,)), N_PARAMETERS)
    for k in range(rows * columns):
        a[k] = VALUE(z[k], parameters)


def gate(z_at, a_at, error_at, rows, columns, parameters_at):  # type: ignore[no-untyped-def]
    """dZ = dA f'(Z), in place."""
    z, a = carray(z_at, (rows * columns,)), carray(a_at, (rows * columns,))
    error = carray(error_at, (rows * columns,))
    parameters = to_fixed_tuple(carray(parameters_at, (N_PARAMETERS,)), N_PARAMETERS)
    for k in range(rows * columns):
        error[k] *= SLOPE(z[k], a[k], parameters)


@compiled
def filled_up(numbers_at, n, rest, room_at):  # type: ignore[no-untyped-def]
    """These n numbers in that room, behind them others until a vector is full."""
    numbers, room = carray(numbers_at, (n,)), carray(room_at, (LANES,))
    for k in range(LANES):
        room[k] = numbers[k] if k < n else rest
    return room_at


def compare(p_at, y_at, weights_at, error_at, rows, columns, parameters_at):  # type: ignore[no-untyped-def]
    """The mean of an elementwise loss, and its gradient in the error.

    All entries are taken in one loop, since rows are often short; their weights wait where the error goes. Fewer than a
    vector holds are joined by perfect predictions of weight 0.
    """
    n = rows * columns
    error, weights = carray(error_at, (n,)), carray(weights_at, (rows,))
    parameters = to_fixed_tuple(carray(parameters_at, (N_PARAMETERS,)), N_PARAMETERS)
    share = 1.0 / (n if SHARE_OF_ENTRY else rows)
    share_of_entry = error.dtype.type(share)
    for i in range(rows):
        for j in range(columns):
            error[i * columns + j] = weights[i]
    count = max(n, LANES)
    if n < LANES:
        perfect = carray(y_at, (1,))[0]
        p_at, y_at = filled_up(p_at, n, perfect, lanes(p_at)), filled_up(y_at, n, perfect, lanes(y_at))
        error_at = filled_up(error_at, n, perfect * 0, lanes(error_at))
    p, y, errors = carray(p_at, (count,)), carray(y_at, (count,)), carray(error_at, (count,))
    total = 0.0
    for k in range(count):
        weight = errors[k]
        total += np.float64(weight * VALUE(y[k], p[k], parameters))
        errors[k] = share_of_entry * weight * SLOPE(y[k], p[k], parameters)
    for k in range(n if n < LANES else 0):
        error[k] = errors[k]
    return total * share


def compare_levels(p_at, y_at, weights_at, error_at, rows, columns, parameters_at):  # type: ignore[no-untyped-def]
    """The same where outputs have levels: the parameters hold how many there are, and each as often in a row."""
    p, y = carray(p_at, (rows, columns)), carray(y_at, (rows, columns))
    weights, error = carray(weights_at, (rows,)), carray(error_at, (rows, columns))
    n_levels = np.int64(carray(parameters_at, (1,))[0])
    levels, alike = carray(parameters_at, (1 + n_levels,)), columns // n_levels
    share = 1.0 / (rows * columns)
    total = 0.0
    for i in range(rows):
        row_total = p[i, 0] * 0
        scale = p.dtype.type(share * weights[i])
        for j in range(columns):
            level = (levels[1 + j // alike],)
            row_total += VALUE(y[i, j], p[i, j], level)
            error[i, j] = scale * SLOPE(y[i, j], p[i, j], level)
        total += row_total * np.float64(weights[i])
    return total * share


def compare_pairs(p_at, y_at, weights_at, error_at, rows, columns, parameters_at):  # type: ignore[no-untyped-def]
    """The mean over targets of which each has an output in the first half and one in the second."""
    p, y = carray(p_at, (rows, columns)), carray(y_at, (rows, columns))
    weights, error = carray(weights_at, (rows,)), carray(error_at, (rows, columns))
    parameters = to_fixed_tuple(carray(parameters_at, (N_PARAMETERS,)), N_PARAMETERS)
    half = columns // 2
    share = 1.0 / (rows * half)
    total = 0.0
    for i in range(rows):
        row_total = p[i, 0] * 0
        scale = p.dtype.type(share * weights[i])
        for j in range(half):
            target, first, second = y[i, j], p[i, j], p[i, half + j]
            row_total += VALUE(target, first, second, parameters)
            error[i, j] = scale * SLOPE(target, first, second, parameters)
            error[i, half + j] = scale * SECOND_SLOPE(target, first, second, parameters)
        total += row_total * np.float64(weights[i])
    return total * share


def compare_rows(p_at, y_at, weights_at, error_at, rows, columns, parameters_at):  # type: ignore[no-untyped-def]
    """The mean over samples, each of so many rows, of a loss of sums over these.

    Targets are as wide as predictions, or single numbers (N_TARGETS = 1).
    """
    n = rows // N_MEMBERS
    p, error = carray(p_at, (n, N_MEMBERS, columns)), carray(error_at, (n, N_MEMBERS, columns))
    width = N_TARGETS or columns
    y, weights = carray(y_at, (n, N_MEMBERS, width)), carray(weights_at, (n, N_MEMBERS))
    parameters = to_fixed_tuple(carray(parameters_at, (N_PARAMETERS,)), N_PARAMETERS)
    totals, narrow = np.empty(N_SUMS, np.float64), np.empty(N_SUMS, p.dtype)
    total = 0.0
    for i in range(n):
        totals[:] = 0.0
        for j in range(columns):
            terms = TERMS(y[i, 0, j % width], to_fixed_tuple(p[i, :, j], N_MEMBERS), parameters)
            for k in range(N_SUMS):
                totals[k] += terms[k]
        for k in range(N_SUMS):
            narrow[k] = totals[k]
        sums = to_fixed_tuple(narrow, N_SUMS)
        total += np.float64(VALUE(y[i, 0, 0], sums, parameters)) * np.float64(weights[i, 0])
        scale = p.dtype.type(weights[i, 0] / n)
        for j in range(columns):
            slopes = SLOPE(y[i, 0, j % width], to_fixed_tuple(p[i, :, j], N_MEMBERS), sums, parameters)
            for k in range(N_MEMBERS):
                error[i, k, j] = scale * slopes[k]
    return total / n


def update_0(w_at, g_at, states_at, n, c_at, factors):  # type: ignore[no-untyped-def]
    """A rule without state."""
    w, g = carray(w_at, (n,)), carray(g_at, (n,))
    c = to_fixed_tuple(carray(c_at, (N_COEFFICIENTS,)), N_COEFFICIENTS)
    for k in range(n):
        w[k] = RULE(w[k], g[k], c)[0]


def update_1(w_at, g_at, states_at, n, c_at, factors):  # type: ignore[no-untyped-def]
    """A rule with one state vector."""
    w, g, s = carray(w_at, (n,)), carray(g_at, (n,)), carray(states_at, (1, n))[0]
    c = to_fixed_tuple(carray(c_at, (N_COEFFICIENTS,)), N_COEFFICIENTS)
    for k in range(n):
        w[k], s[k] = RULE(w[k], g[k], s[k], c)


def update_2(w_at, g_at, states_at, n, c_at, factors):  # type: ignore[no-untyped-def]
    """A rule with two state vectors."""
    w, g, states = carray(w_at, (n,)), carray(g_at, (n,)), carray(states_at, (2, n))
    m, v = states[0], states[1]
    c = to_fixed_tuple(carray(c_at, (N_COEFFICIENTS,)), N_COEFFICIENTS)
    for k in range(n):
        w[k], m[k], v[k] = RULE(w[k], g[k], m[k], v[k], c)


def update_3(w_at, g_at, states_at, n, c_at, factors):  # type: ignore[no-untyped-def]
    """A rule with three state vectors."""
    w, g, states = carray(w_at, (n,)), carray(g_at, (n,)), carray(states_at, (3, n))
    s0, s1, s2 = states[0], states[1], states[2]
    c = to_fixed_tuple(carray(c_at, (N_COEFFICIENTS,)), N_COEFFICIENTS)
    for k in range(n):
        w[k], s0[k], s1[k], s2[k] = RULE(w[k], g[k], s0[k], s1[k], s2[k], c)


def update_4(w_at, g_at, states_at, n, c_at, factors):  # type: ignore[no-untyped-def]
    """A rule with four state vectors."""
    w, g, states = carray(w_at, (n,)), carray(g_at, (n,)), carray(states_at, (4, n))
    s0, s1, s2, s3 = states[0], states[1], states[2], states[3]
    c = to_fixed_tuple(carray(c_at, (N_COEFFICIENTS,)), N_COEFFICIENTS)
    for k in range(n):
        w[k], s0[k], s1[k], s2[k], s3[k] = RULE(w[k], g[k], s0[k], s1[k], s2[k], s3[k], c)


def update_partly(w_at, g_at, states_at, n, c_at, factors):  # type: ignore[no-untyped-def]
    """A rule of which each parameter takes a share of its own: `factors` holds addresses of rule, shares and room."""
    addresses = carray(at_address(factors, INTEGER), (3,))
    w, shares = carray(w_at, (n,)), carray(at_address(addresses[1], NUMBER), (n,))
    before = carray(at_address(addresses[2], NUMBER), (n,))
    for k in range(n):
        before[k] = w[k]
    call(addresses[0], (w_at, g_at, states_at, n, c_at, 0))
    for k in range(n):
        w[k] = before[k] + shares[k] * (w[k] - before[k])
