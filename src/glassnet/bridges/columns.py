"""Columns of samples, some handed on and some looked up in tables of vectors, as another library puts them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from glassnet.bridges.pieces import Piece
from glassnet.errors import ArgumentError
from glassnet.layers import Dense, Embedding
from glassnet.support.arrays import Array

# As many columns as no model names one by one: one that reads the last of them reads as many as there are.
MANY = 4096


@dataclass(frozen=True)
class Chunk:
    """Some columns that are handed on, or one that is looked up in a table of vectors."""

    columns: Sequence[int]
    table: Array | None = None


def probe(n: int | None, dtype: Any = np.float64) -> Array:
    """Two samples of `n` columns, of many where None, that hold the numbers of their columns, the second from n on."""
    count = MANY if n is None else n
    return np.arange(2 * count, dtype=dtype).reshape(2, count)


def columns_of(value: Array, n: int | None) -> list[int] | None:
    """The columns that a value made of :func:`probe` holds, or None where it holds something else."""
    count = MANY if n is None else n
    if value.ndim == 0 or len(value) != 2:
        return None
    first, second = value.reshape(2, -1)
    is_of_samples = np.array_equal(second, first + count) and bool((first < count).all())
    return [int(column) for column in first] if is_of_samples else None


def not_columns(place: str) -> ArgumentError:
    """The error for what reads something else than columns."""
    return ArgumentError(
        f"{place} reads something else than columns of the samples; glassnet's Embedding takes them as they are, such "
        "as x[:, column].long()"
    )


def embedded(chunks: Sequence[Chunk], n: int | None, place: str) -> tuple[Piece, list[int]]:
    """The Embedding that puts these together, and for each of their numbers the place where the Embedding has it.

    Raises `ArgumentError` if no Embedding does.
    """
    used = [column for chunk in chunks for column in chunk.columns]
    if n is None and MANY - 1 in used:
        raise ArgumentError(
            f"{place} reads columns to the last one, which does not tell how many there are; give input_shape"
        )
    n_inputs = 1 + max(used) if n is None else n
    for chunk in chunks:
        if chunk.table is not None and len(chunk.columns) != 1:
            raise ArgumentError(
                f"{place} looks up {len(chunk.columns)} columns in one table; glassnet's Embedding has a table for each"
            )
    tables = [chunk.table for chunk in chunks if chunk.table is not None]
    passing = [column for chunk in chunks if chunk.table is None for column in chunk.columns]
    dimensions = sorted({table.shape[1] for table in tables})
    if len(dimensions) != 1:
        lengths = ", ".join(map(str, dimensions)) or "no"
        raise ArgumentError(
            f"{place} puts together vectors of {lengths} entries; glassnet's Embedding has vectors of one length"
        )
    pairs = [(chunk.columns[0], len(chunk.table)) for chunk in chunks if chunk.table is not None]
    layer = Embedding(pairs, dimensions[0])
    if passing != layer.passing(n_inputs):
        raise ArgumentError(
            f"{place} hands on columns {passing} of {n_inputs}; glassnet's Embedding hands on those that it does not "
            f"look up, in their order: {layer.passing(n_inputs)}"
        )
    piece = Piece(layer, place, {"weights": np.concatenate(tables)}, n_inputs)
    return piece, _places(chunks, len(passing), dimensions[0])


def _places(chunks: Sequence[Chunk], n_passing: int, dimension: int) -> list[int]:
    """Where an Embedding has each number: columns that pass come first, then the vectors."""
    passing, vectors, places = 0, n_passing, list[int]()
    for chunk in chunks:
        if chunk.table is None:
            places += range(passing, passing + len(chunk.columns))
            passing += len(chunk.columns)
        else:
            places += range(vectors, vectors + dimension)
            vectors += dimension
    return places


def with_inputs_at(piece: Piece, places: Sequence[int]) -> Piece:
    """A piece that reads its inputs in another order, each at its place.

    Raises `ArgumentError` if it is no Dense, whose weights can be put in that order.
    """
    if list(places) == sorted(places):
        return piece
    if not isinstance(piece.layer, Dense) or piece.n_features != len(places):
        raise ArgumentError(
            f"{piece.place} reads vectors before columns that pass, and glassnet's Embedding has those columns first; "
            "put them first in what it reads"
        )
    weights = np.empty_like(piece.arrays["weights"])
    weights[list(places)] = piece.arrays["weights"]
    return replace(piece, arrays=piece.arrays | {"weights": weights})
