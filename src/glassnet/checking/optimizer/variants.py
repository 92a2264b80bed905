"""Update rules that vary those of Adam and RMSProp, as they should be and with slips; definitions of torch.optim."""

from __future__ import annotations

import numpy as np

from glassnet.checking.numerics.rounding import Array
from glassnet.checking.optimizer.rules import (
    Settings,
    Slips,
    State,
    betas,
    corrected,
    counted,
    decayed,
    decoupled,
    divided,
    kept,
    mean,
    moments,
    square,
)


def rmsprop_momentum(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """RMSProp's s; b = mu b + g / (sqrt(s) + epsilon); w - rate b."""
    g = decayed(w, g, h, slips)
    s = mean(state, "v", square(g, slips), h["alpha"], slips)
    return w - h["learning_rate"] * _pushed(divided(g, s, h, slips), state, h, slips)


def rmsprop_centered(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """s, m = moving means of g^2 and g; b = mu b + g / (sqrt(s - m^2) + epsilon); w - rate b."""
    g = decayed(w, g, h, slips)
    s = mean(state, "v", square(g, slips), h["alpha"], slips)
    m = mean(state, "m", g, h["alpha"], slips)
    variance = s - (m if "mean_not_squared" in slips else m * m)
    variance = s if "centering_missing" in slips else np.maximum(variance, 0)
    return w - h["learning_rate"] * _pushed(divided(g, variance, h, slips), state, h, slips)


def _pushed(step: Array, state: State, h: Settings, slips: Slips) -> Array:
    """b = mu b + step, or the step itself where the momentum is forgotten."""
    if "momentum_missing" in slips:
        return step
    mu = h["learning_rate"] if "rate_as_momentum" in slips else h["momentum"]
    return kept(state, "b", step, mu, 1 - mu if "gradient_damped" in slips else 1.0, frozenset())


def adadelta(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """s = rho s + (1 - rho) g^2; step = sqrt(d + epsilon) / sqrt(s + epsilon) g; d = rho d + (1 - rho) step^2."""
    g = decayed(w, g, h, slips)
    s = mean(state, "v", square(g, slips), h["rho"], slips)
    d = state.get("d", np.zeros_like(g))
    numerator = 1.0 if "numerator_missing" in slips else _root(d, h, slips)
    step = numerator / _root(s, h, slips) * g
    changed = g if "steps_of_gradient" in slips else step
    state["d"] = h["rho"] * d + (1 - h["rho"]) * changed * changed
    return w - h["learning_rate"] * step


def _root(mean_square: Array, h: Settings, slips: Slips) -> Array:
    added = 0.0 if "epsilon_missing" in slips else h["epsilon"]
    if "root_missing" in slips:
        return mean_square + added
    if "epsilon_behind_root" in slips:
        behind: Array = np.sqrt(mean_square) + added
        return behind
    root: Array = np.sqrt(mean_square + added)
    return root


def amsgrad(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """Adam with the largest v so far, u = max(u, v), in the place of v."""
    m, v = moments(decayed(w, g, h, slips), state, h, slips)
    n = counted(t, slips)
    if "maximum_of_corrected" in slips:
        m, v = corrected(m, v, n, h, slips)
        return w - h["learning_rate"] * divided(m, _largest(v, state, slips), h, slips)
    m, u = corrected(m, _largest(v, state, slips), n, h, slips)
    if "momentum_missing" in slips:
        m = g
    return w - h["learning_rate"] * divided(m, u, h, slips)


def _largest(v: Array, state: State, slips: Slips) -> Array:
    """u = max(u, v)."""
    state["u"] = np.maximum(state.get("u", np.zeros_like(v)), v)
    return v if "maximum_missing" in slips else state["u"]


def nadam(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """Adam with a look ahead: (1 - mu_t) g / (1 - mu_1 ... mu_t) + mu_t+1 m / (1 - mu_1 ... mu_t+1) in the place of m'.

    mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2), and beta1 in the convention of a constant momentum.
    """
    g = decayed(w, g, h, slips)
    m, v = moments(g, state, h, slips)
    n, beta1 = counted(t, slips), betas(h, slips)[0]
    of_m, v = corrected(m, v, n, h, slips)
    if "look_ahead_missing" in slips:
        return w - h["learning_rate"] * divided(of_m, v, h, slips)
    if "constant_momentum" in slips:
        now, after = beta1, beta1
        shares, next_ = beta1**n, beta1 ** (n + 1)
    else:
        mu = [beta1 * (1 - 0.5 * 0.96 ** (i * h["momentum_decay"])) for i in range(1, n + 2)]
        now, after = mu[n - 1], mu[n]
        shares, next_ = float(np.prod(mu[:n])), float(np.prod(mu))
    if slips & {"bias_correction_missing", "bias_correction_of_m_missing"}:
        shares, next_ = 0.0, 0.0
    ahead = (1 - now) * g / (1 - shares) + after * m / (1 - next_)
    return w - h["learning_rate"] * divided(ahead, v, h, slips)


def adamax(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """m as of Adam; u = max(beta2 u, |g| + epsilon); w - rate m / (1 - beta1^t) / u."""
    g = decayed(w, g, h, slips)
    beta1, beta2 = betas(h, slips)
    m = mean(state, "m", g, beta1, slips)
    n = counted(t, slips)
    if "bias_correction_of_m_missing" not in slips:
        m = m / (1 - beta1**n)
    m = g if "momentum_missing" in slips else m
    behind = "epsilon_behind_maximum" in slips
    size = np.abs(g) + (0.0 if behind or "epsilon_missing" in slips else h["epsilon"])
    old = state.get("u", np.zeros_like(g))
    state["u"] = (
        beta2 * old + (1 - beta2) * size if "maximum_missing" in slips else np.maximum(beta2 * old, size)
    )
    u = state["u"] / (1 - beta2**n) if "maximum_corrected" in slips else state["u"]
    return w - h["learning_rate"] * m / (u + (h["epsilon"] if behind else 0.0))


def lion(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """w (1 - rate decay) - rate sign(beta1 m + (1 - beta1) g); then m = beta2 m + (1 - beta2) g."""
    if "decay_coupled" in slips:
        g = g + h["weight_decay"] * w
    beta1, beta2 = betas(h, slips)
    old = state.get("m", np.zeros_like(g))
    new = mean(state, "m", g, beta2, slips)
    carried = new if "state_updated_first" in slips else old
    step = g if "momentum_missing" in slips else beta1 * carried + (1 - beta1) * g
    step = step if "sign_missing" in slips else np.sign(step)
    decay = 0.0 if "decay_coupled" in slips else decoupled(h, slips)
    return w - decay * w - h["learning_rate"] * step
