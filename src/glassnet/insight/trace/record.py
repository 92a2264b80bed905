"""One training step, carried out on copies, with every array kept."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet import losses, optimizers
from glassnet.activations import Linear
from glassnet.engines import loop
from glassnet.engines.base import Slice, Steps
from glassnet.insight.trace.moment import Moment
from glassnet.insight.trace.updating import Update
from glassnet.kernels import arrays
from glassnet.kernels.arrays import Views
from glassnet.layers import Layer
from glassnet.losses import Loss
from glassnet.network.state import TrainingState
from glassnet.optimizers import Optimizer
from glassnet.plan import DENSE, DROPOUT, NOWHERE, Plan, Row
from glassnet.support.arrays import Array
from glassnet.support.cached import cached_property

if TYPE_CHECKING:
    from glassnet.network.network import Network

NO_ORDER = np.empty(0, np.int64)


@dataclass(frozen=True)
class RowRecord:
    """What one row of the plan computed. Shapes: (n_samples, n_inputs) or (n_samples, n_outputs)."""

    row: Row
    # inputs, z, a: forward: what came in, pre-activation (standardised inputs of a normalisation, the
    # vectors of an embedding), output. Where the loss took the last activation over, `a` is still its
    # output.
    inputs: Array
    z: Array
    a: Array
    # d_a, d_z, d_inputs: backward: gradients of the loss with respect to output, pre-activation and inputs
    d_a: Array
    d_z: Array
    d_inputs: Array
    # weights, bias, d_weights, d_bias, new_weights, new_bias: before the step, their gradients, and after
    # the step; None where the row has none
    weights: Array | None = None
    bias: Array | None = None
    d_weights: Array | None = None
    d_bias: Array | None = None
    new_weights: Array | None = None
    new_bias: Array | None = None
    mask: Array | None = None  # of a dropout row
    # Mean and variance that a batch norm takes in prediction, (2, n_outputs); None in training, where they
    # are those of the batch
    statistics: Array | None = None

    def column(self, units: Any) -> Any:
        """The columns of the weights that these units have: where there is one, all share it."""
        return units if self.weights is None else np.minimum(units, self.weights.shape[1] - 1)


@dataclass(frozen=True)
class StepRecord:
    """One training step: samples, targets, rows in forward order, loss, and what the optimizer did."""

    network: Network
    plan: Plan
    loss: Loss
    # x, y: the batch; classes as one-hot rows
    x: Array
    y: Array
    sample_weights: Array  # (n_samples,)
    rows: tuple[RowRecord, ...]
    # value, penalty: the loss, and what weight penalties add to it
    value: float
    penalty: float
    # Gradient of the loss with respect to the last row's output, or to its pre-activation where `fused`
    d_output: Array
    update: Update

    @cached_property
    def places(self) -> tuple[tuple[tuple[int, ...], Layer], ...]:
        """Of each row its layer and where that stands: ``(1, 0)`` is layer 0 inside of layer 1."""
        return tuple(_places(self.network.layers, ()))

    @property
    def fused(self) -> bool:
        """Whether the loss took the last activation over: then its gradient is that of the pre-activation."""
        return self.plan.objective is not self.loss

    @property
    def probabilities(self) -> Array | None:
        """What a loss that was chosen for logits makes of them; None for other losses."""
        activation = self.plan.objective.activation
        return None if self.fused or activation == Linear() else activation.value(self.rows[-1].a)


def _places(layers: Sequence[Layer], around: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Layer]]:
    """In the order of the rows; a layer with others inside has a row before them and one behind."""
    for number, layer in enumerate(layers):
        place = (*around, number)
        if layer.inner:
            yield place, layer
            yield from _places(layer.inner, place)
        if layer.row_fields() is not None:
            yield place, layer


def moment_of(
    network: Network, X: ArrayLike, y: ArrayLike | None, loss: str | Loss, optimizer: str | Optimizer
) -> Moment:
    """The moment before a training step on this batch."""
    objective = losses.get(loss)
    x = network.features(X, loss=objective)
    y = network.targets(y, objective, len(x))
    weights = np.ones((len(x), 1), network.dtype)
    return Moment(network, objective, optimizers.get(optimizer), x, y, weights, len(x))


def record(
    network: Network, X: ArrayLike, y: ArrayLike | None, loss: str | Loss, optimizer: str | Optimizer
) -> StepRecord:
    """Carry out a training step on copies of the network's vectors; the network stays as it is."""
    return recorded_at(moment_of(network, X, y, loss, optimizer))


def recorded_at(moment: Moment) -> StepRecord:
    """Carry out the step on all samples of a moment, on copies of the network's vectors."""
    network, sizes = moment.network, np.array([len(moment.x)])
    plan = network.plan(moment.loss)
    state = TrainingState.continued(network.state, moment.optimizer, network.parameters)
    epochs = np.array([float(state.epoch)])
    rates = state.optimizer.rates(epochs) * state.rate_factor
    masks = copy.deepcopy(network.streams).draw_masks(plan, sizes, epochs)
    part = Slice(moment.x, moment.y, moment.weights, NO_ORDER, np.zeros(1, np.int64), sizes)
    table = state.optimizer.table(rates, state.step + 1, epochs)
    steps = Steps(part, masks, epochs, rates, table, state.step + 1)
    return recorded(network, plan, moment.loss, state, steps)


def recorded(network: Network, plan: Plan, loss: Loss, state: TrainingState, steps: Steps) -> StepRecord:
    """Carry out the first of these steps, as an engine would, on copies of everything that it changes."""
    return _Recorder(network, plan, loss, state, steps).run()


class _Recorder:
    """Copies of everything that a step changes."""

    def __init__(self, network: Network, plan: Plan, loss: Loss, state: TrainingState, steps: Steps) -> None:
        self.network, self.plan, self.loss, self.steps = network, plan, loss, steps
        self.x, self.y, self.sample_weights = _batch(steps.data, plan)
        vectors = copy.deepcopy(network.vectors)
        self.parameters, self.gradients = Views(vectors.parameters), Views(vectors.gradients)
        self.running = Views(vectors.running)
        n_columns = (
            plan.n_columns + plan.layout.n_features
        )  # behind those of the plan the gradient of the batch
        self.memory = Views(np.zeros(n_columns * len(self.x), network.dtype))
        self.dropped = loop.Dropped(steps.masks, 0, plan.drop_rates(steps.epochs)[0].tolist())
        self.optimizer, self.states = state.optimizer.at(steps.epochs[0]), state.vectors.copy()

    def run(self) -> StepRecord:
        """Forward, loss, backward row by row, update."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return self._run()

    def _run(self) -> StepRecord:
        n, plan = len(self.x), self.plan
        loop.forward(plan.rows, self.parameters, self.running, self.memory, n, self.x, self.dropped, True)
        outputs = [self._columns(row.a, row.n_outputs).copy() for row in plan.rows]
        error = self._columns(plan.rows[-1].error, plan.n_outputs)
        value = arrays.compare(plan.objective, self.y, outputs[-1], self.sample_weights, error)
        d_output, penalty, records = error.copy(), 0.0, []
        for row, output in zip(reversed(plan.rows), reversed(outputs), strict=True):
            record, cost = self._back_through(row, output)
            penalty += cost
            records.append(record)
        done = self._update()
        rows = [self._updated(record) for record in reversed(records)]
        if plan.objective is not self.loss:
            rows[-1] = replace(rows[-1], a=plan.objective.activation.value(rows[-1].z))
        return StepRecord(
            self.network, plan, self.loss, self.x, self.y, self.sample_weights[:, 0],
            tuple(rows), value, penalty, d_output, done,
        )  # fmt: skip

    def _columns(self, start: int, width: int) -> Array:
        return self.memory[start * len(self.x), len(self.x), width]

    def _back_through(self, row: Row, output: Array) -> tuple[RowRecord, float]:
        if row.own is not None and row.source_error == NOWHERE:
            row = row._replace(source_error=self.plan.n_columns)
        incoming = self.x if row.source == NOWHERE else self._columns(row.source, row.n_inputs)
        error = self._columns(row.error, row.n_outputs)
        z = output if row.n_inputs != row.n_outputs else incoming
        z = (self._columns(row.z, row.n_outputs) if row.z != NOWHERE else z).copy()
        d_a, weights, bias = error.copy(), *self._parameters(self.parameters, row)
        penalty = loop.backward(
            (row,), self.parameters, self.gradients, self.memory, len(self.x), self.x, self.dropped
        )
        d_z = error.copy()
        d_inputs = d_z @ weights.T if row.kind == DENSE and weights is not None else d_z
        if row.own is not None:
            d_inputs = self._columns(row.source_error, row.n_inputs).copy()
            d_z = d_inputs if row.n_inputs == row.n_outputs else d_a
        d_weights, d_bias = self._parameters(self.gradients, row)
        mask = None
        if row.kind == DROPOUT:
            start = row.mask * len(self.x)
            mask = self.dropped.masks[start : start + z.size].reshape(z.shape)
            row = row._replace(rate=self.dropped.rates[row.dropout])
        record = RowRecord(
            row, incoming.copy(), z, output, d_a, d_z, d_inputs, weights, bias, d_weights, d_bias, mask=mask
        )
        return record, penalty

    def _parameters(self, vector: Views, row: Row) -> tuple[Array | None, Array | None]:
        if row.weights == NOWHERE:
            return None, None
        if row.own is not None:
            first, *others = [vector[place].copy() for place in row.own.parameters]
            return first, others[0][0] if row.bias != NOWHERE else None
        shape = (row.n_inputs if row.kind == DENSE else 1, row.n_outputs)
        bias = None if row.bias == NOWHERE else vector[row.bias, 1, row.n_outputs][0].copy()
        return vector[row.weights, *shape].copy(), bias

    def _update(self) -> Update:
        """Apply the optimizer's rule to the copies."""
        optimizer, parameters, gradients = self.optimizer, self.parameters, self.gradients
        before, gradient, old = parameters.flat.copy(), gradients.flat.copy(), self.states.copy()
        arrays.clip(gradients, optimizer.clip_norm or 0, optimizer.clip_value or 0)
        coefficients = tuple(self.steps.coefficients[0].tolist())
        factors = self.plan.layout.learning_rate_factors(parameters.flat.dtype)
        arrays.update(optimizer.rule, parameters, gradients, self.states, coefficients, factors)
        return Update(
            optimizer, float(self.steps.rates[0]), self.steps.first_step,
            before, gradient, gradients.flat, old, self.states, parameters.flat,
        )  # fmt: skip

    def _updated(self, record: RowRecord) -> RowRecord:
        new_weights, new_bias = self._parameters(self.parameters, record.row)
        return replace(record, new_weights=new_weights, new_bias=new_bias)


def _batch(data: Slice, plan: Plan) -> tuple[Array, Array, Array]:
    """Samples, targets and weights of the first step, gathered as an engine gathers them."""
    start, stop, loss = int(data.starts[0]), int(data.stops[0]), plan.objective
    n, dtype = stop - start, data.x.dtype
    n_targets = 1 if loss.targets == "labels" else plan.n_outputs
    take = arrays.take_classes if loss.takes_classes else arrays.take_rows
    x = arrays.take_rows(data.x, data.order, start, stop, np.empty((n, data.x.shape[1]), dtype))
    y = take(data.y, data.order, start, stop, np.empty((n, n_targets), dtype))
    y = loss.smoothed(y)
    return x, y, arrays.take_rows(data.weights, data.order, start, stop, np.empty((n, 1), dtype))
