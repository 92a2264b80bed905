"""A learner's own classes and pairs of functions, called by what they can do and not by what they are."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from glassnet.checking.finding.sources import signature
from glassnet.checking.numerics.calling import n_required
from glassnet.errors import ArgumentError

FORWARD = ("forward", "forward_pass", "forward_propagation", "feedforward", "activate", "activation", "call", "f",
           "function", "value", "evaluate", "fn", "func", "compute", "apply", "feed_forward", "__call__")  # fmt: skip
BACKWARD = ("backward", "backward_pass", "backward_propagation", "backprop", "backpropagate", "back",
            "backward_delta")  # fmt: skip
DERIVATIVE = ("derivative", "deriv", "prime", "df", "slope", "gradient", "grad", "d", "diff", "derivate", "der", "dfn",
              "activation_prime", "activation_derivative", "f_prime", "local_gradient")  # fmt: skip
# Arguments that ask one function for its derivative.
SWITCHES = ("derivative", "deriv", "prime", "der", "grad", "gradient", "derive", "backward", "return_grad", "diff", "d",
            "is_derivative", "derivate")  # fmt: skip
# What a learning rate is called.
RATES = ("learning_rate", "learn_rate", "lr", "eta", "alpha", "rate", "step_size", "l_rate", "lrate", "epsilon",
         "eps")  # fmt: skip
OUTPUT = ("output", "outputs", "out", "a", "A", "activations")
INPUT_GRADIENT = ("dinputs", "dinput", "dX", "dx", "dZ", "dz", "grad_input", "input_gradient", "dvalues",
                  "delta")  # fmt: skip


def instance(thing: Any, name: str, shape: tuple[int, ...] = ()) -> Any:
    """An object of a class that needs no arguments, or a shape alone; the class itself where its methods are static."""
    if not inspect.isclass(thing):
        return thing
    if n_required(thing) == 0:
        return thing()
    if any(_is_static(thing, method) for method in (*FORWARD, *DERIVATIVE)):
        return thing
    for argument in (shape, np.zeros(shape)) if shape and n_required(thing) == 1 else ():
        try:
            return _made(thing, argument)
        except Exception:  # it wants something else
            continue
    raise ArgumentError(
        f"{name} is the class {thing.__name__}, which needs arguments; pass an object: {thing.__name__}(...)"
    )


def _made(make: Callable[..., Any], argument: Any) -> Any:
    return make(argument)


def _is_static(cls: type, method: str) -> bool:
    return isinstance(inspect.getattr_static(cls, method, None), (staticmethod, classmethod))


def method(thing: Any, names: Iterable[str]) -> Callable[..., Any] | None:
    """The first method that the object has of these names."""
    for name in names:
        value: Callable[..., Any] | None = member(thing, name)
        if callable(value) and not (name == "__call__" and inspect.isclass(thing)):
            return value
    return None


def is_rate(name: str) -> bool:
    """Whether an argument or an attribute of this name is a learning rate."""
    return name.lower().strip("_") in RATES


def attribute(thing: Any, names: Iterable[str]) -> Any:
    """The first attribute that the object has of these names and that is not None."""
    return next((value for name in names if (value := member(thing, name)) is not None), None)


def member(thing: Any, name: str) -> Any:
    """An attribute; None where there is none, or where a property of it raises whatever it may."""
    try:
        return getattr(thing, name, None)
    except Exception:  # a learner's property fails in any way
        return None


def switch(function: Callable[..., Any], names: Iterable[str]) -> str | None:
    """The argument of one of these names that is False unless it is given."""
    asks = (p.name for p in signature(function) or () if p.name.lower() in names and p.default in (False, 0))
    return next(asks, None)
