"""Central differences in float64: the referee that knows no formula of a derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STEP = 2.0**-10
RELATIVE = 1e-7
ROUNDING = 2e-11


def slope(f: Callable[[float], Any]) -> tuple[Any, Any]:
    """Derivative of f at 0 and how doubtful it is: three central differences, twice extrapolated (Richardson).

    The error is of order STEP^6 where f is smooth. At a kink nearby the extrapolations disagree: that is the doubt.
    """
    wide, middle, narrow = ((f(h) - f(-h)) / (2 * h) for h in (STEP, STEP / 2, STEP / 4))
    coarse, fine = (4 * middle - wide) / 3, (4 * narrow - middle) / 3
    return (16 * fine - coarse) / 15, abs(fine - coarse)


def gradient(f: Callable[[], float], array: NDArray[Any]) -> tuple[Array, Array]:
    """Gradient and doubt of f in each entry of `array`, which f reads; they are moved and put back."""
    entries = array.reshape(-1, copy=False)
    found = np.empty((2, len(entries)))
    for index, entry in enumerate(entries.copy()):

        def moved(by: float, index: int = index, entry: float = entry) -> float:
            entries[index] = entry + by
            return f()

        found[:, index] = slope(moved)
        entries[index] = entry
    return found[0].reshape(array.shape), found[1].reshape(array.shape)


def tolerance(numeric: Array, size: float) -> Array:
    """What may differ: a relative 1e-7, and the rounding of differences of a function of this size."""
    return RELATIVE * np.abs(numeric) + ROUNDING * max(1.0, size)


def smooth(numeric: Array, doubt: Array, size: float) -> bool:
    """Whether no kink is near, so that the differences can be believed."""
    return bool((doubt <= tolerance(numeric, size)).all())


def assert_equal(ours: NDArray[Any], numeric: Array, size: float) -> None:
    """Every entry within the tolerance; the message shows the first that is not."""
    excess = np.abs(ours - numeric) - tolerance(numeric, size)
    for place in np.argwhere(excess > 0)[:1]:
        at = tuple(place)
        raise AssertionError(f"entry {at}: {ours[at]!r}, by central differences {numeric[at]!r}")
