"""Matrices of numbers, dense or sparse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ShapeError
from glassnet.support import checks


def is_sparse(X: Any) -> bool:
    """Whether X is a sparse matrix of SciPy, which is not imported for that."""
    return hasattr(X, "toarray") and hasattr(X, "tocsr")


def dense(matrix: Any, rows: slice, places: list[int] | None = None) -> NDArray[Any]:
    """Some rows of a matrix, and of these some columns, as an array."""
    part = matrix[rows]
    array: NDArray[Any] = part.toarray() if is_sparse(part) else part
    return array if places is None else array[:, places]


def numbers_of(X: Any) -> Any:
    """X as a matrix of numbers, where it is one: an array, a list of rows, or a sparse matrix."""
    if is_sparse(X) and X.ndim == 2 and X.dtype.kind in "fiub":
        rows = X.tocsr()
        return rows if rows.dtype in (np.float32, np.float64) else rows.astype(np.float64)
    if hasattr(X, "toarray"):
        X = X.toarray()
    elif isinstance(X, (list, tuple)) and X and not isinstance(X[0], Mapping):
        X = checks.array("X", X)
    elif hasattr(X, "detach"):
        X = checks.array("X", X)
    if not isinstance(X, np.ndarray) or X.dtype.kind not in "fiub":
        return None
    matrix: Any = np.ma.filled(X.astype(np.float64), np.nan) if isinstance(X, np.ma.MaskedArray) else X
    if matrix.ndim != 2:
        raise not_two_axes(matrix.shape)
    return matrix if matrix.dtype in (np.float32, np.float64) else matrix.astype(np.float64)


def not_two_axes(shape: tuple[int, ...]) -> ShapeError:
    """The error for an array of this shape."""
    hint = (
        ". Reshape one row to (1, n_columns), X.reshape(1, -1), one column to (n_rows, 1), X.reshape(-1, 1)"
        if len(shape) < 2
        else ""
    )
    return ShapeError(f"X must be a table of shape (n_rows, n_columns); got shape {shape}{hint}")
