"""Numbers whose squares would overflow, made smaller."""

# mypy: disallow-untyped-defs = False, allow-untyped-calls = True
from __future__ import annotations

import numpy as np

from glassnet.formulas.rows import SQUARES_FIT
from glassnet.kernels.lift import compiled


@compiled
def made_to_fit(x, i):
    """The factor that makes the numbers of row i so small that their squares fit; 1 where they do."""
    largest = 0.0
    for j in range(x.shape[1]):
        largest = max(largest, np.float64(abs(x[i, j])))
    return min(SQUARES_FIT / max(largest, 1.0), 1.0)


@compiled
def column_made_to_fit(x, j):
    """The same of column j."""
    largest = 0.0
    for i in range(x.shape[0]):
        largest = max(largest, np.float64(abs(x[i, j])))
    return min(SQUARES_FIT / max(largest, 1.0), 1.0)
