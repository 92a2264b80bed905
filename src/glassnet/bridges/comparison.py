"""A network beside the model of another library that it was read from: do both give the same?

They are asked with the same random rows, in float64, so that rounding does not count: rows of both signs, positive ones
and negative ones, each at several sizes. What shows on none of these rows is not seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np
from numpy.typing import NDArray

from glassnet.bridges.pieces import Piece, assembled
from glassnet.errors import ArgumentError
from glassnet.layers import Embedding, Layer

Array = NDArray[np.float64]

SIZES = (0.1, 1.0, 10.0)
KINDS = 3 * len(SIZES)
ROWS_OF_A_KIND = 8
# Samples of more numbers than these are compared on fewer rows, and on two of a kind at least.
USUAL_NUMBERS, MOST_NUMBERS = 1 << 24, 1 << 27
# Two outputs agree where they differ by less than this share of how far the output varies among rows of one kind, or of
# the output itself.
SHARE, ROUNDING = 1e-4, 1e-9
# The smallest normal float32; what is smaller, or smaller than the rounding of the largest output, counts as 0.
TINY = float(np.finfo(np.float32).tiny)


def random_rows(shape: tuple[int, ...], first: Layer | None = None) -> Array:
    """Samples (n_samples, *shape), kind after kind, that the first layer can read.

    Raises `ArgumentError` if a sample has more numbers than can be compared.
    """
    per_row = KINDS * prod(shape)
    if 2 * per_row > MOST_NUMBERS:
        raise ArgumentError(
            f"samples of shape {shape} are too large to be compared; at most {MOST_NUMBERS // (2 * KINDS)} numbers are"
        )
    n_rows = min(max(USUAL_NUMBERS // per_row, 2), ROWS_OF_A_KIND)
    normal = np.random.default_rng(0).normal(size=(3, len(SIZES), n_rows, *shape))
    normal[1], normal[2] = np.abs(normal[1]), -np.abs(normal[2])
    normal *= np.array(SIZES).reshape(-1, 1, *(1 for _ in shape))
    rows = normal.reshape(-1, *shape)
    for column, n in first.pairs if isinstance(first, Embedding) else ():
        rows[:, column] = np.random.default_rng(column).integers(n, size=len(rows))
    return rows


def largest_difference(ours: Array, theirs: Array, rounding: float = ROUNDING) -> float | None:
    """How far outputs for :func:`random_rows` lie apart at most, or None where they agree to rounding.

    `rounding` is what does not count, as a share of the output. Both are of shape (n_samples, n_outputs); nan where
    only one of them is a number.
    """
    kinds = (KINDS, -1, theirs.shape[1])
    ours, theirs = ours.reshape(kinds), theirs.reshape(kinds)
    with np.errstate(invalid="ignore"):
        apart = np.abs(ours - theirs)
        apart[(ours == theirs) | (np.isnan(ours) & np.isnan(theirs))] = 0
        finite = np.where(np.isfinite(theirs), theirs, 0)
        spread = finite.max(axis=1, keepdims=True) - finite.min(axis=1, keepdims=True)
        largest = np.abs(finite).max(axis=1, keepdims=True)
        nothing = TINY + np.finfo(np.float64).eps * 8 * largest.max()
        agree = apart <= SHARE * spread + rounding * largest + nothing
    return None if agree.all() else float(apart.max())


def prediction(pieces: Sequence[Piece], shape: tuple[int, ...], rows: Array) -> Array:
    """What the network of these pieces gives, computed in float64."""
    network = assembled(pieces, shape, np.dtype(np.float64))
    with np.errstate(all="ignore"):
        return network.predict(rows)


def first_difference(
    pieces: Sequence[Piece],
    shape: tuple[int, ...],
    rows: Array,
    outputs: Mapping[int, Array],
    rounding: float = ROUNDING,
) -> int | None:
    """A piece whose output differs from what was seen, while that of the last one seen before it agrees.

    `outputs` holds them by the index of their piece; None where all of them agree. The whole is known to differ.
    """
    places = sorted(outputs)
    agrees, differs = -1, len(places)
    while differs - agrees > 1:
        middle = (agrees + differs) // 2
        index = places[middle]
        ours = prediction(pieces[: index + 1], shape, rows)
        if largest_difference(ours, outputs[index], rounding) is None:
            agrees = middle
        else:
            differs = middle
    return places[differs] if differs < len(places) else None


def as_rows(output: object, n: int) -> Array | None:
    """An output as (n_samples, n_outputs) of float64; None if it is not one row for each sample."""
    array = np.asarray(output, np.float64)
    return array.reshape(n, -1) if array.ndim and len(array) == n and prod(array.shape) else None
