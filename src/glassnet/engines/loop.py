"""Forward propagation, backpropagation and the update: the one loop of glassnet.

Read it top to bottom: :func:`forward` fills every row's pre-activation ``z`` and output ``a``; :func:`backward` carries
the error back and leaves the gradients; :func:`train` does both for one batch after the other and updates the
parameters. As it stands here it is the ``numpy`` engine. The ``compiled`` engine is this same source with the compiled
bodies of the traversals (:mod:`glassnet.kernels`) in the place of the NumPy ones.

Arrays lie in flat vectors, and ``view(vector, start, n_rows, n_columns)`` is the one that begins at `start`. A row of
the plan holds starts: of its weights in the vector of parameters; of its z, a and error in the memory, counted in
columns, each as long as the largest batch (`size`), so that one plan serves every batch size. Rows of layers that are
neither dense, nor an activation, nor dropout are computed by the layer's own forward and backward.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from numpy import float64, int64, uint8
from numpy.typing import NDArray

from glassnet.kernels.arrays import (
    Array,
    Rule,
    Views,
    activate,
    apply,
    backward_layer,
    clip,
    column_sums,
    compare,
    copy,
    drop,
    forward_layer,
    gate,
    is_finite,
    multiply,
    multiply_input_gradient,
    multiply_weights_gradient,
    penalise,
    smooth,
    take_classes,
    take_rows,
    update,
    view,
)
from glassnet.losses import Loss
from glassnet.plan import ACTIVATION, DENSE, DROPOUT, NOWHERE, Row

Rows = Sequence[Row]
Vector = Views
Masks = NDArray[uint8]
Rates = Sequence[float]


class Parameters(NamedTuple):
    """The flat vectors that training changes: parameters, their gradients, and running statistics."""

    values: Vector
    gradients: Vector
    running: Vector


class Data(NamedTuple):
    """Samples (n, n_features), targets, weights (n, 1); batch k is rows ``order[starts[k]:stops[k]]`` of them.

    An empty order means rows ``starts[k]:stops[k]`` themselves. Dropout masks of all batches lie one after the other;
    ``drop_rates[k]`` holds the rate of each dropout row in batch k.
    """

    x: Array
    y: Array
    weights: Array
    order: NDArray[int64]
    starts: Sequence[int]
    stops: Sequence[int]
    masks: Masks
    drop_rates: Sequence[Rates]


class Dropped(NamedTuple):
    """What a batch drops: its masks, which begin at `at`, and the rate of each dropout row."""

    masks: Masks
    at: int
    rates: Rates


class Room(NamedTuple):
    """Memory for the arrays of a batch of at most `size` samples, and for its samples, targets and weights."""

    memory: Vector
    size: int
    n_mask_columns: int
    x: Array
    y: Array
    weights: Array


class Update(NamedTuple):
    """The optimizer: its rule, its vectors, the rule's coefficients at every step, and limits of the gradients.

    Factors of the steps of single parameters, if there are any.
    """

    rule: Rule
    states: Sequence[Array]
    coefficients: Sequence[tuple[float, ...]]
    factors: Array
    clip_norm: float
    clip_value: float


def forward(
    rows: Rows, parameters: Vector, running: Vector, memory: Vector, size: int,
    x: Array, dropped: Dropped, training: bool,
) -> None:  # fmt: skip
    """From the batch `x` (n, n_features) up: z and a of every row."""
    n = len(x)
    for i in range(len(rows)):
        row = rows[i]
        inputs = x if row.source == NOWHERE else view(memory, row.source * size, n, row.n_inputs)
        a = view(memory, row.a * size, n, row.n_outputs)
        if row.kind == DENSE:
            z = view(memory, row.z * size, n, row.n_outputs)
            multiply(inputs, view(parameters, row.weights, row.n_inputs, row.n_outputs), z)
            if row.bias == NOWHERE:
                apply(row, z, a)
            else:
                activate(row, z, view(parameters, row.bias, 1, row.n_outputs), a)
        elif row.kind == ACTIVATION:
            apply(row, inputs, a)
        elif row.kind == DROPOUT:
            if training:
                drop(inputs, dropped.masks, dropped.at + row.mask * n, dropped.rates[row.dropout], a)
            else:
                copy(inputs, a)
        elif row.own:
            forward_layer(row, inputs, parameters, running, memory, size, a, training)


def backward(
    rows: Rows, parameters: Vector, gradients: Vector, memory: Vector, size: int, x: Array, dropped: Dropped
) -> float:  # fmt: skip
    """From the error at the last output down: the gradients of all parameters. Returns the weight penalties."""
    n = len(x)
    penalty = 0.0
    for i in range(len(rows) - 1, -1, -1):
        row = rows[i]
        m = row.n_outputs
        inputs = x if row.source == NOWHERE else view(memory, row.source * size, n, row.n_inputs)
        a, error = view(memory, row.a * size, n, m), view(memory, row.error * size, n, m)
        if row.kind == DENSE:
            weights = view(parameters, row.weights, row.n_inputs, m)
            d_weights = view(gradients, row.weights, row.n_inputs, m)
            gate(row, view(memory, row.z * size, n, m), a, error)
            multiply_weights_gradient(inputs, error, d_weights)
            if row.l1 > 0 or row.l2 > 0:
                penalty += penalise(weights, row.l1, row.l2, d_weights)
            if row.bias != NOWHERE:
                d_bias = view(gradients, row.bias, 1, m)
                column_sums(error, d_bias)
                if row.bias_l1 > 0 or row.bias_l2 > 0:
                    penalty += penalise(view(parameters, row.bias, 1, m), row.bias_l1, row.bias_l2, d_bias)
            if row.source_error != NOWHERE:
                multiply_input_gradient(
                    error, weights, view(memory, row.source_error * size, n, row.n_inputs)
                )
        elif row.kind == ACTIVATION:
            gate(row, inputs, a, error)
        elif row.kind == DROPOUT:
            drop(error, dropped.masks, dropped.at + row.mask * n, dropped.rates[row.dropout], error)
        elif row.own:
            backward_layer(row, inputs, a, parameters, gradients, memory, size, error)
    return penalty


def train(
    rows: Rows, loss: Loss, parameters: Parameters, room: Room, data: Data, step: Update, losses: NDArray[float64]
) -> int:  # fmt: skip
    """One step for each batch; returns how many gave a finite loss, and stops at the first that did not."""
    last = rows[len(rows) - 1]
    values, gradients, running = parameters
    memory, size = room.memory, room.size
    at = 0
    for k in range(len(data.starts)):
        start, stop = data.starts[k], data.stops[k]
        x = take_rows(data.x, data.order, start, stop, room.x)
        if loss.takes_classes:
            y = take_classes(data.y, data.order, start, stop, room.y)
        else:
            y = take_rows(data.y, data.order, start, stop, room.y)
        if loss.label_smoothing > 0:
            y = smooth(loss, y, room.y)
        weights = take_rows(data.weights, data.order, start, stop, room.weights)
        n = stop - start

        dropped = Dropped(data.masks, at, data.drop_rates[k])
        forward(rows, values, running, memory, size, x, dropped, True)
        prediction = view(memory, last.a * size, n, last.n_outputs)
        losses[k] = compare(loss, y, prediction, weights, view(memory, last.error * size, n, last.n_outputs))
        losses[k] += backward(rows, values, gradients, memory, size, x, dropped)
        if not is_finite(losses[k]):
            return k
        clip(gradients, step.clip_norm, step.clip_value)
        update(step.rule, values, gradients, step.states, step.coefficients[k], step.factors)
        at += n * room.n_mask_columns
    return len(data.starts)
