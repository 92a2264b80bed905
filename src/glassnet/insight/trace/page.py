"""The trace as one page: hover over a neuron or a weight and read its arithmetic. No server, no network."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.insight.trace.notation import UPDATES
from glassnet.insight.trace.record import RowRecord, StepRecord
from glassnet.insight.trace.steps import activation_notation
from glassnet.plan import ACTIVATION, BATCH_NORM, DENSE, DROPOUT
from glassnet.registry import compact_repr

Array = NDArray[Any]
DRAWN_UNITS = 64
DRAWN_SAMPLES = 8
DIGITS = 5


def page(step: StepRecord) -> str:
    """One HTML document with everything in it."""
    template = files("glassnet.insight.trace").joinpath("page.html").read_text(encoding="utf-8")
    data = json.dumps(content(step), separators=(",", ":"), ensure_ascii=False)
    return template.replace("/*DATA*/", data.replace("</", "<\\/"))


def content(step: StepRecord) -> dict[str, Any]:
    """What the page shows, as plain data: columns of neurons, and the rows of the plan between them."""
    drawn = [_drawn(step.x)] + [_drawn(made.a) for made in step.rows]
    samples = slice(0, min(len(step.x), DRAWN_SAMPLES))
    rule = step.optimizer.rule.__name__
    return {
        "loss": _round(step.value + step.penalty),
        "penalty": _round(step.penalty),
        "lossName": step.loss.name,
        "samples": len(step.x),
        "rule": UPDATES.get(rule, (rule, ""))[0],
        "rate": step.learning_rate,
        "inputs": {"drawn": drawn[0].tolist(), "all": step.x.shape[1], "a": _numbers(step.x[samples][:, drawn[0]])},
        "targets": _numbers(step.y[samples]),
        "rows": [
            _row(step, k, made, drawn[k], drawn[k + 1], samples) for k, made in enumerate(step.rows)
        ],
    }  # fmt: skip


def _row(
    step: StepRecord, index: int, made: RowRecord, incoming: Array, units: Array, samples: slice
) -> dict[str, Any]:
    fused = index == len(step.rows) - 1 and step.plan.objective is not step.loss
    layer = step.network.layers[made.row.layer]
    name, notation = activation_notation(made)
    a = made.a[samples]
    if fused:
        a = step.plan.objective.activation.value(made.z[samples])
        name, notation = activation_notation_of(step.plan.objective.activation)
    described: dict[str, Any] = {
        "kind": {DENSE: "dense", ACTIVATION: "activation", DROPOUT: "dropout", BATCH_NORM: "batch norm"}.get(
            made.row.kind, "layer norm"
        ),
        "layer": made.row.layer, "title": compact_repr(layer), "activation": name, "f": notation.value,
        "slope": notation.slope, "fused": fused, "drawn": units.tolist(), "all": made.row.n_outputs,
        "z": _numbers(made.z[samples][:, units]), "a": _numbers(a[:, units]),
        "da": _numbers(made.d_a[samples][:, units]), "dz": _numbers(made.d_z[samples][:, units]),
    }  # fmt: skip
    if made.row.kind == DENSE and made.weights is not None and made.d_weights is not None:
        described |= _dense(made, incoming, units, samples)
    return described


def activation_notation_of(activation: Any) -> tuple[str, Any]:
    """The name of an activation, and how it is written."""
    from types import SimpleNamespace

    return activation_notation(SimpleNamespace(row=SimpleNamespace(activation=activation)))  # type: ignore[arg-type]


def _dense(made: RowRecord, incoming: Array, units: Array, samples: slice) -> dict[str, Any]:
    weights, d_weights, new = made.weights, made.d_weights, made.new_weights
    bias, d_bias, new_bias = made.bias, made.d_bias, made.new_bias
    if (
        weights is None
        or d_weights is None
        or new is None
        or bias is None
        or d_bias is None
        or new_bias is None
    ):
        return {}
    block = np.ix_(incoming, units)
    shown = made.inputs[samples][:, incoming] @ weights[block]
    rest = made.z[samples][:, units] - shown - bias[units]
    return {
        "w": _numbers(weights[block]), "dw": _numbers(d_weights[block]), "change": _numbers((new - weights)[block]),
        "b": _numbers(bias[units]), "db": _numbers(d_bias[units]), "bChange": _numbers((new_bias - bias)[units]),
        "rest": _numbers(rest), "notDrawn": len(weights) - len(incoming),
    }  # fmt: skip


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
