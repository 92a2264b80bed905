"""Numbers with a bound on how far a computation in some precision may be from them.

A learner's gradient is right if it lies within the bounds that the rounding of every step allows: running error
analysis. Sums of n terms count with min(n, 8 sqrt n) roundings, the second by Higham and Mary, SIAM J. Sci.
Comput. 41 (2019), since roundings have no common sign.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Roundings that one evaluation of an elementwise formula may take, whatever way it is written.
FORMULA = 8.0


@dataclass(frozen=True)
class Precision:
    """A floating-point format.

    Attributes
    ----------
    name : str
        Of the dtype, such as "float32".
    unit : float
        The largest relative error of one rounding, doubled so that multiply-and-scale counts as one.
    """

    name: str
    unit: float

    @classmethod
    def of(cls, dtype: Any) -> Precision:
        """The precision of a floating dtype."""
        found = np.dtype(dtype)
        return cls(found.name, float(np.finfo(found).eps))

    def given(self, values: Any) -> Rounded:
        """Numbers that are given exactly, but may first be rounded to this precision."""
        value = np.asarray(values, np.float64)
        stored = value.astype(self.name).astype(np.float64)
        return Rounded(value, np.abs(value - stored), self.unit)


SINGLE, DOUBLE = Precision.of(np.float32), Precision.of(np.float64)


def roundings(n: int) -> float:
    """How many roundings a sum of n terms counts with."""
    return min(n, 8 * sqrt(n)) + 4


@dataclass(frozen=True)
class Rounded:
    """`value` in float64, and elementwise the largest distance of a computation with rounding `unit`."""

    value: Array
    bound: Array
    unit: float

    @property
    def T(self) -> Rounded:
        """Rows and columns exchanged."""
        return Rounded(self.value.T, self.bound.T, self.unit)

    def __neg__(self) -> Rounded:
        return Rounded(-self.value, self.bound, self.unit)

    def __add__(self, other: Rounded) -> Rounded:
        value = self.value + other.value
        return Rounded(value, self.bound + other.bound + self.unit * np.abs(value), self.unit)

    def __sub__(self, other: Rounded) -> Rounded:
        return self + -other

    def __mul__(self, other: Rounded) -> Rounded:
        value = self.value * other.value
        bound = np.abs(self.value) * other.bound + self.bound * (np.abs(other.value) + other.bound)
        return Rounded(value, bound + self.unit * np.abs(value), self.unit)

    def __matmul__(self, other: Rounded) -> Rounded:
        share = self.unit * roundings(self.value.shape[-1])
        size = np.abs(other.value)
        bound = np.abs(self.value) @ (other.bound + share * size) + self.bound @ (other.bound + size)
        return Rounded(self.value @ other.value, bound, self.unit)

    def __getitem__(self, key: Any) -> Rounded:
        return Rounded(self.value[key], self.bound[key], self.unit)

    def times(self, factor: float) -> Rounded:
        """Multiplied by a known number."""
        value = self.value * factor
        return Rounded(value, self.bound * abs(factor) + self.unit * np.abs(value), self.unit)

    def sum(self, axis: int | None, keepdims: bool = False) -> Rounded:
        """The sum along an axis, or over everything."""
        n = self.value.size if axis is None else self.value.shape[axis]
        each = self.bound + self.unit * roundings(n) * np.abs(self.value)
        value = self.value.sum(axis=axis, keepdims=keepdims)
        return Rounded(np.asarray(value), np.asarray(each.sum(axis=axis, keepdims=keepdims)), self.unit)

    def mean(self, axis: int) -> Rounded:
        """The mean along an axis, which is kept with length 1."""
        return self.sum(axis, keepdims=True).times(1 / self.value.shape[axis])

    def apply(self, formula: Callable[[Array], Any]) -> Rounded:
        """An elementwise formula: what it gives at the ends of each bound, and the roundings of its own.

        A jump within the bounds counts in full. A zero that stays zero is exact.
        """
        value = np.asarray(formula(self.value), np.float64)
        spread = np.abs(np.asarray(formula(self.value + self.bound)) - value)
        spread = np.maximum(spread, np.abs(np.asarray(formula(self.value - self.bound)) - value))
        own = np.where((value == 0) & (spread == 0), 0, 1 + np.abs(value))
        return Rounded(value, spread + FORMULA * self.unit * own, self.unit)

    def exactly(self, values: Any) -> Rounded:
        """Known numbers beside these, of the same unit."""
        value = np.asarray(values, np.float64)
        return Rounded(value, np.zeros_like(value), self.unit)


def softmax(z: Rounded, axis: int = 1) -> Rounded:
    """Softmax along an axis; the argument of exp is rounded at the size of the largest z."""
    largest = z.value.max(axis=axis, keepdims=True)
    e = np.exp(z.value - largest)
    value = e / e.sum(axis=axis, keepdims=True)
    argument = z.bound + z.unit * (np.abs(z.value) + np.abs(largest))
    argument = argument + (value * argument).sum(axis=axis, keepdims=True)
    bound = value * np.expm1(np.minimum(argument, 700)) + z.unit * roundings(value.shape[axis]) * value
    return Rounded(value, bound, z.unit)
