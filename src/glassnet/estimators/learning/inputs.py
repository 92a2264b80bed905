"""Tables and targets at the door of an estimator, checked as scikit-learn checks them."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import check_array, column_or_1d, validate_data

from glassnet.errors import DataError
from glassnet.support.arrays import Array
from glassnet.tables.table import Table
from glassnet.tables.target import missing_targets


def table_of(estimator: Any, X: Any, *, fresh: bool) -> Table:
    """X as a table; its columns are learned where `fresh`, else they must be those of the fit.

    Names and the number of columns are checked by scikit-learn, numbers that are infinite are refused, sparse matrices
    stay sparse. A :class:`~glassnet.tables.table.Table` of this estimator's own passes.

    Raises `ValueError` as scikit-learn words it.
    """
    if isinstance(X, Table):
        return X
    if isinstance(X, dict) or (isinstance(X, list) and X and isinstance(X[0], dict)):
        raise DataError(
            "X must be an array, a list of rows, a sparse matrix or a data frame; make one of it by pandas.DataFrame(X)"
        )
    least = 2 if fresh else 1
    if type(X).__name__ == "LazyFrame":
        raise DataError("X is a lazy frame, of which no row is there yet; give X.collect()")
    if _is_frame(X):
        _refuse_twice(list(X.columns))
        validate_data(estimator, X, reset=fresh, skip_check_array=True)
        table = Table.of(X)
        _check_size(estimator, table.n_rows, len(table.names), least)
        return table
    array = validate_data(
        estimator, _mixed(X), reset=fresh, dtype=None, accept_sparse=True, ensure_all_finite="allow-nan",
        ensure_min_samples=least,
    )  # fmt: skip
    # Rows without names have the columns of the fit in their order, which scikit-learn has warned about.
    return Table.of(array, None if fresh else estimator.column_names_)


def is_known_row(estimator: Any, X: Any) -> bool:
    """Whether X is a data frame of one row with the columns of the fit in their order, so that none need be checked."""
    names = estimator.column_names_
    if names is None or getattr(X, "shape", ()) != (1, len(names)) or not hasattr(X, "columns"):
        return False
    return tuple(X.columns) == tuple(names)


def _is_frame(X: Any) -> bool:
    """Whether X has columns of several kinds."""
    return hasattr(X, "columns") and hasattr(X, "shape")


def _refuse_twice(names: list[Any]) -> None:
    """Raise `DataError` where two columns have one name."""
    twice = (
        next((name for name in names if names.count(name) > 1), None)
        if len(set(names)) < len(names)
        else None
    )
    if twice is not None:
        raise DataError(f"X has {names.count(twice)} columns called {twice!r}; give each a name of its own")


def _mixed(X: Any) -> Any:
    """A list of rows of numbers and text as an array that keeps both as they are."""
    if isinstance(X, (list, tuple)) and np.asarray(X).dtype.kind in "US":
        return np.array(X, dtype=object)
    return X


def _check_size(estimator: Any, n_rows: int, n_columns: int, least: int) -> None:
    for number, what, minimum in ((n_rows, "sample", least), (n_columns, "feature", 1)):
        if number < minimum:
            raise DataError(
                f"Found a table with {number} {what}(s) (shape=({n_rows}, {n_columns})) while a minimum of {minimum} "
                f"is required by {type(estimator).__name__}."
            )


def column(y: Any) -> Array:
    """A column of targets (n,); one of shape (n, 1) with scikit-learn's warning."""
    values: Array = column_or_1d(y, warn=True)
    return values


def targets_of(estimator: Any, y: Any, *, numbers: bool) -> Array:
    """Targets (n,) or (n, n_outputs) as an array: nothing missing, nothing infinite; numbers in float64 where asked.

    Raises `ValueError` as scikit-learn words it.
    """
    if y is None:
        raise DataError(
            f"This {type(estimator).__name__} estimator requires y to be passed, but the target y is None."
        )
    y = _plain(estimator, y)
    dtype = np.float64 if numbers else None
    targets: Array = check_array(
        y, ensure_2d=False, dtype=dtype, ensure_min_samples=0, input_name="y", estimator=estimator
    )
    if targets.ndim == 2 and targets.shape[1] == 1:
        return column(targets)
    return targets


def _plain(estimator: Any, y: Any) -> Any:
    """Integers of pandas that may be missing as those of NumPy; objects, some of which are missing, are refused."""
    if hasattr(getattr(y, "dtype", None), "numpy_dtype") and not y.isna().any():
        return y.to_numpy(y.dtype.numpy_dtype)
    array = np.asarray(y, object) if isinstance(y, (list, tuple)) else y
    if getattr(getattr(array, "dtype", None), "kind", "") == "O" and missing_targets(array).any():
        row = int(np.argmax(missing_targets(array)))
        raise DataError(
            f"Input y contains NaN or None: it is missing in row {row}; leave rows without y out of the fit of "
            f"{type(estimator).__name__}"
        )
    return y
