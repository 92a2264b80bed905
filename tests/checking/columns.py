"""The same learner in another hand: samples in columns, Z = W X + b, and 1/m in every dW and db."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.checking import maths
from tests.checking.rows import Array, Bugs, Task

# The slips that this hand can make.
CODES = (
    "activation_derivative_missing", "relu_gate_dropped", "relu_gate_from_upstream", "relu_gate_from_input",
    "leaky_slope_forgotten", "derivative_at_preactivation", "derivative_at_activation", "error_sign_flipped",
    "output_derivative_doubled", "output_derivative_missing", "softmax_over_samples", "batch_mean_missing",
    "batch_mean_twice", "transposed_carry", "weights_updated_first",
    "bias_gradient_averaged", "bias_gradient_wrong_axis", "bias_gradient_not_summed", "l2_forgotten", "l2_doubled",
)  # fmt: skip


def gradients(task: Task, bugs: Bugs) -> list[tuple[Array, Array]]:
    def has(code: str, layer: int) -> bool:
        return layer in bugs.get(code, ())

    Ws = [W.T for W in task.W]
    bs = [b[:, None] for b in task.b]
    X, Y = task.X.T, task.Y.T
    L, m = len(Ws), X.shape[1]
    cache: list[tuple[Array, Array, Array]] = []
    A = X
    for i in range(L):
        Z = np.dot(Ws[i], A) + bs[i]
        name = task.f[i]
        if name == "softmax":
            A_next = maths.softmax(Z, axis=1 if i == L - 1 and has("softmax_over_samples", i) else 0)
        else:
            A_next = maths.FORWARD[name](Z)
        cache.append((A, Z, A_next))
        A = A_next

    result: dict[int, tuple[Array, Array]] = {}
    dZ = _first(task, cache[-1][1], A, Y, has)
    for i in reversed(range(L)):
        A_prev = cache[i][0]
        share = 1.0 if has("batch_mean_missing", i) else 1 / m**2 if has("batch_mean_twice", i) else 1 / m
        share = dZ.dtype.type(share)
        dW = share * np.dot(dZ, A_prev.T)
        l2 = 0 if has("l2_forgotten", i) else 2 * task.l2[i] if has("l2_doubled", i) else task.l2[i]
        dW = dW + dZ.dtype.type(l2) * Ws[i] + dZ.dtype.type(task.l1[i]) * np.sign(Ws[i])
        if has("bias_gradient_wrong_axis", i):
            db = share * np.sum(dZ, axis=0, keepdims=True)
        elif has("bias_gradient_averaged", i):
            db = share * np.mean(dZ, axis=1, keepdims=True)
        elif has("bias_gradient_not_summed", i):
            db = share * dZ
        else:
            db = share * np.sum(dZ, axis=1, keepdims=True)
        if task.bias_l1 or task.bias_l2:
            db = db + dZ.dtype.type(task.bias_l2) * bs[i] + dZ.dtype.type(task.bias_l1) * np.sign(bs[i])
        result[i] = (dW, db)
        if i > 0:
            W = Ws[i]
            if has("weights_updated_first", i):
                W = W - dZ.dtype.type(task.learning_rate) * dW
            dA = np.dot(W, dZ) if has("transposed_carry", i) else np.dot(W.T, dZ)
            dZ = _back(task.f[i - 1], dA, *cache[i - 1], i - 1, has)
    return [result[i] for i in range(L)]


def _first(task: Task, Z: Array, A: Array, Y: Array, has: Any) -> Array:
    i, name, k = len(task.W) - 1, task.f[-1], A.shape[0]
    if (name, task.loss) in maths.FUSED:
        dZ = A - Y
        if has("output_derivative_doubled", i):
            dZ = dZ * A * (1 - A)
        if has("output_derivative_missing", i):
            dZ = maths.LOSS[task.loss](Y, A)
    else:
        dA = maths.LOSS[task.loss](Y, A)
        if has("output_derivative_missing", i):
            dZ = dA
        elif name == "softmax":
            dZ = maths.jacobian_product(A, dA, axis=0)
        else:
            dZ = _back(
                name, dA, Z, Z, A, i, lambda code, layer: code != "error_sign_flipped" and has(code, layer)
            )
            if has("output_derivative_doubled", i):
                dZ = dZ * maths.IN_Z[name](Z)
    if has("error_sign_flipped", i):
        dZ = -dZ
    dZ = dZ * dZ.dtype.type(task.loss_factor)
    return dZ / k if task.loss in maths.OVER_ENTRIES else dZ


def _back(name: str, dA: Array, A_prev: Array, Z: Array, A: Array, i: int, has: Any) -> Array:
    if name == "relu":
        dZ = np.array(dA, copy=True)
        if has("relu_gate_from_upstream", i):
            dZ[dA <= 0] = 0
        elif has("relu_gate_from_input", i):
            dZ[A_prev <= 0] = 0
        elif not has("relu_gate_dropped", i):
            dZ[Z <= 0] = 0
    elif has("activation_derivative_missing", i):
        dZ = dA
    elif has("leaky_slope_forgotten", i):
        dZ = dA * (Z > 0)
    elif has("derivative_at_preactivation", i):
        dZ = dA * maths.IN_A[name](Z)
    elif has("derivative_at_activation", i):
        dZ = dA * maths.IN_Z[name](A)
    else:
        dZ = dA * maths.IN_Z[name](Z)
    return -dZ if has("error_sign_flipped", i) else dZ
