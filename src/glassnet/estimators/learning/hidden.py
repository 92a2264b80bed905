"""Outputs of hidden layers, and places that a loss of pairs or triplets learns."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet import losses
from glassnet.engines.numpy import NumpyEngine
from glassnet.errors import ArgumentError
from glassnet.estimators.learning.heads import INTEGERS, NetworkEnd, takes
from glassnet.estimators.presets import Task
from glassnet.layers import Activation, Dense
from glassnet.losses import Loss
from glassnet.network.network import Network
from glassnet.support.arrays import Array, Floats
from glassnet.tables.members import in_float64
from glassnet.tables.preprocessing import Preprocessing
from glassnet.tables.table import Table

DIMENSIONS = 16


def embedding_head(loss: Any, dimensions: int | None) -> NetworkEnd:
    """The end of a network whose outputs are places."""
    return NetworkEnd(losses.get(loss), "linear", dimensions or DIMENSIONS, INTEGERS)


def task_of(task: str, loss: str | Loss | None, y: Array) -> Task:
    """What y is, where nobody says so: text, True and False and integers are classes, other numbers values."""
    if task != "auto":
        return _TASKS[task]
    if loss is not None and takes(losses.get(loss)) in _OF_NUMBERS:
        return _OF_NUMBERS[takes(losses.get(loss))]
    if y.ndim == 2:
        return "labels" if bool(np.isin(y, (0, 1)).all()) else "values"
    return "values" if y.dtype.kind == "f" else "classes"


_TASKS: dict[str, Task] = {"classes": "classes", "labels": "labels", "values": "values", "counts": "counts"}
_OF_NUMBERS: dict[str, Task] = {"rates": "counts", "log_rates": "counts", "values": "values"}


class Features:
    """The outputs of one layer of a network, computed in float64.

    Parameters
    ----------
    preprocessing : Preprocessing
    network : Network
    layer : int or None
        Which hidden layer, -1 for the last; None for the outputs of the network.
    """

    def __init__(self, preprocessing: Preprocessing, network: Network, layer: int | None) -> None:
        self.preprocessing = preprocessing
        self.network = network if layer is None else cut(network, layer)
        self._exact = in_float64(self.network)

    @property
    def n_features(self) -> int:
        """How many numbers each row gets."""
        return self.network.plan().n_outputs

    def transform(self, table: Table) -> Floats:
        """The numbers of each row, (n_rows, n_features)."""
        features = self.preprocessing.transform(table)
        return np.asarray(NumpyEngine().forward(self._exact.plan(), self._exact.vectors, features))


def cut(network: Network, layer: int) -> Network:
    """The network up to a hidden layer, its activation included, with the same parameters.

    Raises `ArgumentError` if there is no such layer.
    """
    ends = _ends(network)
    if not -len(ends) <= layer < len(ends):
        raise ArgumentError(
            f"layer must be one of the {len(ends)} hidden layers, counted from 0, or from -1 backwards; got {layer}"
            if ends
            else "this network has no hidden layer whose outputs could be given; set hidden, such as hidden=(64,)"
        )
    layers = network.layers[: ends[layer]]
    part = Network(list(layers), seed=0, dtype=network.dtype.name, input_shape=network.input_shape)
    part.parameters = network.parameters[: len(part.parameters)]
    part.running_statistics[...] = network.running_statistics[: len(part.running_statistics)]
    return part


def _ends(network: Network) -> list[int]:
    """How many layers reach to the end of each hidden layer: a dense one, or the activation behind its batch norm."""
    dense = [place for place, layer in enumerate(network.layers[:-1]) if isinstance(layer, Dense)]
    ends = []
    for place in dense:
        behind = network.layers[place + 1 : place + 3]
        activated = len(behind) == 2 and isinstance(behind[1], Activation)
        ends.append(place + (3 if activated else 1))
    return ends
