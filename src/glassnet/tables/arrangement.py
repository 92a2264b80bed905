"""Operations side by side: which features each makes, and all of them over the rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from glassnet.support.arrays import Array
from glassnet.tables.columns import Accepted
from glassnet.tables.operations import Number, Numbers, Operation
from glassnet.tables.program import Program
from glassnet.tables.reading.matrices import dense
from glassnet.tables.table import Table

# Numbers that are worked on at once, in and out: a block of rows stays in the cache.
CELLS = 1 << 19


class Arrangement:
    """Where the features of operations stand, in the order of the operations; numbers are computed together.

    Attributes
    ----------
    spans : list of slice
        The features of each operation.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = tuple(operations)
        starts = np.cumsum([0, *(len(operation.features) for operation in operations)]).tolist()
        self.spans = [slice(start, stop) for start, stop in pairwise(starts)]
        self.n_features = starts[-1]
        placed = [(place, each) for place, each in enumerate(operations) if isinstance(each, Number)]
        self.number_places = [place for place, _ in placed]
        self.other_places = sorted(set(range(len(operations))) - set(self.number_places))
        self.numbers = Numbers([each for _, each in placed])
        self.values = np.array([starts[place] for place in self.number_places], np.int64)
        self.indicators = self.values[self.numbers.with_indicator] + 1
        pieces = [range(starts[place + 1] - each.n_pieces, starts[place + 1]) for place, each in placed]
        self.pieces = np.array([feature for span in pieces for feature in span], np.int64)
        self.only_values = self.values.tolist() == list(range(self.n_features))

    def read(self, table: Table) -> Callable[[slice, Array], None]:
        """A function that writes the features of some rows of a table into an array (n_rows, n_features).

        Raises `DataError` if a column holds something else than when its operation was fitted.
        """
        if table.matrix is not None and not self.other_places:
            places = [table.places[operation.column] for operation in self.operations]
            columns = None if places == list(range(len(table.names))) else places
            return lambda rows, features: self._in_blocks(
                rows, features, lambda r, m: self.write_numbers(dense(table.matrix, r, columns), m)
            )
        accepted = [operation.accepted(table.column(operation.column)) for operation in self.operations]
        return lambda rows, features: self._in_blocks(
            rows, features, lambda r, m: self._fill([column.take(r) for column in accepted], m)
        )

    def _in_blocks(self, rows: slice, features: Array, fill: Callable[[slice, Array], None]) -> None:
        size = max(1, CELLS // (self.n_features + len(self.operations)))
        for start in range(rows.start, rows.stop, size):
            stop = min(start + size, rows.stop)
            fill(slice(start, stop), features[start - rows.start : stop - rows.start])

    def _fill(self, columns: Sequence[Accepted], features: Array) -> None:
        if self.number_places:
            numbers: list[Any] = [columns[place] for place in self.number_places]
            self.write_numbers(np.stack([column.values for column in numbers], axis=1), features)
        for place in self.other_places:
            self.operations[place].apply(columns[place], features[:, self.spans[place]])

    def write_numbers(self, x: Array, features: Array) -> None:
        """Write what columns of numbers (n_rows, n_columns) become to where it stands."""
        scaled, missing, pieces = self.numbers.made(x)
        if self.only_values:
            features[...] = scaled
            return
        features[:, self.values] = scaled
        if len(self.indicators):
            features[:, self.indicators] = missing
        if len(self.pieces):
            features[:, self.pieces] = pieces

    def write(self, program: Program, places: Sequence[int]) -> str:
        """The features as a value of a program; `places` are those of the columns in their table."""
        parts: list[str] = []
        order: list[int] = []
        if self.number_places:
            numbers = self.numbers.write(program, [places[place] for place in self.number_places])
            parts += [value for value in numbers if value]
            order += [*self.values.tolist(), *self.indicators.tolist(), *self.pieces.tolist()]
        for place in self.other_places:
            parts.append(self.operations[place].write(program, places[place]))
            order += range(self.spans[place].start, self.spans[place].stop)
        joined = program.joined(parts)
        if order == list(range(self.n_features)):
            return joined
        return program.columns(joined, np.argsort(order).tolist())
