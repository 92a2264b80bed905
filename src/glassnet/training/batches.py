"""An iterable of batches as the source of training."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.engines.base import Slice
from glassnet.errors import ArgumentError, DataError
from glassnet.losses import Loss
from glassnet.network import inputs
from glassnet.network.inputs import Meaning
from glassnet.network.random import Streams
from glassnet.plan import Plan
from glassnet.support.arrays import Array
from glassnet.training.refusals.suitability import refuse_unsuitable
from glassnet.training.sources import NO_ORDER

if TYPE_CHECKING:
    from glassnet.network.network import Network


class Batches:
    """An iterable of batches ``(X, y)`` or ``(X, y, weights)``, gone through once in every epoch.

    Parameters
    ----------
    batches : iterable
        Each batch is checked as it comes. A generator can be gone through only once, so it serves one epoch.
    first : tuple
        The first batch, its samples as rows.
    table : Plan
        Of the network, with the loss.
    meaning : Meaning
        What is known of columns and classes; batches of several classes add to it.
    mean_weight : float or None
        Of all samples; None where batches hold no weights.
    """

    gathers = False

    def __init__(
        self, batches: Iterable[Any], first: tuple[Any, ...], network: Network, loss: Loss, table: Plan,
        meaning: Meaning, mean_weight: float | None,
    ) -> None:  # fmt: skip
        self.batches, self.first, self.batch_size = batches, first, len(first[0])
        self.loss = loss
        self.dtype, self.layers, self.table = network.dtype, network.layers, table
        self.meaning, self.mean_weight = meaning, mean_weight
        self.n_steps = len(batches) if isinstance(batches, Sized) else None

    def slices(self, n_epochs: int, streams: Streams, at_once: Callable[[], int]) -> Iterator[Slice]:
        """One slice for each batch."""
        for _ in range(n_epochs):
            empty = True
            for number, batch in enumerate(self.batches):
                empty = False
                yield self._slice(number, batch)
            if empty:
                raise DataError(
                    "the iterable of batches gave none; a generator is used up after one epoch: "
                    "pass an object whose __iter__ starts anew, or a list"
                )

    def _slice(self, number: int, batch: Any) -> Slice:
        X, y, *weights = as_batch(batch)
        name, shape = f"X of batch {number}", self.table.layout.input_shape
        rows = inputs.rows(name, X, self.loss, shape)
        x = inputs.features(name, rows, self.dtype, shape, self.layers[0], self.meaning)
        targets = inputs.targets(
            f"y of batch {number}", y, self.loss, len(x), self.table.n_outputs, self.dtype, self.meaning
        )
        refuse_unsuitable(self.layers, self.table, self.loss, f"y of batch {number}", targets)
        self.meaning = self.meaning.with_rows(targets, self.loss)
        column = np.ascontiguousarray(self._weights(number, weights, len(x))[:, None], self.dtype)
        self.batch_size = max(self.batch_size, len(x))
        return Slice(x, targets, column, NO_ORDER, np.zeros(1, np.int64), np.array([len(x)], np.int64))

    def _weights(self, number: int, rest: list[Any], n_samples: int) -> Array:
        """Weights of a batch's rows, in the measure of all of them."""
        k, name = self.loss.rows_per_sample, f"weights of batch {number}"
        weights = np.repeat(inputs.sample_weights(rest[0] if rest else None, n_samples // k, name), k)
        if rest and self.mean_weight is None:
            raise DataError(
                f"batch {number} holds weights and the first batch holds none; give all batches weights"
            )
        return weights if self.mean_weight is None else inputs.relative(weights, self.mean_weight)

    def epochs_at_once(self, steps: int) -> int:
        return 1

    def parts(self) -> None:
        """None: batches are seen once."""
        return None


def as_batch(batch: Any) -> tuple[Any, ...]:
    """A batch of an iterable as (X, y) or (X, y, weights)."""
    if not isinstance(batch, (tuple, list)) or len(batch) not in (2, 3):
        raise ArgumentError(
            "an iterable must give batches (X, y) or (X, y, weights); "
            f"it gave {type(batch).__name__}" + (f" of {len(batch)}" if hasattr(batch, "__len__") else "")
        )
    return tuple(batch)


def peeked(batches: Iterable[Any]) -> tuple[Iterable[Any], tuple[Any, ...]]:
    """The iterable as it was, and its first batch; an iterator gets that batch back in front."""
    iterator = iter(batches)
    first = next(iterator, None)
    if first is None:
        raise DataError("the iterable of batches is empty; at least one batch (X, y) is needed")
    return (chain([first], iterator) if iterator is batches else batches), as_batch(first)


def mean_weight(batches: Iterable[Any], first: tuple[Any, ...], loss: Loss) -> float | None:
    """The mean weight of all samples, for which the iterable is gone through once; None where there are no weights.

    Raises `ArgumentError` if it can be gone through only once, or the loss takes no weights; `DataError` if all
    weights are 0.
    """
    if len(first) < 3:
        return None
    inputs.refuse_weights_of_pairs(loss, first[2])
    if isinstance(batches, Iterator):
        raise ArgumentError(
            "weights in batches are divided by the mean of all of them, and an iterator can be gone through only "
            "once; pass an object whose __iter__ starts anew, such as a list"
        )
    weights = []
    for number, batch in enumerate(batches):
        X, _, *rest = as_batch(batch)
        n_samples = len(X[0]) if inputs.are_parts(X, loss) else len(X)
        weights.append(
            inputs.sample_weights(rest[0] if rest else None, n_samples, f"weights of batch {number}")
        )
    together = np.concatenate(weights)
    inputs.relative(together)
    return float(together.mean())
