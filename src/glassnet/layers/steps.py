"""What a layer computes in prediction, as a few named steps.

A layer describes itself once, in :meth:`glassnet.layers.Layer.describe`; who reads the description decides what a
value is. To ONNX it is the name of a result, to the torch engine and to programs a name in lines of PyTorch, to an
exported model a step of it, to the trace the arithmetic of one unit. Values are arrays ``(n_samples, width)``; numbers
of one row belong to every sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import numpy as np

V = TypeVar("V")


class Steps(Protocol[V]):
    """The steps that a description is made of.

    Attributes
    ----------
    dtype : numpy.dtype
        Of the network.
    """

    dtype: np.dtype[Any]

    def row(self, name: str) -> V:
        """The layer's array called `name`, all its entries in one row."""
        ...

    def formula(self, wish: str, text: str, **letters: V | float) -> V:
        """A formula of :mod:`glassnet.support.expressions`, entry by entry; `wish` says what it gives."""
        ...

    def mean(self, x: V) -> V:
        """The mean of each sample, ``(n_samples, 1)``."""
        ...

    def product(self, x: V, name: str, parts: int = 1) -> V:
        """X W, W the array called `name`, (width, new width).

        With more `parts`, each of as many equal parts of the columns of X is multiplied by its own rows of W
        ``(width, width of a new part)``, and the new parts stand side by side.
        """
        ...

    def columns(self, x: V, places: Sequence[int]) -> V:
        """These columns, in this order; one may stand there several times."""
        ...

    def lookup(self, x: V, column: int, name: str, start: int, stop: int) -> V:
        """Of the array called `name`, among its rows from `start` to `stop`, that which a column of integers counts."""
        ...

    def joined(self, values: Sequence[V]) -> V:
        """Values side by side, in this order."""
        ...


class TrainingSteps(Steps[V], Protocol[V]):
    """Steps of training, where samples of a batch may meet."""

    def mean_of_batch(self, x: V) -> V:
        """The mean of each column over the samples, in one row."""
        ...
