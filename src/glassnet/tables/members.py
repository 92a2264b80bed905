"""Networks of a model, computed in float64, so that every runtime finds the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.engines.numpy import NumpyEngine
from glassnet.errors import ArgumentError
from glassnet.layers import Layer, Residual, RMSNorm
from glassnet.network.network import Network
from glassnet.support import checks

Array = NDArray[Any]
Floats = NDArray[np.float64]


def checked_networks(networks: Any, n_features: int, n_outputs: Sequence[int]) -> tuple[Network, ...]:
    """Networks that read so many features and have one of these numbers of outputs.

    Raises
    ------
    ArgumentError
        For anything else.
    """
    found = checks.sequence("networks", networks, "[network]")
    if not found:
        raise ArgumentError("networks must hold at least one network")
    for place, network in enumerate(found):
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
    return tuple(found)


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


def mean_output(networks: Sequence[Network], features: Floats) -> Floats:
    """The mean of what networks say, each after the activation that its loss contains; (n_rows, n_outputs)."""
    total = _output(networks[0], features)
    for network in networks[1:]:
        total += _output(network, features)
    return total / len(networks)


def _output(network: Network, features: Floats) -> Floats:
    output = NumpyEngine().forward(network.plan(), network.vectors, features)
    return output if network.loss is None else network.loss.activation.value(output)
