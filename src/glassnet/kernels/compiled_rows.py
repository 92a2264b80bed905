"""Compiled bodies of the formulas that need whole rows or batches: softmax and the losses of embeddings.

Same signatures as in :mod:`glassnet.kernels.templates`; the NumPy bodies stand in :mod:`glassnet.formulas.rows`.
"""

# mypy: disallow-untyped-defs = False, allow-untyped-calls = True
from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import carray

from glassnet.kernels.calls import pointer

# Stand for the lifted elementary functions and formulas.
EXP: Any = None
LOG: Any = None
PAIR: Any = None
PAIR_SLOPE: Any = None


def shift(z, a):
    """A = Z less the largest entry of its row."""
    for i in range(z.shape[0]):
        top = z[i, 0]
        for j in range(1, z.shape[1]):
            top = z[i, j] if z[i, j] > top else top
        for j in range(z.shape[1]):
            a[i, j] = z[i, j] - top


def exponentiate(a, sums):
    """A = exp(A), and the sums of its rows. All entries are taken in one loop: rows are often short."""
    flat = carray(pointer(a, 0), (a.size,))
    for k in range(len(flat)):
        flat[k] = EXP(flat[k])
    for i in range(a.shape[0]):
        total = a[i, 0] * 0
        for j in range(a.shape[1]):
            total += a[i, j]
        sums[i] = total


def softmax(z, a):
    """A = softmax(Z)."""
    sums = np.empty(z.shape[0], z.dtype)
    SHIFT(z, a)
    EXPONENTIATE(a, sums)
    for i in range(z.shape[0]):
        inverse = a.dtype.type(1) / sums[i]
        for j in range(z.shape[1]):
            a[i, j] *= inverse


def softmax_backward(a, error):
    """dz_j = a_j (da_j - sum_k a_k da_k), in place."""
    for i in range(a.shape[0]):
        dot = error[i, 0] * 0
        for j in range(a.shape[1]):
            dot += a[i, j] * error[i, j]
        for j in range(a.shape[1]):
            error[i, j] = a[i, j] * (error[i, j] - dot)


def log_softmax(z, a):
    """A = log softmax(Z)."""
    SHIFT(z, a)
    for i in range(z.shape[0]):
        total = a[i, 0] * 0
        for j in range(z.shape[1]):
            total += EXP(a[i, j])
        logarithm = LOG(total)
        for j in range(z.shape[1]):
            a[i, j] -= logarithm


def log_softmax_backward(a, error):
    """dz_j = da_j - exp(a_j) sum_k da_k, in place."""
    for i in range(a.shape[0]):
        total = error[i, 0] * 0
        for j in range(a.shape[1]):
            total += error[i, j]
        for j in range(a.shape[1]):
            error[i, j] -= EXP(a[i, j]) * total


SHIFT: Any = shift
EXPONENTIATE: Any = exponentiate
FORWARD: Any = softmax
BACKWARD: Any = softmax_backward


def activate(z_at, bias_at, a_at, rows, columns, parameters_at):
    """Z = Z + b;  A = f(Z)."""
    z, a = carray(z_at, (rows, columns)), carray(a_at, (rows, columns))
    bias = carray(bias_at, (columns,))
    for i in range(rows):
        for j in range(columns):
            z[i, j] += bias[j]
    FORWARD(z, a)


def apply(z_at, a_at, rows, columns, parameters_at):
    """A = f(Z)."""
    FORWARD(carray(z_at, (rows, columns)), carray(a_at, (rows, columns)))


def gate(z_at, a_at, error_at, rows, columns, parameters_at):
    """dZ = dA times the Jacobian of each row, in place."""
    BACKWARD(carray(a_at, (rows, columns)), carray(error_at, (rows, columns)))


def softmax_cross_entropy(z_at, y_at, weights_at, error_at, rows, columns, parameters_at):
    """Mean over rows of sum_j y_j (log sum_k exp z_k - z_j); gradient (softmax(z) sum_k y_k - y) / n.

    Both terms are taken less the largest logit, as it may be far larger than their difference.
    """
    z, y = carray(z_at, (rows, columns)), carray(y_at, (rows, columns))
    weights, error = carray(weights_at, (rows,)), carray(error_at, (rows, columns))
    sums, masses = np.empty(rows, z.dtype), np.empty(rows, z.dtype)
    share_of_row, total = 1.0 / rows, 0.0
    SHIFT(z, error)
    for i in range(rows):
        value = mass = z[i, 0] * 0
        for j in range(columns):
            value += y[i, j] * error[i, j]
            mass += y[i, j]
        masses[i] = mass
        total -= np.float64(value) * np.float64(weights[i])
    EXPONENTIATE(error, sums)
    for i in range(rows):
        scale = z.dtype.type(weights[i] * share_of_row)
        share = scale * masses[i] / sums[i]
        for j in range(columns):
            error[i, j] = share * error[i, j] - scale * y[i, j]
    for i in range(rows):
        sums[i] = LOG(sums[i])
    for i in range(rows):
        total += np.float64(masses[i] * sums[i]) * np.float64(weights[i])
    return total * share_of_row


def distance(p, i, j):
    """Euclidean distance of rows i and j."""
    total = p[0, 0] * 0
    for k in range(p.shape[1]):
        total += (p[i, k] - p[j, k]) * (p[i, k] - p[j, k])
    return math.sqrt(total)


DISTANCE: Any = distance


def pull(p, error, i, j, d, slope):
    """Add the gradient of a value with this slope in the distance d of rows i and j."""
    if d > 0:
        factor = p.dtype.type(slope / d)
        for k in range(p.shape[1]):
            step = factor * (p[i, k] - p[j, k])
            error[i, k] += step
            error[j, k] -= step


PULL: Any = pull


def contrastive(p_at, y_at, weights_at, error_at, rows, columns, parameters_at):
    """Mean over all pairs of the contrastive formula."""
    p, error = carray(p_at, (rows, columns)), carray(error_at, (rows, columns))
    y = carray(y_at, (rows,))
    margin = carray(parameters_at, (1,))[0]
    for k in range(rows * columns):
        error[k // columns, k % columns] = 0
    share = 1.0 / max(rows * (rows - 1) // 2, 1)
    total = 0.0
    for i in range(rows):
        for j in range(i + 1, rows):
            d = DISTANCE(p, i, j)
            same = p.dtype.type(y[i] == y[j])
            total += np.float64(PAIR(same, d, margin))
            PULL(p, error, i, j, d, share * PAIR_SLOPE(same, d, margin))
    return total * share


def triplet_hard(p_at, y_at, weights_at, error_at, rows, columns, parameters_at):
    """Mean over anchors of max(0, margin + farthest positive - nearest negative).

    Comparisons are turned round so that a distance that is not a number counts as the extreme one, and stays so.
    """
    p, error = carray(p_at, (rows, columns)), carray(error_at, (rows, columns))
    y = carray(y_at, (rows,))
    margin = carray(parameters_at, (1,))[0]
    for k in range(rows * columns):
        error[k // columns, k % columns] = 0
    n_anchors = 0
    for i in range(rows):
        n_same = 0
        for j in range(rows):
            n_same += y[i] == y[j]
        n_anchors += 1 < n_same < rows
    share = 1.0 / max(n_anchors, 1)
    total = 0.0
    for i in range(rows):
        farthest = nearest = -1
        far = near = p[0, 0] * 0
        for j in range(rows):
            if j != i:
                d = DISTANCE(p, i, j)
                if y[i] == y[j]:
                    if farthest < 0 or (far == far and not d <= far):
                        farthest, far = j, d
                elif nearest < 0 or (near == near and not d >= near):
                    nearest, near = j, d
        if farthest >= 0 and nearest >= 0:
            excess = far - near + margin
            if not excess <= 0:
                total += np.float64(excess)
                PULL(p, error, i, farthest, far, share)
                PULL(p, error, i, nearest, near, -share)
    return total * share


def triplet_all(p_at, y_at, weights_at, error_at, rows, columns, parameters_at):
    """Mean over all valid triplets of max(0, margin + d(anchor, positive) - d(anchor, negative))."""
    p, error = carray(p_at, (rows, columns)), carray(error_at, (rows, columns))
    y = carray(y_at, (rows,))
    margin = carray(parameters_at, (1,))[0]
    for k in range(rows * columns):
        error[k // columns, k % columns] = 0
    n_triplets = 0
    for i in range(rows):
        n_same = 0
        for j in range(rows):
            n_same += y[i] == y[j]
        n_triplets += (n_same - 1) * (rows - n_same)
    share = 1.0 / max(n_triplets, 1)
    total = 0.0
    distances = np.empty(rows, p.dtype)
    counts = np.empty(rows, np.int64)
    for i in range(rows):
        for j in range(rows):
            distances[j] = DISTANCE(p, i, j)
            counts[j] = 0
        for j in range(rows):
            if j != i and y[j] == y[i]:
                for k in range(rows):
                    if y[k] != y[i]:
                        excess = distances[j] - distances[k] + margin
                        if not excess <= 0:
                            total += np.float64(excess)
                            counts[j] += 1
                            counts[k] -= 1
        for j in range(rows):
            if counts[j] != 0:
                PULL(p, error, i, j, distances[j], share * counts[j])
    return total * share
