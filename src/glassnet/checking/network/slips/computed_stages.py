"""Stages of layers that compute themselves: a user's own, and those that no stage of the checker's is written for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassnet.checking.network.slips.stages import Stage
from glassnet.checking.numerics.rounding import Array, Rounded, through
from glassnet.errors import ArgumentError
from glassnet.kernels.arrays import Own
from glassnet.layers import Layer
from glassnet.layers.base import registry

# How far a layer's own backward pass may be from differences of its forward pass, in parts of them.
NEAR, STEP, DIRECTIONS = 1e-4, 1e-5, 3


@dataclass
class Computed(Stage):
    """a = f(x) by the layer's own forward pass, the way back by its own backward pass."""

    index: str  # its place in ``net.layers``, "1", or inside of another layer, "1.0"
    computed: Layer  # the layer
    parameters: list[Rounded]  # its parameters, each with two axes, in its order
    shape: tuple[int, ...]  # of the sample that it reads

    @property
    def names(self) -> list[str]:
        """Of its parameters."""
        return [part.name for part in self.computed.parameters(self.shape)]

    @property
    def has_weights(self) -> bool:
        """Whether a pair of gradients is all that it learns from."""
        return self.names in (["weights"], ["weights", "bias"])

    @property
    def has_bias(self) -> bool:
        """Whether it learns a bias beside weights."""
        return self.names == ["weights", "bias"]

    @property
    def kind(self) -> str:
        """What it is called in prose."""
        return registry.called(self.computed).replace("_", " ")

    def forward(self, x: Rounded) -> Rounded:
        """A = f(X)."""
        self.x = x
        return through(lambda *values: [self._forward(*values)[0]], x, *self.parameters)[0]

    def backward(self, error: Rounded) -> list[Rounded]:
        """DX, then the gradient of each array of parameters, in its own shape."""
        parts = through(self._backward, error, self.x, *self.parameters)
        shapes = [self.x.value.shape, *(part.shape for part in self.computed.parameters(self.shape))]
        return [one.reshaped(shape) for one, shape in zip(parts, shapes, strict=True)]

    def confirm(self) -> None:
        """Raise an error where it gives another output each time, or its backward pass is not the derivative of it."""
        name = f"not checked: layer {self.index}, {self.computed!r},"
        values = [self.x.value, *(one.value for one in self.parameters)]
        a = self._forward(*values)[0]
        if not np.array_equal(a, self._forward(*values)[0], equal_nan=True):
            raise ArgumentError(
                f"{name} gives another output each time; let it repeat itself, with a seed of its own"
            )
        random = np.random.default_rng(1)
        error = random.normal(size=a.shape)
        slopes = self._backward(error, *values)
        for _ in range(DIRECTIONS):  # in one of them a kink may lie between
            ways = [random.normal(size=value.shape) for value in values]
            ends = ([v + h * w for v, w in zip(values, ways, strict=True)] for h in (STEP, -STEP))
            above, below = (float((error * self._forward(*end)[0]).sum()) for end in ends)
            parts = [slope * way for slope, way in zip(slopes, ways, strict=True)]
            mine, by_differences = sum(float(part.sum()) for part in parts), (above - below) / (2 * STEP)
            if abs(mine - by_differences) <= NEAR * sum(float(np.abs(part).sum()) for part in parts):
                return
        raise ArgumentError(
            f"{name} has a backward pass that is not the derivative of its forward pass: along one direction "
            f"{mine:.6g}, by differences {by_differences:.6g}; mend it first, since all below is compared with it"
        )

    def _forward(self, x: Array, *parameters: Array) -> tuple[Array, Own]:
        m, layer = len(x), self.computed
        kept = tuple(np.zeros((m, width)) for width in layer.kept(self.shape))
        statistics = tuple(
            np.atleast_2d(np.array(layer.view(part.name), np.float64))
            for part in layer.statistics(self.shape)
        )
        own = Own(parameters, statistics, kept, tuple(np.zeros_like(array) for array in parameters))
        a = np.zeros((m, int(np.prod(layer.output_shape(self.shape)))))
        layer.forward(x.copy(), own, a)
        return a, own

    def _backward(self, error: Array, x: Array, *parameters: Array) -> list[Array]:
        a, own = self._forward(x, *parameters)
        passed_error = error.copy()
        d_x = passed_error if self.computed.in_place else np.zeros_like(x)
        self.computed.backward(x.copy(), a, own, passed_error, d_x)
        return [d_x, *own.gradients]
