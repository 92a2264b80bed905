"""Initializers: how the first weights and biases of a layer are drawn.

A good start keeps the variance of activations and gradients alike from layer to layer; all of the
scaled ones below differ only in which fan (number of inputs, of outputs) they divide by.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ArgumentError
from glassnet.support.calls import explained
from glassnet.support.checks import number
from glassnet.support.registry import Registry

__all__ = [
    "Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Initializer", "LecunNormal",
    "LecunUniform", "Normal", "TorchLinear", "Uniform", "Zeros", "get", "names", "register",
]  # fmt: skip


def __dir__() -> list[str]:
    return __all__


Random = np.random.Generator | np.random.RandomState
Shape = tuple[int, ...]
Floats = NDArray[np.float64]


@explained
@dataclass(frozen=True)
class Initializer:
    """Base class: draws the initial values of one parameter array."""

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """Initial values of one parameter array.

        Parameters
        ----------
        random : numpy.random.Generator or numpy.random.RandomState
            Where the numbers come from; its state moves on.
        shape : tuple of int
            ``(n_inputs, n_outputs)`` for weights, ``(n_outputs,)`` for a bias.
        fan_in, fan_out : int, >= 1
            Number of inputs and outputs of the layer, for its weights and its bias alike.

        Returns
        -------
        ndarray of float64, of the given shape
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how to draw")


_registry = Registry("initializer", Initializer)
get = _registry.get
register = _registry.add


@explained
def names() -> list[str]:
    """The full names of all initializers."""
    return list(_registry)


@_registry.register("zeros")
@dataclass(frozen=True)
class Zeros(Initializer):
    """The usual bias. As weights, zeros make all neurons of a layer learn the same."""

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w = 0."""
        return np.zeros(shape)


@_registry.register("constant", "ones")
@dataclass(frozen=True)
class Constant(Initializer):
    """One value everywhere: 1 for the scale of a normalisation, a small bias for ReLU.

    Parameters
    ----------
    value : float, default 1.0

    Raises
    ------
    ArgumentError
        If `value` is not a finite number.

    References
    ----------
    Goodfellow, Bengio, Courville 2016, Deep Learning, section 8.4 (bias of 0.1 for ReLU).
    """

    value: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", number("value of Constant", self.value))

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w = value."""
        return np.full(shape, self.value)


@_registry.register("normal", "legacy")
@dataclass(frozen=True)
class Normal(Initializer):
    """Normal, of the same scale whatever the size of the layer.

    With ``RandomState(seed)`` the draws are exactly ``scale * RandomState(seed).randn(*shape)``.

    Parameters
    ----------
    scale : float, >= 0, default 0.01
        Standard deviation.

    Raises
    ------
    ArgumentError
        If `scale` is negative or not finite.

    References
    ----------
    Krizhevsky, Sutskever, Hinton 2012, ImageNet Classification, section 5 (scale 0.01).
    """

    scale: float = 0.01

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", number("scale of Normal", self.scale, least=0.0))

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w = scale * N(0, 1)."""
        return self.scale * random.standard_normal(shape)


@_registry.register("uniform")
@dataclass(frozen=True)
class Uniform(Initializer):
    """Uniform in [low, high), whatever the size of the layer.

    Parameters
    ----------
    low, high : float, low < high, default -0.05 and 0.05

    Raises
    ------
    ArgumentError
        If a bound is not finite, or `low` is not below `high`.
    """

    low: float = -0.05
    high: float = 0.05

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", number("low of Uniform", self.low))
        object.__setattr__(self, "high", number("high of Uniform", self.high))
        if self.low >= self.high:
            raise ArgumentError(f"low of Uniform must be below high; got low={self.low}, high={self.high}")

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w ~ U(low, high), variance (high - low)^2 / 12."""
        return random.uniform(self.low, self.high, shape)


@_registry.register("glorot_uniform", "xavier_uniform")
@dataclass(frozen=True)
class GlorotUniform(Initializer):
    """Uniform, variance 2 / (fan_in + fan_out): for tanh and sigmoid.

    References
    ----------
    Glorot, Bengio 2010, Understanding the difficulty of training deep feedforward neural
    networks, section 4.2.1, equation 16.
    """

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w ~ U(-limit, limit), limit = sqrt(6 / (fan_in + fan_out))."""
        limit = math.sqrt(6.0 / (fan_in + fan_out))
        return random.uniform(-limit, limit, shape)


@_registry.register("glorot_normal", "xavier_normal")
@dataclass(frozen=True)
class GlorotNormal(Initializer):
    """Normal, variance 2 / (fan_in + fan_out): for tanh and sigmoid.

    References
    ----------
    Glorot, Bengio 2010, section 4.2.1, equation 12.
    """

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w = sqrt(2 / (fan_in + fan_out)) * N(0, 1), not truncated."""
        return math.sqrt(2.0 / (fan_in + fan_out)) * random.standard_normal(shape)


@_registry.register("he_uniform", "kaiming_uniform")
@dataclass(frozen=True)
class HeUniform(Initializer):
    """Uniform, variance 2 / fan_in: for ReLU and its kin.

    References
    ----------
    He, Zhang, Ren, Sun 2015, Delving Deep into Rectifiers, section 2.2, equation 10.
    """

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w ~ U(-limit, limit), limit = sqrt(6 / fan_in)."""
        limit = math.sqrt(6.0 / fan_in)
        return random.uniform(-limit, limit, shape)


@_registry.register("he_normal", "kaiming_normal")
@dataclass(frozen=True)
class HeNormal(Initializer):
    """Normal, variance 2 / fan_in: for ReLU and its kin.

    References
    ----------
    He, Zhang, Ren, Sun 2015, section 2.2, equation 10.
    """

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w = sqrt(2 / fan_in) * N(0, 1), not truncated."""
        return math.sqrt(2.0 / fan_in) * random.standard_normal(shape)


@_registry.register("lecun_uniform")
@dataclass(frozen=True)
class LecunUniform(Initializer):
    """Uniform, variance 1 / fan_in: a linear layer keeps the variance of its input.

    References
    ----------
    LeCun, Bottou, Orr, Müller 1998, Efficient BackProp, section 4.6, equation 16.
    """

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w ~ U(-limit, limit), limit = sqrt(3 / fan_in)."""
        limit = math.sqrt(3.0 / fan_in)
        return random.uniform(-limit, limit, shape)


@_registry.register("lecun_normal")
@dataclass(frozen=True)
class LecunNormal(Initializer):
    """Normal, variance 1 / fan_in: a linear layer keeps the variance of its input.

    References
    ----------
    LeCun, Bottou, Orr, Müller 1998, section 4.6, equation 16.
    """

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w = sqrt(1 / fan_in) * N(0, 1), not truncated."""
        return math.sqrt(1.0 / fan_in) * random.standard_normal(shape)


@_registry.register("torch_linear", "torch", "pytorch")
@dataclass(frozen=True)
class TorchLinear(Initializer):
    """Uniform, variance 1 / (3 fan_in): the default of torch.nn.Linear, weights and bias alike.

    References
    ----------
    torch.nn.Linear.reset_parameters (He uniform with a = sqrt(5), which comes to the same).
    """

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w ~ U(-limit, limit), limit = 1 / sqrt(fan_in)."""
        limit = 1.0 / math.sqrt(fan_in)
        return random.uniform(-limit, limit, shape)
