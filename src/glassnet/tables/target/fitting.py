"""The target that y is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ArgumentError, DataError, ShapeError
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.calls import explained
from glassnet.tables.columns import as_text
from glassnet.tables.reading.objects import is_missing
from glassnet.tables.target.target import (
    CLASSES,
    COUNTS,
    LABELS,
    QUANTILES,
    TASKS,
    VALUES,
    Target,
    targets_array,
)

# Whole numbers of more kinds than this are values, where nobody says what they are.
MOST_CLASSES = 20
# Text of which this share of at least so many rows is different names rows.
IDENTIFIES, FEWEST = 0.9, 20


def missing_targets(y: Any) -> NDArray[np.bool_]:
    """Where y (n,) or (n, n_values) is missing, (n,): None, NaN, NaT, empty text; in any of several values."""
    targets = targets_array(y)
    if targets.dtype.kind == "f":
        missing = np.isnan(targets)
    elif targets.dtype.kind in "iub":
        missing = np.zeros(targets.shape, np.bool_)
    elif targets.dtype.kind in "Mm":
        missing = np.isnat(targets)
    else:
        flat = [is_missing(value) for value in targets.ravel().tolist()]
        missing = np.array(flat, np.bool_).reshape(targets.shape)
    return np.asarray(missing.reshape(len(targets), -1).any(axis=1))


@explained
def target_of(
    y: Any,
    task: str = "auto",
    *,
    levels: Sequence[float] = (),
    names: Sequence[str] = (),
    scales: bool = True,
    holds: bool = False,
) -> Target:
    """The target that y is: what its task is, its classes, and how its values are scaled.

    Parameters
    ----------
    y : array_like, (n,) or (n, n_values)
        Nothing missing.
    task : {"auto", "classes", "labels", "values", "counts", "quantiles"}
        "auto": text, True and False are classes, and so are whole numbers of at most 20 kinds; several columns of 0
        and 1 are labels; other numbers are values, or quantiles where there are levels.
    levels : sequence of float
        Of quantiles.
    names : sequence of str
        Of labels or values.
    scales : bool
        Whether values are brought to mean 0 and standard deviation 1, and counts to mean 1.
    holds : bool
        Whether predicted values are held between the smallest and the largest of y.

    Raises
    ------
    DataError
        For a target with one value, one that is an identifier, and one that does not fit the task.
    """
    checks.choice("task", task, ("auto", *TASKS))
    given_levels = checks.sequence("levels", levels, "(0.1, 0.5, 0.9)")
    targets = targets_array(y)
    missing = missing_targets(targets)
    if missing.any():
        raise DataError(
            f"the target is missing in {int(missing.sum())} rows, the first of which is row {int(np.argmax(missing))}; "
            "leave these rows out"
        )
    if task == "auto":
        task = QUANTILES if len(given_levels) else _task(targets)
    if given_levels and task != QUANTILES:
        raise ArgumentError(f"levels are of quantiles, and the task is {task!r}")
    if task == CLASSES:
        return _classes(targets)
    values = checks.real("y", targets).astype(np.float64)
    values = values.reshape(len(values), -1)
    _refuse_infinite(values)
    named = tuple(checks.names("names", names))
    if task == LABELS:
        return _labels(values, named)
    _refuse_constant(values, named)
    if task == COUNTS:
        _refuse_negative(values)
    center, scale = _scaling(values, task, checks.truth("scales", scales))
    limits = (values.min(axis=0), values.max(axis=0)) if checks.truth("holds", holds) else ((), ())
    low, high = (tuple(np.asarray(limit, np.float64).tolist()) for limit in limits)
    return Target(
        task, center=center, scale=scale, low=low, high=high, levels=tuple(given_levels),
        names=named, is_column=targets.ndim == 1,
    )  # fmt: skip


def _task(y: Array) -> str:
    """What y is, where nobody says so."""
    column = y.size == len(y)
    if y.dtype.kind == "O" and all(isinstance(value, (int, float)) for value in y.ravel().tolist()):
        y = np.array(y.tolist())
    if y.dtype.kind in "USOTb":
        return CLASSES
    if not column:
        return LABELS if bool(((y == 0) | (y == 1)).all()) else VALUES
    whole = bool((y == np.floor(y)).all())
    return CLASSES if whole and len(np.unique(y)) <= MOST_CLASSES else VALUES


def _classes(y: Array) -> Target:
    if y.size != len(y):
        raise DataError(f"classes must be one for each row; y has shape {y.shape}")
    values = y.ravel().tolist()
    kinds = set(map(type, values))
    dtype = "int64" if kinds == {int} else "bool" if kinds == {bool} else "str"
    if kinds <= {int, float} and kinds != {int}:
        dtype = "float64"
        values = [float(value) for value in values]
    if dtype == "str":
        values = [as_text(value) for value in values]
    classes = sorted(set(values))
    if len(classes) < 2:
        raise DataError(
            f"the target has one value, {classes[0]!r}, in all {len(values)} rows, so there is nothing to tell apart"
        )
    if len(values) >= FEWEST and len(classes) >= IDENTIFIES * len(values):
        raise DataError(
            f"the target is different in nearly every row ({len(classes):,} values in {len(values):,} rows, such as "
            f"{classes[0]!r}): it is an identifier, and no classes; choose another column"
            + (", or task='values' if it is measured" if dtype != "str" else "")
        )
    return Target(CLASSES, tuple(classes), dtype)


def _labels(values: Array, names: tuple[str, ...]) -> Target:
    wrong = (values != 0) & (values != 1)
    if wrong.any():
        row, column = (int(place) for place in np.argwhere(wrong)[0])
        raise DataError(
            f"labels must be 0 or 1; y holds {values[row, column]:g} in row {row}, column {column}"
        )
    names = names or tuple(f"label {place}" for place in range(values.shape[1]))
    if len(names) != values.shape[1]:
        raise ShapeError(f"names must be one for each of {values.shape[1]} labels; got {len(names)}")
    if len(values) > 1 and bool((values == values[0]).all()):
        raise DataError("the labels are the same in every row, so there is nothing to tell apart")
    return Target(LABELS, names=names, is_column=False)


def _refuse_infinite(values: Array) -> None:
    if not np.isfinite(values).all():
        row, column = (int(place) for place in np.argwhere(~np.isfinite(values))[0])
        raise DataError(f"y holds {values[row, column]} in row {row}; replace or remove infinite values")


def _refuse_constant(values: Array, names: tuple[str, ...]) -> None:
    for column in np.flatnonzero((values == values[0]).all(axis=0)):
        if len(values) > 1:
            what = f"the target {names[column]!r}" if names else "the target"
            raise DataError(
                f"{what} has one value, {values[0, column]:g}, in all {len(values)} rows, so there is nothing to learn"
            )


def _refuse_negative(values: Array) -> None:
    if (values < 0).any():
        row = int(np.argwhere(values < 0)[0][0])
        raise DataError(f"counts must be >= 0; y holds {values[values < 0][0]:g} in row {row}")


def _scaling(values: Array, task: str, scales: bool) -> tuple[tuple[float, ...], tuple[float, ...]]:
    n = values.shape[1]
    if not scales:
        return (0.0,) * n, (1.0,) * n
    if task == COUNTS:
        return (0.0,) * n, tuple(values.mean(axis=0).tolist())
    spread = values.std(axis=0)
    return tuple(values.mean(axis=0).tolist()), tuple(np.where(spread > 0, spread, 1.0).tolist())
