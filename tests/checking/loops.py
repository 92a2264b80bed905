"""The same learner in a third hand: one sample after the other, sums that are divided by m at the end."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.checking import maths
from tests.checking.rows import Array, Bugs, Task

CODES = (
    "activation_derivative_missing", "relu_gate_dropped", "leaky_slope_forgotten", "derivative_at_preactivation",
    "derivative_at_activation", "error_sign_flipped", "output_derivative_doubled", "output_derivative_missing",
    "batch_mean_missing", "transposed_carry",
    "bias_gradient_last_sample", "weight_gradient_last_sample", "weight_gradient_from_preactivation", "l2_forgotten",
    "bias_gradient_averaged", "bias_gradient_missing",
)  # fmt: skip


def gradients(task: Task, bugs: Bugs) -> list[tuple[Array, Array]]:
    def has(code: str, layer: int) -> bool:
        return layer in bugs.get(code, ())

    L, m, real = len(task.W), len(task.X), task.X.dtype.type
    sums_W = [np.zeros_like(W) for W in task.W]
    sums_b = [np.zeros_like(b) for b in task.b]
    for x, y in zip(task.X, task.Y, strict=True):
        zs: list[Array] = []
        outputs = [x]
        for W, b, name in zip(task.W, task.b, task.f, strict=True):
            z = (
                np.array([sum(x_i * w for x_i, w in zip(outputs[-1], column, strict=True)) for column in W.T])
                + b
            )
            zs.append(z.astype(x.dtype))
            outputs.append(
                maths.softmax(zs[-1], axis=0) if name == "softmax" else maths.FORWARD[name](zs[-1])
            )
        delta = _first(task, zs[-1], outputs[-1], y, has)
        for i in reversed(range(L)):
            source = zs[i - 1] if i > 0 and has("weight_gradient_from_preactivation", i) else outputs[i]
            step = np.array([[source_j * d for d in delta] for source_j in source])
            sums_W[i] = step if has("weight_gradient_last_sample", i) else sums_W[i] + step
            sums_b[i] = delta if has("bias_gradient_last_sample", i) else sums_b[i] + delta
            if has("bias_gradient_missing", i):
                sums_b[i] = 0 * delta
            if i > 0:
                W = task.W[i]
                back = delta @ W if has("transposed_carry", i) else W @ delta
                delta = back * _slope(task.f[i - 1], zs[i - 1], outputs[i], i - 1, has)
                delta = -delta if has("error_sign_flipped", i - 1) else delta
    found = []
    for i in range(L):
        by = real(1 if has("batch_mean_missing", i) else m)
        db = sums_b[i] / by / (m if has("bias_gradient_averaged", i) else 1)
        l2 = 0.0 if has("l2_forgotten", i) else task.l2[i]
        dW = sums_W[i] / by + real(l2) * task.W[i] + real(task.l1[i]) * np.sign(task.W[i])
        if task.bias_l1 or task.bias_l2:
            db = db + real(task.bias_l2) * task.b[i] + real(task.bias_l1) * np.sign(task.b[i])
        found.append((dW, db.astype(x.dtype)))
    return found


def _first(task: Task, z: Array, a: Array, y: Array, has: Any) -> Array:
    i, name = len(task.W) - 1, task.f[-1]
    dA = maths.LOSS[task.loss](y, a)
    if (name, task.loss) in maths.FUSED and not has("output_derivative_missing", i):
        delta = a - y
        delta = delta * a * (1 - a) if has("output_derivative_doubled", i) else delta
    elif has("output_derivative_missing", i):
        delta = dA
    elif name == "softmax":
        delta = a * (dA - np.sum(a * dA))
    else:
        slope = _slope(name, z, a, i, has)
        delta = dA * slope * (slope if has("output_derivative_doubled", i) else 1)
    if task.loss in maths.OVER_ENTRIES:
        delta = delta / len(y)
    delta = delta * task.loss_factor
    return (-delta if has("error_sign_flipped", i) else delta).astype(y.dtype)


def _slope(name: str, z: Array, a: Array, i: int, has: Any) -> Array:
    if has("activation_derivative_missing", i) or has("relu_gate_dropped", i):
        return np.ones_like(z)
    if has("leaky_slope_forgotten", i):
        return (z > 0).astype(z.dtype)
    if has("derivative_at_preactivation", i):
        return maths.IN_A[name](z)
    if has("derivative_at_activation", i):
        return maths.IN_Z[name](a)
    return maths.IN_Z[name](z)
