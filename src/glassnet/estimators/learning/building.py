"""Networks from settings, and the options that they are trained by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.callbacks import Callback, EarlyStopping
from glassnet.estimators.learning.heads import NetworkEnd
from glassnet.estimators.presets import Settings
from glassnet.layers import BatchNorm, Layer
from glassnet.network.network import Network
from glassnet.network.random import Random
from glassnet.optimizers import Adam, Optimizer
from glassnet.schedules import Schedule
from glassnet.tables.operations import Date, Number
from glassnet.tables.preprocessing import Preprocessing

Array = NDArray[Any]


@dataclass(frozen=True)
class Work:
    """What all members of an ensemble share.

    Attributes
    ----------
    settings : Settings
    head : NetworkEnd
    preprocessing : Preprocessing
    callbacks : sequence
        The user's own.
    shuffle : bool
    engine, device : str
    epochs : int
        Of this call.
    constant_rate : float or None
        In place of the schedule, where nobody knows how many epochs will follow.
    """

    settings: Settings
    head: NetworkEnd
    preprocessing: Preprocessing
    callbacks: Sequence[Callback | Callable[..., Any]]
    shuffle: bool
    engine: str
    device: str
    epochs: int
    constant_rate: bool = False

    def network(self, seed: int | Random) -> Network:
        """A new network for these features."""
        n_features = self.preprocessing.n_features
        layers: list[Layer] = self.settings.hidden_layers(
            n_features, self.preprocessing.index_columns, numbers_of(self.preprocessing)
        )
        layers.append(self.settings.output_layer(n_features, self.head.n_outputs, self.head.activation))
        return Network(layers, seed=seed, dtype=self.settings.dtype, input_shape=n_features)

    def optimizer(self) -> Optimizer:
        """By its schedule, or at one rate; one that takes no steps cannot go on from batch to batch."""
        settings = self.settings
        if not self.constant_rate:
            return settings.scheduled_optimizer()
        if not settings.optimizer.takes_steps:
            return Adam()
        rate: Any = settings.learning_rate
        return (
            settings.optimizer
            if isinstance(rate, Schedule)
            else replace(settings.optimizer, learning_rate=rate)
        )

    def batch_size(self, n_rows: int) -> int | None:
        """That of the settings; with batch norm, none that leaves a batch of one row."""
        size = self.settings.batch_size
        if size is None or size >= n_rows or not _normalises(self.settings):
            return size
        while n_rows % size == 1:
            size += 1
        return size

    def stopping(self) -> list[EarlyStopping]:
        """The callback that chooses the best epoch."""
        return self.settings.stopping()


def _normalises(settings: Settings) -> bool:
    return any(isinstance(layer, BatchNorm) for layer in settings.hidden_layers(1, {}, [0]))


def numbers_of(preprocessing: Preprocessing) -> list[int]:
    """Which features are numbers of the table: not indices, one-hot columns, parts of dates or indicators."""
    found, start = [], 0
    for operation in preprocessing.operations:
        if isinstance(operation, Number | Date):
            found.append(start)
        start += len(operation.features)
    return found


def features_of(preprocessing: Preprocessing, table: Any, dtype: str) -> Array:
    """The features of a table, in the dtype of a network."""
    return preprocessing.transform(table, np.dtype(dtype))
