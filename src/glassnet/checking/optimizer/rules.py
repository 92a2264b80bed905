"""Update rules step by step, as they should be and with slips. Definitions and defaults are those of torch.optim."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from glassnet.checking.numerics.rounding import Array

Settings = dict[str, float]
Slips = frozenset[str]
State = dict[str, Array]


class Rule(NamedTuple):
    """The rule of an optimizer, as a step that may make slips."""

    # ``step(w, g, state, t, settings, slips) -> w``; changes the state; t counts from 1
    step: Callable[[Array, Array, State, int, Settings, Slips], Array]
    defaults: Settings  # its settings
    slips: tuple[str, ...]  # those that the step function knows, the likeliest first
    # Other ways to write the rule, which some texts have and which are no slips
    conventions: tuple[str, ...] = ()


def steps_from(
    rule: Rule, settings: Settings, slips: Slips, path: list[Array], gradients: list[Array]
) -> Array:
    """What each step adds to the parameters from which it is taken."""
    state = dict[str, Array]()
    pairs = enumerate(zip(path, gradients, strict=True), 1)
    return np.stack([_step(rule, settings, slips, w, g, state, t) - w for t, (w, g) in pairs])


def _step(rule: Rule, h: Settings, slips: Slips, w: Array, g: Array, state: State, t: int) -> Array:
    if "state_not_kept" in slips:
        state.clear()
    rate = h["learning_rate"]
    if "learning_rate_missing" in slips:
        rate = 1.0
    if "learning_rate_twice" in slips:
        rate = rate * rate
    h = h | {"learning_rate": rate}
    return rule.step(w, -g if "sign_flipped" in slips else g, state, t, h, slips)


def kept(state: State, name: str, new: Array, keep: float, share: float, slips: Slips) -> Array:
    """What is carried along: keep * old + share * new, from 0; or the old, as one uses it who renews it afterwards."""
    old = state.get(name, np.zeros_like(new))
    state[name] = keep * old + share * new
    return old if "old_state_used" in slips else state[name]


def mean(state: State, name: str, new: Array, keep: float, slips: Slips) -> Array:
    """Moving mean keep * old + (1 - keep) * new, from 0."""
    share = 1.0 if f"one_minus_missing_of_{name}" in slips else 1 - keep
    if "shares_swapped" in slips:
        keep, share = share, keep
    if "sum_not_mean" in slips and name == "v":
        keep, share = 1.0, 1.0
    return kept(state, name, new, keep, share, slips)


def square(g: Array, slips: Slips) -> Array:
    """g^2."""
    if "square_missing_with_sign" in slips:
        return g
    return np.abs(g) if "square_missing" in slips else g * g


def divided(numerator: Array, mean_square: Array, h: Settings, slips: Slips) -> Array:
    """A step over the root of a mean square, and a small number beside it."""
    epsilon = h["epsilon"]
    if "root_missing" in slips:
        return numerator / (mean_square + epsilon)
    if "epsilon_inside_root" in slips:
        return numerator / np.sqrt(mean_square + epsilon)
    if "epsilon_outside" in slips:
        added: Array = np.full_like(numerator, epsilon) / h["learning_rate"]
        return numerator / np.sqrt(mean_square) - added
    return numerator / (np.sqrt(mean_square) + (0 if "epsilon_missing" in slips else epsilon))


def decayed(w: Array, g: Array, h: Settings, slips: Slips) -> Array:
    """g + decay w."""
    if "decay_missing" in slips:
        return g
    factor = -1.0 if "decay_sign_flipped" in slips else 2.0 if "decay_doubled" in slips else 1.0
    return g + factor * h["weight_decay"] * w


def betas(h: Settings, slips: Slips) -> tuple[float, float]:
    """The shares of the old means of the gradient and of its square."""
    beta1, beta2 = h["beta1"], h["beta2"]
    if "betas_swapped" in slips:
        beta1, beta2 = beta2, beta1
    if "beta1_for_both" in slips:
        beta2 = beta1
    if "beta2_for_both" in slips:
        beta1 = beta2
    return beta1, beta2


def counted(t: int, slips: Slips) -> int:
    """The number of the step, from 1."""
    n = 1 if "step_not_counted" in slips else t - 1 if "step_counted_from_0" in slips else t
    return n + 1 if "step_counted_from_2" in slips else n


def sgd(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """w - rate (g + decay w)."""
    return w - h["learning_rate"] * decayed(w, g, h, slips)


def _velocity(g: Array, state: State, h: Settings, slips: Slips) -> tuple[Array, float]:
    """v = mu v + g, and mu."""
    mu = h["learning_rate"] if "rate_as_momentum" in slips else h["momentum"]
    share = 1 - mu if "gradient_damped" in slips else 1.0
    return kept(state, "v", g, mu, share, slips), mu


def momentum(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """v = mu v + g; w - rate v."""
    v, _ = _velocity(decayed(w, g, h, slips), state, h, slips)
    return w - h["learning_rate"] * v


def nesterov(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """v = mu v + g; w - rate (g + mu v)."""
    g = decayed(w, g, h, slips)
    v, mu = _velocity(g, state, h, slips)
    return w - h["learning_rate"] * (v if "look_ahead_missing" in slips else g + mu * v)


def adagrad(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """s = s + g^2; w - rate g / (sqrt(s) + epsilon)."""
    g = decayed(w, g, h, slips)
    if "epsilon_in_sum" in slips:
        return w - h["learning_rate"] * g / np.sqrt(kept(state, "s", h["epsilon"] + g * g, 1.0, 1.0, slips))
    s = kept(state, "s", square(g, slips), 1.0, 1.0, slips)
    return w - h["learning_rate"] * divided(g, s, h, slips)


def rmsprop(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """s = alpha s + (1 - alpha) g^2; w - rate g / (sqrt(s) + epsilon)."""
    g = decayed(w, g, h, slips)
    s = mean(state, "v", square(g, slips), h["alpha"], slips)
    return w - h["learning_rate"] * divided(g, s, h, slips)


def adam(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """m, v: moving means of g and g^2; w - rate m' / (sqrt(v') + epsilon), both corrected for their start at 0."""
    if "decay_decoupled" in slips:
        return adamw(w, g, state, t, h, slips)
    return _adam(w, decayed(w, g, h, slips), state, t, h, slips)


def adamw(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """Adam's step from w (1 - rate decay)."""
    if "decay_coupled" in slips:
        return adam(w, g, state, t, h, slips)
    decay = decoupled(h, slips)
    if "decay_after_step" in slips:
        return _adam(w, g, state, t, h, slips) * (1 - decay)
    return _adam(w - decay * w, g, state, t, h, slips)


def decoupled(h: Settings, slips: Slips) -> float:
    """The part of the weights that a decay takes from them in one step."""
    rate = 1.0 if "decay_without_rate" in slips else h["learning_rate"]
    if "decay_sign_flipped" in slips:
        rate = -rate
    if "decay_doubled" in slips:
        rate = 2 * rate
    return 0.0 if "decay_missing" in slips else rate * h["weight_decay"]


def moments(g: Array, state: State, h: Settings, slips: Slips) -> tuple[Array, Array]:
    """m, v: moving means of g and g^2."""
    beta1, beta2 = betas(h, slips)
    return mean(state, "m", g, beta1, slips), mean(state, "v", square(g, slips), beta2, slips)


def corrected(m: Array, v: Array, n: int, h: Settings, slips: Slips) -> tuple[Array, Array]:
    """Both corrected for their start at 0, in step n."""
    beta1, beta2 = betas(h, slips)
    if not slips & {"bias_correction_missing", "bias_correction_of_m_missing"}:
        m = m / (1 - beta1**n)
    if not slips & {"bias_correction_missing", "bias_correction_of_v_missing"}:
        v = v / (1 - beta2**n)
    return m, v


def _adam(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    m, v = moments(g, state, h, slips)
    n = counted(t, slips)
    if "epsilon_before_correction" in slips:
        shorter: Array = corrected(m, v, n, h, slips)[0] * np.sqrt(1 - betas(h, slips)[1] ** n)
        return w - h["learning_rate"] * shorter / (np.sqrt(v) + h["epsilon"])
    m, v = corrected(m, v, n, h, slips)
    if "momentum_missing" in slips:
        m = g
    return w - h["learning_rate"] * divided(m, v, h, slips)
