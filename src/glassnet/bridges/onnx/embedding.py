"""Reads how an ONNX file looks up columns of its samples in tables of vectors, and puts these beside the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.bridges.columns import Chunk, columns_of, embedded, not_columns, probe
from glassnet.bridges.pieces import Piece
from glassnet.support.optional import require

if TYPE_CHECKING:
    from glassnet.bridges.onnx.graph import Graph

OPERATORS = ("Gather", "Concat")
# What may stand between the samples and a lookup, and between a lookup and what puts vectors beside each other.
BEFORE = (
    "Slice",
    "Split",
    "Cast",
    "Squeeze",
    "Unsqueeze",
    "Reshape",
    "Flatten",
    "Identity",
    "Transpose",
    "GatherND",
)
BEHIND = ("Squeeze", "Reshape", "Flatten", "Identity")


def is_lookup(graph: Graph, node: Any) -> bool:
    """Whether an operator takes rows of a constant table."""
    table = graph.constants.get(node.input[0]) if node.op_type == "Gather" else None
    return table is not None and table.ndim == 2 and not graph.options(node).get("axis", 0)


def looked_up(graph: Graph) -> tuple[Piece, list[int], str] | None:
    """The piece of all lookups of a file, for each of its numbers the place in glassnet's, and its result's name.

    Raises `ArgumentError` if they read something else than columns of the samples.
    """
    lookups = {str(node.output[0]): node for node in graph.nodes if is_lookup(graph, node)}
    if not lookups:
        return None
    gathered = [node for node in graph.nodes if node.op_type == "Concat"]
    parts, end = [next(iter(lookups))], next(iter(lookups))
    for node in gathered[:1]:
        parts, end = list(node.input), str(node.output[0])
    n = graph.input_shape[0] if graph.input_shape is not None else None
    chunks = []
    for part in parts:
        lookup = lookups.get(_before(graph, part))
        columns = _columns(graph, part if lookup is None else lookup.input[1], n)
        if columns is None:
            raise not_columns(f"operator {end}")
        chunks.append(Chunk(columns, None if lookup is None else graph.constants[lookup.input[0]]))
    piece, places = embedded(chunks, n, f"operator {end}")
    return piece, places, end


def _before(graph: Graph, value: str) -> str:
    """A value, or that of which it is another shape."""
    while value in graph.makers and graph.makers[value].op_type in BEHIND:
        value = str(graph.makers[value].input[0])
    return value


def _columns(graph: Graph, value: str, n: int | None) -> list[int] | None:
    """The columns of the samples that a value holds."""
    onnx = require("onnx", extra="onnx", purpose="from_onnx")
    reference = require("onnx.reference", extra="onnx", purpose="from_onnx")
    nodes = _leading_to(graph, value)
    if any(node.op_type not in (*BEFORE, "Gather") for node in nodes):
        return None
    samples = graph.inputs[0]
    constants = [onnx.numpy_helper.from_array(array, name) for name, array in graph.constants.items()]
    part = onnx.helper.make_graph(
        nodes, "columns", [samples], [onnx.helper.make_empty_tensor_value_info(value)], constants
    )
    evaluator = reference.ReferenceEvaluator(part, opsets={"": graph.opset})
    try:
        (output,) = evaluator.run(None, {samples.name: probe(n, graph.input_dtype)})
    except Exception:  # an operator may fail in any way
        return None
    return columns_of(np.asarray(output), n)


def _leading_to(graph: Graph, value: str) -> list[Any]:
    """The operators that a value is made by, in the order of the file."""
    values, nodes = {value}, []
    for node in reversed(graph.nodes):
        if values & set(node.output):
            values |= set(node.input)
            nodes.append(node)
    return nodes[::-1]
