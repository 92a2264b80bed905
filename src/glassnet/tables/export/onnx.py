"""Models of tables to ONNX: raw columns go in, probabilities or values come out."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import numpy as np

import glassnet
from glassnet.bridges.onnx.values import Nodes
from glassnet.bridges.writing import write
from glassnet.errors import ArgumentError
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.optional import require
from glassnet.tables.export.onnx_steps import Writer, input_name, takes_matrix
from glassnet.tables.export.written import Written, written
from glassnet.tables.model import TableModel
from glassnet.tables.target import Target

# The first opset with all operators that are used; runtimes read it since 2022.
OPSET, ML_OPSET, IR_VERSION = 17, 2, 8


@explained
def to_onnx(model: TableModel, path: str | os.PathLike[str]) -> None:
    """Write a model of a table to an ONNX file, its preprocessing inside: what goes in are the columns themselves.

    Each column is an input of its name and of shape (n_rows, 1): numbers as ``float`` (``double`` where float32 would
    not tell them apart), NaN where missing; categories as strings, empty where missing; dates as ``int64``, whole days
    since 1970-01-01 (seconds where they have a time of day), -9223372036854775808 where missing. A table without names
    of columns, all of them numbers, is one input ``X`` of shape (n_rows, n_columns). Outputs are ``class`` (n_rows,)
    and ``probabilities`` (n_rows, n_classes); ``labels`` and ``probabilities`` (n_rows, n_labels); ``values`` (n_rows,
    n_values), of quantiles also ``quantiles`` (n_rows, n_values n_levels). All is computed in double precision. The
    file's metadata say all this: ``columns``, ``outputs`` and ``target`` as JSON.

    Raises
    ------
    MissingDependencyError
        If onnx is not installed.
    ArgumentError
        If a layer or an activation has no formula that can be written down, or text is no Unicode.
    ModelFileError
        If the file cannot be written.
    """
    place = checks.path("path", path)
    onnx = require("onnx", extra="onnx", purpose="to_onnx")
    try:
        graph = onnx_model(checks.instance("model", model, TableModel), onnx)
    except UnicodeEncodeError as error:
        raise ArgumentError(
            f"ONNX knows no text with half of a character, such as {error.object!r}; rename that column or category"
        ) from None
    onnx.checker.check_model(graph, full_check=True)
    write(place, graph.SerializeToString())


def onnx_model(model: TableModel, onnx: Any) -> Any:
    """The model as an object of ONNX."""
    whole = written(model)
    writer = Writer(Nodes(onnx), whole)
    outputs = _OUTPUTS[model.target.task](writer, writer.names[whole.result], model.target)
    graph, helper = writer.graph, onnx.helper
    graph_model = helper.make_model(
        helper.make_graph(graph.nodes, "glassnet_table_model", graph.inputs, outputs, graph.constants),
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET)],
        producer_name="glassnet",
        producer_version=glassnet.__version__,
        ir_version=IR_VERSION,
    )
    helper.set_model_props(graph_model, _properties(whole))
    return graph_model


def _properties(whole: Written) -> dict[str, str]:
    columns = whole.columns
    return {
        "columns": json.dumps(columns),
        "inputs": json.dumps(
            ["X"] if takes_matrix(whole) else [input_name(column["name"]) for column in columns]
        ),
        "target": json.dumps(whole.model.target.to_data()),
        "description": json.dumps(whole.model.description),
    }


# ---- outputs


def _classes(writer: Writer, value: str, target: Target) -> list[Any]:
    graph, helper = writer.graph, writer.graph.onnx.helper
    classes = graph.constant(target.class_values)
    kind = (
        writer.kinds.STRING
        if target.dtype == "str"
        else helper.np_dtype_to_tensor_dtype(np.dtype(target.dtype))
    )
    predicted = graph.node("Gather", classes, graph.node("ArgMax", value, axis=1, keepdims=0), axis=0)
    return [
        writer.named("class", predicted, kind),
        writer.named("probabilities", value, writer.kinds.DOUBLE, len(target.classes)),
    ]


def _labels(writer: Writer, value: str, target: Target) -> list[Any]:
    graph = writer.graph
    predicted = writer.cast(graph.node("Greater", value, graph.number(0.5).name), writer.kinds.INT64)
    n = len(target.names)
    return [
        writer.named("labels", predicted, writer.kinds.INT64, n),
        writer.named("probabilities", value, writer.kinds.DOUBLE, n),
    ]


def _values(writer: Writer, value: str, target: Target) -> list[Any]:
    return [writer.named("values", value, writer.kinds.DOUBLE, len(target.center))]


def _quantiles(writer: Writer, value: str, target: Target) -> list[Any]:
    n_values, n_levels = len(target.center), len(target.levels)
    middle = tuple(place * n_levels + target.middle for place in range(n_values))
    median = writer.graph.node("Gather", value, writer.graph.integers(middle), axis=1)
    return [
        writer.named("values", median, writer.kinds.DOUBLE, n_values),
        writer.named("quantiles", value, writer.kinds.DOUBLE, n_values * n_levels),
    ]


_OUTPUTS: dict[str, Callable[[Writer, str, Target], list[Any]]] = {
    "classes": _classes, "labels": _labels, "values": _values, "counts": _values, "quantiles": _quantiles,
}  # fmt: skip
