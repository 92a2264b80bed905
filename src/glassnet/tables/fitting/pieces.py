"""The pieces that numbers are cut into beside their scaled selves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from glassnet.support.arrays import Floats
from glassnet.tables.operations import Number, Operation
from glassnet.tables.operations.number import LARGEST
from glassnet.tables.operations.scaling import LEAST_SCALE
from glassnet.tables.settings import TableSettings
from glassnet.tables.table import Table

# Of all numbers of a table together; and numbers beyond which a single one says too little to be cut.
MOST_PIECES, MOST_NUMBERS = 512, 50


def with_pieces(operations: Sequence[Operation], table: Table, settings: TableSettings) -> list[Operation]:
    """The operations, those on numbers with the edges that the settings ask for."""
    n_numbers = sum(isinstance(operation, Number) for operation in operations)
    n_pieces = min(settings.number_pieces, MOST_PIECES // max(n_numbers, 1))
    if n_pieces < 2 or n_numbers > MOST_NUMBERS:
        return list(operations)
    return [
        replace(each, edges=edges_of(_present(each, table), n_pieces)) if isinstance(each, Number) else each
        for each in operations
    ]


def _present(operation: Number, table: Table) -> Floats:
    values = operation.accepted(table.column(operation.column)).values
    return np.asarray(values[~np.isnan(values)], np.float64)


def edges_of(x: Floats, n_pieces: int) -> tuple[float, ...]:
    """Edges of at most so many pieces, each of which holds about as many numbers; none of only two different ones.

    A number counts by the root of how often it occurs: one that most rows hold, such as 0 of what few have any of,
    leaves edges to the others.
    """
    values, counts = np.unique(np.clip(x, -LARGEST, LARGEST), return_counts=True)
    weights = np.sqrt(counts)
    middles = np.cumsum(weights) - weights / 2
    inner = np.interp(np.arange(1, n_pieces) / n_pieces * weights.sum(), middles, values)
    edges = np.unique([values[0], *inner, values[-1]])
    edges = edges[np.diff(edges, prepend=-np.inf) >= LEAST_SCALE]
    return tuple(edges.tolist()) if len(edges) > 2 and len(values) > 2 else ()
