"""Targets as a network learns them, and its outputs as their user knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ArgumentError, DataError, ShapeError
from glassnet.support import checks
from glassnet.support.arrays import Array, Floats
from glassnet.support.cached import cached_property
from glassnet.support.calls import explained
from glassnet.tables.columns import as_text

CLASSES, LABELS, VALUES, COUNTS, QUANTILES = "classes", "labels", "values", "counts", "quantiles"
TASKS = (CLASSES, LABELS, VALUES, COUNTS, QUANTILES)
_DTYPES = ("int64", "float64", "bool", "str")
# Which tasks have these fields.
_HAVE = {"classes": (CLASSES,), "levels": (QUANTILES,)} | {
    name: (VALUES, COUNTS, QUANTILES) for name in ("center", "scale", "low", "high")
}


@explained
@dataclass(frozen=True)
class Target:
    """What y holds; plain data.

    ============ ============================== ================================ =====================================
    task         y                              :meth:`encode` gives             a network's outputs
    ============ ============================== ================================ =====================================
    classes      (n,) of any kind               int64 (n,), 0 to n_classes - 1   (n, n_classes) probabilities; or
                                                                                 (n, 1), that of the second of two
    labels       (n, n_labels), 0 and 1         float64 (n, n_labels)            (n, n_labels) probabilities
    values       (n,) or (n, n_values)          (y - center) / scale             (n, n_values), scaled
    counts       (n,) or (n, n_values), >= 0    y / scale                        (n, n_values) rates, scaled
    quantiles    (n,) or (n, n_values)          (y - center) / scale             (n, n_values n_levels), scaled; the
                                                                                 levels of the first value come first
    ============ ============================== ================================ =====================================

    Parameters
    ----------
    task : str
    classes : tuple
        Of "classes": all of them, in the order of the outputs.
    dtype : {"int64", "float64", "bool", "str"}
        Of the classes.
    center, scale : tuple of float
        Of "values", "counts" and "quantiles": one for each value.
    low, high : tuple of float
        Of the same: between which predicted values are held, one for each; empty for no limits.
    levels : tuple of float
        Of "quantiles", each in (0, 1), rising.
    names : tuple of str
        What labels or values are called; empty where nobody said.
    is_column : bool
        Whether y has one axis.
    """

    task: str
    classes: tuple[Any, ...] = ()
    dtype: str = "int64"
    center: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    levels: tuple[float, ...] = ()
    names: tuple[str, ...] = ()
    is_column: bool = True

    def __post_init__(self) -> None:
        checks.choice("task", self.task, TASKS)
        checks.choice("dtype of a target", self.dtype, _DTYPES)
        checks.truth("is_column of a target", self.is_column)
        for name in ("classes", "center", "scale", "low", "high", "levels", "names"):
            value = getattr(self, name)
            if not isinstance(value, (list, tuple)):
                raise ArgumentError(f"{name} of a target must be a list; got {checks.shown(value)}")
            object.__setattr__(self, name, tuple(value))
        for name in ("center", "scale", "low", "high", "levels"):
            numbers = tuple(checks.number(f"{name} of a target", value) for value in getattr(self, name))
            object.__setattr__(self, name, numbers)
        object.__setattr__(
            self, "names", tuple(checks.text("a name of a target", name, least=0) for name in self.names)
        )
        self._check_task()

    def _check_task(self) -> None:
        for name in ("classes", "center", "scale", "low", "high", "levels"):
            if getattr(self, name) and self.task not in _HAVE[name]:
                raise ArgumentError(f"a target of {self.task} has no {name}; got {getattr(self, name)}")
        match self.task:
            case "classes":
                _check_classes(self.classes, self.dtype)
            case "labels":
                if not self.names:
                    raise ArgumentError("labels must have names")
            case "quantiles":
                self._check_values()
                rising = all(low < high for low, high in pairwise(self.levels))
                if not self.levels or not rising or self.levels[0] <= 0 or self.levels[-1] >= 1:
                    raise ArgumentError(f"levels must rise between 0 and 1; got {self.levels}")
            case _:
                self._check_values()

    def _check_values(self) -> None:
        n = len(self.center)
        if not n or len(self.scale) != n or min(self.scale) <= 0:
            raise ArgumentError("a target must have one center, and one scale above 0, for each value")
        if self.names and len(self.names) != n:
            raise ArgumentError(f"names of a target must be {n}; got {len(self.names)}")
        if len(self.low) != len(self.high) or len(self.low) not in (0, n):
            raise ArgumentError(
                f"low and high of a target must be {n} each, or none; got {self.low}, {self.high}"
            )
        if any(low > high for low, high in zip(self.low, self.high, strict=True)):
            raise ArgumentError(f"low of a target must not be above high; got {self.low}, {self.high}")

    @cached_property
    def class_values(self) -> Array:
        """The classes as an array of their dtype."""
        return np.array(self.classes, object if self.dtype == "str" else self.dtype)

    @property
    def middle(self) -> int:
        """The place of the level nearest to the median."""
        return int(np.argmin(np.abs(np.array(self.levels) - 0.5)))

    @cached_property
    def n_outputs(self) -> int:
        """Outputs of a network; of two classes it may have a single one instead."""
        per_task = {CLASSES: len(self.classes), LABELS: len(self.names)}
        return per_task.get(self.task, len(self.center) * max(1, len(self.levels)))

    @property
    def classifies(self) -> bool:
        """Whether outputs are probabilities."""
        return self.task in (CLASSES, LABELS)

    @explained
    def encode(self, y: Any) -> Array:
        """Y as a network learns it; see the table above.

        Raises
        ------
        DataError
            For classes that are not known, and what is missing or infinite.
        ShapeError
            For another number of values.
        """
        y = targets_array(y)
        if self.task == CLASSES:
            return self._places(y)
        values = _matrix(y)
        if values.shape[1] != (len(self.names) if self.task == LABELS else len(self.center)):
            raise ShapeError(f"y must hold {self.n_outputs} values for each row; it has shape {np.shape(y)}")
        if self.task == LABELS:
            return values
        scaled: Floats = (values - np.array(self.center)) / np.array(self.scale)
        return scaled

    def _places(self, y: Array) -> NDArray[np.int64]:
        values = y.ravel() if y.size == len(y) else y
        if values.ndim != 1:
            raise ShapeError(f"y must hold one class for each row; it has shape {values.shape}")
        place = {_key(name, self.dtype): index for index, name in enumerate(self.classes)}
        places = [place.get(_key(value, self.dtype), -1) for value in values.tolist()]
        if -1 in places:
            row = places.index(-1)
            raise DataError(
                f"y holds {values.tolist()[row]!r} in row {row}; the known classes are "
                f"{', '.join(map(repr, self.classes[:20]))}"
            )
        return np.array(places, np.int64)

    @explained
    def probabilities(self, outputs: Array) -> Floats:
        """Of every class (n, n_classes) or label (n, n_labels), from what a network says; a single output is two."""
        if not self.classifies:
            raise ArgumentError(f"a target of {self.task} has no probabilities")
        outputs = self._checked(outputs)
        if self.task == CLASSES and outputs.shape[1] == 1:
            return np.concatenate([1 - outputs, outputs], axis=1)
        return outputs

    def _checked(self, outputs: Any) -> Floats:
        """Outputs as an array, (n_rows, n_outputs); of two classes also (n_rows, 1)."""
        if (
            type(outputs) is np.ndarray
            and outputs.dtype == np.float64
            and outputs.shape[1:] == (self.n_outputs,)
        ):
            return outputs
        checked = np.asarray(checks.real("outputs", outputs), np.float64)
        allowed = {self.n_outputs} | ({1} if self.task == CLASSES and len(self.classes) == 2 else set())
        if checked.ndim != 2 or checked.shape[1] not in allowed:
            raise ShapeError(f"outputs must have shape (n_rows, {self.n_outputs}); got {checked.shape}")
        return checked

    @explained
    def decode(self, outputs: Array) -> Array:
        """Outputs (n, n_outputs), probabilities where it classifies, as y was: the most probable class; labels above
        0.5; values; rates; the quantile nearest to the median.
        """
        if self.task == CLASSES:
            return np.asarray(self.class_values[self.probabilities(outputs).argmax(axis=1)])
        if self.task == LABELS:
            return (self._checked(outputs) > 0.5).astype(np.int64)
        values = self.values(outputs)
        if self.task == QUANTILES:
            values = values[:, :, self.middle]
        return values[:, 0] if self.is_column else values

    def values(self, outputs: Array) -> Floats:
        """Outputs in the unit of y, (n, n_values); quantiles (n, n_values, n_levels), sorted so that none cross."""
        center, scale = self._scaling
        outputs = self._checked(outputs)
        if self.task != QUANTILES:
            return self._held(outputs * scale + center)
        sorted_levels = np.sort(outputs.reshape(len(outputs), len(center), len(self.levels)), axis=2)
        return np.moveaxis(self._held(np.moveaxis(sorted_levels, 2, 1) * scale + center), 1, 2)

    @cached_property
    def _scaling(self) -> tuple[Floats, Floats]:
        return np.array(self.center), np.array(self.scale)

    def _held(self, values: Floats) -> Floats:
        """Between the limits of each value, the last axis, where there are some."""
        return np.clip(values, np.array(self.low), np.array(self.high)) if self.low else values

    def to_data(self) -> dict[str, Any]:
        """The target as plain data (JSON)."""
        return {
            field.name: list(value) if isinstance(value := getattr(self, field.name), tuple) else value
            for field in fields(self)
        }

    @classmethod
    @explained
    def from_data(cls, data: Any) -> Target:
        """The target that :meth:`to_data` described; raises `ArgumentError` where there is none."""
        if not isinstance(data, Mapping) or set(data) != {field.name for field in fields(cls)}:
            raise ArgumentError(f"this describes no target: {checks.shown(data)}")
        return cls(**data)


def _check_classes(classes: tuple[Any, ...], dtype: str) -> None:
    kind: type | tuple[type, ...] = {"int64": int, "float64": float, "bool": bool, "str": str}[dtype]
    right = all(
        isinstance(value, kind) and (dtype == "bool" or not isinstance(value, bool)) for value in classes
    )
    if len(classes) < 2 or not right or len(set(classes)) < len(classes):
        raise ArgumentError(
            f"classes of a target must be two or more different values of {dtype}; got {checks.shown(classes)}"
        )


def _key(value: Any, dtype: str) -> Any:
    """What classes are compared by: text by its writing, numbers by their value."""
    return as_text(value) if dtype == "str" else value


def targets_array(y: Any) -> Array:
    """Targets as an array (n,) or (n, n_values) of any dtype, with at least one row.

    Raises `ShapeError` or `DataError` for another number of axes, and for nothing at all.
    """
    targets = checks.array("y", y)
    if targets.ndim not in (1, 2):
        raise ShapeError(f"y must have shape (n_rows,) or (n_rows, n_values); it has shape {targets.shape}")
    if not targets.size:
        raise DataError("y is empty; at least two rows are needed")
    if targets.dtype.kind in "VcmM":
        raise DataError(f"y must hold classes or numbers; its dtype is {targets.dtype}")
    return targets


def _matrix(y: Any) -> Floats:
    values = np.asarray(checks.real("y", y), np.float64)
    if not np.isfinite(values).all():
        row = int(np.argwhere(~np.isfinite(values))[0][0])
        raise DataError(f"y holds a number that is missing or infinite in row {row}")
    return values.reshape(len(values), -1)
