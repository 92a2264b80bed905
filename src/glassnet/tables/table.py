"""A table of named columns, whatever it was held in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from glassnet.errors import ArgumentError, DataError, ShapeError
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.cached import cached_property
from glassnet.support.calls import explained
from glassnet.tables.columns import Column, NumberColumn, Rows
from glassnet.tables.reading.matrices import is_sparse, not_two_axes, numbers_of
from glassnet.tables.reading.values import as_objects, column_of, is_of, refuse_infinite


class Table:
    """Named columns of equal length, each of numbers, text or dates; :meth:`of` makes one.

    Attributes
    ----------
    names : tuple of str
        Of the columns, in their order, each once.
    n_rows : int
    named : bool
        Whether the names are the table's own; if not, they only count the columns: x0, x1, ...
    places : dict of str to int
        The place of each column.
    matrix : ndarray or sparse matrix, (n_rows, n_columns), or None
        All columns at once, where they came as numbers; a sparse matrix stays one.
    columns : mapping of str to ndarray
        The columns as arrays of exactly three dtypes: float64 (NaN is missing), object (``str``, or None, which is
        missing), and datetime64[us] (NaT is missing).
    """

    def __init__(
        self,
        names: Sequence[str],
        columns: Mapping[str, Column],
        n_rows: int,
        *,
        named: bool = True,
        matrix: Any = None,
    ) -> None:
        self.names, self.n_rows, self.named = tuple(names), n_rows, named
        self.matrix = matrix
        self._columns = dict(columns)
        self.places = {name: place for place, name in enumerate(self.names)}

    @classmethod
    @explained
    def of(cls, X: Any, names: Sequence[str] | None = None) -> Table:
        """The table of an array, a list of rows, a dict of columns, a data frame of pandas or Polars, a sparse matrix.

        A list of dicts holds one row each, and a dict of single values is one row. Numbers of any dtype, True and
        False (1 and 0), durations (seconds) and times of day (seconds since midnight) become numbers; dates with a
        time zone become universal time; empty text and masked entries are missing.

        Parameters
        ----------
        X : table
        names : sequence of str, optional
            Of the columns; by default those that X has, else x0, x1, ...

        Raises
        ------
        ArgumentError
            If X is none of these, or the names are not one for each column.
        DataError
            For columns of equal names, infinite numbers, and entries that are neither numbers, text nor dates.
        ShapeError
            If X has not two axes, or columns of several lengths.
        """
        own_names = None if names is None else checks.names("names", names)
        if isinstance(X, cls):
            return X if own_names is None else X._renamed(own_names)
        matrix = numbers_of(X)
        if matrix is not None:
            return _of_matrix(matrix, own_names)
        pairs, named = _pairs(X)
        if own_names is not None:
            _check_count(own_names, len(pairs))
            pairs, named = [(name, values) for name, (_, values) in zip(own_names, pairs, strict=True)], True
        _refuse_twice([name for name, _ in pairs])
        columns = {name: column_of(name, values) for name, values in pairs}
        return cls(list(columns), columns, _length(columns), named=named)

    @explained
    def column(self, name: str) -> Column:
        """The column of this name."""
        if not isinstance(name, str) or name not in self.places:
            checks.choice("name", name, self.names)
        if name not in self._columns and self.matrix is not None:
            place = self.places[name]
            if (
                self._by_columns is not None
            ):  # of a sparse matrix one column after the other, never all of them
                return NumberColumn(self._by_columns[:, [place]].toarray()[:, 0])
            self._columns[name] = NumberColumn(self.matrix[:, place])
        return self._columns[name]

    @cached_property
    def _by_columns(self) -> Any:
        """A sparse matrix in the form that hands out columns; None of others."""
        return self.matrix.tocsc() if is_sparse(self.matrix) else None

    @property
    def columns(self) -> Mapping[str, Array]:
        """The columns as arrays, made when they are asked for."""
        return _Arrays(self)

    @explained
    def take(self, rows: Any) -> Table:
        """The table of these rows: a slice, places, or True and False for each row."""
        places = _rows(rows, self.n_rows)
        n_rows = len(np.empty(self.n_rows, np.bool_)[places])
        if self.matrix is not None:
            return Table(self.names, {}, n_rows, named=self.named, matrix=self.matrix[places])
        columns = {name: column.take(places) for name, column in self._columns.items()}
        return Table(self.names, columns, n_rows, named=self.named)

    @explained
    def of_names(self, names: Sequence[str]) -> Table:
        """The table of these columns, in this order."""
        columns = checks.names("names", names)
        return Table(columns, {name: self.column(name) for name in columns}, self.n_rows, named=self.named)

    def _renamed(self, names: list[str]) -> Table:
        _check_count(names, len(self.names))
        _refuse_twice(names)
        if self._by_columns is not None:
            return Table(names, {}, self.n_rows, matrix=self.matrix)
        columns = {new: self.column(old) for new, old in zip(names, self.names, strict=True)}
        return Table(names, columns, self.n_rows, matrix=self.matrix)

    def __len__(self) -> int:
        return self.n_rows

    def __repr__(self) -> str:
        columns = ", ".join(f"{name}: {self.column(name).kind}" for name in self.names[:8])
        more = f", … {len(self.names) - 8} more" if len(self.names) > 8 else ""
        return f"Table({self.n_rows} rows; {columns}{more})"


class _Arrays(Mapping[str, Array]):
    """The columns of a table as arrays."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def __getitem__(self, name: str) -> Array:
        if name not in self.table.places:
            raise KeyError(name)
        return self.table.column(name).array

    def __iter__(self) -> Iterator[str]:
        return iter(self.table.names)

    def __len__(self) -> int:
        return len(self.table.names)


def _rows(rows: Any, n_rows: int) -> Rows:
    """Rows of a table, checked."""
    if isinstance(rows, slice) and all(end is None or checks.is_integer(end) for end in _ends(rows)):
        return rows
    places = checks.real("rows", [] if isinstance(rows, slice) else rows)
    if not places.size and places.ndim == 1:
        return places.astype(np.int64)
    if places.ndim == 1 and places.dtype.kind == "b" and len(places) == n_rows:
        return places
    if places.ndim != 1 or places.dtype.kind not in "iu" or places.min() < -n_rows or places.max() >= n_rows:
        raise ArgumentError(
            f"rows must be a slice, integers below {n_rows}, or {n_rows} times True or False; got {checks.shown(rows)}"
        )
    return places.astype(np.int64)


def _ends(rows: slice) -> tuple[Any, ...]:
    return rows.start, rows.stop, rows.step


def _of_matrix(matrix: Any, names: list[str] | None) -> Table:
    if names is not None:
        _check_count(names, matrix.shape[1])
        _refuse_twice(names)
    called = names or [f"x{place}" for place in range(matrix.shape[1])]
    held: Array = matrix.data if is_sparse(matrix) else matrix
    with np.errstate(invalid="ignore", over="ignore"):
        suspicious = not np.isfinite(held.sum(dtype=np.float64))
    if suspicious:
        whole = matrix.toarray() if is_sparse(matrix) else matrix
        for place in np.flatnonzero(np.isinf(whole).any(axis=0)):
            refuse_infinite(called[place], whole[:, place])
    return Table(called, {}, matrix.shape[0], named=names is not None, matrix=matrix)


def _pairs(X: Any) -> tuple[list[tuple[str, Any]], bool]:
    """Names and values of the columns, and whether the names are the table's own."""
    if isinstance(X, Mapping):
        return [(_name(name), _at_least_one(values)) for name, values in X.items()], True
    if isinstance(X, (list, tuple)) and X and all(isinstance(row, Mapping) for row in X):
        names = list(dict.fromkeys(name for row in X for name in row))
        return [(_name(name), as_objects([row.get(name) for row in X])) for name in names], True
    if is_of(X, "polars") and hasattr(X, "get_columns"):
        return [(series.name, series) for series in X.get_columns()], True
    if is_of(X, "pandas") and hasattr(X, "iloc") and getattr(X, "ndim", 0) == 2:
        return [(_name(name), series) for name, series in X.items()], True
    if hasattr(X, "to_pydict"):
        return [(_name(name), values) for name, values in X.to_pydict().items()], True
    if hasattr(X, "__array__") or isinstance(X, (list, tuple)):
        return _pairs_of_array(checks.array("X", X))
    raise ArgumentError(
        "X must be a table: an array (n_rows, n_columns), a dict of columns, or a data frame of pandas or Polars; "
        f"got {checks.shown(X)}" + ("; call its collect() first" if hasattr(X, "collect") else "")
    )


def _pairs_of_array(array: Array) -> tuple[list[tuple[str, Any]], bool]:
    if array.dtype.names:
        return [(name, array[name]) for name in array.dtype.names], True
    if array.ndim != 2:
        raise not_two_axes(array.shape)
    return [(f"x{place}", array[:, place]) for place in range(array.shape[1])], False


def _name(name: Any) -> str:
    return name if isinstance(name, str) else str(name)


def _at_least_one(values: Any) -> Any:
    """A single value as a column of one row."""
    if isinstance(values, (list, tuple)):
        return as_objects(values)
    single = isinstance(values, (str, bytes)) or not hasattr(values, "__len__")
    return as_objects([values]) if single else values


def _check_count(names: Sequence[str], n_columns: int) -> None:
    if len(names) != n_columns:
        raise ArgumentError(f"names must hold one name for each of {n_columns} columns; got {len(names)}")


def _refuse_twice(names: Sequence[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        places = [place for place, name in enumerate(names) if name == twice[0]]
        raise DataError(
            f"column names must differ; {twice[0]!r} is the name of columns "
            f"{', '.join(map(str, places[:5]))} (counted from 0); rename or drop all but one"
        )


def _length(columns: Mapping[str, Column]) -> int:
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        (first, n), (other, m) = next(
            (one, two) for one in lengths.items() for two in lengths.items() if one[1] != two[1]
        )
        raise ShapeError(f"columns must have equal lengths; {first!r} has {n} entries and {other!r} has {m}")
    return next(iter(lengths.values()), 0)
