"""One pass of a learner's layer as the guesses of slips see it. Samples in rows, weights (n_inputs, n_units)."""

from __future__ import annotations

from typing import NamedTuple

from glassnet.checking.numerics.rounding import Array
from glassnet.support import arrays


class Setting(NamedTuple):
    """One pass of a layer: input, error at the output and behind the activation, weights, and these after an update.

    `columns` says how the learner writes it, `bends` whether the weights' right gradient is that of another error than
    the one that arrived: an activation has changed it; `carries` whether the input is added to what the layer makes of
    it, and `looks_up` whether it takes integers.
    """

    x: Array
    arrived: Array
    error: Array
    weights: Array | None
    updated: Array | None
    columns: bool
    bends: bool = True
    carries: bool = False
    looks_up: bool = False


class Guess(NamedTuple):
    """A mistake and the numbers that it would give."""

    code: str
    message: str
    fix: str
    value: Array


def same(array: Array, value: Array) -> bool:
    """Whether these are the same numbers, up to axes of length 1."""
    return arrays.same(array.squeeze(), value.squeeze())
