"""Norms of samples that an ONNX file spells out, operator by operator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from glassnet import layers
from glassnet.bridges.pieces import Piece, by_feature

if TYPE_CHECKING:
    from glassnet.bridges.onnx.graph import Graph


class Divided(NamedTuple):
    """A value divided by the root of its mean square: the result, and what is added to the mean square."""

    result: str
    epsilon: float


def spelled_out(graph: Graph, start: str) -> tuple[Piece, str] | None:
    """The norm that the operators from a value on spell out, without weights or with, and the name of its result."""
    centred = _centred(graph, start)
    value = start if centred is None else centred
    divided = _divided(graph, value)
    if divided is None:
        return None
    end, epsilon = divided
    weights, end = _with_numbers(graph, end, "Mul")
    arrays = {"weights": weights}
    layer: layers.Layer = layers.RMSNorm(epsilon)
    if centred is not None:
        layer = layers.LayerNorm(epsilon)
        arrays["bias"], end = _with_numbers(graph, end, "Add")
    sizes = [array.size for array in arrays.values() if array is not None]
    if not sizes:
        return None
    named = {name: None if array is None else array.ravel() for name, array in arrays.items()}
    dtype = next(array.dtype for array in arrays.values() if array is not None)
    return by_feature(layer, sizes[0], f"operator {end}", named, dtype), end


def _centred(graph: Graph, start: str) -> str | None:
    """The name of a value minus its mean, where nothing else reads it."""
    means = [node for node in graph.reading(start) if _is_mean(graph, node)]
    if len(means) != 1 or len(graph.reading(start)) != 2:
        return None
    minus = graph.only_reader(means[0].output[0], "Sub")
    if minus is None or list(minus.input) != [start, means[0].output[0]]:
        return None
    return str(minus.output[0])


def _divided(graph: Graph, start: str) -> Divided | None:
    """A value divided by the root of its mean square plus a small number, where nothing else reads it."""
    squares = [node for node in graph.reading(start) if _is_square(graph, node, start)]
    mean = graph.only_reader(squares[0].output[0], "ReduceMean") if len(squares) == 1 else None
    if mean is None or not _is_mean(graph, mean):
        return None
    sum_ = graph.only_reader(mean.output[0], "Add")
    epsilon = None if sum_ is None else graph.number_beside(sum_, mean.output[0])
    root = graph.only_reader(sum_.output[0], "Sqrt") if sum_ is not None else None
    if epsilon is None or epsilon <= 0 or root is None or len(graph.reading(start)) != 2:
        return None
    division = graph.only_reader(root.output[0], "Div")
    if division is not None and list(division.input) == [start, root.output[0]]:
        return Divided(str(division.output[0]), epsilon)
    inverse = graph.only_reader(root.output[0], "Reciprocal")
    if division is not None and division.input[1] == root.output[0]:
        inverse = division if graph.number_beside(division, root.output[0]) == 1 else None
    product = graph.only_reader(inverse.output[0], "Mul") if inverse is not None else None
    if inverse is None or product is None or set(product.input) != {start, inverse.output[0]}:
        return None
    return Divided(str(product.output[0]), epsilon)


def _is_square(graph: Graph, node: Any, value: str) -> bool:
    return (node.op_type == "Mul" and list(node.input) == [value, value]) or (
        node.op_type == "Pow" and node.input[0] == value and graph.number_beside(node, value) == 2
    )


def _is_mean(graph: Graph, node: Any) -> bool:
    """Whether it is the mean over the last axis, which stays."""
    if node.op_type != "ReduceMean":
        return False
    options = graph.options(node)
    axes = options.get("axes") if len(node.input) == 1 else graph.constants.get(node.input[1])
    listed = None if axes is None else [int(axis) for axis in axes]
    return listed in ([-1], [1]) and options.get("keepdims", 1) == 1


def _with_numbers(graph: Graph, value: str, operator: str) -> tuple[Any, str]:
    """The constants of each feature that an operator behind a value has, and its result; else None and the value."""
    node = graph.only_reader(value, operator)
    others = [] if node is None else [name for name in node.input if name != value]
    array = graph.constants.get(others[0]) if len(others) == 1 else None
    if node is None or array is None or array.ndim == 0 or array.size != array.shape[-1]:
        return None, value
    return array, str(node.output[0])
