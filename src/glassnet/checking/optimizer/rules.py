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
    """An optimizer.

    Attributes
    ----------
    step : callable
        ``step(w, g, state, t, settings, slips) -> w``; changes the state; t counts from 1.
    defaults : dict
        Its settings.
    slips : tuple of str
        Those that the step function knows, the likeliest first.
    conventions : tuple of str
        Other ways to write the rule, which some texts have and which are no slips.
    """

    step: Callable[[Array, Array, State, int, Settings, Slips], Array]
    defaults: Settings
    slips: tuple[str, ...]
    conventions: tuple[str, ...] = ()


def trajectory(rule: Rule, settings: Settings, slips: Slips, w: Array, gradients: list[Array]) -> list[Array]:
    """The parameters after each step from w along these gradients."""
    found, state = [], dict[str, Array]()
    for t, g in enumerate(gradients, 1):
        w = _step(rule, settings, slips, w, g, state, t)
        found.append(w)
    return found


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


def _kept(state: State, name: str, new: Array, keep: float, share: float, slips: Slips) -> Array:
    """What is carried along: keep * old + share * new, from 0; or the old, as one uses it who renews it afterwards."""
    old = state.get(name, np.zeros_like(new))
    state[name] = keep * old + share * new
    return old if "old_state_used" in slips else state[name]


def _mean(state: State, name: str, new: Array, keep: float, slips: Slips) -> Array:
    """Moving mean keep * old + (1 - keep) * new, from 0."""
    share = 1.0 if f"one_minus_missing_of_{name}" in slips else 1 - keep
    if "shares_swapped" in slips:
        keep, share = share, keep
    if "sum_not_mean" in slips and name == "v":
        keep, share = 1.0, 1.0
    return _kept(state, name, new, keep, share, slips)


def _square(g: Array, slips: Slips) -> Array:
    if "square_missing_with_sign" in slips:
        return g
    return np.abs(g) if "square_missing" in slips else g * g


def _divided(numerator: Array, mean_square: Array, h: Settings, slips: Slips) -> Array:
    epsilon = h["epsilon"]
    if "root_missing" in slips:
        return numerator / (mean_square + epsilon)
    if "epsilon_inside_root" in slips:
        return numerator / np.sqrt(mean_square + epsilon)
    if "epsilon_outside" in slips:
        added: Array = np.full_like(numerator, epsilon) / h["learning_rate"]
        return numerator / np.sqrt(mean_square) - added
    return numerator / (np.sqrt(mean_square) + (0 if "epsilon_missing" in slips else epsilon))


def _decayed(w: Array, g: Array, h: Settings, slips: Slips) -> Array:
    if "decay_missing" in slips:
        return g
    factor = -1.0 if "decay_sign_flipped" in slips else 2.0 if "decay_doubled" in slips else 1.0
    return g + factor * h["weight_decay"] * w


def sgd(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """w - rate (g + decay w)."""
    return w - h["learning_rate"] * _decayed(w, g, h, slips)


def _velocity(g: Array, state: State, h: Settings, slips: Slips) -> tuple[Array, float]:
    """v = mu v + g, and mu."""
    mu = h["learning_rate"] if "rate_as_momentum" in slips else h["momentum"]
    share = 1 - mu if "gradient_damped" in slips else 1.0
    return _kept(state, "v", g, mu, share, slips), mu


def momentum(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """v = mu v + g; w - rate v."""
    v, _ = _velocity(_decayed(w, g, h, slips), state, h, slips)
    return w - h["learning_rate"] * v


def nesterov(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """v = mu v + g; w - rate (g + mu v)."""
    g = _decayed(w, g, h, slips)
    v, mu = _velocity(g, state, h, slips)
    return w - h["learning_rate"] * (v if "look_ahead_missing" in slips else g + mu * v)


def adagrad(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """s = s + g^2; w - rate g / (sqrt(s) + epsilon)."""
    g = _decayed(w, g, h, slips)
    if "epsilon_in_sum" in slips:
        return w - h["learning_rate"] * g / np.sqrt(_kept(state, "s", h["epsilon"] + g * g, 1.0, 1.0, slips))
    s = _kept(state, "s", _square(g, slips), 1.0, 1.0, slips)
    return w - h["learning_rate"] * _divided(g, s, h, slips)


def rmsprop(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """s = alpha s + (1 - alpha) g^2; w - rate g / (sqrt(s) + epsilon)."""
    g = _decayed(w, g, h, slips)
    s = _mean(state, "v", _square(g, slips), h["alpha"], slips)
    return w - h["learning_rate"] * _divided(g, s, h, slips)


def adam(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """m, v: moving means of g and g^2; w - rate m' / (sqrt(v') + epsilon), both corrected for their start at 0."""
    if "decay_decoupled" in slips:
        return adamw(w, g, state, t, h, slips)
    return _adam(w, _decayed(w, g, h, slips), state, t, h, slips)


def adamw(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """Adam's step from w (1 - rate decay)."""
    if "decay_coupled" in slips:
        return adam(w, g, state, t, h, slips)
    rate = 1.0 if "decay_without_rate" in slips else h["learning_rate"]
    if "decay_sign_flipped" in slips:
        rate = -rate
    if "decay_doubled" in slips:
        rate = 2 * rate
    decay = 0.0 if "decay_missing" in slips else rate * h["weight_decay"]
    if "decay_after_step" in slips:
        return _adam(w, g, state, t, h, slips) * (1 - decay)
    return _adam(w - decay * w, g, state, t, h, slips)


def _adam(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    beta1, beta2 = h["beta1"], h["beta2"]
    if "betas_swapped" in slips:
        beta1, beta2 = beta2, beta1
    if "beta1_for_both" in slips:
        beta2 = beta1
    if "beta2_for_both" in slips:
        beta1 = beta2
    m = _mean(state, "m", g, beta1, slips)
    v = _mean(state, "v", _square(g, slips), beta2, slips)
    n = 1 if "step_not_counted" in slips else t - 1 if "step_counted_from_0" in slips else t
    n = n + 1 if "step_counted_from_2" in slips else n
    if not slips & {"bias_correction_missing", "bias_correction_of_m_missing"}:
        m = m / (1 - beta1**n)
    if "epsilon_before_correction" in slips:
        shorter: Array = m * np.sqrt(1 - beta2**n) / (np.sqrt(v) + h["epsilon"])
        return w - h["learning_rate"] * shorter
    if not slips & {"bias_correction_missing", "bias_correction_of_v_missing"}:
        v = v / (1 - beta2**n)
    if "momentum_missing" in slips:
        m = g
    return w - h["learning_rate"] * _divided(m, v, h, slips)


_ALWAYS = ("sign_flipped", "learning_rate_missing", "learning_rate_twice")
_DECAY = ("decay_missing", "decay_sign_flipped", "decay_doubled")
_ROOT = (
    "root_missing", "square_missing", "square_missing_with_sign", "epsilon_inside_root", "epsilon_outside",
    "epsilon_missing",
)  # fmt: skip
_ADAM = (
    "bias_correction_missing", "bias_correction_of_m_missing", "bias_correction_of_v_missing", "step_not_counted",
    "step_counted_from_0", "step_counted_from_2", "betas_swapped", "beta1_for_both", "beta2_for_both",
    "one_minus_missing_of_m", "one_minus_missing_of_v", "shares_swapped", "state_not_kept", "momentum_missing",
    "sum_not_mean", *_ROOT,
)  # fmt: skip
_KEPT = ("state_not_kept", "old_state_used")
_VELOCITY = ("rate_as_momentum", *_KEPT)
_RATE: Settings = {"learning_rate": 0.001, "weight_decay": 0.0}
_BETAS: Settings = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
_DAMPED, _INSIDE = ("gradient_damped",), ("epsilon_inside_root",)

RULES: dict[str, Rule] = {
    "sgd": Rule(sgd, _RATE, (*_ALWAYS, *_DECAY)),
    "momentum": Rule(momentum, _RATE | {"momentum": 0.9}, (*_VELOCITY, *_ALWAYS, *_DECAY), _DAMPED),
    "nesterov": Rule(
        nesterov, _RATE | {"momentum": 0.9}, ("look_ahead_missing", *_VELOCITY, *_ALWAYS, *_DECAY), _DAMPED
    ),
    "adagrad": Rule(
        adagrad,
        _RATE | {"learning_rate": 0.01, "epsilon": 1e-10},
        (*_KEPT, *_ROOT, *_ALWAYS, *_DECAY),
        (*_INSIDE, "epsilon_in_sum"),
    ),
    "rmsprop": Rule(
        rmsprop,
        _RATE | {"learning_rate": 0.01, "epsilon": 1e-8, "alpha": 0.99},
        ("one_minus_missing_of_v", "shares_swapped", "sum_not_mean", *_KEPT, *_ROOT, *_ALWAYS, *_DECAY),
        _INSIDE,
    ),
    "adam": Rule(
        adam, _RATE | _BETAS, (*_ADAM, *_ALWAYS, *_DECAY, "decay_decoupled"), ("epsilon_before_correction",)
    ),
    "adamw": Rule(
        adamw,
        _RATE | _BETAS | {"weight_decay": 0.01},
        ("decay_coupled", "decay_without_rate", *_ADAM, *_ALWAYS, *_DECAY),
        ("epsilon_before_correction", "decay_after_step"),
    ),
}
