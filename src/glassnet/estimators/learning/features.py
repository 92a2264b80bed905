"""How an estimator comes from rows to features, and from a network to what a model reads of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from glassnet.estimators.learning.heads import SIGNS, NetworkEnd
from glassnet.network.network import Network
from glassnet.support.arrays import Array
from glassnet.tables.operations import Date, Number
from glassnet.tables.preprocessing import Preprocessing
from glassnet.tables.table import Table

if TYPE_CHECKING:
    from glassnet.estimators.learning.rows import Rows


@dataclass
class Reading:
    """Tables that are in memory. Set :attr:`NetworkEstimator.reading` to one of your own before a fit."""

    keep: Sequence[str] = ()  # columns that are read although they look like identifiers, or say nothing

    @property
    def merges(self) -> bool:
        """Whether equal rows may be put together before training."""
        return True

    def shown(self, table: Table) -> Table:
        """The rows of which the numbers of the preprocessing are: all, or a sample."""
        return table

    def features(self, preprocessing: Preprocessing, table: Table, dtype: str) -> Array:
        """The features of a table, in the dtype of a network."""
        return preprocessing.transform(table, np.dtype(dtype))

    def asked(self, held: Sequence[tuple[Network, Rows]]) -> Sequence[tuple[Network, Rows]]:
        """Of rows that were held back those that are predicted after training, with their networks."""
        return held


def telling(network: Network, end: NetworkEnd) -> Network:
    """The network whose outputs a model can read: those that it tells, in its order; of margins a sigmoid."""
    if end.told is None and end.form != SIGNS:
        return network
    last = network.layers[-1]
    places = np.arange(last.units) if end.told is None else np.array(end.told)
    activation = "sigmoid" if end.form == SIGNS else last.activation
    layers = [*network.layers[:-1], replace(last, units=len(places), activation=activation)]
    teller = Network(layers, seed=0, dtype=network.dtype.name, input_shape=network.input_shape)
    n_before = network.layout.n_parameters - last.weights.size - last.bias.size
    teller.parameters[:n_before] = network.parameters[:n_before]
    teller.layers[-1].weights, teller.layers[-1].bias = last.weights[:, places], last.bias[places]
    teller.running_statistics[...] = network.running_statistics
    return teller


def in_full(preprocessing: Preprocessing) -> Preprocessing:
    """The same preprocessing, that reads every number in float64."""
    operations = [
        replace(each, precision="float64") if isinstance(each, Number) else each
        for each in preprocessing.operations
    ]
    return Preprocessing(
        operations, preprocessing.notes, named=preprocessing.named, n_columns=preprocessing.n_columns
    )


def numbers_of(preprocessing: Preprocessing) -> list[int]:
    """Which features are numbers of the table: not indices, one-hot columns, parts of dates or indicators."""
    places, start = [], 0
    for operation in preprocessing.operations:
        if isinstance(operation, Number | Date):
            places.append(start)
        start += len(operation.features)
    return places
