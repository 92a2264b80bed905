"""Options that have to be read before they are passed on."""

from __future__ import annotations

from collections.abc import Sequence

from glassnet.errors import ArgumentError
from glassnet.recipes.recipe import MOST_UNITS


def units(written: Sequence[str]) -> tuple[int, ...]:
    """Units of the hidden layers, from "64", "32,16" or "none"; raises `ArgumentError` for anything else."""
    words = [word.strip() for word in ",".join(written).split(",")]
    if words == ["none"]:
        return ()
    if not all(word.isdecimal() and 0 < int(word) <= MOST_UNITS for word in words):
        raise ArgumentError(
            f"--hidden must be the units of each hidden layer, 1 to {MOST_UNITS:,}, such as 64 or 32,16, "
            f"or none; got {','.join(written)!r}"
        )
    return tuple(map(int, words))
