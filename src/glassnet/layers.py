"""What a layer is: its shapes, its parameters, its row in the plan. The arithmetic is in the engines' loop.

A layer given to a network is copied; the copy in ``net.layers`` has ``weights`` and ``bias``, views into the
network's flat parameter vector.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet import activations, initializers, plan
from glassnet.activations import Activation as ActivationFunction
from glassnet.errors import ArgumentError, NotBuiltError, ShapeError
from glassnet.initializers import Initializer
from glassnet.support import checks
from glassnet.support.registry import Registry, compact_repr

Shape = tuple[int, ...]


class Parameter(NamedTuple):
    """A named array of a layer and how it begins."""

    name: str
    shape: Shape
    initializer: Initializer
    fan_in: int
    fan_out: int


@dataclass(repr=False)
class Layer:
    """Base of all layers."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """Shape of one sample behind this layer; raises `ShapeError` if it cannot read `input_shape`."""
        return input_shape

    def parameters(self, input_shape: Shape) -> list[Parameter]:
        """The trained arrays, in the order in which they are drawn and laid out."""
        return []

    def statistics(self, input_shape: Shape) -> list[Parameter]:
        """Arrays that are collected, not trained."""
        return []

    def row_fields(self) -> dict[str, Any] | None:
        """What this layer writes into its row of the plan; None if it only changes the shape."""
        raise NotImplementedError

    def bind(self, views: dict[str, NDArray[Any]]) -> None:
        """Take the arrays of this layer, views into the network's flat vectors."""
        self._views = views

    def view(self, name: str) -> NDArray[Any]:
        """The array called `name`."""
        views: dict[str, NDArray[Any]] = getattr(self, "_views", {})
        if name not in views:
            if all(part.name != name for part in (*self.parameters((1,)), *self.statistics((1,)))):
                raise AttributeError(f"{self!r} has no {name}")
            raise NotBuiltError(
                f"{self!r} has no {name} yet; they exist in net.layers once the network is built: "
                "give Network(..., input_shape=...) or call fit"
            )
        return views[name]

    @property
    def weights(self) -> NDArray[Any]:
        """Weights, a view into ``net.parameters``, of a layer that has them."""
        return self.view("weights")

    @weights.setter
    def weights(self, values: ArrayLike) -> None:
        self._assign("weights", values)

    @property
    def bias(self) -> NDArray[Any]:
        """Bias, a view into ``net.parameters``, of a layer that has one."""
        return self.view("bias")

    @bias.setter
    def bias(self, values: ArrayLike) -> None:
        self._assign("bias", values)

    def _assign(self, name: str, values: ArrayLike) -> None:
        """Write an array of the right shape, or one number everywhere, into the parameters."""
        view, given = self.view(name), checks.real(f"{name} of {self!r}", values)
        if given.ndim > 0 and given.shape != view.shape:
            hint = (
                "; transpose it: rows are inputs, columns are outputs" if given.T.shape == view.shape else ""
            )
            raise ShapeError(f"{name} of {self!r} must have shape {view.shape}; got {given.shape}{hint}")
        view[...] = given

    def __repr__(self) -> str:
        return compact_repr(self)


_registry = Registry("layer", Layer)


def names() -> list[str]:
    """The names of all built-in layers."""
    return list(_registry)


def one_axis(input_shape: Shape) -> int:
    """The number of features, or a `ShapeError` that proposes Flatten."""
    if len(input_shape) != 1:
        raise ShapeError(
            f"reads samples with one axis of features; received samples of shape {input_shape}. "
            "Put Flatten() before it"
        )
    return input_shape[0]


@_registry.register("dense")
@dataclass(repr=False)
class Dense(Layer):
    """a = f(x W + b).

    Parameters
    ----------
    units : int
        Number of neurons, >= 1.
    activation : str or Activation
        f; linear by default.
    initializer, bias_initializer : str or Initializer
        How weights and bias begin.
    l1, l2 : float
        Adds l1 * sum abs(W) + l2 / 2 * sum W^2 to the loss, >= 0; the bias is left out.
    use_bias : bool
        Without it a = f(x W), and the layer has no ``bias``.
    bias_l1, bias_l2 : float
        The same for the bias: adds bias_l1 * sum abs(b) + bias_l2 / 2 * sum b^2, >= 0.

    Notes
    -----
    x ``(n_samples, n_inputs)``, W ``(n_inputs, units)``, b ``(units,)``, a ``(n_samples, units)``.
    """

    units: int
    activation: str | ActivationFunction = "linear"
    initializer: str | Initializer = "glorot_uniform"
    bias_initializer: str | Initializer = "zeros"
    l1: float = 0.0
    l2: float = 0.0
    use_bias: bool = True
    bias_l1: float = 0.0
    bias_l2: float = 0.0

    def __post_init__(self) -> None:
        self.units = checks.integer("units of Dense", self.units, least=1)
        self.activation = activations.get(self.activation)
        self.initializer = initializers.get(self.initializer)
        self.bias_initializer = initializers.get(self.bias_initializer)
        self.l1 = checks.number("l1 of Dense", self.l1, least=0)
        self.l2 = checks.number("l2 of Dense", self.l2, least=0)
        self.use_bias = checks.truth("use_bias of Dense", self.use_bias)
        self.bias_l1 = checks.number("bias_l1 of Dense", self.bias_l1, least=0)
        self.bias_l2 = checks.number("bias_l2 of Dense", self.bias_l2, least=0)
        self._refuse_options_of_no_bias()

    def _refuse_options_of_no_bias(self) -> None:
        if self.use_bias:
            return
        given = {
            "bias_initializer": self.bias_initializer != initializers.Zeros(),
            "bias_l1": self.bias_l1 > 0,
            "bias_l2": self.bias_l2 > 0,
        }
        idle = [name for name, is_given in given.items() if is_given]
        if idle:
            raise ArgumentError(
                f"{idle[0]} of Dense is of a bias, and use_bias=False leaves none; take one of them away"
            )

    def output_shape(self, input_shape: Shape) -> Shape:
        """(units,)."""
        one_axis(input_shape)
        if self.units == 1 and activations.get(self.activation).is_of_rows:
            raise ShapeError(
                "is a softmax over one unit, which is always 1; use Dense(1, 'sigmoid') with binary_cross_entropy, "
                "or Dense(2, 'softmax')"
            )
        return (self.units,)

    def parameters(self, input_shape: Shape) -> list[Parameter]:
        """Weights, then bias, if there is one."""
        n_inputs, m = one_axis(input_shape), self.units
        weights = Parameter("weights", (n_inputs, m), initializers.get(self.initializer), n_inputs, m)
        bias = Parameter("bias", (m,), initializers.get(self.bias_initializer), n_inputs, m)
        return [weights, bias] if self.use_bias else [weights]

    def row_fields(self) -> dict[str, Any]:
        """A dense row."""
        return {
            "kind": plan.DENSE, "activation": activations.get(self.activation),
            "l1": self.l1, "l2": self.l2, "bias_l1": self.bias_l1, "bias_l2": self.bias_l2,
        }  # fmt: skip

    def penalty(self) -> float:
        """What this layer adds to the loss, with its parameters as they are."""
        return _penalty(self.weights, self.l1, self.l2) + (
            _penalty(self.bias, self.bias_l1, self.bias_l2) if self.use_bias else 0.0
        )


def _penalty(array: NDArray[Any], l1: float, l2: float) -> float:
    return l1 * float(np.abs(array).sum()) + l2 / 2 * float(np.square(array).sum())


@_registry.register("activation")
@dataclass(repr=False)
class Activation(Layer):
    """An activation as a layer of its own: a = f(x), of x's shape.

    Parameters
    ----------
    activation : str or Activation
        f.
    """

    activation: str | ActivationFunction

    def __post_init__(self) -> None:
        self.activation = activations.get(self.activation)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's; softmax needs at least two entries on one axis."""
        if activations.get(self.activation).is_of_rows and one_axis(input_shape) == 1:
            raise ShapeError(
                "is a softmax over one unit, which is always 1; use sigmoid, or two units before it"
            )
        return input_shape

    def row_fields(self) -> dict[str, Any]:
        """An activation row."""
        return {"kind": plan.ACTIVATION, "activation": activations.get(self.activation)}


@_registry.register("dropout")
@dataclass(repr=False)
class Dropout(Layer):
    """In training a = x m / (1 - rate), m = 0 with probability `rate`, else 1; in prediction a = x.

    Parameters
    ----------
    rate : float
        Share of inputs set to zero, in [0, 1). Srivastava et al., JMLR 15 (2014), in its inverted form.
    """

    rate: float = 0.5

    def __post_init__(self) -> None:
        self.rate = checks.number("rate of Dropout", self.rate, least=0, below=1)

    def row_fields(self) -> dict[str, Any]:
        """A dropout row."""
        return {"kind": plan.DROPOUT, "rate": self.rate}


@dataclass(repr=False)
class Normalisation(Layer):
    """a = weights * (x - mean) / sqrt(variance + epsilon) + bias; weights begin at 1, bias at 0."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's."""
        one_axis(input_shape)
        return input_shape

    def parameters(self, input_shape: Shape) -> list[Parameter]:
        """Weights, then bias."""
        n = one_axis(input_shape)
        return [
            Parameter("weights", (n,), initializers.Constant(1.0), n, n),
            Parameter("bias", (n,), initializers.Zeros(), n, n),
        ]


@_registry.register("batch_norm")
@dataclass(repr=False)
class BatchNorm(Normalisation):
    """Normalises each feature over the batch; in prediction by running statistics. Ioffe, Szegedy, ICML 2015.

    Parameters
    ----------
    momentum : float
        Share of the batch's statistics in the running ones, in (0, 1]; the running variance takes n / (n - 1)
        times the batch's, as PyTorch does.
    epsilon : float
        Added to the variance, > 0.
    """

    momentum: float = 0.1
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        self.momentum = checks.number("momentum of BatchNorm", self.momentum, above=0, most=1)
        self.epsilon = checks.number("epsilon of BatchNorm", self.epsilon, above=0)

    def statistics(self, input_shape: Shape) -> list[Parameter]:
        """Running mean, then running variance."""
        n = prod(input_shape)
        return [
            Parameter("running_mean", (n,), initializers.Zeros(), n, n),
            Parameter("running_variance", (n,), initializers.Constant(1.0), n, n),
        ]

    def row_fields(self) -> dict[str, Any]:
        """A batch-norm row."""
        return {"kind": plan.BATCH_NORM, "momentum": self.momentum, "epsilon": self.epsilon}


@_registry.register("layer_norm")
@dataclass(repr=False)
class LayerNorm(Normalisation):
    """Normalises each sample over its features. Ba, Kiros, Hinton 2016.

    Parameters
    ----------
    epsilon : float
        Added to the variance, > 0.
    """

    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        self.epsilon = checks.number("epsilon of LayerNorm", self.epsilon, above=0)

    def row_fields(self) -> dict[str, Any]:
        """A layer-norm row."""
        return {"kind": plan.LAYER_NORM, "epsilon": self.epsilon}


@_registry.register("flatten")
@dataclass(repr=False)
class Flatten(Layer):
    """Samples of any shape as one axis of features, last axis fastest."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """(product of the axes,)."""
        return (prod(input_shape),)

    def row_fields(self) -> None:
        """None: memory does not change."""
        return None
