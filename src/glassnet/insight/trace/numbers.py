"""How numbers are written inside formulas."""

from __future__ import annotations

import re
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
    """a1·b1 + a2·b2 + …; of many terms the largest, in their order, and the others added up."""
    first, second = np.asarray(first), np.asarray(second)
    products = first * second
    order = np.argsort(-np.abs(products), kind="stable")
    shown = [f"{factor(first[i])}·{factor(second[i])}" for i in np.sort(order[:terms])]
    if len(order) > terms:
        shown.append(f"[{len(order) - terms} smaller: {number(float(products[order[terms:]].sum()))}]")
    return " + ".join(shown)


def plain_sum(values: Array, terms: int = TERMS) -> str:
    """a1 + a2 + …; terms beyond the first few are added up."""
    shown = [factor(value) for value in values[:terms]]
    if len(values) > terms:
        shown.append(f"[{len(values) - terms} more: {number(float(values[terms:].sum()))}]")
    return " + ".join(shown)


def listed(values: Array, terms: int = TERMS) -> str:
    """v1, v2, …; and how many there are in all."""
    shown = ", ".join(number(value) for value in values[:terms])
    return f"{shown}, … ({len(values)} in all)" if len(values) > terms else shown


def filled_in(formula: str, **values: float) -> str:
    """The formula with these numbers in the place of its letters; empty where it has none of them or a condition."""
    if " if " in formula or not values:
        return ""
    letters = rf"(?<![\w_])({'|'.join(values)})(?![\w_])"
    filled = re.sub(letters, lambda found: factor(values[found[1]]), formula)
    return "" if filled == formula else re.sub(r"\(\((−[^()]+)\)([,)])", r"(\1\2", filled)
