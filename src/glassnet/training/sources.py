"""Where batches come from: arrays in memory, or a mapped file; :mod:`~glassnet.training.batches` has the iterables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from glassnet.engines.base import Slice
from glassnet.network.random import Streams
from glassnet.support.arrays import Array

# A mapped file smaller than this is read as a whole; of a larger one a few batches are in memory at a time.
IN_MEMORY_BYTES = 64_000_000
MAPPED_BATCHES = 4
PART_ROWS = 4096
ORDER_ENTRIES = 2_000_000
NO_ORDER = np.empty(0, np.int64)


class BatchSource(Protocol):
    """Gives the steps of epochs, a slice at a time."""

    @property
    def batch_size(self) -> int:
        """Samples of the largest batch that is known of."""
        ...

    @property
    def n_steps(self) -> int | None:
        """Steps of an epoch; None where only going through them can tell."""
        ...

    @property
    def gathers(self) -> bool:
        """Whether slices come with an order of rows."""
        ...

    def slices(self, n_epochs: int, streams: Streams, at_once: Callable[[], int]) -> Iterator[Slice]:
        """The next epochs, about ``at_once()`` steps in each slice."""
        ...

    def epochs_at_once(self, steps: int) -> int:
        """How many epochs to go through in one turn, for about so many steps; at least 1."""
        ...

    def parts(self) -> Iterator[tuple[Array, Array]] | None:
        """Samples and targets in their own order, for evaluation; None where there is no second look."""
        ...


@dataclass(frozen=True)
class Memory:
    """Arrays in memory.

    With `shuffles`, every epoch takes the samples in a new order. A single batch of all samples keeps theirs. A sample
    may have several `members`, rows one after the other, which stay together; batches count rows.
    """

    x: Array
    y: Array
    weights: Array
    batch_size: int
    shuffles: bool
    members: int = 1

    @property
    def gathers(self) -> bool:
        """Whether batches come in another order than that of the data."""
        return self.shuffles and self.batch_size < len(self.x)

    @property
    def n_steps(self) -> int:
        """Steps of an epoch; the last batch may be shorter."""
        return -(-len(self.x) // self.batch_size)

    def orders(self, streams: Streams, n_epochs: int) -> list[NDArray[np.int64]]:
        """The order of the samples in each of the next epochs."""
        n = len(self.x)
        return [_drawn(streams, n, self.members) for _ in range(n_epochs)] if self.gathers else []

    def slices(self, n_epochs: int, streams: Streams, at_once: Callable[[], int]) -> Iterator[Slice]:
        """Slices that may reach over several epochs."""
        orders, total, first = self.orders(streams, n_epochs), n_epochs * self.n_steps, 0
        while first < total:
            count = min(at_once(), total - first)
            yield self._slice(orders, first, count)
            first += count

    def _slice(self, orders: list[NDArray[np.int64]], first: int, count: int) -> Slice:
        epochs, places = np.divmod(np.arange(first, first + count), self.n_steps)
        starts = places * self.batch_size
        stops = np.minimum(starts + self.batch_size, len(self.x))
        if not self.gathers:
            return Slice(self.x, self.y, self.weights, NO_ORDER, starts, stops)
        order = np.concatenate(orders[epochs[0] : epochs[-1] + 1])
        offsets = (epochs - epochs[0]) * len(self.x)
        return Slice(self.x, self.y, self.weights, order, starts + offsets, stops + offsets)

    def epochs_at_once(self, steps: int) -> int:
        """As many as the steps make, but not more than `ORDER_ENTRIES` places to draw."""
        limit = ORDER_ENTRIES // len(self.x) if self.gathers else steps
        return max(1, min(limit, steps // self.n_steps))

    def parts(self) -> Iterator[tuple[Array, Array]]:
        yield self.x, self.y


@dataclass(frozen=True)
class FileRows:
    """Some rows of a mapped file, read when they are asked for."""

    file: NDArray[Any]
    chosen: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.chosen)

    def __getitem__(self, places: NDArray[np.int64] | slice) -> NDArray[Any]:
        rows: NDArray[Any] = self.file[self.chosen[places]]
        return rows


@dataclass(frozen=True)
class Mapped:
    """A file mapped into memory, larger than what should be read at once; targets and weights are in memory.

    Batches hold the same samples in the same order as they would from memory.
    """

    file: NDArray[Any] | FileRows
    y: Array
    weights: Array
    batch_size: int
    shuffles: bool
    members: int = 1
    gathers = False

    @property
    def n_steps(self) -> int:
        """Steps of an epoch; the last batch may be shorter."""
        return -(-len(self.y) // self.batch_size)

    def rows(self, places: NDArray[np.int64] | slice) -> Array:
        """These samples, read and converted."""
        return _read(self.file[places], self.y.dtype)

    def slices(self, n_epochs: int, streams: Streams, at_once: Callable[[], int]) -> Iterator[Slice]:
        """Slices of at most `MAPPED_BATCHES` batches."""
        n = len(self.y)
        gathers = self.shuffles and self.batch_size < n
        for _ in range(n_epochs):
            order = _drawn(streams, n, self.members) if gathers else np.arange(n)
            step = 0
            while step < self.n_steps:
                count = min(at_once(), MAPPED_BATCHES, self.n_steps - step)
                places = order[step * self.batch_size : (step + count) * self.batch_size]
                starts = np.arange(count) * self.batch_size
                stops = np.minimum(starts + self.batch_size, len(places))
                yield Slice(self.rows(places), self.y[places], self.weights[places], NO_ORDER, starts, stops)
                step += count

    def epochs_at_once(self, steps: int) -> int:
        return 1

    def parts(self) -> Iterator[tuple[Array, Array]]:
        """A few thousand rows at a time."""
        yield from Held(self.file, self.y).parts()


@dataclass(frozen=True)
class Held:
    """Samples, checked arrays or a mapped file, targets, and weights of mean 1 (n,), to look at and not to train on."""

    x: NDArray[Any] | FileRows
    y: Array
    weights: Array | None = None

    def parts(self) -> Iterator[tuple[Array, Array]]:
        """Samples and targets: arrays at once, of a mapped file a few thousand rows at a time."""
        size = PART_ROWS if isinstance(self.x, np.memmap | FileRows) else len(self.x)
        for start in range(0, len(self.x), size):
            part = slice(start, start + size)
            yield _read(self.x[part], self.y.dtype), self.y[part]


def _drawn(streams: Streams, n_rows: int, members: int) -> NDArray[np.int64]:
    """The rows in a new order, in which those of a sample follow each other."""
    order = streams.draw_order(n_rows // members)
    return order if members == 1 else (members * order[:, None] + np.arange(members)).reshape(-1)


def _read(samples: NDArray[Any], dtype: DTypeLike) -> Array:
    rows = np.require(samples, dtype, ["C_CONTIGUOUS", "ALIGNED"])
    return rows.reshape(len(rows), -1)
