"""Formulas that need a whole row or a whole batch at once, for NumPy: softmax, normalisation, distances.

Shapes: ``z``, ``a`` and gradients ``(n_samples, n_features)``. The compiled bodies of the same formulas stand in
:mod:`glassnet.kernels.compiled_rows`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.formulas.losses import contrastive_pair, contrastive_pair_slope, hinge

Array = NDArray[Any]


SHORT_ROW = 32
# The square of a number that is no larger, and sums of a million such, are finite in float64.
SQUARES_FIT = 1e150


def by_columns(x: Array) -> Array:
    """`x`, with each column in one piece of memory if rows are short: NumPy works piece by piece, fast on long ones."""
    return np.asfortranarray(x) if x.shape[-1] <= SHORT_ROW else x


def softmax(z: Array) -> Array:
    """a_j = exp(z_j - max z) / sum_k exp(z_k - max z) in each row, range (0, 1), rows sum to 1."""
    z = by_columns(z)
    e: Array = np.exp(z - z.max(axis=-1, keepdims=True))
    e /= e.sum(axis=-1, keepdims=True)
    return e


def softmax_backward(a: Array, gradient: Array, out: Array | None = None) -> Array:
    """The Jacobian product dz_j = a_j (da_j - sum_k a_k da_k) in each row."""
    error: Array = np.multiply(a, gradient - (a * gradient).sum(axis=-1, keepdims=True), out=out)
    return error


def log_softmax(z: Array) -> Array:
    """a_j = z_j - max z - log sum_k exp(z_k - max z) in each row: the logarithm of softmax, finite for any z."""
    z = by_columns(z)
    a: Array = z - z.max(axis=-1, keepdims=True)
    a -= np.log(np.exp(a).sum(axis=-1, keepdims=True))
    return a


def log_softmax_backward(a: Array, gradient: Array, out: Array | None = None) -> Array:
    """The Jacobian product dz_j = da_j - exp(a_j) sum_k da_k in each row."""
    error: Array = np.subtract(gradient, np.exp(a) * gradient.sum(axis=-1, keepdims=True), out=out)
    return error


def softmax_cross_entropy(y: Array, z: Array) -> tuple[Array, Array]:
    """Loss of each row from logits, -sum_j y_j log softmax(z)_j = sum_j y_j (log sum_k exp z_k - z_j), (n, 1).

    With it the gradient, softmax(z) sum_k y_k - y.
    """
    y, z = by_columns(y), by_columns(z)
    z = z - z.max(axis=1, keepdims=True)
    gradient: Array = np.exp(z)
    sums, mass = gradient.sum(axis=1, keepdims=True), y.sum(axis=1, keepdims=True)
    values: Array = mass * np.log(sums) - (y * z).sum(axis=1, keepdims=True)
    gradient *= mass / sums
    gradient -= y
    return values, gradient


def normalise(x: Array, epsilon: float, axis: int) -> tuple[Array, Array, Array, Array]:
    """Standardised x, its mean, its variance and 1 / sqrt(variance + epsilon) along `axis` (kept, length 1).

    Where squares of float32 overflow, from about 1e19 on, it is computed in float64; where those of float64 do, from
    about 1e154 on, of smaller numbers in the same proportions.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        mean = x.mean(axis=axis, keepdims=True)
        variance = np.square(x - mean).mean(axis=axis, keepdims=True)
        if x.dtype == np.float32 and not np.isfinite(variance).all():
            standardised, mean, variance, inverse = (
                part.astype(x.dtype) for part in normalise(x.astype(np.float64), epsilon, axis)
            )
            return standardised, mean, variance, inverse
        if not np.isfinite(variance).all():
            factor = made_to_fit(x, axis)
            x = x * factor
            mean = x.mean(axis=axis, keepdims=True)
            variance = np.square(x - mean).mean(axis=axis, keepdims=True)
            inverse = 1 / np.sqrt(variance + epsilon)
            return (x - mean) * inverse, mean / factor, variance / factor / factor, inverse * factor
    inverse = 1 / np.sqrt(variance + epsilon)
    return (x - mean) * inverse, mean, variance, inverse


def made_to_fit(x: Array, axis: int) -> Array:
    """Factors (length 1 along `axis`) that make float64 numbers so small that their squares fit; 1 where they do."""
    largest = np.abs(x).max(axis=axis, keepdims=True)
    factors: Array = np.minimum(SQUARES_FIT / np.maximum(largest, 1.0), 1.0)
    return factors


def normalise_backward(standardised: Array, inverse: Array, gradient: Array, axis: int) -> Array:
    """dx = inverse (g - mean g - s mean(g s)): also through the mean and the variance. Ioffe, Szegedy 2015, sec. 3."""
    through_mean = gradient.mean(axis=axis, keepdims=True)
    through_variance = (gradient * standardised).mean(axis=axis, keepdims=True)
    error: Array = inverse * (gradient - through_mean - standardised * through_variance)
    return error


def distances(p: Array) -> tuple[Array, Array]:
    """Differences p_i - p_j (n, n, d) and Euclidean distances (n, n) of all pairs of rows."""
    difference = p[:, None, :] - p[None, :, :]
    return difference, np.sqrt(np.square(difference).sum(axis=2))


def distances_backward(difference: Array, distance: Array, gradient: Array) -> Array:
    """Gradient with respect to p of a value with slope `gradient` (n, n) in each distance; 0 where that is 0."""
    slope = gradient / np.where(distance > 0, distance, 1)
    pull = slope + slope.T
    error: Array = (pull[:, :, None] * difference).sum(axis=1)
    return error


def contrastive(labels: Array, p: Array, margin: float) -> tuple[float, Array]:
    """Mean over the n (n - 1) / 2 pairs of :func:`~glassnet.formulas.losses.contrastive_pair`, and its gradient."""
    difference, distance = distances(p)
    same = (labels[:, None] == labels[None, :]).astype(p.dtype)
    pairs = np.triu(np.ones_like(distance), 1)
    pairs /= max(pairs.sum(), 1)
    value = float((pairs * contrastive_pair(same, distance, margin)).sum())
    return value, distances_backward(
        difference, distance, pairs * contrastive_pair_slope(same, distance, margin)
    )


def triplet_hard(labels: Array, p: Array, margin: float) -> tuple[float, Array]:
    """Mean over anchors of max(0, margin + farthest positive - nearest negative), and its gradient.

    Anchors without a positive or without a negative in the batch do not count. Hermans et al. 2017, eq. 5.
    """
    difference, distance = distances(p)
    positives, negatives = _same_and_other(labels)
    farthest = np.where(positives, distance, -1).argmax(axis=1)
    nearest = np.where(negatives, distance, np.inf).argmin(axis=1)
    anchors = np.flatnonzero(positives.any(axis=1) & negatives.any(axis=1))
    share = 1 / max(len(anchors), 1)
    farthest, nearest = farthest[anchors], nearest[anchors]
    excess = distance[anchors, farthest] - distance[anchors, nearest] + margin
    gradient = np.zeros_like(distance)
    active = share * (excess > 0).astype(p.dtype)
    np.add.at(gradient, (anchors, farthest), active)
    np.add.at(gradient, (anchors, nearest), -active)
    return float(hinge(excess).sum() * share), distances_backward(difference, distance, gradient)


def triplet_all(labels: Array, p: Array, margin: float) -> tuple[float, Array]:
    """Mean over all valid triplets of max(0, margin + d(anchor, positive) - d(anchor, negative)), and its gradient.

    Hermans et al. 2017, eq. 6, averaged over all triplets of the batch.
    """
    difference, distance = distances(p)
    positives, negatives = _same_and_other(labels)
    valid = positives[:, :, None] & negatives[:, None, :]
    share = 1 / max(int(valid.sum()), 1)
    excess = distance[:, :, None] - distance[:, None, :] + margin
    active = share * (valid & (excess > 0)).astype(p.dtype)
    gradient = active.sum(axis=2) - active.sum(axis=1)
    value = float((hinge(excess) * valid).sum() * share)
    return value, distances_backward(difference, distance, gradient)


def _same_and_other(labels: Array) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    same = labels[:, None] == labels[None, :]
    return same & ~np.eye(len(labels), dtype=bool), ~same
