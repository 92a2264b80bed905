"""Shapes that an ONNX file computes from the number of its samples, as exporters write ``x.view(x.size(0), -1)``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

# What leads from a value to the number of its samples.
_OF_SIZES = ("Shape", "Gather", "Slice", "Cast", "Squeeze", "Unsqueeze")


def known(nodes: Sequence[Any], constants: dict[str, NDArray[Any]]) -> list[Any]:
    """The operators without those that compute shapes, which become constants."""
    makers = {name: node for node in nodes for name in node.output}
    done: set[int] = set()
    for node in nodes:
        shape = makers.get(node.input[1]) if node.op_type == "Reshape" and len(node.input) == 2 else None
        if shape is None or shape.op_type != "Concat" or len(shape.input) != 2:
            continue
        steps, size = _steps(shape.input[0], node.input[0], makers), constants.get(shape.input[1])
        if steps and size is not None and size.size == 1:
            constants[node.input[1]] = np.array([0 if size.item() == -1 else -1, size.item()])
            done |= {id(step) for step in (*steps, shape)}
    return [node for node in nodes if id(node) not in done]


def _steps(value: str, start: str, makers: dict[str, Any]) -> list[Any]:
    """The operators that tell a size of one value and lead to another; none if others do."""
    steps: list[Any] = []
    while value != start:
        node = makers.get(value)
        if node is None or node.op_type not in _OF_SIZES:
            return []
        steps.append(node)
        value = node.input[0]
    return steps
