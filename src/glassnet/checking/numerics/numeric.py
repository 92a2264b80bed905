"""Derivatives by central differences: the referee that knows no formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.checking.numerics.rounding import Array

# Steps and relative errors of the differences, for functions that compute in float64 and in less.
FINE, COARSE = (2.0**-10, 1e-7), (2.0**-4, 5e-3)
# How narrowly kinks are found in such functions.
KINK_WIDTH, COARSE_KINK_WIDTH = 1e-5, 1e-2
KINK_JUMP = 1e-3
# Two distances from a kink, in widths: what changes as much over the shorter one is a jump. The least that is no error
# of the place, in widths too.
NEAR, FAR, LEAST = 16, 128, 10


def accuracy(dtype: Any) -> tuple[float, float]:
    """Step and tolerance for a function that computes in this dtype."""
    return FINE if np.dtype(dtype) != np.float32 and np.dtype(dtype) != np.float16 else COARSE


def slope(f: Callable[[Array], Array], z: Array, step: float = FINE[0]) -> Array:
    """f'(z) elementwise: three central differences, extrapolated twice (Richardson), error of order step^6."""
    wide, middle, narrow = ((f(z + h) - f(z - h)) / (2 * h) for h in (step, step / 2, step / 4))
    coarse, fine = (4 * middle - wide) / 3, (4 * narrow - middle) / 3
    result: Array = (16 * fine - coarse) / 15
    return result


def gradient(f: Callable[[], float], array: Array, step: float = FINE[0]) -> Array:
    """Derivative of f() with respect to each entry of `array`, which f reads and which is put back."""
    entries = array.reshape(-1, copy=False)
    slopes = np.empty(len(entries))
    for index, entry in enumerate(entries.copy()):

        def moved(by: Array, index: int = index, entry: float = entry) -> Array:
            entries[index] = entry + float(by)
            return np.asarray(f(), np.float64)

        slopes[index] = slope(moved, np.asarray(0.0), step)
        entries[index] = entry
    return slopes.reshape(array.shape)


def kinks(f: Callable[[Array], Array], low: float, high: float, width: float = KINK_WIDTH) -> Array:
    """Where the slope of f jumps between low and high: cells are halved towards the larger change of slope.

    At a kink the change of slope stays what it is when the cell shrinks; where f is smooth it shrinks as well.
    """
    edges = np.linspace(low, high, 97)
    left, right = edges[:-1].copy(), edges[1:].copy()
    while (right - left).max() > width:
        middle = (left + right) / 2
        step = (right - left).max() / 64
        at_left, at_middle, at_right = (
            (f(at + step) - f(at - step)) / (2 * step) for at in (left, middle, right)
        )
        first = np.abs(at_middle - at_left) >= np.abs(at_right - at_middle)
        left, right = np.where(first, left, middle), np.where(first, middle, right)
    near, far = (_change(f, left, right, h) for h in (width, 16 * width))
    places = ((left + right) / 2)[(near > far / 4) & (near > KINK_JUMP)]
    nice = np.round(places, 3 if width <= KINK_WIDTH else 1) + 0.0
    return np.unique(np.where(np.abs(nice - places) <= 2 * width, nice, places))


def is_jump(f: Callable[[Array], Array], kinks: Array, width: float = KINK_WIDTH) -> NDArray[np.bool_]:
    """Of each kink whether f itself jumps there, and not its slope alone."""
    near, far = (np.abs(f(kinks + h * width) - f(kinks - h * width)) for h in (NEAR, FAR))
    jumps: NDArray[np.bool_] = (near > far / 2) & (near > max(KINK_JUMP, LEAST * width))
    return jumps


def _change(f: Callable[[Array], Array], left: Array, right: Array, h: float) -> Array:
    """How much the slope changes from the left side to the right side, from differences over h."""
    change: Array = np.abs((f(right + h) - f(right)) - (f(left) - f(left - h))) / h
    return change
