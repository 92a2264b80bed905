"""XOR by straight-line code for this one network: every size is written into it, and nothing else it could do.

The steps are those of the work ``xor``: 2-4-1, ReLU and sigmoid, binary cross-entropy of all four samples, SGD, and the
loss of every step noted. Exponential and logarithm are the engine's own, which vectorise.
"""

# mypy: disallow-untyped-defs = False, allow-untyped-calls = True
from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
from numba import njit

from benchmarks.speed.subjects.training import ENOUGH
from benchmarks.speed.works import WORKS
from glassnet.formulas import elementary
from glassnet.kernels.native.compiling import FAST
from glassnet.kernels.scalars import form

WORK = WORKS["xor"]
SINGLE = np.dtype(np.float32)
EXP, LOG1P = form(elementary.exp, SINGLE), form(elementary.log1p, SINGLE)
ZERO, ONE, QUARTER = np.float32(0), np.float32(1), np.float32(0.25)


@njit(fastmath=FAST, error_model="numpy")
def train(x, y, first, first_bias, second, second_bias, rate, losses):
    """Weights (2, 4), biases (4,), weights (4,) and a bias (1,), trained for as many steps as there are losses."""
    a, d_z = np.empty((4, 4), np.float32), np.empty((4, 4), np.float32)
    z, small = np.empty(4, np.float32), np.empty(4, np.float32)
    value, error = np.empty(4, np.float32), np.empty(4, np.float32)
    for step in range(len(losses)):
        for i in range(4):
            for j in range(4):
                a[i, j] = max(x[i, 0] * first[0, j] + x[i, 1] * first[1, j] + first_bias[j], ZERO)
        for i in range(4):
            z[i] = a[i, 0] * second[0] + a[i, 1] * second[1] + a[i, 2] * second[2] + a[i, 3] * second[3]
            z[i] += second_bias[0]
        for i in range(4):
            small[i] = EXP(-abs(z[i]))
        for i in range(4):
            value[i] = max(z[i], ZERO) - z[i] * y[i] + LOG1P(small[i])
        for i in range(4):
            error[i] = QUARTER * ((ONE if z[i] >= ZERO else small[i]) / (ONE + small[i]) - y[i])
        losses[step] = QUARTER * (value[0] + value[1] + value[2] + value[3])
        for i in range(4):
            for j in range(4):
                d_z[i, j] = error[i] * second[j] if a[i, j] > ZERO else ZERO
        for j in range(4):
            second[j] -= rate * (
                a[0, j] * error[0] + a[1, j] * error[1] + a[2, j] * error[2] + a[3, j] * error[3]
            )
            for k in range(2):
                first[k, j] -= rate * (
                    x[0, k] * d_z[0, j] + x[1, k] * d_z[1, j] + x[2, k] * d_z[2, j] + x[3, k] * d_z[3, j]
                )
            first_bias[j] -= rate * (d_z[0, j] + d_z[1, j] + d_z[2, j] + d_z[3, j])
        second_bias[0] -= rate * (error[0] + error[1] + error[2] + error[3])


def prepare() -> Callable[[], dict[str, Any]]:
    """A function that trains and tells the seconds and the final loss."""
    x, classes = WORK.samples()
    y, rate = classes.astype(np.float32), np.float32(WORK.learning_rate)

    def once() -> tuple[float, list[Any]]:
        weights = [np.array(array, np.float32) for array in WORK.first_parameters()]
        weights[2] = weights[2].reshape(4)
        losses = np.empty(WORK.epochs)
        began = time.perf_counter()
        train(x, y, *weights, rate, losses)
        return time.perf_counter() - began, weights

    def run() -> dict[str, Any]:
        seconds: list[float] = []
        while sum(seconds) < ENOUGH:
            took, weights = once()
            seconds.append(took)
        weights[2] = weights[2].reshape(4, 1)
        return {"seconds": median(seconds), "loss": WORK.loss(weights)}

    return run
