"""An activation that stands by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from glassnet import activations, plan
from glassnet.activations import ActivationFunction
from glassnet.errors import ShapeError
from glassnet.layers.base import Layer, Shape, one_axis, registry


@registry.register("activation")
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
        activation = activations.get(self.activation)
        if activation.is_of_rows and one_axis(input_shape) == 1:
            name, always = activations.base.registry.called(activation), activation.value([0.0])[0]
            raise ShapeError(
                f"is a {name} over one unit, which is always {always:g}; use sigmoid, or two units before it"
            )
        return input_shape

    def row_fields(self) -> dict[str, Any]:
        return {"kind": plan.ACTIVATION, "activation": activations.get(self.activation)}
