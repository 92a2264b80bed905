"""What a layer describes, as operators of a graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from glassnet.bridges.onnx.values import Nodes, Value
from glassnet.layers import Layer


def write_described(graph: Nodes, layer: Layer, x: str, n_inputs: int, output: str) -> str:
    """The operators of a built layer that reads the value x; their result is called `output`."""
    result = layer.describe(Operators(graph, layer), x, n_inputs)
    for node in graph.nodes:
        if list(node.output) == [result]:
            node.name = node.output[0] = output
    return output


class Operators:
    """Steps as operators; a value is the name of a result."""

    def __init__(self, graph: Nodes, layer: Layer) -> None:
        self.graph, self.layer, self.dtype = graph, layer, graph.dtype

    def _array(self, name: str) -> Any:
        return np.ascontiguousarray(self.layer.view(name), self.dtype)

    def row(self, name: str) -> str:
        return self.graph.constant(self._array(name).reshape(-1))

    def formula(self, wish: str, text: str, **letters: str | float) -> str:
        return self.graph.formula(
            text, {letter: self._value(value) for letter, value in letters.items()}
        ).name

    def _value(self, value: str | float) -> Value:
        return self.graph.value(value) if isinstance(value, str) else self.graph.number(value)

    def mean(self, x: str) -> str:
        return self.graph.mean(x)

    def product(self, x: str, name: str, parts: int = 1) -> str:
        return self.graph.product(x, self._array(name), parts)

    def columns(self, x: str, places: Sequence[int]) -> str:
        return self.graph.node("Gather", x, self.graph.integers(places), axis=1)

    def lookup(self, x: str, column: int, name: str, start: int, stop: int) -> str:
        graph = self.graph
        values = graph.node("Gather", x, graph.integers(column), axis=1)
        whole = graph.node("Cast", values, to=graph.onnx.TensorProto.INT64)
        return graph.node("Gather", graph.constant(self._array(name)[start:stop]), whole, axis=0)

    def joined(self, values: Sequence[str]) -> str:
        return self.graph.node("Concat", *values, axis=1)
