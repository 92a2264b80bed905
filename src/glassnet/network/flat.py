"""Layers over one flat vector of parameters: how a network is made, laid out and compared."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from glassnet import plan
from glassnet.engines.base import Vectors
from glassnet.errors import ArgumentError, NotBuiltError, ShapeError
from glassnet.layers import Layer, Parameter
from glassnet.layers.trial import refuse_unwritten
from glassnet.network.random import Random, Seed, Streams
from glassnet.network.state import TrainingState
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.calls import explained
from glassnet.support.registry import compact_repr

if TYPE_CHECKING:
    from glassnet.engines.by_hand import HandPass
    from glassnet.losses import Loss

MANY = 2**28  # parameters, which may not fit into memory
Part = TypeVar("Part")


class FlatNetwork:
    """What a :class:`~glassnet.Network` is: layers, and the flat vectors that their parameters are views of."""

    @explained
    def __init__(
        self,
        layers: Sequence[Layer],
        *,
        seed: Seed = None,
        dtype: str = "float32",
        input_shape: int | Sequence[int] | None = None,
    ) -> None:
        self.layers: tuple[Any, ...] = _copies(layers)
        self.dtype = _dtype(dtype)
        self.streams = Streams.of(seed)
        self.input_shape: tuple[int, ...] | None = None
        self.state: TrainingState | None = None
        self.loss: Loss | None = None
        self.metadata: dict[str, Any] = {}
        self._layout: plan.Layout | None = None
        self._vectors: Vectors | None = None
        self._pass: HandPass | None = None
        if input_shape is not None:
            self.build(input_shape)

    @property
    def steps_by_hand(self) -> float:
        """What schedules take for the epoch in a step by hand: the steps taken so far."""
        return 0.0 if self.state is None else float(self.state.step)

    @property
    def built(self) -> bool:
        """Whether the input shape is known and parameters exist."""
        return self._vectors is not None

    @explained
    def build(self, input_shape: int | Sequence[int]) -> None:
        """Find all shapes, lay out the parameters and draw them.

        Raises
        ------
        ShapeError
            If two layers do not fit, naming them.
        ArgumentError
            If the network is built already.
        """
        if self.built:
            raise ArgumentError(
                f"this network was built for samples of shape {self.input_shape} already; make another Network"
            )
        layout = plan.lay_out(self.layers, checked_shape(input_shape))
        for row in plan.build(self.layers, layout).rows:
            if row.own is not None and row.kind not in (plan.BRANCH, plan.SUM):
                refuse_unwritten(row.layer, row.own.layer, row.own.input_shape)
        try:
            self.assemble(layout, *self._drawn(layout))
        except (MemoryError, OverflowError, ValueError) as error:
            if layout.n_parameters < MANY:
                raise
            raise ArgumentError(f"{layout.n_parameters} parameters do not fit into memory") from error

    def _drawn(self, layout: plan.Layout) -> tuple[Array, Array]:
        """First parameters, and running statistics."""
        parameters = np.empty(layout.n_parameters, self.dtype)
        running = np.empty(layout.n_statistics, self.dtype)
        for vector, slots in ((parameters, layout.parameters), (running, layout.statistics)):
            for slot in slots:
                vector[slot.start : slot.stop] = _draw(slot.parameter, self.streams.weights).ravel()
        return parameters, running

    def assemble(self, layout: plan.Layout, parameters: Array, running: Array) -> None:
        """Become built of these vectors, laid out like this; :meth:`build` draws them."""
        self.input_shape, self._layout = layout.input_shape, layout
        self._attach(Vectors(parameters, np.zeros_like(parameters), running))

    def _attach(self, vectors: Vectors) -> None:
        self._vectors, self._pass = vectors, None
        views: list[dict[str, Array]] = [{} for _ in self.layers]
        for vector, slots in (
            (vectors.parameters, self.layout.parameters),
            (vectors.running, self.layout.statistics),
        ):
            for slot in slots:
                view = vector[slot.start : slot.stop].reshape(slot.parameter.shape)
                views[slot.layer][slot.parameter.name] = view
        for layer, own in zip(self.layers, views, strict=True):
            layer.bind(own)

    @property
    def vectors(self) -> Vectors:
        """The flat vectors; raises `NotBuiltError` before the network is built."""
        return _of_built(self._vectors)

    @property
    def layout(self) -> plan.Layout:
        """Where every parameter lies in them; raises `NotBuiltError` before the network is built."""
        return _of_built(self._layout)

    @property
    def parameters(self) -> Array:
        """All parameters, one flat vector."""
        return self.vectors.parameters

    @parameters.setter
    def parameters(self, values: ArrayLike) -> None:
        array = checks.real("parameters", values)
        if array.shape != self.parameters.shape:
            raise ShapeError(f"this network has {self.parameters.shape} parameters; got shape {array.shape}")
        self.parameters[...] = array

    @property
    def gradients(self) -> Array:
        """The gradients of the last backward pass, one flat vector in the order of the parameters."""
        return self.vectors.gradients

    @property
    def running_statistics(self) -> Array:
        """Running means and variances of the batch-norm layers, one flat vector."""
        return self.vectors.running

    def plan(self, loss: Loss | None = None) -> plan.Plan:
        """The table that an engine reads."""
        return plan.build(self.layers, self.layout, loss)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"layers": _copies(self.layers), "_pass": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self._vectors is not None:
            self._attach(self._vectors)

    def config(self) -> Mapping[str, Any]:
        """What makes two networks equal: layers, dtype, and input shape."""
        return {"layers": self.layers, "dtype": self.dtype.name, "input_shape": self.input_shape}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FlatNetwork) and self.config() == other.config()

    def __repr__(self) -> str:
        parts = ["[" + ", ".join(map(compact_repr, self.layers)) + "]"]
        if isinstance(self.streams.seed, int):
            parts.append(f"seed={self.streams.seed}")
        if self.dtype != np.float32:
            parts.append(f"dtype={self.dtype.name!r}")
        if self.input_shape is not None:
            parts.append(f"input_shape={self.input_shape}")
        return f"Network({', '.join(parts)})"


def _of_built(part: Part | None) -> Part:
    if part is None:
        raise NotBuiltError(
            "this network is not built: its input shape is not known yet. "
            "Give Network(..., input_shape=...), or call fit or forward with data first"
        )
    return part


def _copies(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    if not isinstance(layers, (list, tuple)) or not layers:
        raise ArgumentError(
            f"layers must be a list of at least one layer, such as [Dense(1)]; got {checks.shown(layers)}"
        )
    for index, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise ArgumentError(
                f"layer {index} must be a Layer, such as Dense(32, 'relu'); got {checks.shown(layer)}"
            )
    copies = tuple(copy.copy(layer) for layer in layers)
    for layer in copies:
        layer.bind({})
    return copies


def checked_shape(input_shape: int | Sequence[int]) -> tuple[int, ...]:
    """The shape of one sample as a tuple; raises `ArgumentError` if it is none."""
    axes = input_shape if isinstance(input_shape, (list, tuple)) else (input_shape,)
    if not axes or any(not checks.is_integer(n) or n < 1 for n in axes):
        raise ArgumentError(
            f"input_shape must be an integer >= 1, or a tuple of them; got {checks.shown(input_shape)}"
        )
    return tuple(int(n) for n in axes)


def _dtype(dtype: str) -> np.dtype[Any]:
    written = dtype if isinstance(dtype, (str, type, np.dtype)) else None
    if written not in ("float32", "float64", np.float32, np.float64):
        raise ArgumentError(f"dtype must be 'float32' or 'float64'; got {checks.shown(dtype)}")
    return np.dtype(dtype)


def _draw(parameter: Parameter, random: Random) -> Array:
    return parameter.initializer.draw(random, parameter.shape, parameter.fan_in, parameter.fan_out)
