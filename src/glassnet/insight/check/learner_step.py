"""A learner's optimizer, stepped along given gradients by whatever arguments it takes."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from glassnet.errors import ArgumentError
from glassnet.insight.check.arrays import as_array
from glassnet.insight.check.optimizer_rules import Settings
from glassnet.insight.check.parts import method
from glassnet.insight.check.rounding import Array

STEP = ("step", "update", "apply_gradients", "update_params", "apply", "optimize", "__call__")
# The names that settings have in learners' code.
NAMES = {
    "learning_rate": ("learning_rate", "lr", "eta", "rate", "step_size"),
    "weight_decay": ("weight_decay", "decay_weights", "wd"),
    "momentum": ("momentum", "mu"),
    "epsilon": ("epsilon", "eps"),
    "alpha": ("alpha", "rho", "decay_rate", "gamma", "beta"),
    "beta1": ("beta1", "beta_1", "b1"),
    "beta2": ("beta2", "beta_2", "b2"),
}
COUNTERS = {"t", "step", "i", "n", "iteration", "timestep", "count"}


def known_as(name: str, wanted: Settings) -> str | None:
    """The setting that a name stands for, among those that are wanted."""
    found = next((setting for setting in wanted if name.lower().strip("_") in NAMES[setting]), None)
    if found is None and "momentum" in wanted and name.lower() in ("beta", "gamma", "rho", "alpha"):
        return "momentum"
    if found is None and "alpha" not in wanted and "momentum" not in wanted and name.lower() == "alpha":
        return "learning_rate"
    return found


class LearnerStep:
    """One optimizer of a learner's; `settings` are the rule's, with what the learner's code says itself."""

    def __init__(self, step: Any, settings: Settings, given: Settings) -> None:
        self.thing: Any = step() if inspect.isclass(step) else copy.deepcopy(step)
        self.is_function = inspect.isroutine(self.thing) or inspect.isfunction(self.thing)
        found: Any = self.thing if self.is_function else method(self.thing, STEP)
        if found is None:
            raise ArgumentError(
                f"check_optimizer needs a function, or an object with step or update; got {step!r}"
            )
        self.function: Callable[..., Any] = found
        self.parameters = _parameters(found)
        self.settings = settings | self._own(settings) | given
        self.state: list[Any] = []

    def _own(self, wanted: Settings) -> Settings:
        """The settings that the learner's code has as attributes or defaults."""
        own: Settings = {}
        values = dict(vars(self.thing)) if hasattr(self.thing, "__dict__") and not self.is_function else {}
        values |= {p.name: p.default for p in self.parameters if p.default is not inspect.Parameter.empty}
        for name, value in values.items():
            setting = known_as(name, wanted)
            if setting is not None and isinstance(value, (int, float)) and not isinstance(value, bool):
                own[setting] = float(value)
        betas = values.get("betas")
        if isinstance(betas, (tuple, list)) and len(betas) == 2 and "beta1" in wanted:
            own |= {"beta1": float(betas[0]), "beta2": float(betas[1])}
        return own

    def run(self, w: Array, gradients: list[Array]) -> list[Array]:
        """The parameters after each step.

        Raises
        ------
        ArgumentError
            If no way of calling it gives parameters of w's shape.
        """
        ways = (
            (self._with_layer,)
            if self._takes_layer()
            else (self._with_arrays, self._with_names, self._with_lists)
        )
        before, reasons = copy.deepcopy(self.thing), []
        empties: tuple[Any, ...] = (np.zeros_like(w), {})
        for empty in empties:
            for way in ways:
                self.thing = copy.deepcopy(before)
                self.state = [copy.copy(empty) for _ in self.parameters[2:]]
                self.function = self.thing if self.is_function else method(self.thing, STEP) or self.thing
                try:
                    found = self._steps(way, w, gradients)
                except Exception as reason:  # whatever a learner's code raises for arguments it does not take
                    reasons.append(f"{type(reason).__name__}: {reason}")
                    continue
                if not all(np.array_equal(at, w) for at in found):
                    return found
                reasons.append("the parameters do not change")
        raise ArgumentError(
            f"the optimizer could not be stepped as step(parameters, gradients); {reasons[0]}"
        )

    def _steps(
        self, way: Callable[[Array, Array, int], Any], w: Array, gradients: list[Array]
    ) -> list[Array]:
        found: list[Array] = []
        for t, g in enumerate(gradients, 1):
            w = np.array(way(w.copy(), g.copy(), t), np.float64)
            if w.shape != g.shape:
                raise TypeError(f"it gives shape {w.shape} for parameters of shape {g.shape}")
            found.append(w)
        return found

    # ---- ways to call it

    def _takes_layer(self) -> bool:
        return len(self.parameters) == 1 and self.parameters[0].name.lower() in (
            "layer",
            "self_layer",
            "model",
        )

    def _others(self, t: int) -> list[Any]:
        """What stands behind parameters and gradients: settings, the count of steps, and what it carries along."""
        found: list[Any] = []
        states = iter(self.state)
        for parameter in self.parameters[2:]:
            setting = known_as(parameter.name, self.settings)
            if setting is not None:
                found.append(self.settings[setting])
            elif parameter.name.lower() in COUNTERS:
                found.append(t)
            else:
                found.append(next(states))
        return found

    def _with_arrays(self, w: Array, g: Array, t: int) -> Any:
        result = self.function(w, g, *self._others(t))
        if result is None:
            return w
        if isinstance(result, (tuple, list)) and not np.shape(result) == w.shape:
            self.state[: len(result) - 1] = result[1:]
            return as_array(result[0])
        return as_array(result)

    def _with_names(self, w: Array, g: Array, t: int) -> Any:
        parameters = {"W": w}
        result = self.function(parameters, {"W": g, "dW": g}, *self._others(t))
        return (result if isinstance(result, dict) else parameters)["W"]

    def _with_lists(self, w: Array, g: Array, t: int) -> Any:
        parameters = [w]
        result = self.function(parameters, [g], *self._others(t))
        return result[0] if isinstance(result, list) else parameters[0]

    def _with_layer(self, w: Array, g: Array, t: int) -> Any:
        if t == 1:
            self.layer = SimpleNamespace(weights=w, biases=np.zeros((1, 1)))
        self.layer.dweights, self.layer.dbiases = g, np.ones((1, 1))
        for name in ("pre_update_params", "update_params", "post_update_params"):
            function = getattr(self.thing, name, None)
            if function is not None:
                function(self.layer) if name == "update_params" else function()
        return self.layer.weights


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    try:
        return [p for p in inspect.signature(function).parameters.values() if p.kind in positional]
    except (TypeError, ValueError):
        return []
