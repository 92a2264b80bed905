"""The features of a single row, without making columns of it: what a service that answers one row at a time asks for.

It takes the plain cases, numbers, text and dates of Python; all others are left to `Table`, which finds the same.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import numpy as np

from glassnet.support.arrays import Array
from glassnet.tables.arrangement import Arrangement
from glassnet.tables.columns import DATE, DateColumn
from glassnet.tables.operations import Category, Date

_NUMBERS = {float, int, bool, type(None), np.float64, np.float32, np.int64, np.int32, np.bool_}


class OneRow:
    """Operations on a row that was given as a dict of single values, or as a data frame of one row."""

    def __init__(self, arrangement: Arrangement) -> None:
        self.arrangement = arrangement
        operations = arrangement.operations
        self.names = [operation.column for operation in operations]
        self.categories = [
            (place, each, arrangement.spans[place])
            for place, each in enumerate(operations)
            if isinstance(each, Category)
        ]
        self.dates = [(place, each) for place, each in enumerate(operations) if isinstance(each, Date)]
        self._seen: tuple[list[str], list[int]] = ([], [])

    def features(self, X: Any) -> Array | None:
        """The features (1, n_features); None where the row is not one of the plain cases."""
        features = np.empty((1, self.arrangement.n_features))
        row = self._row(X)
        if row is None:
            return None
        if isinstance(row, np.ndarray):
            return features if self._of_numbers(row, features) else None
        plain = (
            self._numbers(row, features) and self._categories(row, features) and self._dates(row, features)
        )
        return features if plain else None

    def _row(self, X: Any) -> list[Any] | Array | None:
        """The entries of the columns that are read, in their order; an array (1, n_columns) where all are numbers."""
        if isinstance(X, Mapping):
            try:
                return [X[name] for name in self.names]
            except KeyError:
                return None
        shape = getattr(X, "shape", ())
        if not isinstance(shape, tuple) or len(shape) != 2 or shape[0] != 1:
            return None
        match type(X).__module__.partition(".")[0]:
            case "pandas":
                return self._of_pandas(X)
            case "polars":
                places = self._places(X.columns)
                return None if places is None else [X.row(0)[place] for place in places]
        return None

    def _of_pandas(self, X: Any) -> list[Any] | Array | None:
        """Each way is the fast one: of columns of one kind, and of several."""
        places = self._places(X.columns.tolist())
        if places is None:
            return None
        if not self.categories and not self.dates:
            values = X.to_numpy()
            if values.dtype.kind in "fiub":
                return np.asarray(values[:, places], np.float64)
        row = X.iloc[0].tolist()
        return [row[place] for place in places]

    def _places(self, names: list[str]) -> list[int] | None:
        """The places of the columns that are read; None where one is not there, or two have a name."""
        names_before, places = self._seen
        if names != names_before:
            if len(set(names)) < len(names) or not set(self.names) <= set(names):
                return None
            at = {name: place for place, name in enumerate(names)}
            places = [at[name] for name in self.names]
            self._seen = (names, places)
        return places

    def _of_numbers(self, x: Array, features: Array) -> bool:
        if np.isinf(x).any():
            return False
        self.arrangement.write_numbers(x, features)
        return True

    def _numbers(self, row: list[Any], features: Array) -> bool:
        places = self.arrangement.number_places
        if not places:
            return True
        values = [row[place] for place in places]
        if not set(map(type, values)) <= _NUMBERS:
            return False
        try:
            x = np.array([values], np.float64)
        except OverflowError:
            return False
        return self._of_numbers(x, features)

    def _categories(self, row: list[Any], features: Array) -> bool:
        for place, operation, span in self.categories:
            value = row[place]
            if type(value) is str:
                state = operation.place.get(value, operation.unknown) if value else operation.missing
            elif value is None or (isinstance(value, float) and value != value):
                state = operation.missing
            else:
                return False
            features[0, span] = operation.base
            if state < operation.n_states:
                places, values = operation.changes
                features[0, span.start + places[state]] = values[state]
        return True

    def _dates(self, row: list[Any], features: Array) -> bool:
        for place, operation in self.dates:
            value = row[place]
            if value is not None and type(value) not in (datetime.date, datetime.datetime):
                return False
            if getattr(value, "tzinfo", None) is not None:
                return False
            column = DateColumn(np.array([value], DATE))
            operation.apply(column, features[:, self.arrangement.spans[place]])
        return True
