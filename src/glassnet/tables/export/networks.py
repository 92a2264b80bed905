"""Networks as steps of a program: what each row of a plan computes in prediction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.activations import ActivationFunction, Linear
from glassnet.errors import ArgumentError
from glassnet.layers import Embedding, Layer, Periodic
from glassnet.network.network import Network
from glassnet.plan import ACTIVATION, BATCH_NORM, BRANCH, DENSE, DROPOUT, LAYER_NORM, NOWHERE, SUM, Row
from glassnet.tables.program import Program

Array = NDArray[Any]


def write_network(program: Program, network: Network, features: str) -> str:
    """The output of a network that reads a value of a program, after the activation that its loss contains.

    Raises
    ------
    ArgumentError
        If a layer or an activation has no formula that can be written down.
    """
    values = {NOWHERE: features}
    for row in network.plan().rows:
        values[row.a] = _of_row(program, network, row, values)
    output = values[network.plan().rows[-1].a]
    if network.loss is None:
        return output
    return write_activation(program, network.loss.activation, output)


def write_activation(program: Program, activation: ActivationFunction, z: str) -> str:
    """An activation by the formula of its facts; of one of rows, the largest entry is taken away before."""
    if activation == Linear():
        return z
    if activation.facts is None:
        raise ArgumentError(
            f"the activation {activation!r} has no written formula; replace it by a built-in activation to export"
        )
    if activation.facts.is_of_rows:
        z = program.shifted(z)
    letters = {field.name: getattr(activation, field.name) for field in fields(activation)}
    return program.formula("a", activation.facts.value, z=z, **letters)


def _of_row(program: Program, network: Network, row: Row, values: dict[int, str]) -> str:
    x = values[row.source]
    if row.own is not None and row.own.layer.facts is not None:
        weights = _own(network, row)[0]
        return program.formula("a", row.own.layer.facts.value, x=x, w=weights)
    if row.kind not in _KINDS:
        raise ArgumentError(f"layer {row.layer}, {network.layers[row.layer]!r}, cannot be exported")
    if row.kind == SUM:
        return program.formula("sum", "x + y", x=x, y=values[row.z])
    return _KINDS[row.kind](program, network, row, x)


def _dense(program: Program, network: Network, row: Row, x: str) -> str:
    size = row.n_inputs * row.n_outputs
    weights = network.parameters[row.weights : row.weights + size].reshape(row.n_inputs, row.n_outputs)
    z = program.product(x, weights)
    if row.bias != NOWHERE:
        bias = network.parameters[row.bias : row.bias + row.n_outputs]
        z = program.formula("z", "z + bias", z=z, bias=bias)
    return write_activation(program, row.activation, z)


def _activation(program: Program, network: Network, row: Row, x: str) -> str:
    return write_activation(program, row.activation, x)


def _same(program: Program, network: Network, row: Row, x: str) -> str:
    """What changes nothing in prediction: dropout, and the beginning of a residual layer."""
    return x


def _own(network: Network, row: Row) -> list[Array]:
    """The parameters of a layer that is computed by itself, each (n,) or (rows, columns)."""
    places = row.own.parameters if row.own is not None else ()
    return [_at(network.parameters, place) for place in places]


def _statistics(network: Network, row: Row) -> list[Array]:
    places = row.own.statistics if row.own is not None else ()
    return [_at(network.running_statistics, place) for place in places]


def _at(vector: Array, place: tuple[int, int, int]) -> Array:
    start, rows, columns = place
    found = vector[start : start + rows * columns].reshape(rows, columns)
    return found[0] if rows == 1 else found


def _batch_norm(program: Program, network: Network, row: Row, x: str) -> str:
    weights, bias = _own(network, row)
    mean, variance = _statistics(network, row)
    factor = weights / np.sqrt(variance + row.epsilon)
    return program.formula("a", "(x - mean) * w + b", x=x, mean=mean, w=factor, b=bias)


def _layer_norm(program: Program, network: Network, row: Row, x: str) -> str:
    weights, bias = _own(network, row)
    n = float(row.n_inputs)
    centered = program.formula("centered", "x - sum(x) / n", x=x, n=n)
    text = "x / sqrt(sum(x**2) / n + epsilon) * w + b"
    return program.formula("a", text, x=centered, n=n, epsilon=row.epsilon, w=weights, b=bias)


def _rms_norm(program: Program, network: Network, row: Row, x: str) -> str:
    layer = _layer(row)
    epsilon = layer.epsilon_in(network.dtype)
    text = "x / sqrt(sum(x**2) / n + epsilon) * w"
    weights = _own(network, row)[0]
    return program.formula("a", text, x=x, n=float(row.n_inputs), epsilon=epsilon, w=weights)


def _embedding(program: Program, network: Network, row: Row, x: str) -> str:
    layer = _layer(row)
    if not isinstance(layer, Embedding):
        raise ArgumentError(f"layer {row.layer} is no Embedding")
    passing = layer.passing(row.n_inputs)
    weights = _own(network, row)[0].reshape(-1, layer.dimension)
    parts = [program.columns(x, passing)] if passing else []
    for (column, n), offset in zip(layer.pairs, layer.offsets, strict=True):
        chosen = program.columns(x, [column])
        parts.append(program.lookup(chosen, weights[offset : offset + n]))
    return program.joined(parts)


def _periodic(program: Program, network: Network, row: Row, x: str) -> str:
    layer = _layer(row)
    if not isinstance(layer, Periodic):
        raise ArgumentError(f"layer {row.layer} is no Periodic")
    lengths, phases, _, weights, offsets = layer.matrices(row.n_inputs)
    angles = program.product(x, lengths)
    waves = program.formula("waves", "cos(z + phases)", z=angles, phases=phases)
    learned = program.formula("learned", "z + offsets", z=program.product(waves, weights), offsets=offsets)
    return program.joined([x, learned])


def _layer(row: Row) -> Any:
    layer: Layer | None = row.own.layer if row.own is not None else None
    return layer


_KINDS: dict[str, Callable[[Program, Network, Row, str], str]] = {
    DENSE: _dense, ACTIVATION: _activation, DROPOUT: _same, BRANCH: _same, BATCH_NORM: _batch_norm,
    LAYER_NORM: _layer_norm, "rms_norm": _rms_norm, "embedding": _embedding, "periodic": _periodic, SUM: _same,
}  # fmt: skip
