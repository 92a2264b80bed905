"""Update rules of the optimizers: new parameter and new state from the old ones and the gradient ``g``.

``c`` holds the coefficients of the step, learning rate first. Definitions are those of ``torch.optim``.
"""

from __future__ import annotations

from typing import Any

from glassnet.formulas.elementary import sqrt


def sgd(w: Any, g: Any, c: Any) -> Any:
    """w - rate (g + decay w)."""
    rate, decay = c
    return (w - rate * (g + decay * w),)


def momentum(w: Any, g: Any, v: Any, c: Any) -> Any:
    """v = mu v + g + decay w;  w - rate v. Polyak 1964, as in Sutskever et al. 2013."""
    rate, decay, mu = c
    v = mu * v + (g + decay * w)
    return w - rate * v, v


def nesterov(w: Any, g: Any, v: Any, c: Any) -> Any:
    """v = mu v + g;  w - rate (g + mu v), with g including decay w. Sutskever et al., ICML 2013."""
    rate, decay, mu = c
    g = g + decay * w
    v = mu * v + g
    return w - rate * (g + mu * v), v


def adagrad(w: Any, g: Any, s: Any, c: Any) -> Any:
    """s = s + g^2;  w - rate g / (sqrt(s) + epsilon). Duchi et al., JMLR 12 (2011)."""
    rate, decay, epsilon = c
    g = g + decay * w
    s = s + g * g
    return w - rate * g / (sqrt(s) + epsilon), s


def rmsprop(w: Any, g: Any, s: Any, c: Any) -> Any:
    """s = alpha s + (1 - alpha) g^2;  w - rate g / (sqrt(s) + epsilon). Tieleman, Hinton 2012, lecture 6.5."""
    rate, decay, epsilon, alpha, one_minus_alpha = c
    g = g + decay * w
    s = alpha * s + one_minus_alpha * g * g
    return w - rate * g / (sqrt(s) + epsilon), s


def adam(w: Any, g: Any, m: Any, v: Any, c: Any) -> Any:
    """m, v = moving means of g and g^2;  w - rate m' / (sqrt(v') + epsilon), m', v' corrected for their start at 0.

    The corrections are in the coefficients: rate / (1 - beta1^t) and 1 / sqrt(1 - beta2^t) at step t. The decay of
    AdamW multiplies w by ``shrink`` = 1 - learning rate * decay; Adam's is added to g. Kingma, Ba 2015; Loshchilov,
    Hutter 2019.
    """
    rate, decay, epsilon, beta1, one_minus_beta1, beta2, one_minus_beta2, correction, shrink = c
    g = g + decay * w
    m = beta1 * m + one_minus_beta1 * g
    v = beta2 * v + one_minus_beta2 * g * g
    return shrink * w - rate * m / (sqrt(v) * correction + epsilon), m, v
