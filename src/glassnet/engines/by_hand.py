"""A forward and a backward pass by hand, as :meth:`glassnet.Network.forward` offers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from glassnet import plan
from glassnet.engines import loop
from glassnet.errors import ShapeError
from glassnet.kernels import arrays
from glassnet.support.arrays import Array

if TYPE_CHECKING:
    from glassnet.network.flat import FlatNetwork


class HandPass:
    """Memory of a forward pass by hand, for batches of one size."""

    def __init__(self, network: FlatNetwork, size: int) -> None:
        self.network, self.size = network, size
        self.plan = plan.build(network.layers, network.layout, input_gradient=True)
        self.memory = arrays.Views(np.zeros(self.plan.n_columns * size, network.dtype))

    def forward(self, x: Array, shape: tuple[int, ...]) -> Array:
        """The output for `x`, rows of samples of this shape."""
        vectors, self.x, self.shape = self.network.vectors, x, shape
        epochs = np.array([self.network.steps_by_hand])
        self.masks = self.network.streams.draw_masks(self.plan, np.array([self.size]), epochs)
        self.dropped = loop.Dropped(self.masks, 0, self.plan.drop_rates(epochs)[0].tolist())
        loop.forward(
            self.plan.rows, arrays.Views(vectors.parameters), arrays.Views(vectors.running),
            self.memory, self.size, x, self.dropped, True,
        )  # fmt: skip
        return self._last("a").copy()

    def backward(self, gradient: Array) -> Array:
        """The gradient with respect to those samples; the network's vector of gradients is filled."""
        error = self._last("error")
        if gradient.shape != error.shape:
            raise ShapeError(
                f"backward needs a gradient of the output's shape {error.shape}; got {gradient.shape}"
            )
        error[...] = gradient
        vectors = self.network.vectors
        loop.backward(
            self.plan.rows, arrays.Views(vectors.parameters), arrays.Views(vectors.gradients),
            self.memory, self.size, self.x, self.dropped,
        )  # fmt: skip
        first = self.plan.rows[0]
        return (
            self.memory[first.source_error * self.size, self.size, first.n_inputs].reshape(self.shape).copy()
        )

    @property
    def dropout_masks(self) -> tuple[Array, ...]:
        """What each dropout layer kept: 1 or 0, (n_samples, n_units)."""
        rows = [row for row in self.plan.rows if row.kind == plan.DROPOUT]
        cuts = [(row.mask * self.size, (row.mask + row.n_outputs) * self.size) for row in rows]
        return tuple(self.masks[start:stop].reshape(self.size, -1) for start, stop in cuts)

    def _last(self, field: str) -> Array:
        last = self.plan.rows[-1]
        return self.memory[getattr(last, field) * self.size, self.size, last.n_outputs]
