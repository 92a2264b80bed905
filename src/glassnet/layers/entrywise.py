"""What layers with one learned number for each feature have in common."""

from __future__ import annotations

from dataclasses import dataclass, field

from glassnet import initializers
from glassnet.layers.base import Layer, Parameter, Shape, check_factors, one_axis


@dataclass(repr=False)
class Entrywise(Layer):
    """The features that go in come out, each by a weight of its own, which begins at 1."""

    learning_rate_factor: float = field(default=1.0, kw_only=True)

    def __post_init__(self) -> None:
        check_factors(self, "learning_rate_factor")

    def output_shape(self, input_shape: Shape) -> Shape:
        one_axis(input_shape)
        return input_shape

    def parameters(self, input_shape: Shape) -> list[Parameter]:
        n = one_axis(input_shape)
        return [Parameter("weights", (n,), initializers.Constant(1.0), n, n, self.learning_rate_factor)]
