"""Update rules step by step, as they should be and with slips. Definitions and defaults are those of torch.optim."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from glassnet.insight.check.rounding import Array

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
    """

    step: Callable[[Array, Array, State, int, Settings, Slips], Array]
    defaults: Settings
    slips: tuple[str, ...]


def trajectory(rule: Rule, settings: Settings, slips: Slips, w: Array, gradients: list[Array]) -> list[Array]:
    """The parameters after each step from w along these gradients."""
    found, state = [], dict[str, Array]()
    for t, g in enumerate(gradients, 1):
        if "state_not_kept" in slips:
            state = {}
        own = settings | ({"learning_rate": 1.0} if "learning_rate_missing" in slips else {})
        w = rule.step(w, -g if "sign_flipped" in slips else g, state, t, own, slips)
        found.append(w)
    return found


def _mean(state: State, name: str, new: Array, keep: float, slips: Slips) -> Array:
    """Moving mean keep * old + (1 - keep) * new, from 0."""
    share = 1.0 if f"one_minus_missing_of_{name}" in slips else 1 - keep
    if "shares_swapped" in slips:
        keep, share = share, keep
    state[name] = keep * state.get(name, np.zeros_like(new)) + share * new
    return state[name]


def _square(g: Array, slips: Slips) -> Array:
    return np.abs(g) if "square_missing" in slips else g * g


def _divided(numerator: Array, mean_square: Array, epsilon: float, slips: Slips) -> Array:
    if "root_missing" in slips:
        return numerator / (mean_square + epsilon)
    if "epsilon_inside_root" in slips:
        return numerator / np.sqrt(mean_square + epsilon)
    return numerator / (np.sqrt(mean_square) + (0 if "epsilon_missing" in slips else epsilon))


def _decayed(w: Array, g: Array, h: Settings, slips: Slips) -> Array:
    return g if "decay_missing" in slips else g + h["weight_decay"] * w


def sgd(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """w - rate (g + decay w)."""
    return w - h["learning_rate"] * _decayed(w, g, h, slips)


def momentum(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """v = mu v + g; w - rate v."""
    g = _decayed(w, g, h, slips)
    share = 1 - h["momentum"] if "gradient_damped" in slips else 1.0
    v = state["v"] = h["momentum"] * state.get("v", np.zeros_like(g)) + share * g
    return w - h["learning_rate"] * v


def nesterov(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """v = mu v + g; w - rate (g + mu v)."""
    if "look_ahead_missing" in slips:
        return momentum(w, g, state, t, h, slips)
    g = _decayed(w, g, h, slips)
    v = state["v"] = h["momentum"] * state.get("v", np.zeros_like(g)) + g
    return w - h["learning_rate"] * (g + h["momentum"] * v)


def adagrad(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """s = s + g^2; w - rate g / (sqrt(s) + epsilon)."""
    g = _decayed(w, g, h, slips)
    s = state["s"] = state.get("s", np.zeros_like(g)) + _square(g, slips)
    return w - h["learning_rate"] * _divided(g, s, h["epsilon"], slips)


def rmsprop(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """s = alpha s + (1 - alpha) g^2; w - rate g / (sqrt(s) + epsilon)."""
    g = _decayed(w, g, h, slips)
    s = _mean(state, "v", _square(g, slips), h["alpha"], slips)
    return w - h["learning_rate"] * _divided(g, s, h["epsilon"], slips)


def adam(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """m, v: moving means of g and g^2; w - rate m' / (sqrt(v') + epsilon), both corrected for their start at 0."""
    return _adam(w, _decayed(w, g, h, slips), state, t, h, slips)


def adamw(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    """Adam's step from w (1 - rate decay)."""
    if "decay_coupled" in slips:
        return adam(w, g, state, t, h, slips)
    rate = 1.0 if "decay_without_rate" in slips else h["learning_rate"]
    shrunk = w if "decay_missing" in slips else w - rate * h["weight_decay"] * w
    return _adam(shrunk, g, state, t, h, slips)


def _adam(w: Array, g: Array, state: State, t: int, h: Settings, slips: Slips) -> Array:
    beta1, beta2 = h["beta1"], h["beta2"]
    if "betas_swapped" in slips:
        beta1, beta2 = beta2, beta1
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
    return w - h["learning_rate"] * _divided(m, v, h["epsilon"], slips)


_ALWAYS = ("sign_flipped", "learning_rate_missing", "decay_missing")
_ROOT = ("root_missing", "square_missing", "epsilon_inside_root", "epsilon_missing")
_ADAM = (
    "bias_correction_missing", "bias_correction_of_m_missing", "bias_correction_of_v_missing", "step_not_counted",
    "step_counted_from_0", "step_counted_from_2", "betas_swapped", "epsilon_before_correction",
    "one_minus_missing_of_m", "one_minus_missing_of_v", "shares_swapped", "state_not_kept", *_ROOT,
)  # fmt: skip
_RATE: Settings = {"learning_rate": 0.001, "weight_decay": 0.0}
_BETAS: Settings = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}

RULES: dict[str, Rule] = {
    "sgd": Rule(sgd, _RATE, _ALWAYS),
    "momentum": Rule(momentum, _RATE | {"momentum": 0.9}, ("gradient_damped", "state_not_kept", *_ALWAYS)),
    "nesterov": Rule(nesterov, _RATE | {"momentum": 0.9}, ("look_ahead_missing", "state_not_kept", *_ALWAYS)),
    "adagrad": Rule(
        adagrad, _RATE | {"learning_rate": 0.01, "epsilon": 1e-10}, ("state_not_kept", *_ROOT, *_ALWAYS)
    ),
    "rmsprop": Rule(
        rmsprop,
        _RATE | {"learning_rate": 0.01, "epsilon": 1e-8, "alpha": 0.99},
        ("one_minus_missing_of_v", "shares_swapped", "state_not_kept", *_ROOT, *_ALWAYS),
    ),
    "adam": Rule(adam, _RATE | _BETAS, (*_ADAM, *_ALWAYS)),
    "adamw": Rule(
        adamw,
        _RATE | _BETAS | {"weight_decay": 0.01},
        ("decay_coupled", "decay_without_rate", *_ADAM, *_ALWAYS),
    ),
}
