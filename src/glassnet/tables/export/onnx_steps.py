"""Steps of a program as nodes of a graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from glassnet.bridges.onnx.values import Nodes
from glassnet.tables import program as steps
from glassnet.tables.export.written import Written
from glassnet.tables.operations.number import LARGEST

ROWS = "n_rows"
MISSING_DATE = np.iinfo(np.int64).min
# Whole days of the years 1 to 9999.
FIRST_DAY, LAST_DAY = -719162, 2932896
SECONDS_OF_DAY = 86400


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


class Writer:
    """Carries out the steps of a program as nodes."""

    def __init__(self, graph: Nodes, whole: Written) -> None:
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

    def named(self, name: str, value: str, kind: int, *shape: str | int) -> Any:
        """An output of this name, or "predicted" before it where a column has it."""
        name = output_name(self.whole, name)
        self.graph.node("Identity", value, output=name)
        return self.graph.onnx.helper.make_tensor_value_info(name, kind, [ROWS, *shape])


# ---- steps


def _read_numbers(writer: Writer, step: steps.ReadNumbers) -> str:
    graph, kinds = writer.graph, writer.kinds
    if writer.matrix:
        kind = kinds.FLOAT if all(step.single) else kinds.DOUBLE
        n_columns = writer.whole.model.preprocessing.n_columns
        numbers = graph.node(
            "Gather", writer.input("X", kind, n_columns), graph.integers(step.places), axis=1
        )
        return _held(writer, writer.cast(numbers, kinds.DOUBLE), step.single)
    values = []
    for column, single in zip(step.columns, step.single, strict=True):
        numbers = writer.input(column, kinds.FLOAT if single else kinds.DOUBLE)
        values.append(writer.cast(numbers, kinds.DOUBLE))
    joined = graph.node("Concat", *values, axis=1) if len(values) > 1 else values[0]
    return _held(writer, joined, (True,) * len(step.single))


def _held(writer: Writer, value: str, rounded: tuple[bool, ...]) -> str:
    """Within the range of float32, and rounded to it where a column wants that and was given in double precision."""
    graph, kinds = writer.graph, writer.kinds
    held = graph.formula(f"max(min(x, {LARGEST}), -{LARGEST})", {"x": graph.value(value)}).name
    missing = graph.node("IsNaN", value)
    held = graph.node("Where", missing, value, held)
    if all(rounded):
        return held
    single = writer.cast(writer.cast(held, kinds.FLOAT), kinds.DOUBLE)
    return graph.node("Where", graph.constant(np.array([rounded])), single, held)


def _read_dates(writer: Writer, step: steps.ReadDates) -> str:
    graph, kinds = writer.graph, writer.kinds
    dates = writer.input(step.column, kinds.INT64)
    missing = graph.node("Equal", dates, graph.constant(np.array(MISSING_DATE, np.int64)))
    unit = 1 if step.unit == "day" else SECONDS_OF_DAY
    low, high = (graph.constant(np.array(day * unit, np.int64)) for day in (FIRST_DAY, LAST_DAY))
    held = graph.node("Min", graph.node("Max", dates, low), high)
    nan = graph.constant(np.array(np.nan))
    return graph.node("Where", missing, nan, writer.cast(held, kinds.DOUBLE))


def _read_states(writer: Writer, step: steps.ReadStates) -> str:
    texts = writer.input(step.column, writer.kinds.STRING)
    keys = [*step.levels, ""]
    values = [*range(len(step.levels)), step.missing]
    states = writer.graph.node(
        "LabelEncoder", texts, domain="ai.onnx.ml", keys_strings=keys, values_int64s=values,
        default_int64=step.unknown,
    )  # fmt: skip
    return writer.cast(states, writer.kinds.DOUBLE)


def _lookup(writer: Writer, step: steps.Lookup) -> str:
    graph = writer.graph
    places = writer.cast(writer.names[step.source], writer.kinds.INT64)
    flat = graph.node("Reshape", places, graph.integers([-1]))
    return graph.node("Gather", graph.constant(step.table), flat, axis=0)


def _filled(writer: Writer, step: steps.Filled) -> str:
    value = writer.names[step.source]
    missing = writer.graph.node("IsNaN", value)
    return writer.graph.node("Where", missing, writer.graph.constant(step.fill[None]), value)


def _is_missing(writer: Writer, step: steps.IsMissing) -> str:
    return writer.cast(writer.graph.node("IsNaN", writer.names[step.source]), writer.kinds.DOUBLE)


def _formula(writer: Writer, step: steps.Formula) -> str:
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


def _mean(writer: Writer, step: steps.Mean) -> str:
    return writer.graph.mean(writer.names[step.source])


def _product(writer: Writer, step: steps.Product) -> str:
    return writer.graph.product(writer.names[step.source], step.weights, step.parts)


def _shifted(writer: Writer, step: steps.Shifted) -> str:
    value = writer.names[step.source]
    return writer.graph.node("Sub", value, writer.graph.node("ReduceMax", value, axes=[1], keepdims=1))


def _columns(writer: Writer, step: steps.Columns) -> str:
    return writer.graph.node("Gather", writer.names[step.source], writer.graph.integers(step.places), axis=1)


def _joined(writer: Writer, step: steps.Joined) -> str:
    return writer.graph.node("Concat", *(writer.names[source] for source in step.sources), axis=1)


def _sorted(writer: Writer, step: steps.Sorted) -> str:
    graph, value = writer.graph, writer.names[step.source]
    width = graph.node("Slice", graph.node("Shape", value), *(_whole(graph, n) for n in (1, 2)))
    order = graph.node("TopK", value, width, axis=1, largest=0)
    graph.nodes[-1].output.append(f"{order} places")
    return order


def _whole(graph: Nodes, number: int) -> str:
    return graph.constant(np.array([number], np.int64))


_STEPS: dict[type, Callable[[Writer, Any], str]] = {
    steps.ReadNumbers: _read_numbers, steps.ReadDates: _read_dates, steps.ReadStates: _read_states,
    steps.Lookup: _lookup, steps.Filled: _filled, steps.IsMissing: _is_missing, steps.Formula: _formula,
    steps.Mean: _mean, steps.Product: _product, steps.Shifted: _shifted, steps.Columns: _columns, steps.Joined: _joined,
    steps.Sorted: _sorted,
}  # fmt: skip
