"""A table becomes numbers: the operations of a fit, applied to any table with the same columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np

from glassnet.errors import ArgumentError, DataError
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.calls import explained
from glassnet.tables import notes
from glassnet.tables.arrangement import Arrangement
from glassnet.tables.fitting import fit_operations
from glassnet.tables.notes import Note, note_of
from glassnet.tables.one_row import OneRow
from glassnet.tables.operations import Operation, operation_of
from glassnet.tables.program import Program
from glassnet.tables.settings import TableSettings
from glassnet.tables.table import Table

PART = 65536  # rows that a model predicts for at once
_FLOATS = (np.dtype("float64"), np.dtype("float32"))
DTYPES: dict[Any, np.dtype[Any]] = {way: kind for kind in _FLOATS for way in (kind, kind.name, kind.type)} | {
    float: _FLOATS[0]
}


class Preprocessing:
    """Operations that make features of the columns of a table; plain data, and NumPy alone applies them.

    Attributes
    ----------
    operations : tuple of Operation
        In the order of their columns.
    notes : tuple of Note
        What was decided when it was fitted: columns that were dropped and why, categories that were put together.
    named : bool
        Whether columns have names of their own; if not, they are known by their places.
    n_columns : int
        Of the table that it was fitted to.
    columns : tuple of str
        The columns that are read.
    feature_names : tuple of str
    sources : tuple of str
        For each feature the column that it is made of.
    index_columns : dict of int to int
        Features that are integers, and how many of them there are: what :class:`~glassnet.Embedding` takes.
    """

    @explained
    def __init__(
        self,
        operations: Sequence[Operation],
        notes: Sequence[Note] = (),
        *,
        named: bool = True,
        n_columns: int | None = None,
    ) -> None:
        self.operations = tuple(
            checks.instance(f"operations[{place}]", each, Operation)
            for place, each in enumerate(
                checks.sequence("operations", operations, "[gn.tables.Number('age')]")
            )
        )
        self.notes = tuple(
            checks.instance(f"notes[{place}]", each, Note)
            for place, each in enumerate(checks.sequence("notes", notes, "preprocessing.notes"))
        )
        if not self.operations:
            raise ArgumentError("a preprocessing needs at least one operation")
        self.columns = tuple(operation.column for operation in self.operations)
        if len(set(self.columns)) < len(self.columns):
            raise ArgumentError(f"a preprocessing reads each column once; got {self.columns}")
        self.named = checks.truth("named", named)
        self.n_columns = len(self.columns)
        if n_columns is not None:
            self.n_columns = checks.integer("n_columns", n_columns, least=1)
        if self.n_columns < len(self.columns):
            raise ArgumentError(f"{len(self.columns)} columns are read of a table that has {self.n_columns}")
        if not named and not set(self.columns) <= {f"x{place}" for place in range(self.n_columns)}:
            raise ArgumentError(
                f"columns without names are called x0 to x{self.n_columns - 1}; got {', '.join(self.columns[:8])}"
            )
        self.feature_names = tuple(name for operation in operations for name in operation.features)
        self.sources = tuple(operation.column for operation in operations for _ in operation.features)
        self.arrangement = Arrangement(self.operations)
        self._one_row = OneRow(self.arrangement)
        self.index_columns = {
            span.start: operation.categories
            for span, operation in zip(self.arrangement.spans, self.operations, strict=True)
            if operation.categories
        }

    @classmethod
    @explained
    def fit(cls, X: Any, settings: TableSettings | None = None) -> Preprocessing:
        """The preprocessing for tables like X, by these settings.

        Raises
        ------
        DataError
            If no column could tell rows apart, or one cannot be read.
        """
        settings = (
            TableSettings() if settings is None else checks.instance("settings", settings, TableSettings)
        )
        table = Table.of(X)
        fitted = fit_operations(table, settings)
        return cls(fitted.operations, fitted.notes, named=table.named, n_columns=len(table.names))

    @property
    def n_features(self) -> int:
        """How many features it makes."""
        return len(self.feature_names)

    @property
    def dropped(self) -> dict[str, str]:
        """The columns that are not read, and why, in a sentence."""
        return {note.column: note.text for note in self.notes if note.drops}

    @explained
    def check(self, X: Any) -> tuple[Note, ...]:
        """Whether the columns of X are those that are read; the notes name columns that were not there before.

        Raises
        ------
        DataError
            For a column that is missing, with the nearest name, or holds something else than it did.
        """
        table = self._matched(Table.of(X))
        for operation in self.operations:
            operation.accepted(table.column(operation.column))
        columns = {*self.columns, *self.dropped}
        extra = [name for name in table.names if name not in columns] if self.named else []
        return tuple(
            Note(name, notes.EXTRA, f"column {name!r} was not there in training and is not read")
            for name in extra
        )

    @explained
    def transform(self, X: Any, dtype: str | type | np.dtype[Any] = "float64") -> Array:
        """The features of each row, (n_rows, n_features), in this dtype: float64 or float32.

        Raises
        ------
        DataError
            For a column that is missing, with the nearest name, or holds something else than it did.
        """
        kind = DTYPES.get(dtype) if isinstance(dtype, (str, type, np.dtype)) else None
        if kind is None:
            raise ArgumentError(f"dtype must be 'float64' or 'float32'; got {checks.shown(dtype)}")
        row = self._single(X)
        if row is not None:
            return row.astype(kind, copy=False)
        table = self._matched(Table.of(X))
        features = np.empty((table.n_rows, self.n_features), kind)
        self.arrangement.read(table)(slice(0, table.n_rows), features)
        return features

    def parts(self, X: Any) -> Iterator[Array]:
        """The same features in float64, a part of the rows after the other: never all of them at once."""
        row = self._single(X)
        if row is not None:
            yield row
            return
        table = self._matched(Table.of(X))
        fill = self.arrangement.read(table)
        for start in range(0, max(table.n_rows, 1), PART):
            rows = slice(start, min(start + PART, table.n_rows))
            features = np.empty((rows.stop - start, self.n_features))
            fill(rows, features)
            yield features

    def _single(self, X: Any) -> Array | None:
        return self._one_row.features(X) if self.named and not isinstance(X, Table) else None

    def _matched(self, table: Table) -> Table:
        """The table with the names that are known here."""
        if not self.named or not table.named:
            if len(table.names) != self.n_columns:
                raise DataError(
                    f"the table has {len(table.names)} columns; the preprocessing was fitted to {self.n_columns}"
                )
        if not self.named:
            return Table.of(table, [f"x{place}" for place in range(self.n_columns)])
        if not table.named:
            raise DataError(
                "the table has no names of columns, and the preprocessing knows columns by their names: "
                f"{', '.join(self.columns[:8])}{', …' * (len(self.columns) > 8)}; give them by Table.of(X, names=...)"
            )
        absent = [name for name in self.columns if name not in table.places]
        if absent:
            raise DataError(_absent(absent, table.names))
        return table

    def write(self, program: Program) -> str:
        """Add the steps that make the features to a program; returns their value."""
        return self.arrangement.write(program, list(map(self._place, self.columns)))

    def _place(self, column: str) -> int:
        """The place of a column in a table without names, and among the columns in one that has them."""
        return self.columns.index(column) if self.named else int(column.removeprefix("x"))

    def to_data(self) -> dict[str, Any]:
        """The preprocessing as plain data (JSON)."""
        return {
            "operations": [operation.to_data() for operation in self.operations],
            "notes": [note.to_data() for note in self.notes],
            "named": self.named,
            "n_columns": self.n_columns,
        }

    @classmethod
    def from_data(cls, data: Any) -> Preprocessing:
        """The preprocessing that :meth:`to_data` described; raises `ArgumentError` where there is none."""
        if not isinstance(data, Mapping) or set(data) != {"operations", "notes", "named", "n_columns"}:
            raise ArgumentError(f"this describes no preprocessing: {checks.shown(data)}")
        operations = checks.sequence("operations of a preprocessing", data["operations"], "[...]")
        noted = checks.sequence("notes of a preprocessing", data["notes"], "[...]")
        return cls(
            [operation_of(each) for each in operations],
            [note_of(each) for each in noted],
            named=checks.truth("named of a preprocessing", data["named"]),
            n_columns=checks.integer("n_columns of a preprocessing", data["n_columns"], least=1),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Preprocessing) and self.to_data() == other.to_data()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Preprocessing({len(self.columns)} of {self.n_columns} columns, {self.n_features} features)"


def _absent(absent: Sequence[str], names: Sequence[str]) -> str:
    columns = []
    for name in absent[:3]:
        near = get_close_matches(name, names, n=1, cutoff=0.6)
        columns.append(f"{name!r}" + (f" (is it {near[0]!r}?)" if near else ""))
    more = f" and {len(absent) - 3} more" if len(absent) > 3 else ""
    return f"the table lacks {'column' if len(absent) == 1 else 'columns'} {', '.join(columns)}{more}"
