"""The operators of an ONNX file, followed from its input to its output."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from glassnet import layers
from glassnet.activations.facts import Operator
from glassnet.bridges.columns import with_inputs_at
from glassnet.bridges.onnx import embedding, norms, shapes
from glassnet.bridges.onnx.operators import READERS, SPELLED, is_it
from glassnet.bridges.pieces import Piece, residual
from glassnet.errors import ModelFileError
from glassnet.support.arrays import Array

# Operators that are read together with others.
_IN_GROUPS = {
    "ReduceMean", "Sqrt", "Pow", "Sub", "Div", "Reciprocal", *embedding.OPERATORS, *embedding.BEFORE,
    *(operator.name for _, operators in SPELLED for operator in operators),
}  # fmt: skip


class Graph:
    """The operators of a file, by the values that they read."""

    def __init__(self, model: Any, onnx: Any) -> None:
        graph = model.graph
        self.opset = min((entry.version for entry in model.opset_import if entry.domain == ""), default=0)
        self.constants: dict[str, Array] = {
            part.name: onnx.numpy_helper.to_array(part) for part in graph.initializer
        }
        self.attribute = onnx.helper.get_attribute_value
        self.dtype_of = onnx.helper.tensor_dtype_to_np_dtype
        self.nodes = shapes.known(
            [node for node in graph.node if not self.is_constant(node, onnx)], self.constants
        )
        self.readers: dict[str, list[Any]] = {}
        self.makers = {str(name): node for node in self.nodes for name in node.output}
        for node in self.nodes:
            for name in set(node.input):
                self.readers.setdefault(name, []).append(node)
        self.inputs = [value for value in graph.input if value.name not in self.constants]
        self.outputs = [value.name for value in graph.output]
        self.number: Callable[[Any], Any] = _as_it_is
        self.joined: set[int] = set()

    def is_constant(self, node: Any, onnx: Any) -> bool:
        """Whether an operator only names a constant, which is kept then."""
        if node.op_type == "Constant" and [part.name for part in node.attribute] == ["value"]:
            self.constants[node.output[0]] = onnx.numpy_helper.to_array(node.attribute[0].t)
        elif node.op_type == "Identity" and node.input[0] in self.constants:
            self.constants[node.output[0]] = self.constants[node.input[0]]
        else:
            return False
        return True

    def refuse_unknown(self) -> None:
        """Raise `ModelFileError` where an operator has no reader."""
        kinds = {
            f"{node.domain}.{node.op_type}".removeprefix("ai.onnx").removeprefix(".") for node in self.nodes
        }
        unknown = sorted(kinds - READERS.keys() - _IN_GROUPS)
        if unknown:
            raise ModelFileError(
                f"it uses operators that glassnet has no layers for: {', '.join(unknown)}; "
                f"it reads {', '.join(sorted(READERS))}"
            )
        if len(self.inputs) != 1 or len(self.outputs) != 1:
            raise ModelFileError(
                f"it has {len(self.inputs)} inputs and {len(self.outputs)} outputs; glassnet's networks have one each"
            )

    @property
    def input_shape(self) -> tuple[int, ...] | None:
        """Shape of one sample, where the file tells."""
        sizes = [axis.dim_value for axis in self.inputs[0].type.tensor_type.shape.dim[1:]]
        return tuple(sizes) if sizes and all(sizes) else None

    @property
    def input_dtype(self) -> np.dtype[Any]:
        """The dtype of the input."""
        dtype: np.dtype[Any] = self.dtype_of(self.inputs[0].type.tensor_type.elem_type)
        return dtype

    def options(self, node: Any) -> dict[str, Any]:
        """The attributes of an operator."""
        return {part.name: self.number(self.attribute(part)) for part in node.attribute}

    def number_beside(self, node: Any, value: str) -> float | None:
        """The one number that an operator takes beside a value."""
        others = [self.constants.get(name) for name in node.input if name != value]
        if len(others) != 1 or others[0] is None or others[0].size != 1:
            return None
        number = others[0].item()
        return float(self.number(number) if others[0].dtype == np.float32 else number)

    def reading(self, value: str) -> list[Any]:
        """The operators that read a value, without additions around others, which are followed already."""
        return [node for node in self.readers.get(value, []) if id(node) not in self.joined]

    def only_reader(self, value: str, operator: str) -> Any:
        """The operator of this kind that alone reads a value; None if there is none."""
        nodes = self.reading(value)
        return nodes[0] if len(nodes) == 1 and nodes[0].op_type == operator else None

    def pieces(self, number: Callable[[Any], Any]) -> list[Piece]:
        """The pieces from input to output; `number` says how an attribute is taken."""
        self.number = number
        self.joined.clear()
        value, pieces, places = str(self.inputs[0].name), list[Piece](), list[int]()
        gathered = embedding.looked_up(self)
        if gathered is not None:
            piece, places, value = gathered
            pieces.append(replace(piece, part=value if places == sorted(places) else None))
        pieces += self.between(value, str(self.outputs[0]))
        if places and len(pieces) > 1:
            pieces[1] = with_inputs_at(pieces[1], places)
        return pieces

    def between(self, value: str, end: str) -> list[Piece]:
        """The pieces that lead from one value to another."""
        pieces: list[Piece] = []
        while value != end:
            value = self.follow(value, end, pieces)
        return pieces

    def follow(self, value: str, end: str, pieces: list[Piece]) -> str:
        """Add the piece of the operators that read a value; gives the name of their result."""
        readers = self.reading(value)
        if not readers:
            raise ModelFileError(f"its operators end at {value!r}, not at its output {end!r}")
        group = self.spelled_out(value) or norms.spelled_out(self, value) or self.around(value, readers)
        if group is None:
            if len(readers) > 1:
                raise self.not_followed(readers[0])
            return self.read(readers[0], value, pieces)
        piece, result = group
        pieces.append(replace(piece, part=result))
        return result

    def around(self, value: str, readers: list[Any]) -> tuple[Piece, str] | None:
        """The Residual that ends with the last addition of something computed to a value, and its result."""
        additions = [
            node for node in readers if node.op_type == "Add" and not set(node.input) & self.constants.keys()
        ]
        addition = additions[-1] if additions else None
        if addition is None or (len(readers) == 1 and set(addition.input) != {value}):
            return None
        self.joined.add(id(addition))
        (other,) = set(addition.input) - {value} or {value}
        return residual(self.between(value, other), f"operator {addition.output[0]}"), str(addition.output[0])

    def read(self, node: Any, value: str, pieces: list[Piece]) -> str:
        """Add the piece of one operator; gives the name of its result."""
        others = [name for name in node.input if name != value]
        is_known = (
            all(name in self.constants or not name for name in others) and len(others) == len(node.input) - 1
        )
        if node.op_type not in READERS or not is_known or not _reads_first(node, value):
            raise self.not_followed(node)
        arrays = [self.constants[name] if name else None for name in others]
        READERS[node.op_type](pieces, f"operator {node.name or node.op_type}", arrays, self.options(node))
        result = str(node.output[0])
        if pieces:
            pieces[-1] = replace(pieces[-1], part=result)
        return result

    def spelled_out(self, value: str) -> tuple[Piece, str] | None:
        """The activation that some operators spell out, and the name of their result."""
        for activation, operators in SPELLED:
            end = self.match(value, operators)
            if end is not None:
                return Piece(layers.Activation(activation), "operator " + end), end
        return None

    def match(self, start: str, operators: tuple[Operator, ...]) -> str | None:
        """The result of these operators from `start` on, where they and no others read it."""
        value, readers = start, 0
        for operator in operators:
            nodes = [node for node in self.reading(value) if self.is_it(node, operator, value, start)]
            if len(nodes) != 1 or (len(self.reading(value)) > 1 and value != start):
                return None
            readers += start in nodes[0].input
            value = str(nodes[0].output[0])
        return value if readers == len(self.reading(start)) else None

    def is_it(self, node: Any, operator: Operator, value: str, start: str) -> bool:
        """Whether a node that reads `value` is this operator, with the operand that is meant."""
        if node.op_type != operator.name or not is_it(operator, self.options(node)):
            return False
        others = list(node.input)
        others.remove(value)
        if operator.operand is None:
            return not others
        if len(others) != 1 or not _reads_first(node, value):
            return False
        if isinstance(operator.operand, str):
            return bool(others[0] == start)
        constant = self.constants.get(others[0], np.empty(0))
        return bool(constant.size == 1 and math.isclose(constant.item(), operator.operand, rel_tol=1e-5))

    def not_followed(self, node: Any) -> ModelFileError:
        """The error for an operator that is known, but not where it stands."""
        return ModelFileError(
            f"cannot follow operator {node.name or node.output[0]!r} ({node.op_type}); glassnet's layers follow one "
            "another, without branches"
        )


def _as_it_is(attribute: Any) -> Any:
    return attribute


def _reads_first(node: Any, value: str) -> bool:
    """Whether a value is an operator's first operand, or the order does not matter."""
    return node.op_type in ("Add", "Mul") or bool(node.input[0] == value)
