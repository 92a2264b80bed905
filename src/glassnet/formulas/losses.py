"""Elementwise losses: the value for a target ``y`` and a prediction ``p``, and below each its slope in ``p``.

Losses on logits take the pre-activation ``z`` in the place of ``p``.
"""

from __future__ import annotations

from typing import Any

from glassnet.formulas.activations import sigmoid
from glassnet.formulas.elementary import (
    absolute,
    exp,
    log,
    log1p,
    maximum,
    minimum,
    positive,
    sign,
    tanh,
    where,
)

# Smallest normal float32: a logarithm of a probability is exact down to here, and finite below.
TINY = 1.1754943508222875e-38
LOG_TWO = 0.6931471805599453


def squared_error(y: Any, p: Any) -> Any:
    """(p - y)^2."""
    return (p - y) * (p - y)


def squared_error_slope(y: Any, p: Any) -> Any:
    """2 (p - y)."""
    return 2 * (p - y)


def absolute_error(y: Any, p: Any) -> Any:
    """abs(p - y)."""
    return absolute(p - y)


def absolute_error_slope(y: Any, p: Any) -> Any:
    """sign(p - y); 0 where p = y."""
    return sign(p - y)


def huber(y: Any, p: Any, delta: Any) -> Any:
    """e^2 / 2 where abs(e) <= delta, else delta (abs(e) - delta / 2), e = p - y. Huber 1964."""
    e = absolute(p - y)
    return where(e <= delta, 0.5 * e * e, delta * (e - 0.5 * delta))


def huber_slope(y: Any, p: Any, delta: Any) -> Any:
    """e limited to [-delta, delta]."""
    return maximum(minimum(p - y, delta), -delta)


def quantile(y: Any, p: Any, level: Any) -> Any:
    """level e where e = y - p > 0, else (level - 1) e; that is abs(e) / 2 + (level - 1/2) e. Koenker, Bassett 1978."""
    return 0.5 * absolute(y - p) + (level - 0.5) * (y - p)


def quantile_slope(y: Any, p: Any, level: Any) -> Any:
    """-level where y > p, 1 - level where y < p, the mean of both where y = p."""
    return 0.5 * sign(p - y) + (0.5 - level)


def gaussian(y: Any, m: Any, s: Any, least_variance: Any) -> Any:
    """(log v + (y - m)^2 / v) / 2, v = exp(s) + least_variance: -log of the density of N(m, v) at y, but a constant."""
    v = exp(s) + least_variance
    return 0.5 * (log(v) + (y - m) * (y - m) / v)


def gaussian_slope(y: Any, m: Any, s: Any, least_variance: Any) -> Any:
    """In the mean m: (m - y) / v."""
    return (m - y) / (exp(s) + least_variance)


def gaussian_slope_of_variance(y: Any, m: Any, s: Any, least_variance: Any) -> Any:
    """In s: (1 - (y - m)^2 / v) exp(s) / (2 v)."""
    v = exp(s) + least_variance
    return 0.5 * (1 - (y - m) * (y - m) / v) * (exp(s) / v)


def log_cosh(y: Any, p: Any) -> Any:
    """log cosh(p - y) = abs(e) + log(1 + exp(-2 abs(e))) - log 2, e = p - y: half its square, then its size."""
    e = absolute(p - y)
    return e + log1p(exp(-2 * e)) - LOG_TWO


def log_cosh_slope(y: Any, p: Any) -> Any:
    """tanh(p - y)."""
    return tanh(p - y)


def poisson(y: Any, p: Any) -> Any:
    """p - y log p, the negative log-likelihood of a count y at rate p > 0 without the term log y!."""
    return p - y * log(maximum(p, TINY))


def poisson_slope(y: Any, p: Any) -> Any:
    """1 - y / p."""
    return 1 - y / maximum(p, TINY)


def poisson_log_rates(y: Any, z: Any) -> Any:
    """exp(z) - y z, :func:`poisson` at the rate exp(z)."""
    return exp(z) - y * z


def poisson_log_rates_slope(y: Any, z: Any) -> Any:
    """exp(z) - y."""
    return exp(z) - y


def binary_cross_entropy(y: Any, p: Any, pos_weight: Any) -> Any:
    """-w y log p - (1 - y) log(1 - p), p in [0, 1]; w is what targets 1 weigh beside targets 0."""
    return -pos_weight * y * log(maximum(p, TINY)) - (1 - y) * log(maximum(1 - p, TINY))


def binary_cross_entropy_slope(y: Any, p: Any, pos_weight: Any) -> Any:
    """(1 - y) / (1 - p) - w y / p."""
    return (1 - y) / maximum(1 - p, TINY) - pos_weight * y / maximum(p, TINY)


def categorical_cross_entropy(y: Any, p: Any) -> Any:
    """-y log p, to be summed over the classes of a row."""
    return -y * log(maximum(p, TINY))


def categorical_cross_entropy_slope(y: Any, p: Any) -> Any:
    """-y / p."""
    return -y / maximum(p, TINY)


def kullback_leibler(y: Any, p: Any) -> Any:
    """y log(y / p), 0 where y = 0, to be summed over the classes of a row. Kullback, Leibler 1951."""
    return y * (log(maximum(y, TINY)) - log(maximum(p, TINY)))


def kullback_leibler_slope(y: Any, p: Any) -> Any:
    """-y / p."""
    return -y / maximum(p, TINY)


def sigmoid_cross_entropy(y: Any, z: Any) -> Any:
    """Binary cross-entropy of sigmoid(z), from the logit: max(z, 0) - z y + log(1 + exp(-abs(z)))."""
    return maximum(z, 0) - z * y + log1p(exp(-absolute(z)))


def sigmoid_cross_entropy_slope(y: Any, z: Any) -> Any:
    """sigmoid(z) - y."""
    return sigmoid(z) - y


def weighted_sigmoid_cross_entropy(y: Any, z: Any, pos_weight: Any) -> Any:
    """-w y log p - (1 - y) log(1 - p), p = sigmoid(z); -log p = softplus(-z), -log(1 - p) = softplus(z)."""
    rest = log1p(exp(-absolute(z)))
    return (1 - y) * (maximum(z, 0) + rest) + pos_weight * y * (maximum(-z, 0) + rest)


def weighted_sigmoid_cross_entropy_slope(y: Any, z: Any, pos_weight: Any) -> Any:
    """(1 - y) p - w y (1 - p) = (1 + (w - 1) y) p - w y, p = sigmoid(z)."""
    return (1 + (pos_weight - 1) * y) * sigmoid(z) - pos_weight * y


def contrastive_pair(same: Any, d: Any, margin: Any) -> Any:
    """d^2 / 2 for a pair of one class, max(0, margin - d)^2 / 2 for two. Hadsell, Chopra, LeCun 2006, eq. 4."""
    gap = maximum(margin - d, 0)
    return 0.5 * (same * d * d + (1 - same) * gap * gap)


def contrastive_pair_slope(same: Any, d: Any, margin: Any) -> Any:
    """d for a pair of one class, -max(0, margin - d) for two."""
    return same * d - (1 - same) * maximum(margin - d, 0)


def hinge(excess: Any) -> Any:
    """max(0, excess), the loss of a triplet whose excess is d(anchor, positive) - d(anchor, negative) + margin."""
    return maximum(excess, 0)


def margin_hinge(y: Any, p: Any) -> Any:
    """max(0, 1 - y p) for y = -1 or 1. Cortes, Vapnik 1995."""
    return maximum(1 - y * p, 0)


def margin_hinge_slope(y: Any, p: Any) -> Any:
    """-y where y p < 1, else 0."""
    return -y * positive(1 - y * p)


def squared_hinge(y: Any, p: Any) -> Any:
    """max(0, 1 - y p)^2 for y = -1 or 1."""
    short = maximum(1 - y * p, 0)
    return short * short


def squared_hinge_slope(y: Any, p: Any) -> Any:
    """-2 y max(0, 1 - y p)."""
    return -2 * y * maximum(1 - y * p, 0)


def focal(y: Any, z: Any, gamma: Any, alpha_one: Any, alpha_zero: Any) -> Any:
    """Cross-entropy of sigmoid(z) times q^gamma and the weight of y; q is what p lacks to 1. Lin et al. 2017."""
    q = sigmoid(z) * (1 - y) + sigmoid(-z) * y
    weight = alpha_one * y + alpha_zero * (1 - y)
    return weight * exp(gamma * log(maximum(q, TINY))) * sigmoid_cross_entropy(y, z)


def focal_slope(y: Any, z: Any, gamma: Any, alpha_one: Any, alpha_zero: Any) -> Any:
    """q^gamma (p - y + gamma (1 - 2 y) p (1 - p) L / q) times the weight of y; p = sigmoid(z), L the cross-entropy."""
    p, rest = sigmoid(z), sigmoid(-z)
    q = maximum(p * (1 - y) + rest * y, TINY)
    weight = alpha_one * y + alpha_zero * (1 - y)
    steepness = gamma * (1 - 2 * y) * p * (rest / q) * sigmoid_cross_entropy(y, z)
    return weight * exp(gamma * log(q)) * (p - y + steepness)
