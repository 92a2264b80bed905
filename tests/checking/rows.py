"""A learner's backward pass in batches, samples in rows, with the mean taken at the output. Mistakes on request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.checking import maths

Array = NDArray[Any]
Bugs = Mapping[str, tuple[int, ...]]


@dataclass
class Task:
    """What a learner works on: plain arrays, one entry for each dense layer."""

    W: list[Array]
    b: list[Array]
    f: list[str]
    loss: str
    X: Array
    Y: Array
    l1: list[float]
    l2: list[float]
    learning_rate: float = 0.5
    keepdims: bool = False
    masks: dict[int, Array] = field(default_factory=dict)
    rates: dict[int, float] = field(default_factory=dict)
    loss_factor: float = 1.0
    bias_l1: float = 0.0
    bias_l2: float = 0.0


def gradients(task: Task, bugs: Bugs) -> list[tuple[Array, Array]]:
    def has(code: str, layer: int) -> bool:
        return layer in bugs.get(code, ())

    n_layers, m = len(task.W), len(task.X)
    last = n_layers - 1
    # forward
    inputs, Z, A = [], [], []
    a = task.X
    for i in range(n_layers):
        inputs.append(a)
        z = a @ task.W[i] + task.b[i]
        a = maths.tanh_gelu(z) if has("gelu_approximated", i) else maths.FORWARD[task.f[i]](z)
        if i == last and has("softmax_over_samples", i):
            a = maths.softmax(z, axis=0)
        if i == last and has("softmax_over_batch", i):
            a = np.exp(z) / np.sum(np.exp(z))
        Z.append(z)
        A.append(a)
        if i in task.masks:
            keep = 1 - task.rates[i]
            if not has("dropout_not_applied", i):
                a = a * task.masks[i]
                a = a if has("dropout_unscaled", i) else a / a.dtype.type(keep)

    # the error at the output
    dZ = output_error(task, Z[last], A[last], has)
    dA = dZ

    found: list[tuple[Array, Array]] = []
    for i in range(last, -1, -1):
        W = task.W[i]
        x = inputs[i]
        error = dA if has("gradient_without_derivative", i) else dZ
        if i > 0 and has("weight_gradient_from_preactivation", i):
            x = Z[i - 1]
        if has("weight_gradient_from_undropped", i):
            x = A[i - 1]
        if has("weight_gradient_from_wrong_layer", i):
            x = inputs[i - 1]
        dW = np.outer(x[-1], error[-1]) if has("weight_gradient_last_sample", i) else x.T @ error
        if has("weights_for_inputs", i):
            dW = np.array([[w * d for w, d in zip(row, error.sum(axis=0), strict=True)] for row in W])
        if has("weight_gradient_missing", i):
            dW = np.zeros_like(W)
        dW = scaled(dW, x.shape, i, has)
        if has("gradient_sign_flipped", i):
            dW = -dW
        if has("transposed_weight_gradient", i):
            dW = dW.T
        dW = dW + penalty(task, i, m, has)
        db = scaled(bias_gradient(error, i, m, has), x.shape, i, has)
        if task.bias_l1 or task.bias_l2:
            db = (
                db
                + db.dtype.type(task.bias_l2) * task.b[i]
                + db.dtype.type(task.bias_l1) * np.sign(task.b[i])
            )
        if has("l2_on_biases", i):
            db = db + task.b[i].dtype.type(task.l2[i]) * task.b[i]
        if has("l1_on_biases", i):
            db = db + task.b[i].dtype.type(task.l1[i]) * np.sign(task.b[i])
        found.insert(0, (dW, db[None] if task.keepdims and db.ndim == 1 else db))
        if i == 0:
            break
        if has("carry_through_wrong_weights", i):
            W = task.W[i - 1]
        if has("weights_updated_first", i):
            W = W - W.dtype.type(task.learning_rate) * dW
        carried = dA if has("carry_without_derivative", i) else dZ
        dA = carried @ W if has("transposed_carry", i) else carried @ W.T
        dA = carried if has("carry_without_weights", i) else dA
        dA = undropped(task, i - 1, dA, has)
        dZ = hidden_error(task, i - 1, dA, Z, A, inputs, has)
    return found


def scaled(gradient: Array, shape: tuple[int, ...], i: int, has: Any) -> Array:
    m, n_inputs = shape
    if has("batch_mean_wrong_axis", i):
        return gradient * m / n_inputs
    if has("batch_mean_missing", i):
        return gradient * m
    return gradient / m if has("batch_mean_twice", i) else gradient


def output_error(task: Task, z: Array, a: Array, has: Any) -> Array:
    m, k = a.shape
    last, name, loss = len(task.W) - 1, task.f[-1], task.loss
    by = m * k if loss in maths.OVER_ENTRIES else m
    dA = maths.LOSS[loss](task.Y, a)
    if has("gradient_of_another_loss", last):
        dA = np.sign(a - task.Y) if loss == "mse" else 2 * (a - task.Y)
        by = m * k
    if has("second_term_sign_flipped", last):
        dA = -task.Y / a - (1 - task.Y) / (1 - a)
    if has("second_term_missing", last):
        dA = -task.Y / a
    if has("square_factor_twice", last):
        dA = 2 * dA
    if has("clipped_logarithm", last):
        dA = -task.Y / (a + 1e-7) + ((1 - task.Y) / (1 - a + 1e-7) if loss == "bce" else 0)
    if has("error_sign_flipped", last):
        dA = -dA
    if has("output_derivative_missing", last):
        dZ = dA
    elif name == "softmax" and has("softmax_without_jacobian", last):
        dZ = dA * a * (1 - a)
    elif name == "softmax" and has("derivative_formula_wrong", last):
        dZ = dA * a
    elif (name, loss) in maths.FUSED and not by_the_chain_rule(last, has):
        dZ = a - task.Y
        dZ = -dZ if has("error_sign_flipped", last) else dZ
        dZ = dZ * a * (1 - a) if has("output_derivative_doubled", last) else dZ
    elif name == "softmax":
        dZ = maths.jacobian_product(a, dA)
        dZ = dZ * a * (1 - a) if has("output_derivative_doubled", last) else dZ
    else:
        slope = slope_at(name, z, a, last, has)
        dZ = dA * slope
        dZ = dZ * slope if has("output_derivative_doubled", last) else dZ
    return dZ / by * dZ.dtype.type(task.loss_factor)


def by_the_chain_rule(i: int, has: Any) -> bool:
    """Whether the learner multiplies the two derivatives at the output, which could cancel."""
    codes = (
        "derivative_at_preactivation",
        "derivative_at_activation",
        "clipped_logarithm",
        "gradient_of_another_loss",
        "second_term_sign_flipped",
        "second_term_missing",
    )
    return any(has(code, i) for code in codes)


def slope_at(name: str, z: Array, a: Array, i: int, has: Any) -> Array:
    if has("derivative_at_preactivation", i):
        return maths.IN_A[name](z)
    if has("derivative_at_activation", i):
        return maths.IN_Z[name](a)
    return maths.IN_A[name](a) if name in maths.IN_A else maths.IN_Z[name](z)


def hidden_error(
    task: Task, i: int, dA: Array, Z: list[Array], A: list[Array], inputs: list[Array], has: Any
) -> Array:
    name = task.f[i]
    slope = slope_at(name, Z[i], A[i], i, has)
    if has("gelu_approximated", i):
        slope = maths.tanh_gelu_slope(Z[i])
    if has("activation_derivative_missing", i) or has("relu_gate_dropped", i):
        slope = np.ones_like(slope)
    if has("activation_derivative_doubled", i):
        slope = slope * slope
    if has("relu_gate_from_upstream", i):
        slope = maths.IN_Z[name](dA)
    if has("relu_gate_from_input", i):
        slope = maths.IN_Z[name](inputs[i])
    if has("relu_gate_at_zero", i):
        slope = (Z[i] >= 0) * slope.dtype.type(1)
    if has("leaky_slope_forgotten", i):
        slope = (Z[i] > 0) * slope.dtype.type(1)
    if has("relu_gate_inverted", i):
        slope = maths.IN_Z[name](-Z[i])
    if has("derivative_at_wrong_layer", i):
        other = i + 1
        slope = maths.IN_A[name](A[other]) if name in maths.IN_A else maths.IN_Z[name](Z[other])
    if has("derivative_formula_wrong", i):
        slope = 1 - A[i]
    if has("derivative_of_another_activation", i):
        slope = A[i] * (1 - A[i]) if name != "sigmoid" else 1 - A[i] ** 2
    return -dA * slope if has("error_sign_flipped", i) else dA * slope


def undropped(task: Task, i: int, dA: Array, has: Any) -> Array:
    if i not in task.masks or has("dropout_not_applied", i) or has("dropout_mask_missing", i):
        return dA
    keep = dA.dtype.type(1 - task.rates[i])
    dA = dA * task.masks[i]
    if has("dropout_scale_missing", i) or has("dropout_unscaled", i):
        return dA
    if has("dropout_scale_inverted", i):
        return dA * keep
    return dA / keep / keep if has("dropout_scale_twice", i) else dA / keep


def bias_gradient(dZ: Array, i: int, m: int, has: Any) -> Array:
    if has("bias_gradient_averaged", i):
        return dZ.mean(axis=0)
    if has("bias_gradient_wrong_axis", i):
        return dZ.sum(axis=1)
    if has("bias_gradient_last_sample", i):
        return dZ[-1]
    if has("bias_gradient_not_summed", i):
        return dZ
    if has("bias_gradient_missing", i):
        return np.zeros_like(dZ[0])
    return dZ.sum(axis=0)


def penalty(task: Task, i: int, m: int, has: Any) -> Array:
    W, l1, l2 = task.W[i], task.l1[i], task.l2[i]
    l2 = 0.0 if has("l2_forgotten", i) else l2
    l2 = 2 * l2 if has("l2_doubled", i) else l2 / 2 if has("l2_halved", i) else l2
    l2 = -l2 if has("l2_sign_flipped", i) else l2
    l2 = l2 / m if has("l2_averaged", i) else l2
    l1 = 0.0 if has("l1_forgotten", i) else l1 / m if has("l1_averaged", i) else l1
    signs = np.ones_like(W) if has("l1_sign_missing", i) else np.sign(W)
    total: Array = W.dtype.type(l2) * W + W.dtype.type(l1) * signs
    return total.T if has("transposed_weight_gradient", i) and W.shape[0] != W.shape[1] else total
