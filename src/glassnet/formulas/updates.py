"""Update rules of the optimizers: new parameter and new state from the old ones and the gradient ``g``.

``c`` holds the coefficients of the step, learning rate first. Definitions are those of ``torch.optim``.
"""

from __future__ import annotations

from typing import Any

from glassnet.formulas.elementary import absolute, maximum, sign, sqrt


def unchanged(w: Any, g: Any, c: Any) -> Any:
    """w, for those who ask for the loss and its gradient alone."""
    return (w,)


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


def rmsprop_momentum(w: Any, g: Any, s: Any, b: Any, c: Any) -> Any:
    """RMSProp's s;  b = mu b + g / (sqrt(s) + epsilon);  w - rate b."""
    rate, decay, epsilon, alpha, one_minus_alpha, mu = c
    g = g + decay * w
    s = alpha * s + one_minus_alpha * g * g
    b = mu * b + g / (sqrt(s) + epsilon)
    return w - rate * b, s, b


def rmsprop_centered(w: Any, g: Any, s: Any, m: Any, c: Any) -> Any:
    """RMSProp's s, m = alpha m + (1 - alpha) g;  w - rate g / (sqrt(s - m^2) + epsilon). Graves 2013."""
    rate, decay, epsilon, alpha, one_minus_alpha = c
    g = g + decay * w
    s = alpha * s + one_minus_alpha * g * g
    m = alpha * m + one_minus_alpha * g
    return w - rate * g / (sqrt(maximum(s - m * m, 0.0)) + epsilon), s, m


def rmsprop_centered_momentum(w: Any, g: Any, s: Any, m: Any, b: Any, c: Any) -> Any:
    """s and m of the centred RMSProp;  b = mu b + g / (sqrt(s - m^2) + epsilon);  w - rate b."""
    rate, decay, epsilon, alpha, one_minus_alpha, mu = c
    g = g + decay * w
    s = alpha * s + one_minus_alpha * g * g
    m = alpha * m + one_minus_alpha * g
    b = mu * b + g / (sqrt(maximum(s - m * m, 0.0)) + epsilon)
    return w - rate * b, s, m, b


def adadelta(w: Any, g: Any, s: Any, d: Any, c: Any) -> Any:
    """s = rho s + (1 - rho) g^2;  step = sqrt(d + epsilon) / sqrt(s + epsilon) g;  w - rate step.

    d = rho d + (1 - rho) step^2. Zeiler 2012.
    """
    rate, decay, epsilon, rho, one_minus_rho = c
    g = g + decay * w
    s = rho * s + one_minus_rho * g * g
    step = sqrt(d + epsilon) / sqrt(s + epsilon) * g
    d = rho * d + one_minus_rho * step * step
    return w - rate * step, s, d


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


def amsgrad(w: Any, g: Any, m: Any, v: Any, u: Any, c: Any) -> Any:
    """Adam with the largest v so far, u = max(u, v), in the place of v. Reddi, Kale, Kumar, ICLR 2018."""
    rate, decay, epsilon, beta1, one_minus_beta1, beta2, one_minus_beta2, correction, shrink = c
    g = g + decay * w
    m = beta1 * m + one_minus_beta1 * g
    v = beta2 * v + one_minus_beta2 * g * g
    u = maximum(u, v)
    return shrink * w - rate * m / (sqrt(u) * correction + epsilon), m, v, u


def nadam(w: Any, g: Any, m: Any, v: Any, c: Any) -> Any:
    """Adam's m and v;  w - (rate_g g + rate_m m) / (sqrt(v') + epsilon). Dozat 2016.

    ``rate_g`` = rate (1 - mu_t) / (1 - mu_1 ... mu_t) and ``rate_m`` = rate mu_t+1 / (1 - mu_1 ... mu_t+1) hold the
    momentum's own schedule mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2).
    """
    rate_g, rate_m, decay, epsilon, beta1, one_minus_beta1, beta2, one_minus_beta2, correction = c
    g = g + decay * w
    m = beta1 * m + one_minus_beta1 * g
    v = beta2 * v + one_minus_beta2 * g * g
    return w - (rate_g * g + rate_m * m) / (sqrt(v) * correction + epsilon), m, v


def adamax(w: Any, g: Any, m: Any, u: Any, c: Any) -> Any:
    """Adam's m;  u = max(beta2 u, |g| + epsilon);  w - rate / (1 - beta1^t) m / u. Kingma, Ba 2015, section 7.1."""
    rate, decay, epsilon, beta1, one_minus_beta1, beta2 = c
    g = g + decay * w
    m = beta1 * m + one_minus_beta1 * g
    u = maximum(beta2 * u, absolute(g) + epsilon)
    return w - rate * m / u, m, u


def lion(w: Any, g: Any, m: Any, c: Any) -> Any:
    """w - rate (sign(beta1 m + (1 - beta1) g) + decay w);  m = beta2 m + (1 - beta2) g. Chen et al., NeurIPS 2023."""
    rate, beta1, one_minus_beta1, beta2, one_minus_beta2, shrink = c
    step = sign(beta1 * m + one_minus_beta1 * g)
    return shrink * w - rate * step, beta2 * m + one_minus_beta2 * g
