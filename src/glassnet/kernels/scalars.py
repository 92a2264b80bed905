"""Elementary functions of a single number, in forms that a compiled loop vectorises.

A call of the C library keeps a loop from being vectorised; polynomials and bit casts do not. Errors of the float32
forms, over all of float32: exp 1.1, tanh 1.4, expm1 1.4 units in the last place; exp gives 0 where the result would
be below the smallest normal number, 1.2e-38.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from functools import cache
from types import ModuleType
from typing import Any

import numba
import numpy as np

from glassnet.formulas import elementary

# Sums keep their order: an argument is reduced with the help of what rounding leaves.
scalar = numba.njit(
    fastmath={"contract"}, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
)

LOWEST_FLOAT32, HIGHEST_FLOAT32 = np.float32(-87.33654), np.float32(88.72283)


@scalar
def _reduced(x):
    """n and r of x = n ln 2 + r with abs(r) <= ln(2) / 2. Cody, Waite 1980: ln 2 in two parts, the first exact in n."""
    f = np.float32
    n = np.floor(x * f(1.44269504) + f(0.5))
    return n, (x - n * f(0.693359375)) + n * f(2.12194440e-4)


@scalar
def _expm1_polynomial(r):
    """exp(r) - 1 for abs(r) <= ln(2) / 2, of degree 7. Coefficients of the Cephes library (expf)."""
    f = np.float32
    p = f(1.9875691500e-4)
    p = p * r + f(1.3981999507e-3)
    p = p * r + f(8.3334519073e-3)
    p = p * r + f(4.1665795894e-2)
    p = p * r + f(1.6666665459e-1)
    p = p * r + f(5.0000001201e-1)
    return p * (r * r) + r


@scalar
def _power_of_two(n):
    """2^n for an integer n from -126 to 127, by its bits."""
    return np.int32((n + 127) << 23).view(np.float32)


@scalar
def _exp_float32(x):
    """2^n exp(r); in two steps, since 2^n alone may be too large."""
    n, r = _reduced(min(max(x, LOWEST_FLOAT32), HIGHEST_FLOAT32))
    exponent = np.int32(n)
    half = np.int32(exponent >> 1)
    scaled = (_expm1_polynomial(r) + np.float32(1)) * _power_of_two(half) * _power_of_two(exponent - half)
    above_zero = np.float32(0) if x < LOWEST_FLOAT32 else scaled
    limited = np.float32(np.inf) if x > HIGHEST_FLOAT32 else above_zero
    return x if x != x else limited


@scalar
def _expm1_float32(x):
    """2^n (exp(r) - 1) + 2^n - 1, with n = 128 in two steps; -1 below -18."""
    n, r = _reduced(min(max(x, np.float32(-18)), HIGHEST_FLOAT32))
    exponent = np.int32(n)
    first = min(exponent, np.int32(127))
    scale = _power_of_two(first)
    value = (scale * _expm1_polynomial(r) + (scale - np.float32(1))) * _power_of_two(exponent - first)
    limited = np.float32(np.inf) if x > HIGHEST_FLOAT32 else value
    return x if x != x else limited


@scalar
def _tanh_float32(x):
    """An odd polynomial near 0 (Cephes, tanhf), else 1 - 2 / (exp(2 abs(x)) + 1) with x's sign."""
    f = np.float32
    size = abs(x)
    s = x * x
    p = f(-5.70498872745e-3)
    p = p * s + f(2.06390887954e-2)
    p = p * s - f(5.37397155531e-2)
    p = p * s + f(1.33314422036e-1)
    p = p * s - f(3.33332819422e-1)
    near = p * s * x + x
    far = f(1) - f(2) / (_exp_float32(f(2) * size) + f(1))
    return near if size < f(0.625) else (far if x > f(0) else -far)


@scalar
def _exp(x):
    return math.exp(x)


@scalar
def _expm1(x):
    return math.expm1(x)


@scalar
def _log(x):
    return math.log(x)


@scalar
def _log1p(x):
    return math.log1p(x)


@scalar
def _tanh(x):
    return math.tanh(x)


@scalar
def _erf(x):
    return math.erf(x)


@scalar
def _sqrt(x):
    return math.sqrt(x)


@scalar
def _absolute(x):
    return abs(x)


@scalar
def _where(condition, a, b):
    return a if condition else b


@scalar
def _maximum(a, b):
    """The larger one; NaN where either is, as in NumPy."""
    return b if a < b or b != b else a


@scalar
def _minimum(a, b):
    """The smaller one; NaN where either is."""
    return b if a > b or b != b else a


@scalar
def _clip(a, a_min, a_max):
    """`a` limited to a_min and a_max; NaN where a is."""
    above = a_min if a < a_min else a
    return a_max if above > a_max else above


@scalar
def _heaviside(x, h):
    return (h if x == 0 else 1.0 if x > 0 else 0.0) if x == x else x


@scalar
def _one(a):
    return 1.0


@scalar
def _zero(a):
    return 0.0


@scalar
def _positive_float32(x):
    return np.float32(1) if x > np.float32(0) else np.float32(0)


@scalar
def _positive_float64(x):
    return 1.0 if x > 0.0 else 0.0


@scalar
def _sign_float32(x):
    return np.float32(1) if x > np.float32(0) else (np.float32(-1) if x < np.float32(0) else x * np.float32(0))


@scalar
def _sign_float64(x):
    return 1.0 if x > 0.0 else (-1.0 if x < 0.0 else x * 0.0)


_FORMS: dict[Callable[..., Any], Any] = {
    elementary.exp: _exp,
    elementary.expm1: _expm1,
    elementary.log: _log,
    elementary.log1p: _log1p,
    elementary.tanh: _tanh,
    elementary.erf: _erf,
    elementary.sqrt: _sqrt,
    elementary.absolute: _absolute,
    elementary.where: _where,
    elementary.maximum: _maximum,
    elementary.minimum: _minimum,
    elementary.positive: _positive_float64,
    elementary.sign: _sign_float64,
    # What people write beside; Numba has them for arrays only.
    np.clip: _clip,
    np.heaviside: _heaviside,
    np.ones_like: _one,
    np.zeros_like: _zero,
}
_FORMS_FLOAT32 = {
    **_FORMS,
    elementary.exp: _exp_float32,
    elementary.expm1: _expm1_float32,
    elementary.tanh: _tanh_float32,
    elementary.positive: _positive_float32,
    elementary.sign: _sign_float32,
}


def form(function: Any, dtype: np.dtype[Any]) -> Any:
    """The scalar form of an elementary or NumPy function; None if there is none."""
    forms = _FORMS_FLOAT32 if dtype == np.float32 else _FORMS
    return forms.get(function) if callable(function) and isinstance(function, Hashable) else None


class _ScalarNumPy(ModuleType):
    """NumPy, with scalar forms in the place of its functions of arrays."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        super().__init__(f"numpy for {dtype} scalars")
        self.__dict__.update({name: form(f, dtype) for name, f in vars(np).items() if form(f, dtype) is not None})

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


@cache
def numpy_module(dtype: np.dtype[Any]) -> ModuleType:
    """What the name ``np`` means in compiled code."""
    return _ScalarNumPy(dtype)
