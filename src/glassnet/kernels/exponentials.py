"""exp, tanh, log and their kin for single numbers, in forms that a compiled loop vectorises.

A call of the C library keeps a loop from being vectorised; polynomials and bit casts do not. Errors, over all numbers
of either size, in units in the last place: exp 1.1, expm1 1.9, tanh 1.4, log 0.8, log1p 1.5. exp gives 0 where the
result would be below 2^-125 (float32) or 2^-1021 (float64).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numba
import numpy as np

from glassnet.formulas import elementary

# Sums keep their order: an argument is reduced with the help of what rounding leaves.
scalar = numba.njit(
    fastmath={"contract"},
    error_model="numpy",
    forceinline=True,
    no_cpython_wrapper=True,
    no_cfunc_wrapper=True,
)


class Format(NamedTuple):
    """What the exponential functions must know of a floating-point number.

    Attributes
    ----------
    number, integer : type
        NumPy's, of the same size.
    fraction, bias : int
        Bits of the fraction, and what is added to an exponent.
    high, low : float
        ln 2 in two parts; the first times any exponent is exact (Cody, Waite 1980).
    lowest, highest : float
        exp is computed between these; below it is 0, above infinite.
    one : float
        tanh is 1 and exp(-x) - 1 is -1 from here on.
    terms, logarithm_terms : int
        Of the series of exp(r) - 1 for abs(r) <= ln(2) / 2, and of log(m) for m from 1/sqrt(2) to sqrt(2).
    tanh : tuple of tuple of float
        P and Q, highest power first, of tanh(x) = x + x^3 P(x^2) / Q(x^2) for abs(x) < 0.625. Cephes library.
    """

    number: Any
    integer: Any
    fraction: int
    bias: int
    high: float
    low: float
    lowest: float
    highest: float
    one: float
    terms: int
    logarithm_terms: int
    tanh: tuple[tuple[float, ...], tuple[float, ...]]


SINGLE = Format(
    np.float32, np.int32, 23, 127, 0.693359375, -2.12194440e-4, -86.64, 88.72283, 18.0, 8, 5,
    ((-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1), (0.0, 1.0)),
)  # fmt: skip
DOUBLE = Format(
    np.float64, np.int64, 52, 1023, 6.93147180369123816490e-1, 1.90821492927058770002e-10,
    -707.7, 709.782712893384, 40.0, 14, 11,
    ((-9.64399179425052238628e-1, -9.92877231001918586564e1, -1.61468768441708447952e3),
     (1.0, 1.12811678491632931402e2, 2.23548839060100448583e3, 4.84406305325125486048e3)),
)  # fmt: skip


def exponentials(format: Format) -> dict[Callable[..., Any], Any]:
    """exp, expm1 and tanh.

    x = n ln 2 + r with abs(r) <= ln(2) / 2, exp(r) - 1 by its series, and 2^n by its bits: adding 1.5 * 2^fraction
    rounds to an integer and leaves it in the lowest bits.
    """
    f, integer, fraction = format.number, format.integer, format.fraction
    rounder, log2_e = f(1.5 * 2.0**fraction), f(1 / math.log(2))
    high, low = f(format.high), f(format.low)
    lowest, highest, one = f(format.lowest), f(format.highest), f(format.one)
    exponent_less_1 = integer((format.bias - 1) << fraction)
    shift, tiny = integer(fraction), f(2.0 ** -(fraction + 2))
    tanh_p, tanh_q = (tuple(map(f, coefficients)) for coefficients in format.tanh)
    series = tuple(f(1 / math.factorial(k)) for k in range(format.terms, 1, -1))

    @scalar
    def parts(x):
        """exp(r) - 1, and 2^(n-1): 2^n alone may be too large."""
        shifted = x * log2_e + rounder
        n = shifted - rounder
        r = (x - n * high) - n * low
        p = series[0]
        for coefficient in series[1:]:
            p = p * r + coefficient
        half = integer((f(shifted).view(integer) << shift) + exponent_less_1).view(f)
        return p * (r * r) + r, half

    @scalar
    def ratio(s):
        numerator, denominator = tanh_p[0], tanh_q[0]
        for coefficient in tanh_p[1:]:
            numerator = numerator * s + coefficient
        for coefficient in tanh_q[1:]:
            denominator = denominator * s + coefficient
        return numerator / denominator

    @scalar
    def exp(given):
        x = f(given)
        p, half = parts(min(max(x, lowest), highest))
        inside = (p * half + half) * f(2)
        above_zero = f(0) if x < lowest else inside
        limited = f(np.inf) if x > highest else above_zero
        return x if x != x else limited

    @scalar
    def expm1(given):
        x = f(given)
        p, half = parts(min(max(x, -one), highest))
        inside = (p * half + (half - f(0.5))) * f(2)
        limited = f(np.inf) if x > highest else inside
        return x if abs(x) < tiny or x != x else limited

    @scalar
    def tanh(given):
        """Near 0 a rational function, else 1 - 2 / (exp(2 abs(x)) + 1) with x's sign."""
        x = f(given)
        size = abs(x)
        far = f(1) - f(2) / (exp(f(2) * size) + f(1))
        near = size + size * (size * size) * ratio(size * size)
        either = near if size < f(0.625) else far
        return -either if x < f(0) else either

    return {elementary.exp: exp, elementary.expm1: expm1, elementary.tanh: tanh}


def logarithms(format: Format) -> dict[Callable[..., Any], Any]:
    """log and log1p.

    x = 2^n (1 + g), by its bits, with 1 + g from 1/sqrt(2) to sqrt(2); with s = g / (2 + g),
    log(1 + g) = 2 artanh(s) = g - s (g - 2/3 s^2 - 2/5 s^4 - ...).
    """
    f, integer, fraction = format.number, format.integer, format.fraction
    rounder, high, low = f(1.5 * 2.0**fraction), f(format.high), f(format.low)
    rounder_bits = rounder.view(integer)
    root_bits = f(math.sqrt(0.5)).view(integer)
    shift, normal, larger = integer(fraction), f(2.0 ** (1 - format.bias)), f(2.0**fraction)
    series = tuple(f(2 / (2 * k + 1)) for k in range(format.logarithm_terms, 0, -1))

    @scalar
    def log(given):
        x = f(given)
        tiny = x < normal
        scaled = x * larger if tiny else x
        exponent = integer(integer(f(scaled).view(integer) - root_bits) >> shift)
        g = integer(f(scaled).view(integer) - integer(exponent << shift)).view(f) - f(1)
        n = integer(exponent + rounder_bits).view(f) - rounder
        n = n - f(fraction) if tiny else n
        s = g / (f(2) + g)
        square = s * s
        p = series[0]
        for coefficient in series[1:]:
            p = p * square + coefficient
        half = f(0.5) * g * g
        inside = n * high - ((half - (s * (half + p * square) + n * low)) - g)
        above_zero = inside if x > f(0) else f(-np.inf)
        limited = x if x == f(np.inf) else above_zero
        return f(np.nan) if x < f(0) or x != x else limited

    @scalar
    def log1p(given):
        """log(u) + c / u with u = 1 + x, and c what rounding took from u."""
        x = f(given)
        u = f(1) + x
        whole = log(u)
        value = whole + (x - (u - f(1))) / u
        return value if f(0) < u < f(np.inf) else whole

    return {elementary.log: log, elementary.log1p: log1p}
