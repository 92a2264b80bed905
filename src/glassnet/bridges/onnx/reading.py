"""ONNX files to networks, as glassnet and exporters of MLPs write them."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np

from glassnet.bridges.onnx.comparison import refuse_difference
from glassnet.bridges.onnx.graph import Graph
from glassnet.bridges.outputs import note
from glassnet.bridges.pieces import Piece, assembled
from glassnet.errors import GlassnetError, MissingFileError, ModelFileError
from glassnet.losses import Loss
from glassnet.network.network import Network
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.optional import require

MOST_BYTES = 2**31 - 1
# Before this opset operators had attributes that said how shapes are matched.
OLDEST_OPSET = 7


@explained
def from_onnx(path: str | os.PathLike[str], *, loss: str | Loss | None = None) -> Network:
    """Read a network from an ONNX file: Gemm, or MatMul and Add, activations, norms, PRelu, Flatten.

    A product with a constant row becomes a Scale, an addition of what operators give to what they read a Residual;
    columns that are looked up in tables, beside those that are handed on, become an Embedding.

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
    graph = Graph(model, onnx)
    graph.refuse_unknown()
    onnx.checker.check_model(model)
    if graph.opset < OLDEST_OPSET:
        raise ModelFileError(f"its opset is {graph.opset}; glassnet reads {OLDEST_OPSET} and newer ones")
    pieces = graph.pieces(_as_written)
    network = assembled(pieces, graph.input_shape, _dtype(pieces, graph.input_dtype))
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
