"""How one formula becomes compiled code: its elementary functions and numbers are given a scalar meaning.

A lifted function is the formula's own byte code with other globals. Numbers in it take the array's dtype, since
compiled arithmetic would otherwise turn float32 beside a Python number into float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

import numba
import numpy as np

from glassnet.formulas import elementary
from glassnet.kernels.meanings import specialise as specialise

FAST = {"contract", "arcp", "nsz", "reassoc"}
compiled = numba.njit(
    fastmath=FAST, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
)


def assert_function(candidate: Any) -> None:
    """Raise `TypeError` for what has no byte code to lift, such as a class or a ufunc."""
    if not isinstance(candidate, FunctionType):
        raise TypeError(f"only plain functions can be compiled; got {candidate!r}")


def lift(formula: Callable[..., Any], dtype: np.dtype[Any]) -> Any:
    """`formula` compiled for scalars of `dtype`."""
    assert_function(formula)
    code = formula.__code__
    meanings = {
        name: _meaning(formula.__globals__[name], dtype) for name in code.co_names if name in formula.__globals__
    }
    lifted = specialise(formula, formula.__name__, **meanings)
    lifted.__code__ = _typed(lifted.__code__, dtype)
    return compiled(lifted)


def _meaning(thing: Any, dtype: np.dtype[Any]) -> Any:
    scalars = FLOAT32 if dtype == np.float32 else FLOAT64
    if _hashable(thing) and thing in scalars:
        return scalars[thing]
    if isinstance(thing, float):
        return dtype.type(thing)
    if isinstance(thing, FunctionType) and thing.__module__.startswith("glassnet.formulas"):
        return lift(thing, dtype)
    return thing


def _typed(code: CodeType, dtype: np.dtype[Any]) -> CodeType:
    constants = tuple(
        dtype.type(c) if isinstance(c, (int, float)) and not isinstance(c, bool) else c for c in code.co_consts
    )
    return code.replace(co_consts=constants)


def _hashable(thing: Any) -> bool:
    try:
        hash(thing)
    except TypeError:
        return False
    return True


@compiled
def _exp(x):  # type: ignore[no-untyped-def]
    return math.exp(x)


@compiled
def _exp_float32(x):  # type: ignore[no-untyped-def]
    """2^n exp(r) with abs(r) <= ln(2) / 2: a polynomial of degree 6 and an exponent set by its bits.

    A call of the C library cannot be vectorised; this can. Relative error below 1e-7.
    """
    f = np.float32
    limited = min(max(x, f(-87.33654)), f(88.72283))
    n = np.floor(limited * f(1.44269504) + f(0.5))
    r = limited - n * f(0.693359375) + n * f(2.12194440e-4)
    p = f(1.9875691500e-4)
    p = p * r + f(1.3981999507e-3)
    p = p * r + f(8.3334519073e-3)
    p = p * r + f(4.1665795894e-2)
    p = p * r + f(1.6666665459e-1)
    p = p * r + f(5.0000001201e-1)
    p = p * r * r + r + f(1)
    exponent = np.int32(n)
    half = np.int32(exponent >> 1)
    scale = np.int32((half + 127) << 23).view(np.float32)
    rest = np.int32((exponent - half + 127) << 23).view(np.float32)
    scaled = p * scale * rest
    finite = f(0) if x < f(-87.33654) else scaled
    above = f(np.inf) if x > f(88.72283) else finite
    return x if x != x else above


@compiled
def _tanh_float32(x):  # type: ignore[no-untyped-def]
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


@compiled
def _expm1_float32(x):  # type: ignore[no-untyped-def]
    """x + x^2 / 2 + ... + x^8 / 8! near 0, else exp(x) - 1."""
    f = np.float32
    p = f(1 / 40320)
    p = p * x + f(1 / 5040)
    p = p * x + f(1 / 720)
    p = p * x + f(1 / 120)
    p = p * x + f(1 / 24)
    p = p * x + f(1 / 6)
    p = p * x + f(1 / 2)
    near = p * x * x + x
    return near if abs(x) < f(0.5) else _exp_float32(x) - f(1)


@compiled
def _expm1(x):  # type: ignore[no-untyped-def]
    return math.expm1(x)


@compiled
def _log(x):  # type: ignore[no-untyped-def]
    return math.log(x)


@compiled
def _log1p(x):  # type: ignore[no-untyped-def]
    return math.log1p(x)


@compiled
def _tanh(x):  # type: ignore[no-untyped-def]
    return math.tanh(x)


@compiled
def _erf(x):  # type: ignore[no-untyped-def]
    return math.erf(x)


@compiled
def _sqrt(x):  # type: ignore[no-untyped-def]
    return math.sqrt(x)


@compiled
def _absolute(x):  # type: ignore[no-untyped-def]
    return abs(x)


@compiled
def _where(condition, a, b):  # type: ignore[no-untyped-def]
    return a if condition else b


@compiled
def _maximum(a, b):  # type: ignore[no-untyped-def]
    """The larger one; NaN where a is, as in NumPy."""
    return b if a < b else a


@compiled
def _minimum(a, b):  # type: ignore[no-untyped-def]
    return b if a > b else a


@compiled
def _positive_float32(x):  # type: ignore[no-untyped-def]
    return np.float32(1) if x > np.float32(0) else np.float32(0)


@compiled
def _positive_float64(x):  # type: ignore[no-untyped-def]
    return 1.0 if x > 0.0 else 0.0


@compiled
def _sign_float32(x):  # type: ignore[no-untyped-def]
    return np.float32(1) if x > np.float32(0) else (np.float32(-1) if x < np.float32(0) else x * np.float32(0))


@compiled
def _sign_float64(x):  # type: ignore[no-untyped-def]
    return 1.0 if x > 0.0 else (-1.0 if x < 0.0 else x * 0.0)


FLOAT64: dict[Any, Any] = {
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
}
FLOAT32: dict[Any, Any] = {
    **FLOAT64,
    elementary.exp: _exp_float32,
    elementary.expm1: _expm1_float32,
    elementary.tanh: _tanh_float32,
    elementary.positive: _positive_float32,
    elementary.sign: _sign_float32,
}
