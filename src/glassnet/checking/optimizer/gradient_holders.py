"""Parameters in forms that hold their gradients: arrays with grad, layers, networks."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from glassnet.checking.numerics.rounding import Array
from glassnet.checking.optimizer.parameter_forms import Form, Values
from glassnet.support.arrays import as_array

# The names that arrays of a layer have in learners' code: weights, biases and their gradients.
ALIASES = (
    ("weights", "weight", "W", "w", "kernel", "_weights", "_W"),
    ("biases", "bias", "b", "_biases", "_bias", "_b"),
    ("dweights", "dweight", "dW", "dw", "grad_weights", "grad_W", "grad_w", "weights_gradient", "weight_gradient",
     "weights_grad", "weight_grad", "W_grad", "w_grad", "kernel_grad", "_dW"),
    ("dbiases", "dbias", "db", "grad_biases", "grad_bias", "grad_b", "biases_gradient", "bias_gradient", "bias_grad",
     "biases_grad", "b_grad", "_db"),
)  # fmt: skip


class HeldParameter(np.ndarray[Any, np.dtype[Any]]):
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


def _with_gradient(value: Array) -> HeldParameter:
    parameter = value.copy().view(HeldParameter)
    parameter.grad = np.zeros_like(value).view(HeldParameter)
    return parameter


class WithGradients(Form):
    """A list of arrays that hold their gradients."""

    def __init__(self, values: Values) -> None:
        self.parameters = self.held = [_with_gradient(value) for value in values]

    def gradients(self, values: Values) -> Any:
        for parameter, value in zip(self.held, values, strict=True):
            parameter.grad = value.copy().view(HeldParameter)
        return None

    def take(self, result: Any) -> None:
        return

    def values(self) -> Values:
        return [np.array(as_array(value), np.float64) for value in self.held]

    def zeros(self) -> list[Any]:
        zeros = [np.zeros_like(value) for value in self.values()]
        return [zeros, [(zero.copy(), zero.copy()) for zero in zeros], {}]


class Zipped(Form):
    """A list of (parameter, gradient); the parameters are changed where they are, or returned as a list."""

    def __init__(self, values: Values) -> None:
        self.held = [value.copy() for value in values]
        self.parameters = []
        self.gradients([np.zeros_like(value) for value in values])

    def gradients(self, values: Values) -> Any:
        self.parameters[:] = [self._pair(p, g.copy()) for p, g in zip(self.held, values, strict=True)]
        return None

    def _pair(self, parameter: Any, gradient: Array) -> tuple[Any, Any]:
        return parameter, gradient

    def take(self, result: Any) -> None:
        if isinstance(result, (list, tuple)) and len(result) == len(self.held):
            self.held = list(result)

    def values(self) -> Values:
        return [np.array(as_array(value), np.float64) for value in self.held]


class ZippedGradientsFirst(Zipped):
    """A list of (gradient, parameter)."""

    def _pair(self, parameter: Any, gradient: Array) -> tuple[Any, Any]:
        return gradient, parameter


class HoldingLayer(SimpleNamespace):
    """A layer whose arrays have all the names that learners give them."""

    def both(self) -> tuple[Array, Array]:
        """Weights and biases."""
        return self.arrays[0], self.arrays[1]


def _alias(index: int) -> property:
    def get(layer: HoldingLayer) -> Any:
        return layer.arrays[index]

    def put(layer: HoldingLayer, value: Any) -> None:
        layer.arrays[index] = value

    return property(get, put)


for _index, _names in enumerate(ALIASES):
    for _name in _names:
        setattr(HoldingLayer, _name, _alias(_index))


class OneLayer(Form):
    """One layer with weights, biases and their gradients."""

    n = 2

    def __init__(self, values: Values) -> None:
        self.layers = [
            HoldingLayer(arrays=[w.copy(), b.copy(), np.zeros_like(w), np.zeros_like(b)])
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
        self.parameters = SimpleNamespace(parameters=lambda: self.held, params=lambda: self.held)


FORMS_THAT_HOLD_GRADIENTS: tuple[Callable[[Values], Form], ...] = (
    OneLayer, Layers, WithGradients, Net, NetWithGradients, Zipped, ZippedGradientsFirst,
)  # fmt: skip
