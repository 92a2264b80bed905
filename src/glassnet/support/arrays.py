"""Arrays of whatever kind as NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def same(one: NDArray[Any], other: NDArray[Any], tolerance: float = 1e-6) -> bool:
    """Whether these are the same numbers to so many digits, in arrays of one shape."""
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=tolerance, atol=tolerance))


def as_array(values: Any) -> NDArray[Any]:
    """NumPy's array of an array, of nested lists, or of a PyTorch tensor with or without gradient."""
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    return np.asarray(values)
