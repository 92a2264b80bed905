"""The trace as one page: hover over a neuron or a weight and read its arithmetic. No server, no network."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.insight.trace.record import RowRecord, StepRecord
from glassnet.insight.trace.writing.learned import OfColumnTrace
from glassnet.insight.trace.writing.notation import function_of
from glassnet.insight.trace.writing.slopes import LossOf
from glassnet.insight.trace.writing.unit import UnitTrace, layer_name, layer_place
from glassnet.insight.trace.writing.units import kind_of, unit_of
from glassnet.plan import DENSE, NOWHERE
from glassnet.support.text import in_one_line, script

Array = NDArray[Any]
DRAWN_UNITS = 64
DRAWN_SAMPLES = 8
# Units that are not drawn are written out in text, for as many of the samples as that many texts allow.
TEXTS = 2000
DIGITS = 5


def page(step: StepRecord, table: str) -> str:
    """One HTML document with everything in it: the drawing, and below it the table of all formulas."""
    template = files("glassnet.insight.trace").joinpath("page.html").read_text(encoding="utf-8")
    return template.replace("/*DATA*/", script(content(step))).replace("<!--TABLE-->", table)


def content(step: StepRecord) -> dict[str, Any]:
    """What the page shows, as plain data: columns of neurons, and the rows of the plan between them."""
    drawn = [_drawn(step.x)] + [_drawn(record.a) for record in step.rows]
    samples = slice(0, min(len(step.x), DRAWN_SAMPLES))
    not_drawn = [
        np.setdiff1d(np.arange(record.row.n_outputs), [] if _in_text(record) else drawn[k + 1])
        for k, record in enumerate(step.rows)
    ]
    texts = min(samples.stop, max(1, TEXTS // max(1, sum(map(len, not_drawn)))))
    return {
        "loss": _round(step.value + step.penalty),
        "penalty": _round(step.penalty),
        "slope": LossOf(step).slope("a" if step.probabilities is None else "p", "y", "Σy")[0],
        "lossName": in_one_line(step.loss.name),
        "samples": len(step.x),
        "rule": step.update.rule, "rate": step.update.learning_rate, "arithmetic": step.update.templates(),
        "inputs": {"drawn": drawn[0].tolist(), "all": step.x.shape[1], "a": _numbers(step.x[samples][:, drawn[0]]),
                   "every": _numbers(step.x[samples])},
        "targets": _numbers(step.y[samples]),
        "rows": [
            _row(step, k, record, drawn[k], drawn[k + 1], samples) | {"texts": _texts(step, k, not_drawn[k], texts)}
            for k, record in enumerate(step.rows)
        ],
    }  # fmt: skip


def _texts(step: StepRecord, index: int, units: Array, n_samples: int) -> dict[int, list[str]]:
    """The arithmetic of units that are not drawn, for the first samples."""
    return {
        int(unit): [str(unit_of(step, index, int(unit), sample)) for sample in range(n_samples)]
        for unit in units
    }


def _row(
    step: StepRecord, index: int, record: RowRecord, incoming: Array, units: Array, samples: slice
) -> dict[str, Any]:
    fused = step.fused and index == len(step.rows) - 1
    function = function_of(step.plan.objective.activation if fused else record.row.activation)
    a = record.a[samples]
    described: dict[str, Any] = {
        "kind": record.row.kind.replace("_", " "),
        "layer": str(layer_place(step, index)), "title": layer_name(step, index), "activation": function.name,
        "applied": function.called(),
        "backward": function.backward, "fused": fused, "drawn": units.tolist(), "all": record.row.n_outputs,
        "z": _numbers(record.z[samples][:, units]), "a": _numbers(a[:, units]),
        "da": _numbers(record.d_a[samples][:, units]), "dz": _numbers(record.d_z[samples][:, units]),
    }  # fmt: skip
    if fused:
        described["error"] = LossOf(step).slope("a", "y", "Σy")[0]
    if index == len(step.rows) - 1:
        described["errors"] = [
            [_error(unit_of(step, index, int(unit), sample)) for unit in units]
            for sample in range(samples.stop)
        ]
    if _in_text(record):
        of_columns: list[Any] = [unit_of(step, index, int(unit), 0) for unit in units]
        described["from"] = [int(unit.column) for unit in of_columns]
    elif record.weights is not None:
        described |= _parameters(step, record, incoming, units, samples)
    return described


def _in_text(record: RowRecord) -> bool:
    """Whether its units are written out in text also where they are drawn: weights do not tell what they do."""
    kind = kind_of(record.row)
    return kind is not None and issubclass(kind, OfColumnTrace)


def _error(unit: UnitTrace) -> str:
    """The numbers of what the loss hands to an output."""
    return unit.error() if unit.loss_takes_over else unit.d_output()


def _parameters(
    step: StepRecord, record: RowRecord, incoming: Array, units: Array, samples: slice
) -> dict[str, Any]:
    """Weights and bias, their gradients, and what the optimizer did to them; and what is not drawn of z."""
    row, update = record.row, step.update
    dense = row.kind == DENSE
    rows = incoming if dense else np.zeros(1, np.int64)
    places = row.weights + rows[:, None] * row.n_outputs + record.column(units)
    wanted = {name for template in update.templates() for name in re.findall(r"\{\(?(\w+)\)?\}", template)}
    of_weights = update.fields(places)
    described: dict[str, Any] = {
        "of": {name: _numbers(of_weights[name]) for name in sorted(wanted | {"w", "dw", "w1"})},
        "change": _numbers(of_weights["w1"] - of_weights["w"]),
    }  # fmt: skip
    bias = np.zeros(len(units)) if row.bias == NOWHERE else update.before[row.bias + units]
    if row.bias != NOWHERE:
        described |= {
            "b": _numbers(bias), "db": _numbers(update.gradient[row.bias + units]),
            "bChange": _numbers((update.after - update.before)[row.bias + units]),
        }  # fmt: skip
    if dense:
        shown = record.inputs[samples][:, incoming] @ update.before[places]
        rest = record.z[samples][:, units] - shown - bias
        described |= {"rest": _numbers(rest), "notDrawn": row.n_inputs - len(incoming)}
    return described


def _drawn(values: Array) -> Array:
    """The units that are drawn: all of them, or those with the largest values in the first samples."""
    if values.shape[1] <= DRAWN_UNITS:
        return np.arange(values.shape[1])
    size = np.abs(values[:DRAWN_SAMPLES]).sum(axis=0)
    return np.sort(np.argsort(-size, kind="stable")[:DRAWN_UNITS])


def _round(value: float) -> float:
    return float(f"{float(value):.{DIGITS}g}")


def _numbers(values: Array) -> Any:
    if values.ndim > 1:
        return [_numbers(row) for row in values]
    return [_round(value) for value in values]
