"""Update rules as learners write them: one hand for the mathematics, with slips, and many ways to put it into code.

Shares nothing with the checker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Random = np.random.Generator
State = dict[str, Any]
Numbers = dict[str, float]


def change(rule: str, g: Any, w: Any, state: State, t: int, h: Numbers, wrong: str) -> Any:
    """What is subtracted from the parameters w for the gradient g; what is kept is in the state."""
    if wrong == "sign_flipped":
        return -change(rule, g, w, state, t, h, "")
    if wrong == "state_not_kept":
        state.clear()
    rate = {"learning_rate_missing": 1.0, "learning_rate_twice": h["learning_rate"] ** 2,
            "constant_factor": 1.3 * h["learning_rate"]}.get(wrong, h["learning_rate"])  # fmt: skip
    if rule == "sgd":
        return rate * g
    if rule in ("momentum", "nesterov"):
        mu = h["learning_rate"] if wrong == "rate_as_momentum" else h["momentum"]
        old = state.get("v", 0 * g)
        v = state["v"] = mu * old + g
        if wrong == "old_state_used":
            return rate * (old if rule == "momentum" else g + mu * old)
        return rate * (v if rule == "momentum" or wrong == "look_ahead_missing" else g + mu * v)
    if rule in ("adagrad", "rmsprop"):
        keep, share = (1.0, 1.0) if rule == "adagrad" else (h["alpha"], 1 - h["alpha"])
        if wrong == "one_minus_missing_of_v":
            share = 1.0
        if wrong == "shares_swapped":
            keep, share = share, keep
        if wrong == "sum_not_mean":
            keep = share = 1.0
        old = state.get("v", 0 * g)
        square = abs(g) if wrong == "square_missing" else g**2
        v = state["v"] = keep * old + share * square
        return rate * _over_root(g, old if wrong == "old_state_used" else v, h["epsilon"], wrong, rate)
    return rate * _adam(g, state, t, h, wrong, rate)


def _adam(g: Any, state: State, t: int, h: Numbers, wrong: str, rate: float) -> Any:
    b1, b2 = h["beta1"], h["beta2"]
    if wrong == "betas_swapped":
        b1, b2 = b2, b1
    if wrong == "beta1_for_both":
        b2 = b1
    square = abs(g) if wrong == "square_missing" else g**2
    m = state["m"] = b1 * state.get("m", 0 * g) + (1 if wrong == "one_minus_missing_of_m" else 1 - b1) * g
    v = state["v"] = (
        b2 * state.get("v", 0 * g) + (1 if wrong == "one_minus_missing_of_v" else 1 - b2) * square
    )
    n = {"step_not_counted": 1, "step_counted_from_2": t + 1}.get(wrong, t)
    if wrong not in ("bias_correction_missing", "bias_correction_of_m_missing"):
        m = m / (1 - b1**n)
    if wrong not in ("bias_correction_missing", "bias_correction_of_v_missing"):
        v = v / (1 - b2**n)
    if wrong == "momentum_missing":
        m = g
    return _over_root(m, v, h["epsilon"], wrong, rate)


def _over_root(numerator: Any, v: Any, epsilon: float, wrong: str, rate: float) -> Any:
    if wrong == "root_missing":
        return numerator / (v + epsilon)
    if wrong == "epsilon_inside_root":
        return numerator / (v + epsilon) ** 0.5
    if wrong == "epsilon_outside":
        return numerator / v**0.5 - epsilon / rate
    if wrong == "epsilon_missing":
        return numerator / v**0.5
    return numerator / (v**0.5 + epsilon)


SETTINGS: dict[str, Numbers] = {
    "sgd": {"learning_rate": 0.02},
    "momentum": {"learning_rate": 0.02, "momentum": 0.8},
    "nesterov": {"learning_rate": 0.02, "momentum": 0.8},
    "adagrad": {"learning_rate": 0.02, "epsilon": 1e-7},
    "rmsprop": {"learning_rate": 0.02, "alpha": 0.95, "epsilon": 1e-7},
    "adam": {"learning_rate": 0.002, "beta1": 0.85, "beta2": 0.99, "epsilon": 1e-7},
}
STATES = {
    "sgd": (),
    "momentum": ("v",),
    "nesterov": ("v",),
    "adagrad": ("v",),
    "rmsprop": ("v",),
    "adam": ("m", "v"),
}
_ALWAYS = ("sign_flipped", "learning_rate_missing", "learning_rate_twice", "constant_factor")
_ROOT = ("root_missing", "square_missing", "epsilon_outside", "epsilon_missing", "state_not_kept")
SLIPS: dict[str, tuple[str, ...]] = {
    "sgd": _ALWAYS,
    "momentum": (*_ALWAYS, "rate_as_momentum", "old_state_used", "state_not_kept"),
    "nesterov": (*_ALWAYS, "rate_as_momentum", "look_ahead_missing", "state_not_kept"),
    "adagrad": (*_ALWAYS, *_ROOT, "old_state_used"),
    "rmsprop": (*_ALWAYS, *_ROOT, "one_minus_missing_of_v", "shares_swapped", "sum_not_mean", "old_state_used"),
    "adam": (*_ALWAYS, *_ROOT, "epsilon_inside_root", "bias_correction_missing", "bias_correction_of_m_missing",
             "bias_correction_of_v_missing", "step_not_counted", "step_counted_from_2", "betas_swapped",
             "beta1_for_both", "one_minus_missing_of_m", "one_minus_missing_of_v", "momentum_missing"),
}  # fmt: skip
# Names of the settings in learners' code; each list is one author's.
NAMES: dict[str, tuple[dict[str, str], ...]] = {
    "sgd": ({"learning_rate": "lr"}, {"learning_rate": "alpha"}, {"learning_rate": "eta"}, {"learning_rate": "step"}),
    "momentum": ({"learning_rate": "lr", "momentum": "momentum"}, {"learning_rate": "alpha", "momentum": "beta"},
                 {"learning_rate": "eta", "momentum": "gamma"}, {"learning_rate": "a", "momentum": "m"}),
    "adagrad": ({"learning_rate": "lr", "epsilon": "eps"}, {"learning_rate": "alpha", "epsilon": "delta"}),
    "rmsprop": ({"learning_rate": "lr", "alpha": "decay", "epsilon": "eps"},
                {"learning_rate": "learning_rate", "alpha": "rho", "epsilon": "epsilon"},
                {"learning_rate": "eta", "alpha": "beta2", "epsilon": "eps"},
                {"learning_rate": "alpha", "alpha": "gamma", "epsilon": "delta"}),
    "adam": ({"learning_rate": "lr", "beta1": "beta1", "beta2": "beta2", "epsilon": "eps"},
             {"learning_rate": "alpha", "beta1": "rho1", "beta2": "rho2", "epsilon": "delta"},
             {"learning_rate": "step_size", "beta1": "b1", "beta2": "b2", "epsilon": "epsilon"}),
}  # fmt: skip
NAMES["nesterov"] = NAMES["momentum"]
STATE_NAMES = (("v", "s"), ("velocity", "cache"), ("m", "v"), ("first", "second"), ("h", "r"))
PAIRS = (("w", "g"), ("w", "dw"), ("params", "grads"), ("theta", "grad"), ("x", "dx"), ("a", "b"))
COUNTS = ("t", "epoch", "iteration", "i", "n_steps")


def functions(
    rule: str, wrong: str, random: Random, defaults: bool
) -> tuple[Callable[..., Any], Numbers, str]:
    """A function of arrays that returns the parameters and what it keeps, with names and order drawn.

    Where `defaults`, its settings are defaults of its own; else they are arguments that it cannot do without.
    """
    h = SETTINGS[rule]
    names = NAMES[rule][random.integers(len(NAMES[rule]))]
    states = STATE_NAMES[random.integers(len(STATE_NAMES))][: len(STATES[rule])]
    w, g = PAIRS[random.integers(len(PAIRS))]
    first = [w, g] if random.random() < 0.7 else [g, w]
    if {w, g} == {"a", "b"} and "a" in names.values():
        first = ["w", "g"]
        w, g = first
    count = [COUNTS[random.integers(len(COUNTS))]] if rule == "adam" else []
    settings = [f"{names[key]}={value}" if defaults else names[key] for key, value in h.items()]
    arguments = [*first, *states, *count, *settings]
    if len(set(a.split("=")[0] for a in arguments)) < len(arguments):
        return functions(rule, wrong, random, defaults)
    lines = [
        f"def step({', '.join(arguments)}):",
        f"    kept = dict(zip({STATES[rule]!r}, ({''.join(s + ', ' for s in states)})))",
        f"    h = dict({', '.join(f'{key}={name}' for key, name in names.items())})",
        f"    new = {w} - change({rule!r}, {g}, {w}, kept, {count[0] if count else 1}, h, {wrong!r})",
        f"    return {'new' if not states else 'new, ' + ', '.join(f'kept[{s!r}]' for s in STATES[rule])}",
    ]
    namespace: dict[str, Any] = {"change": change}
    exec("\n".join(lines), namespace)
    return namespace["step"], {} if defaults else h, lines[0]


def objects(rule: str, wrong: str) -> Iterator[tuple[str, Any]]:
    """The rule as objects of many styles."""
    h = SETTINGS[rule]

    class Kept:
        def __init__(self, **settings: float) -> None:
            self.__dict__.update(h | settings)
            self.states: dict[Any, State] = {}
            self.t = 0

        def new(self, key: Any, w: Any, g: Any) -> Any:
            numbers = {name: getattr(self, name) for name in h}
            return w - change(rule, g, w, self.states.setdefault(key, {}), self.t, numbers, wrong)

    class OfArrays(Kept):
        def update(self, w: Any, grad_wrt_w: Any) -> Any:
            self.t += 1
            return self.new(0, w, grad_wrt_w)

    class OfDictionaries(Kept):
        def update(self, params: dict[str, Any], grads: dict[str, Any]) -> None:
            self.t += 1
            for key in params:
                params[key] = self.new(key, params[key], grads[key])

    class GradientsFirst(Kept):
        def apply_gradients(self, grads: list[Any], params: list[Any]) -> None:
            self.t += 1
            for i, g in enumerate(grads):
                params[i] = self.new(i, params[i], g)

    class OfLayers(Kept):
        def pre_update_params(self) -> None:
            self.t += 1

        def update_params(self, layer: Any) -> None:
            layer.weights = self.new("w", layer.weights, layer.dweights)
            layer.biases = self.new("b", layer.biases, layer.dbiases)

        def post_update_params(self) -> None:
            pass

    class LikeTorch(Kept):
        def __init__(self, params: Any, **settings: float) -> None:
            super().__init__(**settings)
            self.params = list(params)

        def zero_grad(self) -> None:
            for p in self.params:
                p.grad = 0 * p.grad

        def step(self) -> None:
            self.t += 1
            for i, p in enumerate(self.params):
                p.data = self.new(i, p.data, p.grad)

    def course(parameters: dict[str, Any], grads: dict[str, Any], state: dict[str, Any], t: int) -> Any:
        for key in list(parameters):
            kept = state.setdefault(key, {}) if isinstance(state.get(key), (dict, type(None))) else {}
            parameters[key] = parameters[key] - change(rule, grads["d" + key], None, kept, t, h, wrong)
            state[key] = kept
        return parameters, state

    def assignment(w: Any, dw: Any, config: dict[str, Any] | None = None) -> Any:
        config = {} if config is None else config
        for name, value in h.items():
            config.setdefault(name, value)
        config["t"] = config.get("t", 0) + 1
        kept = config.setdefault("kept", {})
        numbers = {name: config[name] for name in h}
        return w - change(rule, dw, w, kept, config["t"], numbers, wrong), config

    yield "arrays", OfArrays()
    yield "class of arrays", OfArrays
    yield "dictionaries", OfDictionaries()
    yield "gradients first", GradientsFirst()
    yield "layers", OfLayers()
    yield "like torch", LikeTorch
    if rule == "adam" or wrong != "state_not_kept":
        yield "a course's dictionaries", course
    yield "an assignment's config", assignment
