"""Numbers, and how far a computation in some precision is likely to be from them.

A learner's gradient counts as right if it is no farther from the right one than rounding can carry it. Roundings are
taken as independent errors (Higham and Mary, SIAM J. Sci. Comput. 41 (2019)), so variances add up from step to step,
and a distance of `REACH` standard deviations is allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# Standard deviations that are allowed: far more than chance needs, for the sake of errors that are not independent.
REACH = 16.0
# Roundings that one evaluation of an elementwise formula may take, whatever way it is written.
FORMULA = 4.0
# In how many directions a function is tried, and how far, in parts of the largest number.
DIRECTIONS, STEP = 12, 1e-6


@dataclass(frozen=True)
class FloatFormat:
    """A floating-point format: the name of its dtype, and the largest relative error of one rounding."""

    name: str
    unit: float

    @classmethod
    def of(cls, dtype: Any) -> FloatFormat:
        """The precision of a floating dtype."""
        kind = np.dtype(dtype)
        return cls(kind.name, float(np.finfo(kind).eps) / 2)

    def given(self, values: Any) -> Rounded:
        """Numbers that are given exactly, but may first be rounded to this precision."""
        value = np.asarray(values, np.float64)
        stored = value.astype(self.name).astype(np.float64)
        return Rounded(value, np.square(value - stored), self.unit)


SINGLE, DOUBLE = FloatFormat.of(np.float32), FloatFormat.of(np.float64)


class Rounded:
    """`value` in float64, and elementwise the `variance` of a computation with rounding `unit`.

    The variance is computed when it is first asked for.
    """

    def __init__(self, value: Array, variance: Array | Callable[[], Array], unit: float) -> None:
        self.value, self.unit = value, unit
        self._variance = variance

    @property
    def variance(self) -> Array:
        """The mean square distance of a rounded computation."""
        if callable(self._variance):
            self._variance = self._variance()
        return self._variance

    @property
    def reach(self) -> Array:
        """How far a rounded computation may be away."""
        return REACH * np.sqrt(self.variance)

    @property
    def T(self) -> Rounded:
        """Rows and columns exchanged."""
        return Rounded(self.value.T, lambda: self.variance.T, self.unit)

    def _rounded(self, value: Any) -> Array:
        """The variance of one more rounding."""
        variance: Array = np.square(self.unit * value)
        return variance

    def __neg__(self) -> Rounded:
        return Rounded(-self.value, lambda: self.variance, self.unit)

    def __add__(self, other: Rounded) -> Rounded:
        value = self.value + other.value
        return Rounded(value, lambda: self.variance + other.variance + self._rounded(value), self.unit)

    def __sub__(self, other: Rounded) -> Rounded:
        return self + -other

    def __mul__(self, other: Rounded) -> Rounded:
        value = self.value * other.value

        def variance() -> Array:
            of_other = np.square(self.value) * other.variance
            of_self = self.variance * (np.square(other.value) + other.variance)
            total: Array = of_other + of_self + self._rounded(value)
            return total

        return Rounded(value, variance, self.unit)

    def __matmul__(self, other: Rounded) -> Rounded:
        value = self.value @ other.value

        def variance() -> Array:
            own = other.variance + self.value.shape[-1] * self._rounded(other.value)
            of_other = np.square(self.value) @ own
            of_self = self.variance @ (np.square(other.value) + other.variance)
            total: Array = of_other + of_self + self._rounded(value)
            return total

        return Rounded(value, variance, self.unit)

    def __getitem__(self, key: Any) -> Rounded:
        return Rounded(self.value[key], lambda: self.variance[key], self.unit)

    def reshaped(self, shape: tuple[int, ...]) -> Rounded:
        """The same numbers in another shape."""
        return Rounded(self.value.reshape(shape), lambda: self.variance.reshape(shape), self.unit)

    def times_transposed(self, other: Rounded) -> Rounded:
        """The product with the transpose of another matrix."""
        return self @ other.T

    def times(self, factor: float) -> Rounded:
        """Multiplied by a known number."""
        value = self.value * factor
        return Rounded(value, lambda: self.variance * factor * factor + self._rounded(value), self.unit)

    def sum(self, axis: int | None, keepdims: bool = False) -> Rounded:
        """The sum along an axis, or over everything."""
        n = self.value.size if axis is None else self.value.shape[axis]
        value = np.asarray(self.value.sum(axis=axis, keepdims=keepdims))

        def variance() -> Array:
            each = self.variance + n * self._rounded(self.value)
            total: Array = each.sum(axis=axis, keepdims=keepdims) + self._rounded(value)
            return total

        return Rounded(value, variance, self.unit)

    def mean(self, axis: int) -> Rounded:
        """The mean along an axis, which is kept with length 1."""
        return self.sum(axis, keepdims=True).times(1 / self.value.shape[axis])

    def apply(self, formula: Callable[[Array], Any]) -> Rounded:
        """An elementwise formula: what it gives at the ends of the reach, and roundings of its own, of size 1 or more.

        At a zero that is exact all ways to write a formula agree.
        """
        return self._applied(formula, lambda: np.where((self.value == 0) & (self.variance == 0), 0.0, 1.0))

    def apply_pieces(self, formula: Callable[[Array], Any]) -> Rounded:
        """A formula of straight pieces, which adds relative roundings alone. A jump within reach counts in full."""
        return self._applied(formula, lambda: np.zeros_like(self.value))

    def _applied(self, formula: Callable[[Array], Any], least: Callable[[], Array]) -> Rounded:
        value = np.asarray(formula(self.value), np.float64)

        def variance() -> Array:
            up, down = formula(self.value + self.reach), formula(self.value - self.reach)
            spread = np.maximum(np.abs(up - value), np.abs(down - value)) / REACH
            total: Array = np.square(spread) + self._rounded(FORMULA * (least() + np.abs(value)))
            return total

        return Rounded(value, variance, self.unit)

    def exactly(self, values: Any) -> Rounded:
        """Known numbers beside these, of the same unit."""
        value = np.asarray(values, np.float64)
        return Rounded(value, np.zeros_like(value), self.unit)


def through(function: Callable[..., Sequence[Array]], *inputs: Rounded) -> list[Rounded]:
    """What any function of whole arrays gives, and how far the roundings of what it is given carry it.

    That is measured in a few directions at random, with steps that are large beside its own roundings.
    """
    unit, values = inputs[0].unit, [one.value for one in inputs]
    results = [np.array(result, np.float64) for result in function(*values)]
    deviations = [np.sqrt(one.variance) for one in inputs]
    widest = max((float(one.max(initial=0.0)) for one in deviations), default=0.0)
    size = max((float(np.abs(one).max(initial=0.0)) for one in values), default=0.0)
    step = STEP * max(size, 1.0) / widest if widest else 0.0
    spread = [
        np.square(FORMULA * unit * (np.abs(result) + np.abs(result).max(initial=0.0))) for result in results
    ]
    random = np.random.default_rng(0)
    for _ in range(DIRECTIONS if widest else 0):
        moved = [
            value + step * deviation * random.choice([-1.0, 1.0], value.shape)
            for value, deviation in zip(values, deviations, strict=True)
        ]
        for i, (result, other) in enumerate(zip(results, function(*moved), strict=True)):
            spread[i] = np.maximum(spread[i], np.square((other - result) / step))
    return [Rounded(result, variance, unit) for result, variance in zip(results, spread, strict=True)]


def joined(parts: Sequence[Rounded], axis: int) -> Rounded:
    """Arrays one behind the other along an axis."""
    values = np.concatenate([part.value for part in parts], axis)
    return Rounded(values, lambda: np.concatenate([part.variance for part in parts], axis), parts[0].unit)


def alike(one: Rounded, other: Rounded) -> bool:
    """Whether two arrays have the same shape."""
    return one.value.shape == other.value.shape


def log_softmax(z: Rounded) -> Rounded:
    """log softmax along the rows: what z is rounded by reaches every entry, by the shares of softmax."""
    shifted = z.value - z.value.max(axis=1, keepdims=True)
    logarithm = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    value: Array = shifted - logarithm
    shares = np.exp(value)

    def variance() -> Array:
        through = (np.square(shares) * z.variance).sum(axis=1, keepdims=True)
        own = np.square(FORMULA * z.unit) * (
            np.square(z.value) + np.square(shifted) + np.square(logarithm) + 1
        )
        total: Array = z.variance + through + own
        return total

    return Rounded(value, variance, z.unit)


def softmax(z: Rounded, axis: int | None = 1) -> Rounded:
    """Softmax along an axis, or over everything; the argument of exp is rounded at the size of the largest z."""
    largest = z.value.max(axis=axis, keepdims=True)
    e = np.exp(z.value - largest)
    value = e / e.sum(axis=axis, keepdims=True)

    def variance() -> Array:
        argument = z.variance + np.square(z.unit * (np.abs(z.value) + np.abs(largest)))
        argument = argument + (np.square(value) * argument).sum(axis=axis, keepdims=True)
        relative = np.expm1(np.minimum(REACH * np.sqrt(argument), 700)) / REACH
        own = np.square(FORMULA * z.unit) * (value.size if axis is None else value.shape[axis])
        total: Array = np.minimum(np.square(value) * (np.square(relative) + own), 1 / REACH**2)
        return total

    return Rounded(value, variance, z.unit)
