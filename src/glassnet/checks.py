"""Checks of single arguments; each returns the value that it accepted."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

import numpy as np

from glassnet.errors import ArgumentError


def number(
    name: str,
    value: Any,
    *,
    above: float = -math.inf,
    least: float = -math.inf,
    below: float = math.inf,
    most: float = math.inf,
) -> float:
    """A finite real number with `above < value < below` and `least <= value <= most`."""
    found = _real(value)
    if not (math.isfinite(found) and above < found < below and least <= found <= most):
        bounds = [
            text
            for text, limit in (
                (f"> {above:g}", above),
                (f">= {least:g}", least),
                (f"< {below:g}", below),
                (f"<= {most:g}", most),
            )
            if math.isfinite(limit)
        ]
        wanted = " and ".join(["a finite number", *bounds])
        raise ArgumentError(f"{name} must be {wanted}; got {value!r}")
    return found


def _real(value: Any) -> float:
    """`value` as a float; NaN for what is no real number, infinity for what is too large."""
    if not isinstance(value, Real) or isinstance(value, bool):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf


def integer(name: str, value: Any, *, least: int) -> int:
    """An integer with `value >= least`."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise ArgumentError(f"{name} must be an integer >= {least}; got {value!r}")
    return int(value)


def truth(name: str, value: Any) -> bool:
    """True or False; a word such as "no", which Python counts as true, is neither."""
    if not isinstance(value, (bool, np.bool_)):
        raise ArgumentError(f"{name} must be True or False; got {value!r}")
    return bool(value)
