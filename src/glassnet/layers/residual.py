"""Layers around which their input is carried and added to what they give."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ArgumentError, ShapeError
from glassnet.kernels.arrays import Own
from glassnet.layers.base import Layer, Parameter, Shape, registry
from glassnet.support import checks
from glassnet.support.arrays import Array


@registry.register("residual")
@dataclass(repr=False)
class Residual(Layer):
    """a = x + f(x), f the layers inside, one after the other. He et al., CVPR 2016.

    In the plan it is a row that hands its input on, the rows of the layers, and a row that adds the input again.

    Parameters
    ----------
    layers : sequence of Layer
        At least one; together they give samples of the shape that they read. They may be residual themselves.

    Notes
    -----
    Their parameters are ``residual.layers[0].weights``, or ``residual.view("0.weights")`` with the number of the layer.
    """

    layers: Sequence[Layer]

    def __post_init__(self) -> None:
        if not isinstance(self.layers, (list, tuple)) or not self.layers:
            raise ArgumentError(
                "layers of Residual must be a list of at least one layer, such as [Dense(8, 'relu')]; "
                f"got {checks.shown(self.layers)}"
            )
        for place, layer in enumerate(self.layers):
            if not isinstance(layer, Layer):
                raise ArgumentError(f"layer {place} of Residual must be a Layer; got {checks.shown(layer)}")
            if layer.reads_data:
                raise ArgumentError(
                    f"layer {place} of Residual is {layer!r}, which must be the first of a network"
                )
        self.layers = [copy.copy(layer) for layer in self.layers]

    def __copy__(self) -> Residual:
        return Residual(self.layers)

    @property
    def inner(self) -> tuple[Layer, ...]:
        """The layers inside."""
        return tuple(self.layers)

    @property
    def ends(self) -> tuple[Layer, Layer]:
        """What stands before and behind them in the plan."""
        return Branch(), Sum()

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's, which the layers must give back."""
        shape = input_shape
        for place, layer in enumerate(self.layers):
            try:
                shape = layer.output_shape(shape)
            except ShapeError as error:
                raise ShapeError(f"has layer {place} inside, {layer!r}, which {error}") from None
        if shape != input_shape:
            raise ShapeError(
                f"adds its input to what its layers give, and these have samples of shape {input_shape} and {shape}; "
                "end it with a Dense of as many units as it has inputs"
            )
        return input_shape

    def parameters(self, input_shape: Shape) -> list[Parameter]:
        """Those of the layers, with their number before the name."""
        return self._inside("parameters", input_shape)

    def statistics(self, input_shape: Shape) -> list[Parameter]:
        """Those of the layers, with their number before the name."""
        return self._inside("statistics", input_shape)

    def _inside(self, kind: str, shape: Shape) -> list[Parameter]:
        parts: list[Parameter] = []
        for place, layer in enumerate(self.layers):
            parts += [part._replace(name=f"{place}.{part.name}") for part in getattr(layer, kind)(shape)]
            shape = layer.output_shape(shape)
        return parts

    def bind(self, views: dict[str, NDArray[np.floating]]) -> None:
        """Give each layer its own arrays."""
        for place, layer in enumerate(self.layers):
            start = f"{place}."
            layer.bind(
                {name.removeprefix(start): view for name, view in views.items() if name.startswith(start)}
            )

    def view(self, name: str) -> NDArray[np.floating]:
        """The array called `name`, which begins with the number of the layer that has it."""
        place, _, rest = name.partition(".")
        if not place.isdecimal() or int(place) >= len(self.layers):
            raise AttributeError(f"{self!r} has no {name}")
        return self.layers[int(place)].view(rest)

    def penalty(self) -> float:
        """Of the layers inside."""
        return sum(layer.penalty() for layer in self.layers)


class Branch(Layer):
    """Hands its input on, to the layers inside and past them; what it keeps is the error of the sum behind them."""

    in_place = False

    def forward(self, x: Array, own: Own, a: Array) -> None:
        """A = X."""
        a[...] = x

    def backward(self, x: Array, a: Array, own: Own, error: Array, d_x: Array) -> None:
        """dX = the error that came through the layers + the error of the sum."""
        np.add(error, own.kept[0], out=d_x)


class Sum(Layer):
    """Adds the input of the layers inside; what it keeps is what these gave."""

    in_place = False

    def forward(self, x: Array, own: Own, a: Array) -> None:
        """A = X + F."""
        np.add(x, own.kept[0], out=a)

    def backward(self, x: Array, a: Array, own: Own, error: Array, d_x: Array) -> None:
        """dF = dA; the same goes to X, which the branch adds."""
        d_x[...] = error
