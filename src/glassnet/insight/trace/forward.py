"""A prediction written out: Z and A of every layer, without targets."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from glassnet import losses, optimizers
from glassnet.bridges import writing
from glassnet.engines import loop
from glassnet.engines.numpy import NOTHING_DROPPED
from glassnet.insight.trace.arithmetic import TERMS
from glassnet.insight.trace.record import RowRecord, StepRecord
from glassnet.insight.trace.step import TraceStep
from glassnet.insight.trace.updating import Update
from glassnet.insight.trace.writing.neuron import NeuronTrace
from glassnet.insight.trace.writing.steps import Writer
from glassnet.insight.trace.writing.unit import UnitTrace, preformatted
from glassnet.insight.trace.writing.units import unit_trace
from glassnet.insight.trace.writing.written import Written
from glassnet.kernels.arrays import Views
from glassnet.plan import BATCH_NORM, DENSE, NOWHERE, Row
from glassnet.support import checks
from glassnet.support.arrays import Array

if TYPE_CHECKING:
    from glassnet.network.network import Network


class UnitForward:
    """The arithmetic of one unit in a prediction, for one sample: z = sum_i x_i w_i + b, a = f(z).

    Attributes
    ----------
    inputs : ndarray, (n_inputs,)
        What the unit's layer reads of this sample.
    a : float
        What the unit gives.
    weights, products : ndarray, (n_inputs,) or None
        The weights w_i of a neuron of a dense layer, and the terms x_i w_i; None for others.
    bias, z : float or None
        Of a neuron, too; a layer without biases has None.
    """

    def __init__(self, unit: UnitTrace) -> None:
        self._unit = unit
        self.inputs: Array = unit.record.inputs[unit.sample]
        self.a = unit.a
        neuron = unit if isinstance(unit, NeuronTrace) else None
        self.weights = None if neuron is None else neuron.weights
        self.products = None if neuron is None else neuron.products
        self.bias = None if neuron is None else neuron.bias
        self.z = None if neuron is None else neuron.z

    def lines(self, terms: int = TERMS) -> list[str]:
        """The arithmetic, a line for each formula; at most `terms` terms of a sum are written out."""
        return self._unit.forward_lines(terms)

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return preformatted(self)


class ForwardTrace(Written):
    """A prediction of a network, written out; see :func:`glassnet.trace`.

    Attributes
    ----------
    steps : list of TraceStep
        Z and A of every layer, each with formula, numbers, shapes and array.
    arrays : dict of str to ndarray
        Every array by its name, such as "Z1"; "A0" is the batch.
    """

    def __init__(self, record: StepRecord, samples_in: str) -> None:
        self.record, self._samples_in = record, samples_in
        self.title = f"a prediction for {len(record.x)} {'sample' if len(record.x) == 1 else 'samples'}"

    def neuron(self, layer: int | tuple[int, ...], unit: int, sample: int = 0) -> UnitForward:
        """The arithmetic of one unit of layer `layer` (index in net.layers) for one sample, on the way up.

        The layer ``(1, 0)`` is the first one inside of the residual layer 1.

        Raises
        ------
        ArgumentError
            If there is no such layer, unit or sample, or the layer computes nothing.
        """
        return UnitForward(unit_trace(self.record, layer, unit, sample))

    def to_html(self, path: str | PathLike[str]) -> None:
        """Write the page (docs/page.md), opened at this prediction: it needs no server and no network.

        There are no targets, so it shows no loss and no way back, and says so. What the page does not draw is said
        there by name, above a table of all formulas.

        Raises
        ------
        ModelFileError
            If it cannot be written; a file that was there is as it was then.
        """
        from glassnet.browser.page.steps import page_of_prediction

        writing.write(checks.path("path", path), page_of_prediction(self).encode())

    def _written(self) -> list[TraceStep]:
        return list(Writer(self.record, self._samples_in).forward())

    def _batch(self) -> Array:
        return self.record.x.T if self._samples_in == "columns" else self.record.x

    def __repr__(self) -> str:
        names = ", ".join(self.arrays)
        example = "trace['Z1'].array, trace.neuron(layer, unit) or trace.to_html(path)"
        return f"<ForwardTrace of {self.title}: {names}; print it, or ask for {example}>"


def forward_only(network: Network, X: ArrayLike) -> StepRecord:
    """The rows of a prediction; whatever belongs to the way back is 0, and nothing is updated."""
    loss = losses.MeanSquaredError()  # takes no activation over, so that every row ends with its own
    plan, x = network.plan(loss), network.features(X)
    n, vectors = len(x), network.vectors
    memory, parameters = Views(np.zeros(plan.n_columns * n, network.dtype)), Views(vectors.parameters.copy())
    running = Views(vectors.running)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        loop.forward(plan.rows, parameters, running, memory, n, x, NOTHING_DROPPED, False)
    rows = tuple(_row(row, parameters, running, memory, x) for row in plan.rows)
    nothing, none = np.zeros_like(parameters.flat), np.empty((0, len(parameters.flat)))
    done = Update(optimizers.SGD(), 0.0, 1, parameters.flat, nothing, nothing, none, none, parameters.flat)
    return StepRecord(
        network,
        plan,
        loss,
        x,
        np.zeros_like(rows[-1].a),
        np.ones(n),
        rows,
        0.0,
        0.0,
        np.zeros_like(rows[-1].a),
        done,
    )


def _row(row: Row, parameters: Views, running: Views, memory: Views, x: Array) -> RowRecord:
    n = len(x)
    incoming = x if row.source == NOWHERE else memory[row.source * n, n, row.n_inputs].copy()
    a = memory[row.a * n, n, row.n_outputs].copy()
    z = memory[row.z * n, n, row.n_outputs].copy() if row.z != NOWHERE else incoming
    statistics = None
    if row.kind == BATCH_NORM:
        statistics = running[row.statistics, 2, row.n_outputs].copy()
        z = (incoming - statistics[0]) / np.sqrt(statistics[1] + row.epsilon)
    weights = bias = None
    if row.own is not None and row.own.parameters:
        weights = parameters[row.own.parameters[0]]
    elif row.weights != NOWHERE:
        weights = parameters[row.weights, row.n_inputs if row.kind == DENSE else 1, row.n_outputs]
    if row.bias != NOWHERE:
        bias = parameters[row.bias, 1, row.n_outputs][0]
    no_error, no_source_error = np.zeros_like(a), np.zeros_like(incoming)
    mask = np.ones(a.shape, np.uint8)
    return RowRecord(
        row._replace(rate=0.0), incoming, z, a, no_error, no_error, no_source_error, weights, bias,
        mask=mask, statistics=statistics,
    )  # fmt: skip
