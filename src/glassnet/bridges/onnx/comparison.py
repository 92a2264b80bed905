"""Asks an ONNX file what it gives, by ONNX's own reference evaluator, in float64."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from glassnet import activations
from glassnet.bridges.comparison import (
    ROUNDING,
    Array,
    as_rows,
    first_difference,
    largest_difference,
    prediction,
    random_rows,
)
from glassnet.bridges.pieces import Piece
from glassnet.errors import ModelFileError
from glassnet.layers import Flatten, Layer
from glassnet.support.optional import require

# A file may fix how many samples it takes at once; beyond this the number is taken for one that does not matter.
MOST_SAMPLES = 1024
# Files have the numbers of some activations in float32, GELU's root of 1/2 for one, so that its tail is this share off.
OF_ROUNDED = 1e-6
FIRST_WITH_TRAINING_MODE = 14
EPSILON = float(np.float32(1e-5))


def refuse_difference(model: Any, pieces: Sequence[Piece], shape: tuple[int, ...]) -> None:
    """Raise `ModelFileError` where the network of these pieces does not give what the file gives."""
    rows, wide = random_rows(shape, pieces[0].layer), _in_float64(model)
    output = model.graph.output[0].name
    outputs = _asked(wide, rows).get(output)
    if outputs is None:
        raise ModelFileError("it does not give one row of outputs for each row; glassnet's networks do")
    ours = prediction(pieces, shape, rows)
    rounding = OF_ROUNDED if any(_is_rounded(piece.layer) for piece in pieces) else ROUNDING
    apart = largest_difference(ours, outputs, rounding)
    if apart is None:
        return
    if not np.array_equal(outputs, _asked(wide, rows)[output], equal_nan=True):
        raise ModelFileError("it gives other outputs each time that it is asked for the same rows")
    values = _asked(wide, rows, intermediate=True)
    by_place = {
        index: values[piece.part]
        for index, piece in enumerate(pieces)
        if piece.part in values and not isinstance(piece.layer, Flatten)
    }
    first = first_difference(pieces, shape, rows, by_place, rounding)
    raise ModelFileError(
        "what glassnet reads of it does not give what it gives by ONNX's reference evaluator: on random rows outputs "
        f"differ by up to {apart:.3g}, from {pieces[-1 if first is None else first].place} on"
    )


def _is_rounded(layer: Layer) -> bool:
    """Whether a file has numbers of a layer's activations, or of those inside of it, in float32."""
    activation = getattr(layer, "activation", None)
    facts = activations.get(activation).facts if activation is not None else None
    of_itself = facts is not None and facts.onnx is not None and facts.onnx.is_rounded
    return of_itself or any(map(_is_rounded, layer.inner))


def _input(graph: Any) -> Any:
    """The input that is no constant."""
    constants = {part.name for part in graph.initializer}
    return next(value for value in graph.input if value.name not in constants)


def _asked(model: Any, rows: Array, *, intermediate: bool = False) -> dict[str, Array]:
    """The output, or every intermediate value too, where it has one row for each of these rows."""
    reference = require("onnx.reference", extra="onnx", purpose="from_onnx")
    samples = _input(model.graph)
    fixed = samples.type.tensor_type.shape.dim[0].dim_value if samples.type.tensor_type.shape.dim else 0
    size = fixed if 0 < fixed <= MOST_SAMPLES else len(rows)
    batches = np.resize(rows, (-(-len(rows) // size), size, *rows.shape[1:]))
    names = [value.name for value in model.graph.output]
    try:
        evaluator = reference.ReferenceEvaluator(model, new_ops=_operators(model))
        with np.errstate(all="ignore"):
            ran = [evaluator.run(None, {samples.name: batch}, intermediate=intermediate) for batch in batches]
    except Exception as error:  # an operator may fail in any way
        raise ModelFileError(
            f"ONNX's reference evaluator cannot run it on {size} samples of shape {rows.shape[1:]}: {error}"
        ) from error
    results = ran if intermediate else [dict(zip(names, values, strict=True)) for values in ran]
    joined = {}
    for name in results[0]:
        parts = [as_rows(values[name], size) for values in results]
        if all(part is not None for part in parts):
            joined[name] = np.concatenate([part for part in parts if part is not None])[: len(rows)]
    return joined


def _operators(model: Any) -> list[Any]:
    """Operators that the evaluator has not in float64, not for prediction, or not far out: from their definitions."""
    op_run = require("onnx.reference.op_run", extra="onnx", purpose="from_onnx").OpRun
    opset = next(entry.version for entry in model.opset_import if entry.domain == "")
    runs = {"Erf": _erf, "LogSoftmax": _log_softmax} | (
        {"BatchNormalization": _batch_norm} if opset < FIRST_WITH_TRAINING_MODE else {}
    )
    return [type(name, (op_run,), {"_run": run}) for name, run in runs.items()]


def _erf(self: Any, x: Any) -> tuple[Any]:
    return (np.vectorize(math.erf, otypes=[x.dtype])(x),)


def _log_softmax(self: Any, x: Any, axis: int = -1) -> tuple[Any]:
    """The evaluator takes the logarithm of a softmax, which is 0 far below the largest entry."""
    shifted = x - x.max(axis=axis, keepdims=True)
    return (shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True)),)


def _batch_norm(
    self: Any,
    x: Any,
    weights: Any,
    bias: Any,
    mean: Any,
    variance: Any,
    epsilon: float = EPSILON,
    **others: Any,
) -> tuple[Any]:
    return (weights * (x - mean) / np.sqrt(variance + epsilon) + bias,)


def _in_float64(model: Any) -> Any:
    """The same model with float64 wherever it has float32."""
    onnx = require("onnx", extra="onnx", purpose="from_onnx")
    single, double = onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE

    def widened(tensor: Any) -> Any:
        return onnx.numpy_helper.from_array(
            onnx.numpy_helper.to_array(tensor).astype(np.float64), tensor.name
        )

    copied = onnx.ModelProto()
    copied.CopyFrom(model)
    graph = copied.graph
    for tensor in graph.initializer:
        if tensor.data_type == single:
            tensor.CopyFrom(widened(tensor))
    for value in (*graph.input, *graph.output, *graph.value_info):
        if value.type.tensor_type.elem_type == single:
            value.type.tensor_type.elem_type = double
    for node in graph.node:
        for attribute in node.attribute:
            if node.op_type == "Cast" and attribute.name == "to" and attribute.i == single:
                attribute.i = double
            if attribute.HasField("t") and attribute.t.data_type == single:
                attribute.t.CopyFrom(widened(attribute.t))
    return copied
