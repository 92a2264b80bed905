"""Parameters and gradients in the forms in which learners keep them: arrays, dictionaries, lists, layers, objects."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from glassnet.checking.numerics.rounding import Array
from glassnet.support.arrays import as_array

Values = list[Array]


class Form:
    """Some arrays as one thing that an optimizer takes.

    `parameters` is what it is handed, `n` how many of the arrays that are offered it holds.
    """

    n = 4

    def __init__(self, values: Values) -> None:
        self.parameters: Any = [value.copy() for value in values[: self.n]]

    def gradients(self, values: Values) -> Any:
        """What is handed over as the gradients."""
        return [value.copy() for value in values[: self.n]]

    def take(self, result: Any) -> None:
        """Go on from what the optimizer returned; nothing where it changed the parameters where they are."""
        if isinstance(result, (list, tuple)) and len(result) == len(self.parameters):
            self.parameters = list(result)

    def values(self) -> Values:
        """The parameters as arrays of their own."""
        return [np.array(as_array(value), np.float64) for value in self.parameters]

    def zeros(self) -> list[Any]:
        """What states may begin with, the likeliest first."""
        return [[np.zeros_like(value) for value in self.values()], {}]


class OneArray(Form):
    """One array by itself."""

    n = 1

    def __init__(self, values: Values) -> None:
        self.parameters = self._of(values[0])

    def _of(self, value: Array) -> Any:
        return value.copy()

    def gradients(self, values: Values) -> Any:
        return self._of(values[0])

    def take(self, result: Any) -> None:
        if result is not None:
            self.parameters = result

    def values(self) -> Values:
        return [np.array(as_array(self.parameters), np.float64)]

    def zeros(self) -> list[Any]:
        return [self._of(np.zeros_like(self.values()[0])), {}, None]


class OneTensor(OneArray):
    """One tensor of PyTorch."""

    def _of(self, value: Array) -> Any:
        return sys.modules["torch"].tensor(value)


class OneNumber(OneArray):
    """A single number."""

    def _of(self, value: Array) -> Any:
        return float(value.flat[0])


class Named(Form):
    """A dictionary of parameters; gradients and states have the same keys."""

    names: tuple[str, ...] = ("W1", "b1", "W2", "b2")
    prefix = ""

    def __init__(self, values: Values) -> None:
        self.parameters = {name: value.copy() for name, value in zip(self.names, values, strict=False)}

    def gradients(self, values: Values) -> Any:
        pairs = zip(self.names, values, strict=False)
        return {self.prefix + name: value.copy() for name, value in pairs}

    def take(self, result: Any) -> None:
        if isinstance(result, dict):
            self.parameters = result

    def values(self) -> Values:
        return [np.array(as_array(self.parameters[name]), np.float64) for name in self.names]

    def zeros(self) -> list[Any]:
        zeros = [np.zeros_like(value) for value in self.values()]
        of_gradients = {self.prefix + name: zero.copy() for name, zero in zip(self.names, zeros, strict=True)}
        of_parameters = dict(zip(self.names, zeros, strict=True))
        return [of_gradients, {}] if self.prefix == "" else [of_gradients, of_parameters, {}]


class NamedWithD(Named):
    """Gradients and states have the keys dW1, db1, ..."""

    prefix = "d"


class TwoNamed(Named):
    """One layer's W and b."""

    n = 2
    names = ("W", "b")


class TwoNamedWithD(TwoNamed):
    """Gradients and states have the keys dW and db."""

    prefix = "d"


class Pairs(Form):
    """A list of [weights, biases] for each layer."""

    def __init__(self, values: Values) -> None:
        self.parameters = self._of(values)

    def _of(self, values: Values) -> list[list[Array]]:
        return [[w.copy(), b.copy()] for w, b in zip(values[::2], values[1::2], strict=True)]

    def gradients(self, values: Values) -> Any:
        return self._of(values)

    def values(self) -> Values:
        return [np.array(as_array(value), np.float64) for pair in self.parameters for value in pair]

    def zeros(self) -> list[Any]:
        return [self._of([np.zeros_like(value) for value in self.values()]), {}]


class PairsBackwards(Pairs):
    """Gradients in the order in which the backward pass finds them: the last layer's first."""

    def gradients(self, values: Values) -> Any:
        return self._of(values)[::-1]


def forms_with_gradients_beside() -> Iterator[Callable[[Values], Form]]:
    """The forms in which gradients are a thing of their own, the commonest first."""
    yield OneArray
    yield from (NamedWithD, Named, TwoNamed, TwoNamedWithD, Form, Pairs, PairsBackwards)
    if "torch" in sys.modules:
        yield OneTensor
    yield OneNumber
