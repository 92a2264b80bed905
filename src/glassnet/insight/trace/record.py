"""One training step, carried out on copies, with every array kept."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet import inputs, losses, optimizers
from glassnet.engines import loop
from glassnet.kernels.arrays import Views, clip, update
from glassnet.losses import Loss
from glassnet.optimizers import Optimizer
from glassnet.plan import DENSE, DROPOUT, NOWHERE, Plan, Row
from glassnet.state import TrainingState

if TYPE_CHECKING:
    from glassnet.network import Network

Array = NDArray[Any]


@dataclass(frozen=True)
class RowRecord:
    """What one row of the plan computed. Shapes: (n_samples, n_inputs) or (n_samples, n_outputs).

    Attributes
    ----------
    row : Row
    inputs, z, a : ndarray
        Forward: what came in, pre-activation, output.
    d_a, d_z, d_inputs : ndarray
        Backward: gradients of the loss with respect to output, pre-activation and inputs.
    weights, bias, d_weights, d_bias, new_weights, new_bias : ndarray or None
        Before the step, their gradients, and after the step.
    mask : ndarray or None
        Of a dropout row.
    """

    row: Row
    inputs: Array
    z: Array
    a: Array
    d_a: Array
    d_z: Array
    d_inputs: Array
    weights: Array | None = None
    bias: Array | None = None
    d_weights: Array | None = None
    d_bias: Array | None = None
    new_weights: Array | None = None
    new_bias: Array | None = None
    mask: Array | None = None


@dataclass(frozen=True)
class StepRecord:
    """One training step: samples, targets, rows in forward order, loss, and what the optimizer did."""

    network: Network
    plan: Plan
    loss: Loss
    optimizer: Optimizer
    learning_rate: float
    x: Array
    y: Array
    rows: tuple[RowRecord, ...]
    value: float
    penalty: float
    d_output: Array


def record(
    network: Network, X: ArrayLike, y: ArrayLike, loss: str | Loss, optimizer: str | Optimizer
) -> StepRecord:
    """Carry out a training step on copies of the network's vectors; the network stays as it is."""
    chosen, rule = losses.get(loss), optimizers.get(optimizer)
    plan = network.plan(chosen)
    x = network.features(X)
    targets = inputs.targets("y", y, chosen, len(x), plan.n_outputs, network.dtype)
    prepared = (
        losses.one_hot_rows(chosen.name, targets, np.empty((len(x), plan.n_outputs)))
        if chosen.takes_classes
        else targets
    )
    prepared = prepared.astype(network.dtype)
    return _Recorder(network, plan, x, prepared, chosen, rule).run()


class _Recorder:
    """Copies of everything that a step changes."""

    def __init__(
        self, network: Network, plan: Plan, x: Array, y: Array, loss: Loss, optimizer: Optimizer
    ) -> None:
        self.network, self.plan, self.x, self.y, self.loss, self.optimizer = (
            network,
            plan,
            x,
            y,
            loss,
            optimizer,
        )
        vectors = copy.deepcopy(network.vectors)
        self.parameters, self.gradients = Views(vectors.parameters), Views(vectors.gradients)
        self.running = Views(vectors.running)
        self.memory = Views(np.zeros(plan.n_columns * len(x), network.dtype))
        self.masks = copy.deepcopy(network.streams).draw_masks(plan, np.array([len(x)]))
        self.state = copy.deepcopy(TrainingState.continued(network.state, optimizer, vectors.parameters))

    def run(self) -> StepRecord:
        """Forward, loss, backward row by row, update."""
        n, plan = len(self.x), self.plan
        loop.forward(plan.rows, self.parameters, self.running, self.memory, n, self.x, self.masks, 0, True)
        outputs = [self._columns(row.a, row.n_outputs).copy() for row in plan.rows]
        value, d_output = plan.objective.compare(self.y, outputs[-1], None)
        self._columns(plan.rows[-1].error, plan.n_outputs)[...] = d_output
        penalty, kept = 0.0, []
        for index in range(len(plan.rows) - 1, -1, -1):
            made, cost = self._back_through(index)
            penalty += cost
            kept.append(made)
        rate = self._update()
        rows = tuple(self._updated(made) for made in reversed(kept))
        return StepRecord(
            self.network,
            plan,
            self.loss,
            self.optimizer,
            rate,
            self.x,
            self.y,
            rows,
            value,
            penalty,
            d_output,
        )

    def _columns(self, start: int, width: int) -> Array:
        return self.memory[start * len(self.x), len(self.x), width]

    def _back_through(self, index: int) -> tuple[RowRecord, float]:
        row = self.plan.rows[index]
        incoming = self.x if row.source == NOWHERE else self._columns(row.source, row.n_inputs)
        error = self._columns(row.error, row.n_outputs)
        z = (self._columns(row.z, row.n_outputs) if row.z != NOWHERE else incoming).copy()
        d_a, weights, bias = error.copy(), *self._parameters(self.parameters, row)
        penalty = loop.backward(
            (row,), self.parameters, self.gradients, self.memory, len(self.x), self.x, self.masks, 0
        )
        d_z = error.copy()
        d_inputs = d_z @ weights.T if row.kind == DENSE and weights is not None else d_z
        d_weights, d_bias = self._parameters(self.gradients, row)
        mask = None
        if row.kind == DROPOUT:
            start = row.mask * len(self.x)
            mask = self.masks[start : start + z.size].reshape(z.shape)
        made = RowRecord(
            row, incoming.copy(), z, self._columns(row.a, row.n_outputs).copy(), d_a, d_z, d_inputs,
            weights, bias, d_weights, d_bias, mask=mask,
        )  # fmt: skip
        return made, penalty

    def _parameters(self, vector: Views, row: Row) -> tuple[Array | None, Array | None]:
        if row.weights == NOWHERE:
            return None, None
        shape = (row.n_inputs if row.kind == DENSE else 1, row.n_outputs)
        return vector[row.weights, *shape].copy(), vector[row.bias, 1, row.n_outputs][0].copy()

    def _update(self) -> float:
        """Apply the optimizer's rule to the copies; returns the learning rate."""
        state, optimizer = self.state, self.optimizer
        rates = optimizer.rates(np.array([float(state.epoch)])) * state.rate_factor
        table = optimizer.table(rates, state.step + 1)
        clip(self.gradients, optimizer.clip_norm or 0, optimizer.clip_value or 0)
        update(optimizer.rule, self.parameters, self.gradients, state.vectors, tuple(table[0].tolist()))
        return float(rates[0])

    def _updated(self, made: RowRecord) -> RowRecord:
        new_weights, new_bias = self._parameters(self.parameters, made.row)
        return replace(made, new_weights=new_weights, new_bias=new_bias)
