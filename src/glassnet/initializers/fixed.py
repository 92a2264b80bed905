"""Initializers that draw alike whatever the size of the layer."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from glassnet.errors import ArgumentError
from glassnet.initializers.base import Initializer, InitializerFacts, Random, Shape, registry
from glassnet.support.arrays import Floats
from glassnet.support.checks import number
from glassnet.support.fields import takes

__all__ = [
    "Constant", "Normal", "Uniform", "Zeros",
]  # fmt: skip


@registry.register("zeros")
class Zeros(Initializer):
    """The usual bias. As weights, zeros make all neurons of a layer learn the same."""

    facts = InitializerFacts(
        formula="w = 0", latex="w = 0", range="0", source="", elsewhere="torch.nn.init.zeros_",
    )  # fmt: skip

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w = 0."""
        return np.zeros(shape)


@registry.register("constant", "ones")
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
    """

    value: float = field(default=1.0, metadata=takes(number))

    facts = InitializerFacts(
        formula="w = value", latex="w = c", range="value",
        source="Goodfellow, Bengio, Courville 2016, Deep Learning, section 8.4 (bias of 0.1 for ReLU)",
        elsewhere="torch.nn.init.constant_", torch_arguments=", {value!r}",
    )  # fmt: skip

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w = value."""
        return np.full(shape, self.value)


@registry.register("normal", "legacy")
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
    """

    scale: float = field(default=0.01, metadata=takes(number, least=0.0))

    facts = InitializerFacts(
        formula="w = scale · N(0, 1)", latex=r"w \sim \mathcal{N}(0, \sigma^2)", range="all numbers",
        source="Krizhevsky, Sutskever, Hinton 2012, ImageNet classification, section 5 (scale 0.01)",
        elsewhere="torch.nn.init.normal_", torch_arguments=", std={scale!r}",
    )  # fmt: skip

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w = scale * N(0, 1)."""
        return self.scale * random.standard_normal(shape)


@registry.register("uniform")
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

    low: float = field(default=-0.05, metadata=takes(number))
    high: float = field(default=0.05, metadata=takes(number))

    facts = InitializerFacts(
        formula="w ~ U(low, high)", latex=r"w \sim \mathcal{U}(a, b)", range="low to high", source="",
        elsewhere="torch.nn.init.uniform_", torch_arguments=", {low!r}, {high!r}",
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.low >= self.high:
            raise ArgumentError(f"low of Uniform must be below high; got low={self.low}, high={self.high}")

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w ~ U(low, high), variance (high - low)^2 / 12."""
        return random.uniform(self.low, self.high, shape)
