"""The rules that check_optimizer knows, with their defaults and the slips that each invites."""

from __future__ import annotations

from glassnet.checking.optimizer.rules import (
    Rule,
    Settings,
    adagrad,
    adam,
    adamw,
    momentum,
    nesterov,
    rmsprop,
    sgd,
)
from glassnet.checking.optimizer.variants import (
    adadelta,
    adamax,
    amsgrad,
    lion,
    nadam,
    rmsprop_centered,
    rmsprop_momentum,
)

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
_COUNTED = ("step_not_counted", "step_counted_from_0", "step_counted_from_2")
_SHARES = ("betas_swapped", "beta1_for_both", "beta2_for_both")
_PUSHED = ("momentum_missing", "rate_as_momentum")
_RMSPROP: Settings = _RATE | {"learning_rate": 0.01, "epsilon": 1e-8, "alpha": 0.99}
_OF_RMSPROP = ("one_minus_missing_of_v", "shares_swapped", "sum_not_mean", *_KEPT, *_ROOT, *_ALWAYS, *_DECAY)
_DAMPED, _INSIDE = ("gradient_damped",), ("epsilon_inside_root",)

RULES: dict[str, Rule] = {
    "sgd": Rule(sgd, _RATE, (*_ALWAYS, *_DECAY)),
    "momentum": Rule(momentum, _RATE | {"momentum": 0.9}, (*_VELOCITY, *_ALWAYS, *_DECAY), _DAMPED),
    "nesterov": Rule(
        nesterov, _RATE | {"momentum": 0.9}, ("look_ahead_missing", *_VELOCITY, *_ALWAYS, *_DECAY), _DAMPED),
    "adagrad": Rule(
        adagrad, _RATE | {"learning_rate": 0.01, "epsilon": 1e-10}, (*_KEPT, *_ROOT, *_ALWAYS, *_DECAY),
        (*_INSIDE, "epsilon_in_sum")),
    "rmsprop": Rule(rmsprop, _RMSPROP, _OF_RMSPROP, _INSIDE),
    "adam": Rule(
        adam, _RATE | _BETAS, (*_ADAM, *_ALWAYS, *_DECAY, "decay_decoupled"), ("epsilon_before_correction",)),
    "adamw": Rule(
        adamw, _RATE | _BETAS | {"weight_decay": 0.01},
        ("decay_coupled", "decay_without_rate", *_ADAM, *_ALWAYS, *_DECAY),
        ("epsilon_before_correction", "decay_after_step")),
    "rmsprop_momentum": Rule(
        rmsprop_momentum, _RMSPROP | {"momentum": 0.9}, (*_PUSHED, *_OF_RMSPROP), (*_INSIDE, *_DAMPED)),
    "rmsprop_centered": Rule(
        rmsprop_centered, _RMSPROP | {"momentum": 0.0},
        ("centering_missing", "mean_not_squared", *_PUSHED, *_OF_RMSPROP), _INSIDE),
    "adadelta": Rule(
        adadelta, _RATE | {"learning_rate": 1.0, "epsilon": 1e-6, "rho": 0.9},
        ("steps_of_gradient", "numerator_missing", "root_missing", "square_missing", "epsilon_missing",
         "one_minus_missing_of_v", "shares_swapped", "sum_not_mean", *_KEPT, *_ALWAYS, *_DECAY),
        ("epsilon_behind_root",)),
    "amsgrad": Rule(
        amsgrad, _RATE | _BETAS, ("maximum_missing", *_ADAM, *_ALWAYS, *_DECAY), ("maximum_of_corrected",)),
    "nadam": Rule(
        nadam, _RATE | _BETAS | {"learning_rate": 0.002, "momentum_decay": 0.004},
        ("look_ahead_missing", *(slip for slip in _ADAM if slip != "momentum_missing"), *_ALWAYS, *_DECAY),
        ("constant_momentum",)),
    "adamax": Rule(
        adamax, _RATE | _BETAS | {"learning_rate": 0.002},
        ("maximum_missing", "maximum_corrected", "bias_correction_of_m_missing", *_COUNTED, *_SHARES,
         "one_minus_missing_of_m", "shares_swapped", "state_not_kept", "momentum_missing", "epsilon_missing",
         *_ALWAYS, *_DECAY), ("epsilon_behind_maximum",)),
    "lion": Rule(
        lion, _RATE | {"learning_rate": 1e-4, "beta1": 0.9, "beta2": 0.99},
        ("sign_missing", "state_updated_first", "momentum_missing", *_SHARES, "one_minus_missing_of_m",
         "state_not_kept", "decay_coupled", "decay_without_rate", *_ALWAYS, *_DECAY)),
}  # fmt: skip
