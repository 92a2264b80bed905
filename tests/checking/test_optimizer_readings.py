"""check_optimizer: how arguments and numbers are read, and how steps are told apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import glassnet as gn
from glassnet.checking import Report
from glassnet.checking.optimizer.search import HARMLESS_EPSILON
from glassnet.errors import ArgumentError
from tests.checking.optimizer_hand import SETTINGS, SLIPS, functions, objects


def codes(report: Report) -> list[str]:
    return [slip.code for slip in report.slips]


@pytest.mark.parametrize("rule", SETTINGS)
def test_right_rules_are_right_in_every_style(rule: str) -> None:
    for style, thing in objects(rule, ""):
        settings = SETTINGS[rule] if "course" in style else {}
        report = gn.check_optimizer(thing, rule, **settings)
        assert report.ok, f"{style}: {report}"


@pytest.mark.parametrize("rule", SETTINGS)
@pytest.mark.parametrize("defaults", [True, False], ids=["settings as defaults", "settings as arguments"])
def test_right_functions_are_right_whatever_their_arguments_are_called(rule: str, defaults: bool) -> None:
    random = np.random.default_rng(3)
    for _ in range(8):
        step, _, line = functions(rule, "", random, defaults)
        report = gn.check_optimizer(step, rule)
        assert report.ok, f"{line} {report}"


@pytest.mark.parametrize("rule", SETTINGS)
def test_slips_are_named_in_every_style(rule: str) -> None:
    random = np.random.default_rng(sum(map(ord, rule)))
    for wrong in SLIPS[rule]:
        styles = list(objects(rule, wrong))
        style, thing = styles[random.integers(len(styles))]
        settings = SETTINGS[rule] if "course" in style else {}
        report = gn.check_optimizer(thing, rule, **settings)
        assert not report.ok and wrong in (*codes(report), *report.equals), f"{wrong}, {style}: {report}"


def adam(beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8) -> Callable[..., Any]:
    """Adam with numbers that stand in the code alone."""

    def step(w: Any, g: Any, m: Any, v: Any, t: int, learning_rate: float) -> Any:
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        return w - learning_rate * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + epsilon), m, v

    return step


@pytest.mark.parametrize("rate", [1e-5, 0.001, 0.1])
@pytest.mark.parametrize("beta2", [0.98, 0.99, 0.995, 0.9989, 0.9991, 0.9999])
def test_another_beta2_is_told_from_the_right_one_at_any_rate(beta2: float, rate: float) -> None:
    report = gn.check_optimizer(adam(beta2=beta2), "adam", learning_rate=rate)
    assert codes(report) == ["other_setting"]
    assert (
        report.slips[0].message
        == f"The steps are those of beta2 {beta2:g}; without it said, adam has beta2 0.999."
    )
    assert gn.check_optimizer(adam(beta2=beta2), "adam", learning_rate=rate, beta2=beta2).ok


def test_both_shares_may_be_others() -> None:
    report = gn.check_optimizer(adam(0.8, 0.99), "adam")
    assert codes(report) == ["other_setting"] and "beta1 0.8 and beta2 0.99;" in report.slips[0].message


@pytest.mark.parametrize("epsilon", [1e-16, 1e-12, 1e-9, 1e-7, 1e-6, HARMLESS_EPSILON])
def test_another_small_epsilon_is_noted(epsilon: float) -> None:
    report = gn.check_optimizer(adam(epsilon=epsilon), "adam")
    assert report.ok and report.notes[-1] == f"but epsilon is {epsilon:g}, not 1e-08"


def test_a_large_epsilon_and_none_are_slips() -> None:
    report = gn.check_optimizer(adam(epsilon=10 * HARMLESS_EPSILON), "adam")
    assert codes(report) == ["other_setting"] and "epsilon 0.001" in report.slips[0].message
    assert codes(gn.check_optimizer(adam(epsilon=0.0), "adam")) == ["epsilon_missing"]


@pytest.mark.parametrize("factor", [0.5, 0.999, 1.000001, 1.001, 1.1, 2.0, 10.0])
def test_a_constant_factor_is_named_with_its_size(factor: float) -> None:
    def step(w: Any, g: Any, learning_rate: float) -> Any:
        return w - factor * learning_rate * g

    report = gn.check_optimizer(step, "sgd")
    assert codes(report) == ["constant_factor"]
    assert float(report.slips[0].message.split()[3]) == pytest.approx(factor, rel=1e-5)


def test_a_factor_within_rounding_is_no_factor() -> None:
    assert gn.check_optimizer(lambda w, g, lr: w - (1 + 1e-14) * lr * g, "sgd").ok


@pytest.mark.parametrize("rate", [0.001, 0.01, 0.1, 0.5])
def test_the_rate_in_the_place_of_the_momentum_is_named(rate: float) -> None:
    def step(w: Any, g: Any, v: Any, t: int, learning_rate: float) -> Any:
        v = g + learning_rate * v
        return w - learning_rate * v, v

    assert codes(gn.check_optimizer(step, "momentum", learning_rate=rate)) == ["rate_as_momentum"]


def test_a_moving_mean_of_gradients_is_a_convention_and_noted() -> None:
    def step(w: Any, g: Any, v: Any, beta: float, learning_rate: float) -> Any:
        v = beta * v + (1 - beta) * g
        return w - learning_rate * v, v

    report = gn.check_optimizer(step, "momentum")
    assert report.ok
    assert report.notes[1] == "read so: beta is momentum"
    assert "a learning rate 0.1 times as large" in report.notes[2]


def test_epsilon_under_the_root_is_a_convention_of_rmsprop_and_a_slip_of_adam() -> None:
    def rmsprop(w: Any, g: Any, s: Any, lr: float) -> Any:
        s = 0.99 * s + 0.01 * g * g
        return w - lr * g / np.sqrt(s + 1e-8), s

    report = gn.check_optimizer(rmsprop, "rmsprop")
    assert report.ok and "epsilon stands under the root" in report.notes[-1]


def test_a_learning_rate_that_stands_in_the_code_is_read_off_the_steps() -> None:
    report = gn.check_optimizer(lambda w, g: w - 0.05 * g, "sgd")
    assert report.ok and report.notes[-1] == "read off the steps: learning_rate 0.05"
    assert codes(gn.check_optimizer(lambda w, g: w - g, "sgd")) == ["learning_rate_missing"]
    assert codes(gn.check_optimizer(lambda w, g: w + 0.05 * g, "sgd")) == ["sign_flipped"]
    assert codes(gn.check_optimizer(lambda w, g: w - 0.05 * g, "sgd", learning_rate=0.1)) == [
        "constant_factor"
    ]


def test_a_count_from_0_is_right_where_the_code_adds_1() -> None:
    def step(
        w: Any, g: Any, m: Any, v: Any, epoch: int, alpha: float, rho1: float, rho2: float, delta: float
    ) -> Any:
        m, v = rho1 * m + (1 - rho1) * g, rho2 * v + (1 - rho2) * g * g
        n = epoch + 1
        return w - alpha * m / (1 - rho1**n) / (np.sqrt(v / (1 - rho2**n)) + delta), m, v

    report = gn.check_optimizer(step, "adam")
    assert report.ok
    assert report.notes[1] == (
        "read so: alpha is learning_rate, rho1 is beta1, rho2 is beta2, delta is epsilon, epoch is counted from 0"
    )


def test_an_argument_keeps_its_default_where_that_is_right() -> None:
    def step(w: Any, g: Any, cache: Any, decay: float = 0.9, clip: Any = None, lr: float = 0.1) -> Any:
        cache = decay * cache + (1 - decay) * g**2
        return w - lr * g / (np.sqrt(cache) + 1e-8), cache

    report = gn.check_optimizer(step, "rmsprop")
    assert report.ok and report.notes[1] == "read so: decay is alpha"


def test_only_else_it_is_tried_as_a_state() -> None:
    def step(w: Any, g: Any, v: Any = 0, momentum: float = 0.9, lr: float = 0.1) -> Any:
        v = momentum * v + g
        return w - lr * v, v

    assert gn.check_optimizer(step, "momentum").ok


def test_a_closure_and_a_global_count_begin_anew_with_every_reading() -> None:
    kept = {"v": 0.0}

    def step(b: Any, a: Any) -> Any:
        kept["v"] = 0.9 * kept["v"] + b
        return a - 0.001 * kept["v"]

    assert gn.check_optimizer(step, "momentum", learning_rate=0.001).ok
    assert kept == {"v": 0.0}


def test_parameters_that_never_change_are_named() -> None:
    class Forgetful:
        def update(self, layer: Any) -> None:
            layer.weights -= 0.001 * layer.dweights

    report = gn.check_optimizer(Forgetful(), "sgd", learning_rate=0.001)
    assert codes(report) == ["parameters_left_out"] and not report.ok
    assert report.slips[0].message == "b1 never changes, whatever its gradient."


def test_a_rate_that_falls_is_noted() -> None:
    class Falling:
        lr, iterations = 0.1, 0

        def update(self, w: Any, g: Any) -> Any:
            self.iterations += 1
            return w - self.lr / self.iterations * g

    report = gn.check_optimizer(Falling(), "sgd")
    assert report.ok and "the learning rate falls from step to step: 1, 0.5, 0.3333," in report.notes[-1]


def test_steps_of_another_rule_are_named() -> None:
    def step(w: Any, g: Any, v: Any, lr: float, momentum: float) -> Any:
        v = momentum * v - lr * g
        return w + momentum * v - lr * g, v

    report = gn.check_optimizer(step, "momentum")
    assert codes(report) == ["other_rule"] and report.slips[0].message == "The steps are those of nesterov."
    assert gn.check_optimizer(step, "nesterov").ok


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_single_precision_is_enough(dtype: str) -> None:
    def step(w: Any, g: Any, m: Any, v: Any, t: int) -> Any:
        w, g, m, v = (np.asarray(a, dtype) for a in (w, g, m, v))
        one = np.asarray(1, dtype)[()]
        m, v = m + (one - np.asarray(0.9, dtype)) * (g - m), v + np.asarray(0.001, dtype) * (g * g - v)
        return w - np.asarray(0.001, dtype) * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), m, v

    report = gn.check_optimizer(step, "adam", learning_rate=0.001)
    assert report.ok and ("to single precision" in report.notes[-1]) is (dtype == "float32")


def test_functions_of_single_numbers_and_of_tensors_are_stepped() -> None:
    def numbers(w: float, g: float, s: float, lr: float) -> tuple[float, float]:
        s = s + g**2 if isinstance(g, float) else 1 / 0
        return w - lr * g / (s**0.5 + 1e-10), s

    def tensors(p: torch.Tensor, grad: torch.Tensor, lr: float) -> torch.Tensor:
        return p.sub(grad.mul(lr))

    assert gn.check_optimizer(numbers, "adagrad").ok
    assert gn.check_optimizer(tensors, "sgd").ok


def test_a_class_that_cannot_be_made_is_refused_with_what_helps() -> None:
    class Strange:
        def __init__(self, temperature: str) -> None:
            self.temperature = temperature

        def step(self, w: Any, g: Any) -> Any:
            return w - 0.1 * g

    with pytest.raises(
        ArgumentError, match=r"Strange could not be made by itself; pass an object, Strange\(...\); "
    ):
        gn.check_optimizer(Strange, "sgd")
    assert gn.check_optimizer(Strange("cold"), "sgd").ok


class Failing:
    """A property that raises."""

    @property
    def forward(self) -> Any:
        raise RuntimeError("not yet")

    step = loss = forward


@pytest.mark.parametrize(
    "thing", [None, 3, "adam", np.zeros(3), [], object(), Failing(), Failing, type("Empty", (), {})]
)
def test_what_is_no_optimizer_is_refused(thing: Any) -> None:
    with pytest.raises(
        ArgumentError, match="check_optimizer needs a function, or an object with step or update; got "
    ):
        gn.check_optimizer(thing, "sgd")


@pytest.mark.parametrize("like", [None, 3, [], "rprop"])
def test_what_is_no_rule_is_refused(like: Any) -> None:
    with pytest.raises(ArgumentError, match="like must be one of sgd, momentum, "):
        gn.check_optimizer(lambda w, g: w - g, like)


@pytest.mark.parametrize("returned", [None, "text", {"a": 1}, (), [], np.zeros((7, 7)), np.zeros(0), 1j])
def test_functions_that_return_something_else_are_refused(returned: Any) -> None:
    with pytest.raises(ArgumentError, match="the optimizer could not be stepped as step"):
        gn.check_optimizer(lambda w, g: returned, "sgd")


def test_a_number_of_any_name_is_no_weight_decay() -> None:
    def step(a: Any, b: Any, step: float = 0.02) -> Any:
        return b - 1.3 * step * a

    assert codes(gn.check_optimizer(step, "sgd")) == ["constant_factor"]


def test_a_learning_rate_of_0_is_no_division_by_0() -> None:
    step = adam()
    report = gn.check_optimizer(
        lambda w, g, m, v, t: step(w, g * 2 + 1, m, v, t, 0.01), "adam", learning_rate=0
    )
    assert not report.ok


def test_a_rate_that_stands_still_between_its_falls_is_noted() -> None:
    class Halved:
        lr, iterations = 0.1, 0

        def update(self, w: Any, g: Any) -> Any:
            self.iterations += 1
            return w - self.lr * 0.5 ** ((self.iterations - 1) // 2) * g

    report = gn.check_optimizer(Halved(), "sgd")
    assert (
        report.ok and "the learning rate falls from step to step: 1, 1, 0.5, 0.5, 0.25," in report.notes[-1]
    )


def test_a_rate_that_rises_again_is_no_falling_one() -> None:
    class Rising:
        lr, iterations = 0.1, 0

        def update(self, w: Any, g: Any) -> Any:
            self.iterations += 1
            return w - self.lr * (1.001 if self.iterations == 4 else 1.0) * g

    assert gn.check_optimizer(Rising(), "sgd").ok is False


def test_pairs_of_parameters_and_gradients_are_read_in_both_orders() -> None:
    def in_place(params: Any, lr: float = 0.01) -> None:
        for p, g in params:
            p -= lr * g

    def returned(params: Any, lr: float = 0.01) -> Any:
        return [p - lr * g for p, g in params]

    class Keras:
        def __init__(self, learning_rate: float = 0.01, times: float = 1.0) -> None:
            self.learning_rate, self.times = learning_rate, times

        def apply_gradients(self, grads_and_vars: Any) -> None:
            for gradient, variable in grads_and_vars:
                variable -= self.times * self.learning_rate * gradient

    assert gn.check_optimizer(in_place, "sgd").ok
    assert gn.check_optimizer(returned, "sgd").ok
    assert gn.check_optimizer(Keras(), "sgd").ok
    assert codes(gn.check_optimizer(Keras(times=-1.0), "sgd")) == ["sign_flipped"]
    assert codes(gn.check_optimizer(lambda params, lr=0.01: [p + lr * g for p, g in params], "sgd")) == [
        "sign_flipped"
    ]


def test_an_epsilon_that_is_added_to_every_square_is_a_convention_of_adagrad() -> None:
    def step(w: Any, g: Any, s: Any, lr: float = 0.01) -> Any:
        s = s + g * g + 1e-10
        return w - lr * g / np.sqrt(s), s

    report = gn.check_optimizer(step, "adagrad")
    assert report.ok and "epsilon" in report.notes[-1]
