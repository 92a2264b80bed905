"""A learner's own classes and pairs of functions, called by what they can do and not by what they are."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from glassnet.errors import ArgumentError
from glassnet.insight.check.calling import Callee, usable
from glassnet.insight.check.rounding import Array

FORWARD = ("forward", "forward_pass", "forward_propagation", "feedforward", "activate", "activation", "call", "f",
           "function", "value", "__call__")  # fmt: skip
BACKWARD = ("backward", "backward_pass", "backward_propagation", "backprop", "backpropagate", "back")
DERIVATIVE = ("derivative", "deriv", "prime", "df", "slope", "gradient", "grad", "d", "diff")
OUTPUT = ("output", "outputs", "out", "a", "A", "activations")
INPUT_GRADIENT = (
    "dinputs",
    "dinput",
    "dX",
    "dx",
    "dZ",
    "dz",
    "grad_input",
    "input_gradient",
    "dvalues",
    "delta",
)


def instance(thing: Any, name: str) -> Any:
    """An object of a class that needs no arguments; the class itself where its methods are static."""
    if not inspect.isclass(thing):
        return thing
    try:
        return thing()
    except TypeError:
        if any(_is_static(thing, method) for method in (*FORWARD, *DERIVATIVE)):
            return thing
        raise ArgumentError(
            f"{name} is the class {thing.__name__}, which needs arguments; pass an object: {thing.__name__}(...)"
        ) from None


def _is_static(cls: type, method: str) -> bool:
    return isinstance(inspect.getattr_static(cls, method, None), (staticmethod, classmethod))


def method(thing: Any, names: Iterable[str]) -> Callable[..., Any] | None:
    """The first method that the object has of these names."""
    for name in names:
        found: Callable[..., Any] | None = getattr(thing, name, None)
        if callable(found) and not (name == "__call__" and inspect.isclass(thing)):
            return found
    return None


def n_required(function: Callable[..., Any]) -> int:
    """How many arguments a function cannot do without; 1 where that cannot be seen."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 1
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(p.kind in positional and p.default is inspect.Parameter.empty for p in parameters)


def attribute(thing: Any, names: Iterable[str]) -> Any:
    """The first attribute that the object has of these names and that is not None."""
    return next((found for name in names if (found := getattr(thing, name, None)) is not None), None)


class Stateful:
    """A part with a forward and a backward pass, one after the other.

    The forward pass may return its output, its output and a cache, or keep the output as an attribute; the backward
    pass may take the error, or the error and the cache or input, and return the new error or keep it as an attribute.
    """

    def __init__(self, forward: Callable[..., Any], backward: Callable[..., Any], owner: Any) -> None:
        self.owner, self.n_arguments = owner, n_required(backward)
        self._forward = Callee("forward", self._run_forward(forward))
        self._backward = Callee("backward", self._run_backward(backward))
        self.cache: Any = None

    def _run_forward(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(z: Any) -> Any:
            result = function(z)
            if result is None:
                result = attribute(self.owner, OUTPUT)
            if isinstance(result, tuple) and len(result) == 2:
                result, self.cache = result
            else:
                self.cache = z
            return result

        return run

    def _run_backward(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(error: Any) -> Any:
            result = function(error) if self.n_arguments < 2 else function(error, self.cache)
            if result is None:
                result = attribute(self.owner, INPUT_GRADIENT)
            return result[0] if isinstance(result, tuple) else result

        return run

    def changes(self, z: Array, error: Array) -> bool:
        """Whether the passes change the arrays that they are given."""
        before = z.copy(), error.copy()
        try:
            self._forward.function(z)
            self._backward.function(error)
        except (TypeError, AttributeError, ValueError, RuntimeError):
            return False
        return not (np.array_equal(z, before[0]) and np.array_equal(error, before[1]))

    def forward(self, z: Array) -> Array:
        """The output for z."""
        return self._forward(z).astype(np.float64)

    def backward(self, error: Array) -> Array:
        """The error at the input, from the error at the output of the last forward pass."""
        return usable(self._backward.raw(error)).astype(np.float64)
