"""A change of shape."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from glassnet.layers.base import Layer, Shape, registry


@registry.register("flatten")
@dataclass(repr=False)
class Flatten(Layer):
    """Samples of any shape as one axis of features, last axis fastest."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """(product of the axes,)."""
        return (prod(input_shape),)

    def row_fields(self) -> None:
        """None: memory does not change."""
        return None
