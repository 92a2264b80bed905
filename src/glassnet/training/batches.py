"""Which samples make which batch, epoch after epoch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassnet.random import Streams


@dataclass(frozen=True)
class Batches:
    """Batches of `size` samples; the last one of an epoch may be shorter.

    With `shuffles`, every epoch takes the samples in a new order. A single batch of all samples keeps theirs.
    """

    n_samples: int
    size: int
    shuffles: bool

    @property
    def gathers(self) -> bool:
        """Whether batches come in another order than that of the data."""
        return self.shuffles and self.size < self.n_samples

    @property
    def per_epoch(self) -> int:
        """Steps of an epoch."""
        return -(-self.n_samples // self.size)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Samples of each batch of an epoch."""
        edges = np.minimum(np.arange(self.per_epoch + 1) * self.size, self.n_samples)
        return np.diff(edges)

    def orders(self, streams: Streams, n_epochs: int) -> list[NDArray[np.int64]]:
        """The order of the samples in each of the next epochs."""
        if not self.gathers:
            return [np.empty(0, np.int64)] * n_epochs
        return [streams.draw_order(self.n_samples) for _ in range(n_epochs)]

    def steps(
        self, orders: list[NDArray[np.int64]], first: int, count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Order of rows, and starts and stops of batches, for `count` steps from step `first` of these epochs.

        Without gathering the order is empty; starts and stops are rows of the data themselves.
        """
        epochs, places = np.divmod(np.arange(first, first + count), self.per_epoch)
        starts = places * self.size
        stops = np.minimum(starts + self.size, self.n_samples)
        if not self.gathers:
            return np.empty(0, np.int64), starts, stops
        order = np.concatenate(orders[epochs[0] : epochs[-1] + 1])
        offsets = (epochs - epochs[0]) * self.n_samples
        return order, starts + offsets, stops + offsets
