"""Models of tables to ONNX: raw columns go in, probabilities or values come out."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import glassnet
from glassnet.bridges.writing import write
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.optional import require
from glassnet.tables import program as steps
from glassnet.tables.export.onnx_values import Graph
from glassnet.tables.export.written import Written, written
from glassnet.tables.model import TableModel
from glassnet.tables.operations.number import LARGEST
from glassnet.tables.target import Target

Array = NDArray[Any]

# The first opset with all operators that are used; runtimes read it since 2022.
OPSET, ML_OPSET, IR_VERSION = 17, 2, 8
ROWS = "n_rows"
MISSING_DATE = np.iinfo(np.int64).min
# Whole days of the years 1 to 9999.
FIRST_DAY, LAST_DAY = -719162, 2932896
SECONDS_OF_DAY = 86400


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
        If a layer or an activation has no formula that can be written down.
    ModelFileError
        If the file cannot be written.
    """
    place = checks.path("path", path)
    onnx = require("onnx", extra="onnx", purpose="to_onnx")
    made = onnx_model(checks.instance("model", model, TableModel), onnx)
    onnx.checker.check_model(made, full_check=True)
    write(place, made.SerializeToString())


def onnx_model(model: TableModel, onnx: Any) -> Any:
    """The model as an object of ONNX."""
    whole = written(model)
    writer = _Writer(Graph(onnx), whole)
    outputs = writer.outputs()
    graph, helper = writer.graph, onnx.helper
    made = helper.make_model(
        helper.make_graph(graph.nodes, "glassnet_table_model", graph.inputs, outputs, graph.constants),
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET)],
        producer_name="glassnet",
        producer_version=glassnet.__version__,
        ir_version=IR_VERSION,
    )
    helper.set_model_props(made, _properties(whole))
    return made


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


def input_name(column: str) -> str:
    """What the input of a column is called: like it; ONNX knows no empty names."""
    return column or "unnamed column"


def output_name(whole: Written, name: str) -> str:
    """What an output is called, where a column may have its name."""
    columns = {input_name(column["name"]) for column in whole.columns}
    return f"predicted {name}" if name in columns else name


def takes_matrix(whole: Written) -> bool:
    """Whether the whole table is one input."""
    reads = (steps.ReadDates, steps.ReadStates)
    return not whole.program.named and not any(isinstance(step, reads) for step in whole.program.steps)


class _Writer:
    """Carries out the steps of a program as nodes."""

    def __init__(self, graph: Graph, whole: Written) -> None:
        self.graph, self.whole = graph, whole
        self.kinds = graph.onnx.TensorProto
        self.names: dict[str, str] = {}
        self.matrix = takes_matrix(whole)
        for step in whole.program.steps:
            self.names[step.output] = _STEPS[type(step)](self, step)

    def input(self, name: str, kind: int, width: int = 1) -> str:
        """An input (n_rows, width)."""
        called = input_name(name)
        self.graph.inputs.append(self.graph.onnx.helper.make_tensor_value_info(called, kind, [ROWS, width]))
        return called

    def cast(self, value: str, kind: int) -> str:
        """A value in another dtype."""
        return self.graph.node("Cast", value, to=kind)

    def outputs(self) -> list[Any]:
        """Nodes for what a user sees, and what they are called."""
        return _OUTPUTS[self.whole.model.target.task](
            self, self.names[self.whole.result], self.whole.model.target
        )

    def named(self, name: str, value: str, kind: int, *shape: str | int) -> Any:
        """An output of this name, or "predicted" before it where a column has it."""
        name = output_name(self.whole, name)
        self.graph.node("Identity", value, output=name)
        return self.graph.onnx.helper.make_tensor_value_info(name, kind, [ROWS, *shape])


# ---- steps


def _read_numbers(writer: _Writer, step: steps.ReadNumbers) -> str:
    graph, kinds = writer.graph, writer.kinds
    if writer.matrix:
        kind = kinds.FLOAT if all(step.single) else kinds.DOUBLE
        n_columns = writer.whole.model.preprocessing.n_columns
        given = graph.node("Gather", writer.input("X", kind, n_columns), _places(graph, step.places), axis=1)
        return _held(writer, writer.cast(given, kinds.DOUBLE), step.single)
    values = []
    for column, single in zip(step.columns, step.single, strict=True):
        given = writer.input(column, kinds.FLOAT if single else kinds.DOUBLE)
        values.append(writer.cast(given, kinds.DOUBLE))
    joined = graph.node("Concat", *values, axis=1) if len(values) > 1 else values[0]
    return _held(writer, joined, (True,) * len(step.single))


def _held(writer: _Writer, value: str, rounded: tuple[bool, ...]) -> str:
    """Within the range of float32, and rounded to it where a column wants that and was given in double precision."""
    graph, kinds = writer.graph, writer.kinds
    held = graph.formula(f"max(min(x, {LARGEST}), -{LARGEST})", {"x": graph.value(value)}).name
    missing = graph.node("IsNaN", value)
    held = graph.node("Where", missing, value, held)
    if all(rounded):
        return held
    single = writer.cast(writer.cast(held, kinds.FLOAT), kinds.DOUBLE)
    return graph.node("Where", graph.constant(np.array([rounded])), single, held)


def _read_dates(writer: _Writer, step: steps.ReadDates) -> str:
    graph, kinds = writer.graph, writer.kinds
    given = writer.input(step.column, kinds.INT64)
    missing = graph.node("Equal", given, graph.constant(np.array(MISSING_DATE, np.int64)))
    unit = 1 if step.unit == "day" else SECONDS_OF_DAY
    low, high = (graph.constant(np.array(day * unit, np.int64)) for day in (FIRST_DAY, LAST_DAY))
    held = graph.node("Min", graph.node("Max", given, low), high)
    nan = graph.constant(np.array(np.nan))
    return graph.node("Where", missing, nan, writer.cast(held, kinds.DOUBLE))


def _read_states(writer: _Writer, step: steps.ReadStates) -> str:
    given = writer.input(step.column, writer.kinds.STRING)
    keys = [*step.levels, ""]
    values = [*range(len(step.levels)), step.missing]
    return writer.graph.node(
        "LabelEncoder", given, domain="ai.onnx.ml", keys_strings=keys, values_int64s=values,
        default_int64=step.unknown,
    )  # fmt: skip


def _lookup(writer: _Writer, step: steps.Lookup) -> str:
    graph = writer.graph
    places = writer.cast(writer.names[step.source], writer.kinds.INT64)
    flat = graph.node("Reshape", places, graph.constant(np.array([-1], np.int64)))
    return graph.node("Gather", graph.constant(step.table), flat, axis=0)


def _filled(writer: _Writer, step: steps.Filled) -> str:
    value = writer.names[step.source]
    missing = writer.graph.node("IsNaN", value)
    return writer.graph.node("Where", missing, writer.graph.constant(step.fill[None]), value)


def _is_missing(writer: _Writer, step: steps.IsMissing) -> str:
    return writer.cast(writer.graph.node("IsNaN", writer.names[step.source]), writer.kinds.DOUBLE)


def _formula(writer: _Writer, step: steps.Formula) -> str:
    graph = writer.graph
    letters = {
        letter: graph.value(writer.names[value])
        if isinstance(value, str)
        else graph.value(graph.constant(np.atleast_2d(np.asarray(value, np.float64))))
        if isinstance(value, np.ndarray)
        else graph.number(float(value))
        for letter, value in step.letters.items()
    }
    return graph.formula(step.text, letters).name


def _product(writer: _Writer, step: steps.Product) -> str:
    return writer.graph.node("MatMul", writer.names[step.source], writer.graph.constant(step.weights))


def _shifted(writer: _Writer, step: steps.Shifted) -> str:
    value = writer.names[step.source]
    return writer.graph.node("Sub", value, writer.graph.node("ReduceMax", value, axes=[1], keepdims=1))


def _columns(writer: _Writer, step: steps.Columns) -> str:
    return writer.graph.node("Gather", writer.names[step.source], _places(writer.graph, step.places), axis=1)


def _joined(writer: _Writer, step: steps.Joined) -> str:
    return writer.graph.node("Concat", *(writer.names[source] for source in step.sources), axis=1)


def _sorted(writer: _Writer, step: steps.Sorted) -> str:
    graph, value = writer.graph, writer.names[step.source]
    width = graph.node("Slice", graph.node("Shape", value), *(_whole(graph, n) for n in (1, 2)))
    made = graph.node("TopK", value, width, axis=1, largest=0)
    graph.nodes[-1].output.append(f"{made} places")
    return made


def _places(graph: Graph, places: tuple[int, ...]) -> str:
    return graph.constant(np.array(places, np.int64))


def _whole(graph: Graph, number: int) -> str:
    return graph.constant(np.array([number], np.int64))


_STEPS: dict[type, Callable[[_Writer, Any], str]] = {
    steps.ReadNumbers: _read_numbers, steps.ReadDates: _read_dates, steps.ReadStates: _read_states,
    steps.Lookup: _lookup, steps.Filled: _filled, steps.IsMissing: _is_missing, steps.Formula: _formula,
    steps.Product: _product, steps.Shifted: _shifted, steps.Columns: _columns, steps.Joined: _joined,
    steps.Sorted: _sorted,
}  # fmt: skip


# ---- outputs


def _classes(writer: _Writer, value: str, target: Target) -> list[Any]:
    graph, helper = writer.graph, writer.graph.onnx.helper
    classes = graph.constant(target.class_values)
    kind = (
        writer.kinds.STRING
        if target.dtype == "str"
        else helper.np_dtype_to_tensor_dtype(np.dtype(target.dtype))
    )
    chosen = graph.node("Gather", classes, graph.node("ArgMax", value, axis=1, keepdims=0), axis=0)
    return [
        writer.named("class", chosen, kind),
        writer.named("probabilities", value, writer.kinds.DOUBLE, len(target.classes)),
    ]


def _labels(writer: _Writer, value: str, target: Target) -> list[Any]:
    graph = writer.graph
    chosen = writer.cast(graph.node("Greater", value, graph.number(0.5).name), writer.kinds.INT64)
    n = len(target.names)
    return [
        writer.named("labels", chosen, writer.kinds.INT64, n),
        writer.named("probabilities", value, writer.kinds.DOUBLE, n),
    ]


def _values(writer: _Writer, value: str, target: Target) -> list[Any]:
    return [writer.named("values", value, writer.kinds.DOUBLE, len(target.center))]


def _quantiles(writer: _Writer, value: str, target: Target) -> list[Any]:
    n_values, n_levels = len(target.center), len(target.levels)
    middle = tuple(place * n_levels + target.middle for place in range(n_values))
    chosen = writer.graph.node("Gather", value, _places(writer.graph, middle), axis=1)
    return [
        writer.named("values", chosen, writer.kinds.DOUBLE, n_values),
        writer.named("quantiles", value, writer.kinds.DOUBLE, n_values * n_levels),
    ]


_OUTPUTS: dict[str, Callable[[_Writer, str, Target], list[Any]]] = {
    "classes": _classes, "labels": _labels, "values": _values, "counts": _values, "quantiles": _quantiles,
}  # fmt: skip
