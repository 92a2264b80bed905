"""Compiled bodies of batch norm and layer norm, called by address; the NumPy bodies stand in ``arrays``.

Sums are taken in float64. Pointers are to contiguous arrays of one dtype: x, standardised, a and error ``(n, m)``;
weights, bias and their gradients ``(m,)``; running ``(2, m)``.
"""

# mypy: disallow-untyped-defs = False, allow-untyped-calls = True
from __future__ import annotations

import math

import numpy as np
from numba import carray


def batch_norm(
    x_at, weights_at, bias_at, running_at, standardised_at, inverse_at, a_at, n, m, momentum, epsilon
):
    """A = w (X - mean) / sqrt(variance + epsilon) + b over the batch; moves the running mean and variance."""
    x, standardised, a = carray(x_at, (n, m)), carray(standardised_at, (n, m)), carray(a_at, (n, m))
    weights, bias, inverse = carray(weights_at, (m,)), carray(bias_at, (m,)), carray(inverse_at, (m,))
    running = carray(running_at, (2, m))
    mean, variance = np.zeros(m), np.zeros(m)
    for i in range(n):
        for j in range(m):
            mean[j] += x[i, j]
    for j in range(m):
        mean[j] /= n
    for i in range(n):
        for j in range(m):
            variance[j] += (x[i, j] - mean[j]) * (x[i, j] - mean[j])
    for j in range(m):
        variance[j] /= n
        inverse[j] = 1 / math.sqrt(variance[j] + epsilon)
        running[0, j] = (1 - momentum) * running[0, j] + momentum * mean[j]
        running[1, j] = (1 - momentum) * running[1, j] + momentum * variance[j] * n / max(n - 1, 1)
    for i in range(n):
        for j in range(m):
            standardised[i, j] = (x[i, j] - mean[j]) * inverse[j]
            a[i, j] = weights[j] * standardised[i, j] + bias[j]


def batch_norm_inference(x_at, weights_at, bias_at, running_at, a_at, n, m, epsilon):
    """A = w (X - running mean) / sqrt(running variance + epsilon) + b."""
    x, a = carray(x_at, (n, m)), carray(a_at, (n, m))
    weights, bias, running = carray(weights_at, (m,)), carray(bias_at, (m,)), carray(running_at, (2, m))
    scale = np.empty(m, x.dtype)
    for j in range(m):
        scale[j] = weights[j] / math.sqrt(running[1, j] + epsilon)
    for i in range(n):
        for j in range(m):
            a[i, j] = (x[i, j] - running[0, j]) * scale[j] + bias[j]


def batch_norm_backward(weights_at, standardised_at, inverse_at, error_at, d_weights_at, d_bias_at, n, m):
    """dw, db, and dX in place of dA, also through the batch's mean and variance."""
    standardised, error = carray(standardised_at, (n, m)), carray(error_at, (n, m))
    weights, inverse = carray(weights_at, (m,)), carray(inverse_at, (m,))
    d_weights, d_bias = carray(d_weights_at, (m,)), carray(d_bias_at, (m,))
    total, product = np.zeros(m), np.zeros(m)
    for i in range(n):
        for j in range(m):
            total[j] += error[i, j]
            product[j] += error[i, j] * standardised[i, j]
    for j in range(m):
        d_weights[j], d_bias[j] = product[j], total[j]
        total[j] /= n
        product[j] /= n
    for i in range(n):
        for j in range(m):
            centered = error[i, j] - total[j] - standardised[i, j] * product[j]
            error[i, j] = weights[j] * inverse[j] * centered


def layer_norm(x_at, weights_at, bias_at, standardised_at, inverse_at, a_at, n, m, epsilon):
    """A = w (X - mean) / sqrt(variance + epsilon) + b over the features of each sample."""
    x, standardised, a = carray(x_at, (n, m)), carray(standardised_at, (n, m)), carray(a_at, (n, m))
    weights, bias, inverse = carray(weights_at, (m,)), carray(bias_at, (m,)), carray(inverse_at, (n,))
    for i in range(n):
        mean = 0.0
        for j in range(m):
            mean += x[i, j]
        mean /= m
        variance = 0.0
        for j in range(m):
            variance += (x[i, j] - mean) * (x[i, j] - mean)
        inverse[i] = 1 / math.sqrt(variance / m + epsilon)
        for j in range(m):
            standardised[i, j] = (x[i, j] - mean) * inverse[i]
            a[i, j] = weights[j] * standardised[i, j] + bias[j]


def layer_norm_backward(weights_at, standardised_at, inverse_at, error_at, d_weights_at, d_bias_at, n, m):
    """dw, db, and dX in place of dA, also through each sample's mean and variance."""
    standardised, error = carray(standardised_at, (n, m)), carray(error_at, (n, m))
    weights, inverse = carray(weights_at, (m,)), carray(inverse_at, (n,))
    d_weights, d_bias = carray(d_weights_at, (m,)), carray(d_bias_at, (m,))
    for j in range(m):
        d_weights[j] = d_bias[j] = 0
    for i in range(n):
        total = product = 0.0
        for j in range(m):
            d_bias[j] += error[i, j]
            d_weights[j] += error[i, j] * standardised[i, j]
            error[i, j] *= weights[j]
            total += error[i, j]
            product += error[i, j] * standardised[i, j]
        for j in range(m):
            centered = error[i, j] - total / m - standardised[i, j] * (product / m)
            error[i, j] = inverse[i] * centered
