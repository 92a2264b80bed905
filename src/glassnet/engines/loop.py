"""Forward propagation, backpropagation and the update: the one loop of glassnet.

Read it top to bottom: :func:`forward` fills every row's pre-activation ``z`` and output ``a``; :func:`backward` carries
the error back and leaves the gradients; :func:`train` does both for one batch after the other and updates the
parameters. As it stands here it is the ``numpy`` engine. The ``compiled`` engine is this same source with the compiled
bodies of the traversals (:mod:`glassnet.kernels`) in the place of the NumPy ones.
"""

from __future__ import annotations

from typing import Any

from glassnet.kernels.arrays import (
    activate,
    apply,
    batch_norm,
    batch_norm_backward,
    batch_norm_inference,
    clip,
    column_sums,
    compare,
    copy,
    drop,
    gate,
    is_finite,
    layer_norm,
    layer_norm_backward,
    multiply,
    multiply_input_gradient,
    multiply_weights_gradient,
    penalise,
    take_classes,
    take_rows,
    update,
    view,
)
from glassnet.plan import ACTIVATION, BATCH_NORM, DENSE, DROPOUT, LAYER_NORM, NOWHERE


def forward(
    rows: Any,
    parameters: Any,
    running: Any,
    memory: Any,
    size: int,
    x: Any,
    masks: Any,
    at: int,
    training: bool,
) -> None:
    """From the batch `x` (n, n_features) up: z and a of every row. The memory has room for `size` samples."""
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
                drop(inputs, masks, at + row.mask * n, row.rate, a)
            else:
                copy(inputs, a)
        else:
            normalise(row, inputs, parameters, running, memory, size, a, training)


def normalise(
    row: Any, x: Any, parameters: Any, running: Any, memory: Any, size: int, a: Any, training: bool
) -> None:
    """The forward pass of a batch-norm or layer-norm row."""
    m = row.n_outputs
    weights, bias = view(parameters, row.weights, 1, m), view(parameters, row.bias, 1, m)
    z = view(memory, row.z * size, len(x), m)
    if row.kind == LAYER_NORM:
        layer_norm(row, x, weights, bias, z, view(memory, row.spread * size, len(x), 1), a)
    elif training:
        statistics = view(running, row.statistics, 2, m)
        batch_norm(row, x, weights, bias, statistics, z, view(memory, row.spread * size, 1, m), a)
    else:
        batch_norm_inference(row, x, weights, bias, view(running, row.statistics, 2, m), a)


def backward(
    rows: Any, parameters: Any, gradients: Any, memory: Any, size: int, x: Any, masks: Any, at: int
) -> float:
    """From the error at the last output down: the gradients of all parameters. Returns the weight penalties."""
    n = len(x)
    penalty = 0.0
    for i in range(len(rows) - 1, -1, -1):
        row = rows[i]
        m = row.n_outputs
        inputs = x if row.source == NOWHERE else view(memory, row.source * size, n, row.n_inputs)
        error = view(memory, row.error * size, n, m)
        if row.kind == DENSE:
            weights = view(parameters, row.weights, row.n_inputs, m)
            d_weights = view(gradients, row.weights, row.n_inputs, m)
            gate(row, view(memory, row.z * size, n, m), view(memory, row.a * size, n, m), error)
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
            gate(row, inputs, view(memory, row.a * size, n, m), error)
        elif row.kind == DROPOUT:
            drop(error, masks, at + row.mask * n, row.rate, error)
        else:
            z, weights = view(memory, row.z * size, n, m), view(parameters, row.weights, 1, m)
            d_weights, d_bias = view(gradients, row.weights, 1, m), view(gradients, row.bias, 1, m)
            if row.kind == BATCH_NORM:
                batch_norm_backward(
                    row, weights, z, view(memory, row.spread * size, 1, m), error, d_weights, d_bias
                )
            else:
                layer_norm_backward(
                    row, weights, z, view(memory, row.spread * size, n, 1), error, d_weights, d_bias
                )
    return penalty


def train(
    rows: Any, loss: Any, rule: Any, parameters: Any, gradients: Any, states: Any, running: Any,
    memory: Any, size: int, batch_x: Any, batch_y: Any, batch_weights: Any,
    x: Any, y: Any, weights: Any, order: Any, starts: Any, stops: Any, masks: Any, n_mask_columns: int,
    coefficients: Any, clip_norm: float, clip_value: float, losses: Any,
) -> int:  # fmt: skip
    """One step for each batch; returns how many gave a finite loss, and stops at the first that did not."""
    last = rows[len(rows) - 1]
    at = 0
    for step in range(len(starts)):
        start, stop = starts[step], stops[step]
        inputs = take_rows(x, order, start, stop, batch_x)
        targets = (
            take_classes(y, order, start, stop, batch_y)
            if loss.takes_classes
            else take_rows(y, order, start, stop, batch_y)
        )
        shares = take_rows(weights, order, start, stop, batch_weights)
        n = stop - start

        forward(rows, parameters, running, memory, size, inputs, masks, at, True)
        prediction = view(memory, last.a * size, n, last.n_outputs)
        losses[step] = compare(
            loss, targets, prediction, shares, view(memory, last.error * size, n, last.n_outputs)
        )
        losses[step] += backward(rows, parameters, gradients, memory, size, inputs, masks, at)
        if not is_finite(losses[step]):
            return step
        clip(gradients, clip_norm, clip_value)
        update(rule, parameters, gradients, states, coefficients[step])
        at += n * n_mask_columns
    return len(starts)
