"""Arrays: what they are called in annotations, and those of whatever kind as NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Floats = NDArray[np.float64]


def same(one: Array, other: Array, tolerance: float = 1e-6) -> bool:
    """Whether these are the same numbers to so many digits, in arrays of one shape."""
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=tolerance, atol=tolerance))


def as_array(values: Any) -> Array:
    """NumPy's array of an array, of nested lists, or of a PyTorch tensor with or without gradient."""
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    return np.asarray(values)
