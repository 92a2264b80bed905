"""Parameters and gradients in the forms in which learners keep them: arrays, dictionaries, lists, layers, objects."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

from glassnet.insight.check.arrays import as_array
from glassnet.insight.check.rounding import Array

Values = list[Array]
# The names that arrays of a layer have in learners' code: weights, biases and their gradients.
ALIASES = (
    ("weights", "weight", "W", "w", "kernel", "_weights", "_W"),
    ("biases", "bias", "b", "_biases", "_bias", "_b"),
    ("dweights", "dweight", "dW", "dw", "grad_weights", "grad_W", "grad_w", "weights_gradient", "weight_gradient",
     "weights_grad", "weight_grad", "W_grad", "w_grad", "kernel_grad", "_dW"),
    ("dbiases", "dbias", "db", "grad_biases", "grad_bias", "grad_b", "biases_gradient", "bias_gradient", "bias_grad",
     "biases_grad", "b_grad", "_db"),
)  # fmt: skip


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


class Parameter(np.ndarray[Any, np.dtype[Any]]):
    """An array with `grad`, and itself as `data`, as objects of automatic differentiation have them."""

    grad: Any
    requires_grad = True

    @property
    def data(self) -> Any:
        """The array itself."""
        return self.view(np.ndarray)

    @data.setter
    def data(self, values: Any) -> None:
        self[...] = values

    value = data

    @property
    def gradient(self) -> Any:
        """Another name of grad."""
        return self.grad


def _with_gradient(value: Array) -> Parameter:
    found = value.copy().view(Parameter)
    found.grad = np.zeros_like(value).view(Parameter)
    return found


class WithGradients(Form):
    """A list of arrays that hold their gradients."""

    def __init__(self, values: Values) -> None:
        self.parameters = [_with_gradient(value) for value in values]

    def gradients(self, values: Values) -> Any:
        for parameter, value in zip(self.parameters, values, strict=True):
            parameter.grad = value.copy().view(Parameter)
        return None

    def take(self, result: Any) -> None:
        return

    def zeros(self) -> list[Any]:
        zeros = [np.zeros_like(value) for value in self.values()]
        return [zeros, [(zero.copy(), zero.copy()) for zero in zeros], {}]


class Layer(SimpleNamespace):
    """A layer whose arrays have all the names that learners give them."""

    def both(self) -> tuple[Array, Array]:
        """Weights and biases."""
        return self.arrays[0], self.arrays[1]


def _alias(index: int) -> property:
    def get(layer: Layer) -> Any:
        return layer.arrays[index]

    def put(layer: Layer, value: Any) -> None:
        layer.arrays[index] = value

    return property(get, put)


for _index, _names in enumerate(ALIASES):
    for _name in _names:
        setattr(Layer, _name, _alias(_index))


class OneLayer(Form):
    """One layer with weights, biases and their gradients."""

    n = 2

    def __init__(self, values: Values) -> None:
        self.layers = [
            Layer(arrays=[w.copy(), b.copy(), np.zeros_like(w), np.zeros_like(b)])
            for w, b in zip(values[: self.n : 2], values[1 : self.n : 2], strict=True)
        ]
        self.parameters = self.layers[0]

    def gradients(self, values: Values) -> Any:
        for layer, w, b in zip(self.layers, values[::2], values[1::2], strict=False):
            layer.arrays[2:] = [w.copy(), b.copy()]
        return None

    def take(self, result: Any) -> None:
        return

    def values(self) -> Values:
        return [np.array(as_array(array), np.float64) for layer in self.layers for array in layer.both()]


class Layers(OneLayer):
    """A list of such layers."""

    n = 4

    def __init__(self, values: Values) -> None:
        super().__init__(values)
        self.parameters = self.layers


class Net(Layers):
    """A network with such layers."""

    def __init__(self, values: Values) -> None:
        super().__init__(values)
        arrays = [array for layer in self.layers for array in layer.both()]
        self.parameters = SimpleNamespace(layers=self.layers, trainable_layers=self.layers)
        self.parameters.params = lambda: arrays
        self.parameters.param_grads = self._found
        self.parameters.params_and_grads = lambda: zip(arrays, self._found(), strict=True)

    def _found(self) -> Values:
        return [array for layer in self.layers for array in layer.arrays[2:]]


class NetWithGradients(WithGradients):
    """A network with parameters() or params(), which hold their gradients."""

    def __init__(self, values: Values) -> None:
        super().__init__(values)
        held = self.held = self.parameters
        self.parameters = SimpleNamespace(parameters=lambda: held, params=lambda: held)

    def gradients(self, values: Values) -> Any:
        for parameter, value in zip(self.held, values, strict=True):
            parameter.grad = value.copy().view(Parameter)
        return None

    def values(self) -> Values:
        return [np.array(as_array(value), np.float64) for value in self.held]


def forms_with_gradients_beside() -> Iterator[Callable[[Values], Form]]:
    """The forms in which gradients are a thing of their own, the commonest first."""
    yield OneArray
    yield from (NamedWithD, Named, TwoNamed, TwoNamedWithD, Form, Pairs, PairsBackwards)
    if "torch" in sys.modules:
        yield OneTensor
    yield OneNumber


FORMS_THAT_HOLD_GRADIENTS: tuple[Callable[[Values], Form], ...] = (
    OneLayer, Layers, WithGradients, Net, NetWithGradients,
)  # fmt: skip
