"""Networks as steps of a program: what each row of a plan computes in prediction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from glassnet.activations import ActivationFunction, Linear
from glassnet.errors import ArgumentError
from glassnet.layers import Layer
from glassnet.layers.base import is_described
from glassnet.layers.trial import refuse_misdescribed
from glassnet.network.network import Network
from glassnet.plan import ACTIVATION, BRANCH, DENSE, DROPOUT, NOWHERE, SUM, Row
from glassnet.tables.program import Program


def write_network(program: Program, network: Network, features: str) -> str:
    """The output of a network that reads a value of a program, after the activation that its loss contains.

    Raises `ArgumentError` if a layer or an activation has no formula that can be written down.
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
    if row.kind == SUM:
        return program.formula("sum", "x + y", x=x, y=values[row.z])
    if row.kind in _KINDS:
        return _KINDS[row.kind](program, network, row, x)
    if row.own is None or not is_described(row.own.layer):
        raise ArgumentError(f"layer {row.layer}, {network.layers[row.layer]!r}, cannot be exported")
    refuse_misdescribed(row.own.layer, row.own.input_shape)
    described = _Described(program, row.own.layer, network.dtype)
    return str(row.own.layer.describe(described, x, row.n_inputs))


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


_KINDS: dict[str, Callable[[Program, Network, Row, str], str]] = {
    DENSE: _dense, ACTIVATION: _activation, DROPOUT: _same, BRANCH: _same,
}  # fmt: skip


class _Described:
    """Steps of a built layer as steps of a program; a value is its name there, or numbers of one row."""

    def __init__(self, program: Program, layer: Layer, dtype: np.dtype[Any]) -> None:
        self.program, self.layer, self.dtype = program, layer, dtype

    def row(self, name: str) -> Any:
        return self.layer.view(name).reshape(-1)

    def formula(self, wish: str, text: str, **letters: Any) -> Any:
        return self.program.formula(wish, text, **letters)

    def mean(self, x: Any) -> Any:
        return self.program.mean(x)

    def product(self, x: Any, name: str, parts: int = 1) -> Any:
        return self.program.product(x, self.layer.view(name), parts)

    def columns(self, x: Any, places: Sequence[int]) -> Any:
        return self.program.columns(x, places)

    def lookup(self, x: Any, column: int, name: str, start: int, stop: int) -> Any:
        return self.program.lookup(self.program.columns(x, [column]), self.layer.view(name)[start:stop])

    def joined(self, values: Sequence[Any]) -> Any:
        return self.program.joined(values)
