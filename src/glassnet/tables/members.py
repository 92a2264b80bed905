"""Networks of a model, computed in float64, so that every runtime finds the same numbers."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from glassnet.engines import loop
from glassnet.engines.numpy import NOTHING_DROPPED, NumpyEngine
from glassnet.errors import ArgumentError
from glassnet.kernels.arrays import Views
from glassnet.layers import Embedding, Layer, Residual, RMSNorm
from glassnet.network.network import Network
from glassnet.support import checks
from glassnet.support.arrays import Floats


def checked_networks(
    networks: Any, n_features: int, index_columns: Mapping[int, int], n_outputs: Sequence[int]
) -> tuple[Network, ...]:
    """Networks that read so many features, embed none but integers, and all have one of these numbers of outputs.

    Raises `ArgumentError` for anything else.
    """
    members = checks.sequence("networks", networks, "[network]")
    if not members:
        raise ArgumentError("networks must hold at least one network")
    for place, network in enumerate(members):
        checks.network(f"networks[{place}]", network)
        if network.layout.n_features != n_features:
            raise ArgumentError(
                f"networks[{place}] reads {network.layout.n_features} features; the preprocessing makes {n_features}"
            )
        outputs = network.plan().n_outputs
        if outputs not in n_outputs:
            raise ArgumentError(
                f"networks[{place}] has {outputs} outputs; the target needs {' or '.join(map(str, n_outputs))}"
            )
        n_outputs = (outputs,)
        _check_embedding(f"networks[{place}]", network.layers[0], index_columns)
    return tuple(members)


def _check_embedding(name: str, layer: Layer, index_columns: Mapping[int, int]) -> None:
    for column, n in layer.pairs if isinstance(layer, Embedding) else ():
        if index_columns.get(column, n + 1) > n:
            raise ArgumentError(
                f"{name} embeds feature {column} with integers from 0 to {n - 1}; the preprocessing makes "
                + (
                    f"those from 0 to {index_columns[column] - 1}"
                    if column in index_columns
                    else "no integers of it"
                )
            )


def in_float64(network: Network) -> Network:
    """A network with the same layers and parameters in float64; an epsilon of the old dtype stays what it was."""
    layers = [_with_epsilon(layer, network.dtype) for layer in network.layers]
    exact = Network(layers, seed=0, dtype="float64", input_shape=network.input_shape)
    exact.parameters = network.parameters
    exact.running_statistics[...] = network.running_statistics
    exact.loss = network.loss
    return exact


def _with_epsilon(layer: Layer, dtype: np.dtype[Any]) -> Layer:
    if isinstance(layer, Residual):
        return Residual([_with_epsilon(inner, dtype) for inner in layer.layers])
    return replace(layer, epsilon=layer.epsilon_in(dtype)) if isinstance(layer, RMSNorm) else layer


class Member:
    """A copy of a network, in float64, that predicts; for a single row in room that stays, one for each thread.

    Attributes
    ----------
    network : Network
        The copy.
    """

    def __init__(self, network: Network) -> None:
        self.network = in_float64(network)
        self.plan, self._rooms = self.network.plan(), threading.local()
        self.activation = None if network.loss is None else network.loss.activation

    def __reduce__(self) -> tuple[Any, ...]:
        return Member, (self.network,)

    def outputs(self, features: Floats) -> Floats:
        """What the network says of each row, after the activation that its loss contains; (n_rows, n_outputs)."""
        if not len(features):
            output = np.empty((0, self.plan.n_outputs))
        elif len(features) == 1:
            output = self._of_one(features)
        else:
            output = NumpyEngine().forward(self.plan, self.network.vectors, features)
        return output if self.activation is None else self.activation.value(output)

    def _of_one(self, features: Floats) -> Floats:
        if not hasattr(self._rooms, "room"):
            vectors = self.network.vectors
            room = (np.empty(self.plan.n_columns), vectors.parameters, vectors.running)
            self._rooms.room = tuple(map(Views, room))
        memory, parameters, running = self._rooms.room
        loop.forward(self.plan.rows, parameters, running, memory, 1, features, NOTHING_DROPPED, False)
        last = self.plan.rows[-1]
        output: Floats = memory[last.a, 1, last.n_outputs].copy()
        return output


def mean_output(members: Sequence[Member], features: Floats) -> Floats:
    """The mean of what networks say; (n_rows, n_outputs)."""
    if len(members) == 1:
        return members[0].outputs(features)
    total = members[0].outputs(features)
    for member in members[1:]:
        total = total + member.outputs(features)
    return total / len(members)
