"""How numbers are written inside formulas."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
TERMS = 8


def number(value: float) -> str:
    """Five significant digits, with a true minus sign."""
    return f"{float(value) + 0.0:.5g}".replace("-", "−")


def factor(value: float) -> str:
    """The same, in parentheses where it is negative."""
    return f"({number(value)})" if value < 0 else number(value)


def product_sum(first: Array, second: Array, terms: int = TERMS) -> str:
    """a1·b1 + a2·b2 + …; terms beyond the first few are added up."""
    shown = [f"{factor(a)}·{factor(b)}" for a, b in zip(first[:terms], second[:terms], strict=True)]
    if len(first) > terms:
        rest = float(np.dot(first[terms:], second[terms:]))
        shown.append(f"[{len(first) - terms} more: {number(rest)}]")
    return " + ".join(shown)


def listed(values: Array, terms: int = TERMS) -> str:
    """v1, v2, …; and how many there are in all."""
    shown = ", ".join(number(value) for value in values[:terms])
    return f"{shown}, … ({len(values)} in all)" if len(values) > terms else shown
