"""A learner's loss as a value and a gradient of targets and predictions, whatever it is written as."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.checking.finding.members import INPUT_GRADIENT, SWITCHES, attribute, instance, method, switch
from glassnet.checking.finding.sources import required
from glassnet.checking.loss.batches import Layout, LossBatch
from glassnet.checking.numerics.calling import Callee
from glassnet.checking.numerics.rounding import Array
from glassnet.errors import ArgumentError
from glassnet.support.arrays import as_array

Function = Callable[..., Any]
VALUE = ("loss", "value", "compute_loss", "compute", "calc_loss", "cost", "call", "fn", "function", "f",
         "evaluate", "error", "forward", "forward_pass", "calculate", "compute_cost", "calculate_loss", "get_loss",
         "__call__")  # fmt: skip
GRADIENT = ("gradient", "grad", "derivative", "backward", "loss_derivative", "derivate", "prime", "deriv", "df",
            "delta", "diff", "backprop", "bprop", "backward_pass", "loss_gradient", "compute_gradient", "loss_prime",
            "dloss", "compute_grad", "calculate_gradient", "get_gradient", "back", "d")  # fmt: skip
# What targets and predictions are called beyond doubt.
TARGETS = ("true", "same", "target", "label", "actual", "expected", "truth", "desired", "gold", "real",
           "ground")  # fmt: skip
PREDICTIONS = ("pred", "hat", "prob", "output", "logit", "guess", "estimate", "score", "activation")
TARGET_LETTERS = ("y", "ys", "yt")
PREDICTION_LETTERS = ("a", "p", "z", "o", "al", "yp", "a2", "a3", "out", "x", "q")


@dataclass(frozen=True)
class Order:
    """In which order targets and predictions are given, and whether the names say so."""

    predictions_first: bool
    sure: bool


class Called:
    """A learner's function of targets and predictions, called in one order and one layout of its arrays."""

    def __init__(self, callee: Callee, predictions_first: bool, layout: Layout) -> None:
        self.callee, self.predictions_first, self.layout = callee, predictions_first, layout

    def _arranged(self, y: Array, p: Array) -> tuple[Array, Array]:
        return (p, y) if self.predictions_first else (y, p)

    def raw(self, y: Array, p: Array) -> Any:
        """What the function returns for arrays as they are."""
        return self.callee.raw(*self._arranged(y, p))

    def of(self, batch: LossBatch) -> Array:
        """What the function returns for a batch, in the layout of the batch."""
        y, p = self.layout.arranged(batch)
        return self.layout.back(self.callee(*self._arranged(y, p)), batch)


@dataclass
class Learner:
    """A learner's value and gradient, called with targets and predictions."""

    value: Called
    gradient: Called | None
    layout: Layout

    def number(self, batch: LossBatch) -> float:
        """The loss of the batch; the mean, where several numbers come back."""
        return float(np.mean(self.value.of(batch)))

    def count(self, batch: LossBatch) -> int:
        """How many numbers the value gives for the batch."""
        return int(self.value.of(batch).size)


class Program:
    """Value and gradient as functions, out of functions, an object, a class, or one function that gives both."""

    def __init__(self, value: Any, gradient: Function | None) -> None:
        if not callable(value) and method(value, VALUE) is None:
            raise ArgumentError(
                f"value must be a function of targets and predictions, or an object with loss or forward; got {value!r}"
            )
        if inspect.isroutine(value) or (gradient is not None and not inspect.isclass(value)):
            asks = switch(value, SWITCHES)
            if gradient is None and asks is not None:
                gradient = _switched(value, asks)
            self._set(value, gradient)
        else:
            self._of_object(instance(value, "value"), gradient)

    def _set(self, value: Function, gradient: Function | None) -> None:
        self.gradient_may_be_left = False
        self.value = Callee("value", _first(value))
        self.value_order = order(value)
        self.gradient = None if gradient is None else Callee("gradient", gradient)
        self.gradient_order = None if gradient is None else order(gradient)
        self.both = Callee("value", _second(value)) if gradient is None else None

    def _of_object(self, thing: Any, gradient: Function | None) -> None:
        value = method(thing, VALUE)
        if value is None:
            raise ArgumentError(f"value must be an object with loss, forward or __call__; got {thing!r}")
        function = method(thing, GRADIENT) if gradient is None else gradient
        n = None if function is None else len(required(function))
        self._set(value, function)
        self.gradient_may_be_left = gradient is None
        if function is None:
            return
        if n == 3:
            self._of_preactivation(value, function)
        elif n is not None and n < 2 and gradient is None:
            self.gradient = Callee("gradient", _after(value, function, n))
            self.gradient_order = self.value_order
        elif gradient is None:
            self.gradient = Callee("gradient", _or_kept(thing, value, function))
            own = order(function)
            self.gradient_order = own if own.sure else self.value_order

    def _of_preactivation(self, value: Function, delta: Function) -> None:
        """An error ``delta(z, a, y)`` behind a sigmoid: of the loss as a function of z."""
        first = self.value_order.predictions_first

        def of_z(z: Any, y: Any) -> Any:
            a = 1 / (1 + np.exp(-z))
            return value(a, y) if first else value(y, a)

        def error(z: Any, y: Any) -> Any:
            return delta(z, 1 / (1 + np.exp(-z)), y)

        self.value, self.gradient = Callee("value", of_z), Callee("delta", error)
        self.value_order = self.gradient_order = Order(True, True)

    def learners(self, layout: Layout) -> Iterator[tuple[Learner, tuple[str, ...]]]:
        """The program in each order of its arguments that its names allow, the same for both functions first."""
        orders = [(first, self._second_gradient(first, layout)) for first in _orders(self.value_order)]
        tried = [
            (first, other, gradient)
            for first, gradient in orders
            for other in _orders(self.gradient_order or Order(first, True), first)
        ]
        for first, other, gradient in sorted(tried, key=lambda one: one[0] != one[1]):
            called = None if gradient is None else Called(gradient, other, layout)
            yield Learner(Called(self.value, first, layout), called, layout), self._read(first, other)

    def _second_gradient(self, first: bool, layout: Layout) -> Callee | None:
        return self.gradient if self.gradient is not None else self._gradient_of_both(first, layout)

    def _gradient_of_both(self, first: bool, layout: Layout) -> Callee | None:
        """The second thing that a value returns, where it returns two."""
        if self.both is None:
            return None
        batch = layout.example()
        try:
            Called(self.both, first, layout).of(batch)
        except Exception:  # it returns one thing, or wants other data
            return None
        return self.both

    def _read(self, value_first: bool, gradient_first: bool) -> tuple[str, ...]:
        words = [] if self.value_order.sure else [f"value takes {_words(value_first)}"]
        if self.gradient_order is not None and not self.gradient_order.sure:
            words.append(f"gradient takes {_words(gradient_first)}")
        return tuple(words)


def _words(predictions_first: bool) -> str:
    return "predictions, then targets" if predictions_first else "targets, then predictions"


def _orders(known: Order, like: bool | None = None) -> list[bool]:
    first = known.predictions_first if known.sure or like is None else like
    return [first] if known.sure else [first, not first]


def order(function: Function) -> Order:
    """The order that the names of the first two arguments say."""
    names = [parameter.name.lower().strip("_") for parameter in required(function)][:2]
    if len(names) < 2:
        return Order(False, False)
    kinds = [_kind(name) for name in names]
    if kinds == ["target", "prediction"] or kinds == ["prediction", "target"]:
        return Order(kinds[0] == "prediction", True)
    letters = [_letter(name) for name in names]
    return Order(
        kinds[0] == "prediction" or letters[0] == "prediction" or kinds[1] == "target",
        set(k or letter for k, letter in zip(kinds, letters, strict=True)) == {"target", "prediction"},
    )


def kind_of(name: str) -> str:
    """What an argument of this name is beyond doubt, "target" or "prediction"; empty where that is open."""
    return _kind(name) or _letter(name)


def _kind(name: str) -> str:
    if any(word in name for word in TARGETS):
        return "target"
    return "prediction" if any(word in name for word in PREDICTIONS) else ""


def _letter(name: str) -> str:
    return "target" if name in TARGET_LETTERS else "prediction" if name in PREDICTION_LETTERS else ""


def _switched(function: Function, name: str) -> Function:
    def gradient(first: Any, second: Any) -> Any:
        return function(first, second, **{name: True})

    return _named_like(gradient, function)


def _named_like(function: Function, other: Function) -> Function:
    function.__signature__ = inspect.Signature(required(other))  # type: ignore[attr-defined]
    return function


def _first(function: Function) -> Function:
    """The value alone, of a function that returns a value and a gradient."""

    def value(first: Any, second: Any) -> Any:
        result = function(first, second)
        return result[0] if _is_both(result) else result

    return value


def _second(function: Function) -> Function:
    """The gradient alone, of a function that returns a value and a gradient."""

    def gradient(first: Any, second: Any) -> Any:
        result = function(first, second)
        if not _is_both(result):
            raise TypeError("it returns one thing")
        return result[1]

    return gradient


def _is_both(result: Any) -> bool:
    return isinstance(result, tuple) and len(result) == 2 and np.ndim(as_array(result[0])) == 0


def _after(value: Function, backward: Function, n: int) -> Function:
    """A backward pass that uses what the value has kept, with the error 1 where it wants one."""

    def gradient(first: Any, second: Any) -> Any:
        value(first, second)
        result = backward(*((1.0,) * n))
        return attribute(getattr(backward, "__self__", None), INPUT_GRADIENT) if result is None else result

    return gradient


def _or_kept(thing: Any, value: Function, backward: Function) -> Function:
    """A gradient that is returned, or kept as an attribute."""

    def gradient(first: Any, second: Any) -> Any:
        value(first, second)
        result = backward(first, second)
        return attribute(thing, INPUT_GRADIENT) if result is None else result

    return gradient
