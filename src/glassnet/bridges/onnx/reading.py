"""ONNX files to networks: graphs whose operators follow one another, as glassnet and exporters of MLPs write them."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet import layers
from glassnet.activations.facts import Operator
from glassnet.bridges.onnx.comparison import refuse_difference
from glassnet.bridges.onnx.operators import READERS, SPELLED, is_it
from glassnet.bridges.outputs import note
from glassnet.bridges.pieces import Piece, assembled
from glassnet.errors import GlassnetError, MissingFileError, ModelFileError
from glassnet.losses import Loss
from glassnet.network.network import Network
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.optional import require

Array = NDArray[Any]

MOST_BYTES = 2**31 - 1
# Before this opset operators had attributes that said how shapes are matched.
OLDEST_OPSET = 7


@explained
def from_onnx(path: str | os.PathLike[str], *, loss: str | Loss | None = None) -> Network:
    """Read a network from an ONNX file: Gemm, or MatMul and Add, activations, batch and layer norm, Flatten.

    Nothing in the file can run code, and weights outside the file are not read. Before it is returned, network and file
    are asked for the same 72 random rows (fewer where samples are very large): of both signs, positive and negative
    ones, of sizes 0.1, 1 and 10. The file is asked by ONNX's own reference evaluator, both in float64. Where they
    differ, the file is refused; what shows on none of these rows is not seen.

    Parameters
    ----------
    path : str or path
    loss : str or Loss, optional
        What the network was trained on, as for :func:`glassnet.from_torch`; files do not say.

    Returns
    -------
    Network
        Of the dtype of the file's weights (of its input, if it has none), with the file's metadata.

    Raises
    ------
    MissingDependencyError
        If onnx is not installed.
    MissingFileError
        If there is no such file.
    ArgumentError
        If its outputs are nothing that the loss takes.
    ModelFileError
        If it is not a valid ONNX file, uses operators that glassnet has no layers for, naming them, or does not give
        what was read of it.
    """
    onnx = require("onnx", extra="onnx", purpose="from_onnx")
    place = checks.path("path", path)
    if not place.exists():
        raise MissingFileError(f"cannot read {place}: there is no such file")
    if not place.is_file():
        raise ModelFileError(f"cannot read {place}: it is not a regular file")
    if place.stat().st_size > MOST_BYTES:
        raise ModelFileError(f"cannot read {place}: it is larger than an ONNX file can be, which is 2 GB")
    try:
        network = _network(onnx.load_model(place, load_external_data=False), onnx)
    except Exception as error:  # whatever a hostile file breaks, the caller sees one kind of error
        raise ModelFileError(f"cannot read {place}: {_reason(error)}") from error
    note(network, loss)
    return network


def _reason(error: Exception) -> str:
    if isinstance(error, GlassnetError):
        return str(error)
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return f"it is not a valid ONNX file ({type(error).__name__}: {str(error).strip().partition(chr(10))[0]})"


def _network(model: Any, onnx: Any) -> Network:
    if any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in model.graph.initializer):
        raise ModelFileError("its weights are in another file; save it with its weights inside")
    if any(function.domain in ("", "ai.onnx") for function in model.functions):
        raise ModelFileError("it defines operators of ONNX anew; glassnet reads them as ONNX has them")
    graph = _Graph(model.graph, onnx)
    graph.refuse_unknown()
    onnx.checker.check_model(model)
    opset = min(entry.version for entry in model.opset_import if entry.domain == "")
    if opset < OLDEST_OPSET:
        raise ModelFileError(f"its opset is {opset}; glassnet reads {OLDEST_OPSET} and newer ones")
    pieces = graph.pieces(_as_written)
    network = assembled(pieces, graph.input_shape, _dtype(pieces, graph.input_dtype(onnx)))
    refuse_difference(model, graph.pieces(_as_stored), network.layout.input_shape)
    network.metadata = {entry.key: _plain(entry.value) for entry in model.metadata_props}
    return network


def _as_written(attribute: Any) -> Any:
    """A float32 of the file as the number that was meant: 1e-05, not 9.999999747378752e-06."""
    return float(str(np.float32(attribute))) if isinstance(attribute, float) else attribute


def _as_stored(attribute: Any) -> Any:
    """The very number that is in the file."""
    return attribute


def _dtype(pieces: list[Piece], of_input: np.dtype[Any]) -> np.dtype[Any]:
    """That of the weights, the widest where they differ; of the input, if there are none."""
    dtypes = [array.dtype for piece in pieces for array in piece.arrays.values()] or [of_input]
    dtype = np.result_type(*dtypes)
    if dtype not in (np.float32, np.float64):
        raise ModelFileError(f"its numbers are {dtype}; glassnet's networks have float32 or float64")
    return dtype


def _plain(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


class _Graph:
    """The operators of a file, by the values that they read."""

    def __init__(self, graph: Any, onnx: Any) -> None:
        self.constants: dict[str, Array] = {
            part.name: onnx.numpy_helper.to_array(part) for part in graph.initializer
        }
        self.nodes = []
        self.attribute = onnx.helper.get_attribute_value
        for node in graph.node:
            if not self.is_constant(node, onnx):
                self.nodes.append(node)
        self.readers: dict[str, list[Any]] = {}
        for node in self.nodes:
            for name in set(node.input):
                self.readers.setdefault(name, []).append(node)
        self.inputs = [value for value in graph.input if value.name not in self.constants]
        self.outputs = [value.name for value in graph.output]

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
        found = {
            f"{node.domain}.{node.op_type}".removeprefix("ai.onnx").removeprefix(".") for node in self.nodes
        }
        spelled = {operator.name for _, operators in SPELLED for operator in operators}
        unknown = sorted(found - READERS.keys() - spelled)
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

    def input_dtype(self, onnx: Any) -> np.dtype[Any]:
        """The dtype of the input."""
        dtype: np.dtype[Any] = onnx.helper.tensor_dtype_to_np_dtype(self.inputs[0].type.tensor_type.elem_type)
        return dtype

    def pieces(self, number: Callable[[Any], Any]) -> list[Piece]:
        """The pieces from input to output; `number` says how an attribute is taken."""
        self.number = number
        value, found = self.inputs[0].name, list[Piece]()
        while readers := self.reading(value):
            end = self.spelled_out(value, found)
            if end is None and len(readers) > 1:
                raise self.not_followed(readers[0])
            value = self.read(readers[0], value, found) if end is None else end
        if value != self.outputs[0]:
            raise ModelFileError(f"its operators end at {value!r}, not at its output {self.outputs[0]!r}")
        return found

    def reading(self, value: str) -> list[Any]:
        """The operators that read a value."""
        return self.readers.get(value, [])

    def read(self, node: Any, value: str, found: list[Piece]) -> str:
        """Add the piece of one operator; gives the name of its result."""
        others = [name for name in node.input if name != value]
        known = (
            all(name in self.constants or not name for name in others) and len(others) == len(node.input) - 1
        )
        if node.op_type not in READERS or not known or not _reads_first(node, value):
            raise self.not_followed(node)
        options = {part.name: self.number(self.attribute(part)) for part in node.attribute}
        arrays = [self.constants[name] if name else None for name in others]
        READERS[node.op_type](found, f"operator {node.name or node.op_type}", arrays, options)
        result = str(node.output[0])
        if found:
            found[-1] = replace(found[-1], part=result)
        return result

    def spelled_out(self, value: str, found: list[Piece]) -> str | None:
        """Add the activation that some operators spell out; gives the name of their result, or None."""
        for activation, operators in SPELLED:
            end = self.match(value, operators)
            if end is not None:
                found.append(Piece(layers.Activation(activation), "operator " + end, part=end))
                return end
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
        options = {part.name: self.number(self.attribute(part)) for part in node.attribute}
        if node.op_type != operator.name or not is_it(operator, options):
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


def _reads_first(node: Any, value: str) -> bool:
    """Whether a value is an operator's first operand, or the order does not matter."""
    return node.op_type in ("Add", "Mul") or bool(node.input[0] == value)
