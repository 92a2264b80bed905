"""check_optimizer: learners' update rules beside PyTorch's definitions, in the common styles, right and wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import glassnet as gn
from glassnet.checking import Report
from glassnet.checking.optimizer.catalogue import RULES
from glassnet.checking.optimizer.rules import Array, Rule, Settings, steps_from
from glassnet.errors import ArgumentError


def codes(report: Report) -> list[str]:
    return [slip.code for slip in report.slips]


TORCH: dict[str, tuple[Callable[..., Any], dict[str, float]]] = {
    "sgd": (lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.2), {"learning_rate": 0.1, "weight_decay": 0.2}),
    "momentum": (lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.8), {"learning_rate": 0.1, "momentum": 0.8}),
    "nesterov": (lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.8, nesterov=True),
                 {"learning_rate": 0.1, "momentum": 0.8}),
    "adagrad": (lambda p: torch.optim.Adagrad(p), {}),
    "rmsprop": (lambda p: torch.optim.RMSprop(p), {}),
    "adam": (lambda p: torch.optim.Adam(p, weight_decay=0.1), {"weight_decay": 0.1}),
    "adamw": (lambda p: torch.optim.AdamW(p), {}),
    "rmsprop_momentum": (lambda p: torch.optim.RMSprop(p, momentum=0.9), {}),
    "rmsprop_centered": (lambda p: torch.optim.RMSprop(p, centered=True, momentum=0.8), {"momentum": 0.8}),
    "adadelta": (lambda p: torch.optim.Adadelta(p, weight_decay=0.1), {"weight_decay": 0.1}),
    "amsgrad": (lambda p: torch.optim.Adam(p, amsgrad=True), {}),
    "nadam": (lambda p: torch.optim.NAdam(p, weight_decay=0.1), {"weight_decay": 0.1}),
    "adamax": (lambda p: torch.optim.Adamax(p), {}),
}  # fmt: skip


@pytest.mark.parametrize("like", TORCH)
def test_the_rules_are_those_of_pytorch(like: str) -> None:
    make, settings = TORCH[like]
    random = np.random.default_rng(1)
    w, gradients = random.normal(size=(3, 2)), [random.normal(size=(3, 2)) for _ in range(6)]
    tensor = torch.tensor(w, requires_grad=True)
    torch.set_default_dtype(torch.float64)  # NAdam keeps its product of momenta in it
    try:
        optimizer, found = make([tensor]), []
        for g in gradients:
            tensor.grad = torch.tensor(g)
            optimizer.step()
            found.append(tensor.detach().numpy().copy())
    finally:
        torch.set_default_dtype(torch.float32)
    rule = RULES[like]
    np.testing.assert_allclose(trajectory(rule, rule.defaults | settings, w, gradients), found, rtol=1e-12)


def trajectory(rule: Rule, settings: Settings, w: Array, gradients: list[Array]) -> list[Array]:
    path = [w]
    for n in range(1, len(gradients) + 1):
        path.append(path[-1] + steps_from(rule, settings, frozenset(), path, gradients[:n])[-1])
    return path[1:]


def test_every_rule_has_a_referee() -> None:
    assert {*TORCH, "lion"} == set(RULES)


def test_lion_is_that_of_the_engines() -> None:
    random = np.random.default_rng(1)
    w, gradients = random.normal(size=(3, 2)), [random.normal(size=(3, 2)) for _ in range(6)]
    settings = RULES["lion"].defaults | {"weight_decay": 0.1}
    found = trajectory(RULES["lion"], settings, w, gradients)
    m, rule = np.zeros_like(w), gn.Lion(weight_decay=0.1)
    for g, mine, row in zip(gradients, found, rule.table(np.full(6, 1e-4), 1), strict=True):
        w, m = rule.rule(w, g, m, row)
        np.testing.assert_allclose(mine, w, rtol=1e-14)


class Adam:
    """An object that keeps its state, called with arrays. `wrong` names a mistake."""

    def __init__(
        self, learning_rate: float = 0.01, beta1: float = 0.9, beta2: float = 0.999, wrong: str = ""
    ) -> None:
        self.learning_rate, self.beta1, self.beta2, self.epsilon = learning_rate, beta1, beta2, 1e-8
        self.wrong, self.t, self.m, self.v = wrong, 0, 0, 0

    def step(self, w: Any, g: Any) -> Any:
        wrong, b1, b2 = self.wrong, self.beta1, self.beta2
        if wrong == "betas_swapped":
            b1, b2 = b2, b1
        self.t = 1 if wrong == "step_not_counted" else self.t + 1
        if wrong == "state_not_kept":
            self.m, self.v = 0, 0
        self.m = b1 * self.m + (1 if wrong == "one_minus_missing_of_m" else 1 - b1) * g
        square = np.abs(g) if wrong == "square_missing" else g**2
        self.v = b2 * self.v + (1 if wrong == "one_minus_missing_of_v" else 1 - b2) * square
        t = self.t + (wrong == "step_counted_from_2")
        m_hat = (
            self.m
            if wrong in ("bias_correction_missing", "bias_correction_of_m_missing")
            else self.m / (1 - b1**t)
        )
        v_hat = (
            self.v
            if wrong in ("bias_correction_missing", "bias_correction_of_v_missing")
            else self.v / (1 - b2**t)
        )
        if wrong == "root_missing":
            step = m_hat / (v_hat + self.epsilon)
        elif wrong == "epsilon_inside_root":
            step = m_hat / np.sqrt(v_hat + 1e-3)
        else:
            step = m_hat / (np.sqrt(v_hat) + self.epsilon)
        rate = 1 if wrong == "learning_rate_missing" else self.learning_rate
        return w + rate * step if wrong == "sign_flipped" else w - rate * step


@pytest.mark.parametrize(
    "wrong",
    ["betas_swapped", "step_not_counted", "state_not_kept", "one_minus_missing_of_m", "one_minus_missing_of_v",
     "square_missing", "step_counted_from_2", "bias_correction_missing", "bias_correction_of_m_missing",
     "bias_correction_of_v_missing", "root_missing", "learning_rate_missing", "sign_flipped"],
)  # fmt: skip
def test_a_wrong_adam_is_named(wrong: str) -> None:
    report = gn.check_optimizer(Adam(wrong=wrong), like="adam")
    assert codes(report) == [wrong] and not report.ok


def test_an_epsilon_under_the_root_is_named() -> None:
    assert codes(gn.check_optimizer(Adam(wrong="epsilon_inside_root"), like="adam", epsilon=1e-3)) == [
        "epsilon_inside_root"
    ]


def test_the_settings_of_an_object_are_found_and_noted() -> None:
    report = gn.check_optimizer(Adam(0.02, 0.8), like="adam")
    assert report.ok
    assert (
        report.notes[0]
        == "settings: learning_rate 0.02, weight_decay 0, beta1 0.8, beta2 0.999, epsilon 1e-08"
    )


def adam_function(w: Any, g: Any, m: Any, v: Any, t: int, lr: float = 0.01) -> Any:
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g * g
    return w - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), m, v


class Dictionaries:
    """Parameters and gradients in dictionaries, changed in place."""

    def __init__(self, lr: float = 0.1, momentum: float = 0.9) -> None:
        self.lr, self.momentum = lr, momentum
        self.v: dict[str, Any] | None = None

    def update(self, params: dict[str, Any], grads: dict[str, Any]) -> None:
        if self.v is None:
            self.v = {key: np.zeros_like(value) for key, value in params.items()}
        for key in params:
            self.v[key] = self.momentum * self.v[key] + grads[key]
            params[key] -= self.lr * self.v[key]


class Lists:
    """Lists of arrays."""

    def __init__(self, params: Any = None, lr: float = 0.1) -> None:
        self.lr = lr

    def step(self, params: list[Any], grads: list[Any]) -> None:
        for i, gradient in enumerate(grads):
            params[i] = params[i] - self.lr * gradient


class OfLayers:
    """As books write it: update_params of a layer with weights and dweights."""

    def __init__(
        self, learning_rate: float = 0.02, decay: float = 0.0, epsilon: float = 1e-7, rho: float = 0.9
    ) -> None:
        self.learning_rate, self.epsilon, self.rho = learning_rate, epsilon, rho

    def update_params(self, layer: Any) -> None:
        if not hasattr(layer, "weight_cache"):
            layer.weight_cache = np.zeros_like(layer.weights)
        layer.weight_cache = self.rho * layer.weight_cache + (1 - self.rho) * layer.dweights**2
        layer.weights = layer.weights - self.learning_rate * layer.dweights / (
            np.sqrt(layer.weight_cache) + self.epsilon
        )
        if not hasattr(layer, "bias_cache"):
            layer.bias_cache = np.zeros_like(layer.biases)
        layer.bias_cache = self.rho * layer.bias_cache + (1 - self.rho) * layer.dbiases**2
        layer.biases = layer.biases - self.learning_rate * layer.dbiases / (
            np.sqrt(layer.bias_cache) + self.epsilon
        )


def tensors(w: Any, g: Any, lr: float = 0.1) -> Any:
    return torch.as_tensor(w) - lr * torch.as_tensor(g)


RIGHT: dict[str, tuple[Any, str]] = {
    "object": (Adam(), "adam"),
    "class": (Adam, "adam"),
    "function with states": (adam_function, "adam"),
    "function": (lambda w, g, learning_rate: w - learning_rate * g, "sgd"),
    "dictionaries": (Dictionaries(), "momentum"),
    "lists": (Lists(), "sgd"),
    "layers": (OfLayers(), "rmsprop"),
    "tensors": (tensors, "sgd"),
}


@pytest.mark.parametrize("style", RIGHT)
def test_right_optimizers_of_every_style_are_right(style: str) -> None:
    step, like = RIGHT[style]
    report = gn.check_optimizer(step, like)
    assert report.ok and report.slips == ()


def momentum(rule: Callable[[Any, Any, Any], tuple[Any, Any]]) -> Callable[..., Any]:
    def step(w: Any, g: Any, v: Any) -> Any:
        v, change = rule(g, v, w)
        return w - 0.1 * change, v

    return step


OTHERS: dict[str, tuple[Any, str, dict[str, float]]] = {
    "look_ahead_missing": (momentum(lambda g, v, w: ((n := 0.9 * v + g), n)), "nesterov", {}),
    "decay_missing": (lambda w, g: w - 0.1 * g, "sgd", {"weight_decay": 0.01}),
    "decay_coupled": (
        lambda w, g, m, v, t: adam_function(w, g + 0.3 * w, m, v, t, 0.1), "adamw", {"weight_decay": 0.3}),
    "shares_swapped": (
        lambda w, g, s: (w - 0.1 * g / (np.sqrt(n := 0.2 * s + 0.8 * g * g) + 1e-8), n), "rmsprop", {"alpha": 0.8}),
}  # fmt: skip


@pytest.mark.parametrize("code", OTHERS)
def test_other_wrong_rules_are_named(code: str) -> None:
    step, like, settings = OTHERS[code]
    report = gn.check_optimizer(step, like, learning_rate=0.1, **settings)
    assert codes(report) == [code] and not report.ok


def test_what_is_in_no_catalogue_has_evidence_and_no_name() -> None:
    report = gn.check_optimizer(lambda w, g: w - 0.001 * g**3, like="sgd")
    assert report.verdict == "mismatch, no known slip" and report.slips == ()
    assert report.evidence[0].name == "w after step 1"


def test_what_cannot_be_stepped_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"like must be one of sgd, momentum, .*; got 'rprop'"):
        gn.check_optimizer(Adam(), like="rprop")
    with pytest.raises(ArgumentError, match="sgd has the settings learning_rate, weight_decay; got beta1"):
        gn.check_optimizer(tensors, like="sgd", beta1=0.9)
    with pytest.raises(ArgumentError, match="needs a function, or an object with step or update; got "):
        gn.check_optimizer(3, like="sgd")
    with pytest.raises(ArgumentError, match=r"could not be stepped as step\(parameters, gradients\); "):
        gn.check_optimizer(lambda w, g: w, like="sgd")
