"""Slopes by central differences that do not step across a kink, whatever the size of the numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from glassnet.checking.numerics.rounding import Array

# Steps in parts of an entry's size, the widest first: the one that is taken is the first at which both sides agree.
STEPS = (2.0**-11, 2.0**-15, 2.0**-19)
WIDE_STEPS = (2.0**-4, 2.0**-6, 2.0**-8)
# Two estimates agree if they differ by less than this part of them …
AGREE = 1e-6
# … or by no more than rounding leaves of a difference: so many units of the last place of the values, over the step.
ROUNDING = 64.0
DOUBLE, SINGLE = 2.0**-52, 2.0**-23


def slope(f: Callable[[float], float], size: float, at_rest: float, unit: float = DOUBLE) -> float:
    """f'(0), extrapolated from central differences; NaN where f has a kink at 0 or no finite value beside it.

    Parameters
    ----------
    f : callable
        A function of the distance from the point.
    size : float
        The size of the number that is moved, from which the steps follow.
    at_rest : float
        f(0).
    unit : float
        The unit of the last place of what f computes in.
    """
    for part in STEPS if unit < SINGLE else WIDE_STEPS:
        h = part * size
        above, below, near_above, near_below = f(h), f(-h), f(h / 2), f(-h / 2)
        if not np.isfinite([above, below, near_above, near_below]).all():
            continue
        wide, narrow = (above - below) / (2 * h), (near_above - near_below) / h
        left, right = (at_rest - near_below) * 2 / h, (near_above - at_rest) * 2 / h
        far_left, far_right = (at_rest - below) / h, (above - at_rest) / h
        floor = ROUNDING * unit * (abs(above) + abs(below) + abs(at_rest)) / h
        # Where f is smooth, the change of slope over a step halves with the step; at a kink it stays what it is.
        bend, wide_bend = abs(right - left), abs(far_right - far_left)
        is_smooth = bend <= 0.6 * wide_bend + 2 * floor or bend <= AGREE * abs(narrow) + 2 * floor
        if is_smooth and abs(wide - narrow) <= 1e-4 * abs(narrow) + 4 * floor + 1e-3 * wide_bend:
            return (4 * narrow - wide) / 3
    return float("nan")


def gradient(
    f: Callable[[], float], array: Array, entries: Array | None = None, unit: float = DOUBLE
) -> Array:
    """Derivative of f() with respect to entries of `array`, which f reads and which are put back.

    Entries at which f has a kink are NaN, and so are those that are not asked for.

    Parameters
    ----------
    f : callable
        Reads the array.
    array : float64 array
        Its entries are moved one after the other.
    entries : int array, optional
        Places in the flat array; by default all.
    unit : float
        The unit of the last place of what f computes in.
    """
    flat = array.reshape(-1, copy=False)
    slopes = np.full(len(flat), np.nan)
    usual = float(np.abs(flat).mean()) if len(flat) else 0.0
    at_rest = f()
    for index in range(len(flat)) if entries is None else entries:
        entry = float(flat[index])

        def moved(by: float, index: int = index, entry: float = entry) -> float:
            flat[index] = entry + by
            return f()

        slopes[index] = slope(moved, max(abs(entry), usual, 1e-3), at_rest, unit)
        flat[index] = entry
    return slopes.reshape(array.shape)
